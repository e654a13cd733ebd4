"""Expectation suites: one per feed, generated from its contract and kept in `expectations/`.

Severity of an expectation (in its `meta`):
    critical  the feed's day is stopped;
    row       the rows that fail go to quarantine, `meta.reason` says why;
    warning   reported, nothing else.

This module does not need Great Expectations to read a suite, only to generate one.
"""

import json
from pathlib import Path
from typing import Any, Literal

from huiyan.errors import ContractError
from huiyan.feeds.contract import LONGEST_NAME, Column, FeedContract, load_contracts
from huiyan.feeds.tables import TYPED
from huiyan.settings import REPOSITORY

Severity = Literal["critical", "row", "warning"]
SUITES = REPOSITORY / "expectations"

UNREADABLE = "read_error"
CONFLICTING_DUPLICATE = "conflicting_duplicate"
CIRCUIT_BREAKER = "max_quarantine_share"
NATURAL_KEY = "natural_key"
IS_READ = "is_read"

# Parameters the gate hands to a suite when it runs it.
FEWEST_ROWS = "fewest_rows"
NEXT_YEAR = "a_year_after_the_business_date"

SHRINK_PERCENT = 10
SHRUNK = f"lost over {SHRINK_PERCENT} % of the rows of the snapshot before"
NOT_READ_AS = {
    "int": "not an integer",
    "date": "not a date",
    "timestamp": "not a timestamp",
    "money": "not money",
    "flag": "not a yes/no flag",
    "enum": "not in the code list",
}
PATTERN_REASONS = {
    "^[0-9A-Fa-f]{64}$": "not 64 hex",
    "^[0-9]{16,19}$": "not 16 to 19 digits",
    "^[^/]+$": "contains /, which parts the voucher's id",
    "^(?=.*[0-9])[一-龥]{0,3}[0-9A-Za-z〔〕（）()_年第号字-]{1,40}$": "not a complaint's number",
    "^[0-9A-Za-z-]{1,30}$": "not a unit's code",
    "^[^■]{1,200}$": "could identify somebody and is hidden, or over 200 characters",
}
# A spreadsheet's day zero or a mistyped century would make every rule about dates fire.
EARLIEST_DATE, LATEST_DATE = "1950-01-01", "2099-12-31"
USUAL_SINCE = "2000-01-01"
HUGE_AMOUNT = 1_000_000_000
# Beyond it is no district's money, and sums of it would not fit an amount's 18 digits.
LARGEST_AMOUNT = 1_000_000_000_000


def _bounds_reason(low: int | None, high: int | None) -> str:
    if low is not None and high is not None:
        return f"out of {low}–{high}"
    return f"below {low}" if low is not None else f"above {high}"


def _says(severity: Severity, reason: str) -> dict[str, Any]:
    """What every expectation carries: our severity and reason, and Great Expectations' own."""
    return {
        "meta": {"severity": severity, "reason": reason},
        "severity": {"critical": "critical", "row": "warning", "warning": "info"}[severity],
    }


def _required(column: Column) -> list[Any]:
    """A row of which nothing could be read lacks nothing; a bad card number has left no token."""
    from great_expectations import expectations as gxe
    from great_expectations.expectations.conditions import Column as ConditionColumn

    looked_at = (
        ConditionColumn(UNREADABLE).is_null()
        if column.sensitive
        else ConditionColumn(IS_READ) == True  # noqa: E712
    )
    return [
        gxe.ExpectColumnValuesToNotBeNull(
            column=column.stored_as[0],
            row_condition=looked_at,
            **_says("row", f"{column.name}: required"),
        )
    ]


def _read_as(column: Column) -> list[Any]:
    from huiyan.quality.expectations import ExpectColumnValuesToReadAs

    spellings = [spelling for code, more in column.values.items() for spelling in (code, *more)]
    return [
        ExpectColumnValuesToReadAs(
            column=column.name,
            data_type=column.type,
            value_set=spellings or None,
            **_says("row", f"{column.name}: {NOT_READ_AS[column.type]}"),
        )
    ]


def _between(column: Column, low: Any, high: Any, severity: Severity, reason: str) -> list[Any]:
    from huiyan.quality.expectations import ExpectColumnValuesToReadBetween

    return [
        ExpectColumnValuesToReadBetween(
            column=column.name,
            min_value=low,
            max_value=high,
            **_says(severity, f"{column.name}: {reason}"),
        )
    ]


def _of_column(contract: FeedContract, column: Column) -> list[Any]:
    from great_expectations import expectations as gxe

    expectations: list[Any] = _required(column) if column.required else []
    if column.sensitive:
        return expectations
    if column.type != "text":
        expectations += _read_as(column)
    if column.pattern:
        reason = PATTERN_REASONS.get(column.pattern, f"not of the form {column.pattern}")
        expectations.append(
            gxe.ExpectColumnValuesToMatchRegex(
                column=column.name,
                regex=column.pattern,
                **_says("row", f"{column.name}: {reason}"),
            )
        )
    if contract.is_name(column):
        expectations.append(
            gxe.ExpectColumnValueLengthsToBeBetween(
                column=column.name,
                max_value=LONGEST_NAME,
                **_says("row", f"{column.name}: longer than {LONGEST_NAME} characters"),
            )
        )
    if column.min is not None or column.max is not None:
        reason = _bounds_reason(column.min, column.max)
        expectations += _between(column, column.min, column.max, "row", reason)
    if column.type in ("date", "timestamp"):
        if contract.kind == "daily":
            expectations += _between(
                column, EARLIEST_DATE, LATEST_DATE, "row",
                f"out of {EARLIEST_DATE[:4]}–{LATEST_DATE[:4]}",
            )  # fmt: skip
            expectations += _between(
                column, USUAL_SINCE, {"$PARAMETER": NEXT_YEAR}, "warning",
                f"before {USUAL_SINCE[:4]} or over a year after the business date",
            )  # fmt: skip
        else:
            expectations += _between(
                column, EARLIEST_DATE, LATEST_DATE, "warning",
                f"out of {EARLIEST_DATE[:4]}–{LATEST_DATE[:4]}",
            )  # fmt: skip
    if column.type == "money":
        expectations += _between(
            column, -LARGEST_AMOUNT, LARGEST_AMOUNT, "row", f"beyond ±{LARGEST_AMOUNT:,}"
        )
        expectations += _between(
            column, 0, HUGE_AMOUNT, "warning", f"negative or over {HUGE_AMOUNT:,}"
        )
    return expectations


def _of_batch(contract: FeedContract) -> list[Any]:
    from great_expectations import expectations as gxe

    expectations: list[Any] = []
    if contract.kind == "snapshot":
        expectations.append(
            gxe.ExpectTableRowCountToBeBetween(
                min_value={"$PARAMETER": FEWEST_ROWS},
                **_says("critical", SHRUNK),
            )
        )
    expectations += [
        gxe.ExpectTableRowCountToBeBetween(min_value=1, **_says("warning", "no rows")),
        gxe.ExpectColumnValuesToBeNull(column=UNREADABLE, **_says("row", UNREADABLE)),
        gxe.ExpectColumnProportionOfUniqueValuesToBeBetween(
            column=NATURAL_KEY,
            min_value=1,
            **_says("warning", f"{NATURAL_KEY}: delivered more than once"),
        ),
    ]
    return expectations


def _of_checks(contract: FeedContract) -> list[Any]:
    """Further checks of the contract; they look at the columns as read."""
    from great_expectations import expectations as gxe

    expectations = []
    for check in contract.checks:
        kwargs = dict(check.kwargs)
        for argument in ("column", "column_A", "column_B"):
            if argument in kwargs and contract.column(kwargs[argument]).type != "text":
                kwargs[argument] += TYPED
        try:
            expectation = getattr(gxe, check.expectation)
        except AttributeError as error:
            raise ContractError(
                f"Feed {contract.name}: Great Expectations has no {check.expectation}; "
                "correct `checks` in its contract."
            ) from error
        expectations.append(expectation(**kwargs, **_says(check.severity, check.reason)))
    return expectations


def generate(contract: FeedContract) -> dict[str, Any]:
    """The suite of a feed as Great Expectations writes it, without ids (they are random)."""
    from great_expectations import ExpectationSuite

    from huiyan.quality import expectations  # noqa: F401  (registers ours, turns analytics off)

    members = _of_batch(contract)
    for column in contract.columns:
        members += _of_column(contract, column)
    members += _of_checks(contract)
    suite = ExpectationSuite(
        name=contract.name,
        expectations=members,
        meta={
            "notes": {
                "format": "markdown",
                "content": [f"**{contract.label}**: {contract.description}"],
            }
        },
    )
    document: dict[str, Any] = suite.to_json_dict()
    document.pop("id", None)
    document["meta"].pop("great_expectations_version", None)
    for expectation in document["expectations"]:
        expectation.pop("id", None)
    return document


def text_of(suite: dict[str, Any]) -> str:
    """The suite as it is kept in its file."""
    return json.dumps(suite, ensure_ascii=False, indent=2) + "\n"


def path_of(feed: str) -> Path:
    """Where the suite of a feed is kept."""
    return SUITES / f"{feed}.json"


def load(feed: str) -> dict[str, Any]:
    """The committed suite of a feed.

    Raises:
        ContractError: there is none, or it is not JSON.
    """
    try:
        suite = json.loads(path_of(feed).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ContractError(
            f"The expectation suite {path_of(feed).name} cannot be read ({error}); "
            "write it with `huiyan quality suites --write`."
        ) from error
    return dict(suite)


def write() -> list[Path]:
    """Write the suites that are not up to date; returns their files."""
    SUITES.mkdir(exist_ok=True)
    contracts = load_contracts()
    written = []
    for feed, contract in contracts.items():
        text = text_of(generate(contract))
        if not path_of(feed).exists() or path_of(feed).read_text("utf-8") != text:
            path_of(feed).write_text(text, "utf-8")
            written.append(path_of(feed))
    for path in SUITES.glob("*.json"):
        if path.stem not in contracts:
            path.unlink()
            written.append(path)
    return written


def stale() -> list[str]:
    """Feeds whose committed suite is not what the contract says, and suites without a feed."""
    contracts = load_contracts()
    out = [
        feed
        for feed, contract in contracts.items()
        if not path_of(feed).exists()
        or path_of(feed).read_text("utf-8") != text_of(generate(contract))
    ]
    return out + sorted(path.stem for path in SUITES.glob("*.json") if path.stem not in contracts)
