"""What the score says of hits that were not planted, and that it says how it ended."""

import io

from rich.console import Console

from huiyan.demo.cli import show
from huiyan.demo.score import RuleScore, Score


def said(*rules: RuleScore, pairs_right: int = 100) -> str:
    console = Console(file=io.StringIO(), width=80)
    show(Score("2025-11-28", rules, pairs_right, 100, 100), console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def rule(rule_id: str, others: int, allowed: int = 0, missed: int = 0) -> RuleScore:
    subjects = tuple(f"S{number}" for number in range(others))
    return RuleScore(rule_id, missed + 1, 1, subjects[:missed], subjects, 0, allowed)


def test_hits_within_the_allowance_are_not_called_wrong() -> None:
    text = said(rule("STAT-002", others=82, allowed=247), rule("REC-001", others=0))
    assert "STAT-002: 82 other hits, within the 247 allowed: months in which" in text
    assert "wrong:" not in text
    assert "82 of 247" in text
    assert text.endswith("Passed: nothing is missed, and nothing found that is wrong.\n")


def test_it_says_what_failed() -> None:
    text = said(
        rule("STAT-002", others=9, allowed=8),
        rule("REC-001", others=1, missed=1),
        pairs_right=90,
    )
    assert "STAT-002 wrong: S0" in text
    assert "STAT-002 wrong: 4 more" in text
    assert text.endswith(
        "Failed: 1 planted case missed; 10 wrong hits; 10 wrong pairs of units; fewer than 98% of "
        "the true pairs of units made.\n"
    )
