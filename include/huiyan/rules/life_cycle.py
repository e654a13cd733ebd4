"""The life of the rules: draft → shadow → trial → fixed → retired, by version, with dates.

A history is a list of dated entries; an entry holds until the rule's next one, and before its first
one a rule is a draft. Entries stand in the reviewed seed `rule_status`; a district's own file
`<HUIYAN_HOME>/reviewed/rule_status.csv` replaces the history of each rule it names.

What `problems` holds to:

- a status rises one step at a time (draft, shadow, trial, fixed), falls by any number of steps, and
  may end in retired; what is retired begins again as a draft or shadow. Entries of the day of issue
  (2000-01-01) are how the product was issued, and may begin anywhere;
- a version never falls, and a new version begins no higher than the one before it;
- trial, fixed and retired need somebody who approved them, and nobody approves what they proposed;
- what only raises others is never pushed: it rises no higher than shadow;
- the last entry is of the version that the library has, unless the rule is retired.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from huiyan.errors import ConfigurationError
from huiyan.rules.catalogue import Rule, Status, load_rules
from huiyan.settings import Settings
from huiyan.warehouse import reviewed
from huiyan.warehouse.reviewed import RULE_STATUS, Line

ISSUED_ON = date(2000, 1, 1)
PUSHED: tuple[Status, ...] = ("trial", "fixed")
STEPS: tuple[Status, ...] = ("draft", "shadow", "trial", "fixed")
RAISE_OTHERS = frozenset({"STAT-001"})
NEED_APPROVAL: tuple[Status, ...] = ("trial", "fixed", "retired")


class StatusEntry(BaseModel):
    """From when a version of a rule counts in a status; who proposed and approved it, and why.

    Attributes:
        approved_by: None for drafts and shadows that nobody had to approve.
        where: the file and line it stands in.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    rule_id: str
    version: int = Field(ge=1)
    status: Status
    valid_from: date
    made_by: str
    approved_by: str | None
    reason: str
    where: str = Field(exclude=True)


History = Mapping[str, Sequence[StatusEntry]]


def _entry(line: Line) -> StatusEntry:
    try:
        return StatusEntry.model_validate({**line.cells, "where": line.where})
    except ValidationError as error:
        said = "; ".join(f"{each['loc'][0]}: {each['msg']}" for each in error.errors())
        raise ConfigurationError(f"{line.where}: {said}.") from error


def _history(lines: Sequence[Line]) -> dict[str, list[StatusEntry]]:
    entries = sorted(map(_entry, lines), key=lambda entry: (entry.rule_id, entry.valid_from))
    history: dict[str, list[StatusEntry]] = {}
    for entry in entries:
        history.setdefault(entry.rule_id, []).append(entry)
    return history


def shipped_history() -> dict[str, list[StatusEntry]]:
    """The histories in the repository, oldest entry first.

    Raises:
        ConfigurationError: a line is not an entry.
    """
    return _history(reviewed.shipped_lines(RULE_STATUS))


def load_history(settings: Settings) -> dict[str, list[StatusEntry]]:
    """The histories that count in this district, oldest entry first.

    Raises:
        ConfigurationError: a line is not an entry.
    """
    return _history(reviewed.effective_lines(RULE_STATUS, settings))


def status_on(entries: Sequence[StatusEntry], day: date) -> Status:
    """The status in force on a business date."""
    return next((e.status for e in reversed(entries) if e.valid_from <= day), "draft")


def newest_status(entries: Sequence[StatusEntry]) -> Status:
    """The status of the last entry, which may lie ahead."""
    return entries[-1].status if entries else "draft"


def retired(history: History, day: date) -> frozenset[str]:
    """Ids of the rules that are retired on a business date."""
    return frozenset(
        rule_id for rule_id, entries in history.items() if status_on(entries, day) == "retired"
    )


def _may_follow(before: Status, after: Status) -> bool:
    if before == "retired":
        return after in ("draft", "shadow")
    return after == "retired" or STEPS.index(after) <= STEPS.index(before) + 1


def _step_problem(before: StatusEntry | None, entry: StatusEntry) -> str | None:
    """Why `entry` cannot follow `before`, the rule's entry until then."""
    if before is None:
        is_issued = entry.valid_from == ISSUED_ON
        if not is_issued and not _may_follow("draft", entry.status):
            return f"a rule begins as a draft or shadow, not as {entry.status}"
        return None
    if entry.valid_from == before.valid_from:
        return f"the rule has another entry from {entry.valid_from} on ({before.where})"
    if entry.version < before.version:
        return f"version {entry.version} cannot follow version {before.version}"
    if entry.version > before.version:
        if before.status != "retired" and entry.status in STEPS:
            if STEPS.index(entry.status) > STEPS.index(before.status):
                return (
                    f"a new version begins no higher than the one before it ({before.status}), "
                    f"not as {entry.status}"
                )
            return None
    elif entry.status == before.status:
        return f"the rule is {before.status} in version {before.version} already"
    if not _may_follow(before.status, entry.status):
        return f"{entry.status} cannot follow {before.status}"
    return None


def _push_problem(entry: StatusEntry) -> str | None:
    if entry.rule_id in RAISE_OTHERS and entry.status in PUSHED:
        return f"the rule raises others and is never pushed alone: it cannot be {entry.status}"
    return None


def _approval_problem(entry: StatusEntry) -> str | None:
    if entry.approved_by is None:
        if entry.status in NEED_APPROVAL:
            return f"nobody has approved the status {entry.status}"
        return None
    if entry.approved_by.casefold() == entry.made_by.casefold():
        return f"{entry.made_by} has both proposed and approved it"
    return None


def problems(history: History, rules: Mapping[str, Rule]) -> list[str]:
    """What is wrong with the histories, each with file and line; empty if nothing is."""
    found = []
    for rule_id, entries in history.items():
        for before, entry in zip([None, *entries], entries, strict=False):
            why = _step_problem(before, entry), _push_problem(entry), _approval_problem(entry)
            found += [f"{entry.where}: {rule_id}: {each}" for each in why if each]
        last = entries[-1]
        if rule_id not in rules:
            found.append(f"{last.where}: there is no rule {rule_id}")
        elif last.status != "retired" and last.version != rules[rule_id].version:
            found.append(
                f"{last.where}: {rule_id} is version {rules[rule_id].version} in the library, its "
                f"last entry is of version {last.version}: add one that says from when and in "
                "which status the library's version counts"
            )
    return found


def unlike_yaml(history: History, rules: Mapping[str, Rule]) -> list[str]:
    """Rules whose yml has another status than the last entry of the shipped history."""
    return [
        f"{rule.model}.yml says {rule.status}, its last entry in rule_status.csv "
        f"{newest_status(history.get(rule.id, ()))}"
        for rule in rules.values()
        if rule.status != newest_status(history.get(rule.id, ()))
    ]


def checked_history(settings: Settings) -> dict[str, list[StatusEntry]]:
    """The histories that count in this district.

    Raises:
        ConfigurationError: one breaks a rule of this module; the message names file and line.
    """
    rules = load_rules()
    history = load_history(settings)
    wrong = problems(history, rules) + unlike_yaml(shipped_history(), rules)
    if wrong:
        raise ConfigurationError(f"The status of rules cannot be told: {'; '.join(wrong)}.")
    return history
