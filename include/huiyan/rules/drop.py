"""Takes back what `huiyan rules new` wrote, of a rule that nobody was ever told of.

A rule that ever counted is retired instead: its hits and alerts go on naming it.
"""

import csv
import re
from dataclasses import dataclass
from pathlib import Path

from huiyan.errors import ConfigurationError
from huiyan.rules import catalogue
from huiyan.rules.catalogue import Rule
from huiyan.rules.life_cycle import load_history, shipped_history
from huiyan.rules.mart_rows import mart_rows
from huiyan.rules.scaffold import LAYER
from huiyan.settings import REPOSITORY, Settings

# Where a rule is also named by who ships it with the library.
ELSEWHERE = ("dbt_project/seeds", "include/huiyan/demo", "tests", "docs/reference")


@dataclass(frozen=True)
class _Pushed:
    """One row for each alert of the rule."""

    alert_id: str


def refuse_if_it_counts(rule: Rule, settings: Settings) -> None:
    """Refuse a rule that was more than a draft, was pushed, or that others stand on.

    Raises:
        ConfigurationError: the message says why, and what to do instead.
        WarehouseError: a warehouse is set and cannot be reached.
    """
    retire = "retire it: docs/how-to/change-a-rules-status.md"
    if rule.layer != LAYER:
        raise ConfigurationError(
            f"{rule.id} is not dropped: `huiyan rules new` did not write it, it lies in "
            f"models/{rule.layer}. Delete by hand what was written by hand."
        )
    entries = [
        *shipped_history().get(rule.id, ()),
        *load_history(settings).get(rule.id, ()),
    ]
    if rule.status != "draft" or entries:
        said = entries[0].where if entries else f"{rule.model}.yml says {rule.status}"
        raise ConfigurationError(f"{rule.id} is not dropped: it has a life ({said}); {retire}.")
    if mart_rows(_Pushed, "from marts.fct_alert where rule_id = %s limit 1", settings, [rule.id]):
        raise ConfigurationError(
            f"{rule.id} is not dropped: bodies were sent alerts of it, which go on naming it; "
            f"{retire}."
        )
    if users := [path.name for path in sorted(catalogue.MODELS.rglob("*")) if _uses(path, rule)]:
        raise ConfigurationError(
            f"{rule.id} is not dropped: {', '.join(users)} name{'s' * (len(users) == 1)} it. Take "
            "it out there first."
        )


def files_of(rule: Rule) -> list[Path]:
    """Its pair."""
    return [rule.sql_path, rule.sql_path.with_suffix(".yml")]


def drop(rule: Rule, settings: Settings) -> list[Path]:
    """Remove its pair, its line in rule_results.sql and its rows in rule_parameters.csv.

    Returns:
        The files removed or changed.

    Raises:
        ConfigurationError: it counts (`refuse_if_it_counts`); nothing is removed then.
        WarehouseError: a warehouse is set and cannot be reached.
    """
    refuse_if_it_counts(rule, settings)
    changed = [
        path
        for path, without in (
            (catalogue.results_of(LAYER), _without_entry(catalogue.results_of(LAYER), rule)),
            (catalogue.PARAMETERS, _without_rows(catalogue.PARAMETERS, rule)),
        )
        if _is_rewritten(path, without)
    ]
    for path in files_of(rule):
        path.unlink(missing_ok=True)
    return [*files_of(rule), *changed]


def named_elsewhere(rule: Rule) -> list[Path]:
    """Files outside the models that name the rule, in the repository's order."""
    return [
        path
        for folder in ELSEWHERE
        for path in sorted((REPOSITORY / folder).rglob("*"))
        if path != catalogue.PARAMETERS and _names(path, rule)
    ]


def _text(path: Path) -> str:
    with path.open(encoding="utf-8", newline="") as handle:
        return handle.read()


def _is_rewritten(path: Path, text: str) -> bool:
    """Write `text` if the file says another; whether it did. Ends of lines stay as they are."""
    if text == _text(path):
        return False
    with path.open("w", encoding="utf-8", newline="") as handle:
        handle.write(text)
    return True


def _without_entry(path: Path, rule: Rule) -> str:
    return "".join(
        line
        for line in _text(path).splitlines(keepends=True)
        if line.rstrip() != f"    '{rule.model}',"
    )


def _without_rows(path: Path, rule: Rule) -> str:
    """The table without the rule's rows, however they are quoted; all others to the letter."""
    lines = _text(path).splitlines(keepends=True)
    reader = csv.reader(lines)
    kept: list[str] = []
    first = 0
    for row in reader:
        if row[:1] != [rule.id]:
            kept += lines[first : reader.line_num]
        first = reader.line_num
    return "".join(kept)


def _uses(path: Path, rule: Rule) -> bool:
    return path not in (*files_of(rule), catalogue.results_of(LAYER)) and _names(path, rule)


def _names(path: Path, rule: Rule) -> bool:
    if path.suffix not in (".csv", ".md", ".py", ".sql", ".yml"):
        return False
    return re.search(rf"(?<!\w)({rule.id}|{rule.model})(?!\w)", path.read_text("utf-8")) is not None
