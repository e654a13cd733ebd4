"""Many lines about one alert."""

import time
from dataclasses import replace

from huiyan.returns.accept import _in_order
from huiyan.returns.judge import Answer
from huiyan.returns.record import Line

LINE = Line(1, 2, "alerts.csv", {}, Answer(verdict="confirmed"), "a", "TC01", None)


def test_a_form_of_ten_thousand_lines_is_ordered_at_once() -> None:
    lines = [
        replace(LINE, line_no=number, answer=Answer(verdict="confirmed", note=str(number)))
        for number in range(10_000)
    ]
    started = time.process_time()
    assert _in_order(lines) == lines
    assert time.process_time() - started < 2
    assert {line.outcome for line in lines} == {"rejected"}


def test_the_same_answer_again_counts_once() -> None:
    receipt = replace(LINE, answer=Answer(progress="acknowledged"))
    verdict, again = replace(LINE, outcome="accepted"), replace(LINE, outcome="accepted")
    assert _in_order([verdict, again, receipt]) == [receipt, verdict, again]
    assert (verdict.outcome, again.outcome) == ("accepted", "repeated")
