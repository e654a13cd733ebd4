"""What came in: feeds, rows and quarantine, units that no one has matched."""

from collections.abc import Iterable
from datetime import date

import psycopg
from psycopg import sql

from huiyan.brief.content import Section, Table, counted
from huiyan.orchestration.status import DayStatus, FeedStatus

REASONS_SHOWN = 3
UNITS_SHOWN = 15

STATES = {
    "accepted": "in",
    "landed": "landed, not checked",
    "stopped": "stopped",
    "missing": "late",
    "expected": "expected",
    "none": "nothing due",
}
TO_DO = {
    "landed": "Run the date again: the quality gate has not decided it.",
    "stopped": "Have it corrected and delivered again, or decide it (huiyan feeds recheck).",
    "missing": "Ask the sender. Once it is there, run the date again.",
}

# Reasons name columns and checks, never what stood in a row.
QUARANTINE = """
select reason, count(*)
from quarantine.{feed} as rows
cross join lateral unnest(rows.reasons) as given (reason)
where rows.batch_id = %s
group by reason
order by count(*) desc, reason
"""

UNMATCHED = """
select
    finance_agency_code, finance_name, treasury_agency_code, treasury_name, reason,
    trim(to_char(score, '0.000'))
from marts.unit_match_review
order by score desc nulls last, finance_agency_code, treasury_agency_code
"""


def feeds(status: DayStatus) -> Section:
    """What is in, late or stopped, why, and what to do."""
    told = [feed for feed in status.feeds if feed.status != "none" or feed.message]
    rows = [
        (
            feed.feed,
            feed.label,
            STATES[feed.status],
            feed.version,
            feed.rows if feed.version else None,
            feed.good if feed.version else None,
            feed.duplicates if feed.version else None,
            feed.quarantined if feed.version else None,
            "; ".join(part for part in (feed.told, *feed.failed_checks) if part),
        )
        for feed in told
    ]
    by_state = {state: [feed for feed in status.feeds if feed.status == state] for state in STATES}
    counts = ", ".join(
        f"{len(found)} {STATES[state]}" for state, found in by_state.items() if found
    )
    needs = [
        f"{STATES[feed.status]}: {feed.feed} {feed.label}. {TO_DO[feed.status]}"
        for state in TO_DO
        for feed in by_state[state]
    ]
    table = Table(
        "Feeds of which something came or was due",
        ("feed", "", "state", "version", "rows", "good", "duplicates", "quarantined", "why"),
        rows,
        frozenset(n for n, feed in enumerate(told) if not feed.is_well),
    )
    said = [f"{counts or 'No feed is subscribed to'}."]
    silent = [feed.feed for feed in status.feeds if feed not in told]
    if silent:
        said.append(f"Nothing was due or came of {', '.join(silent)}.")
    return Section("feeds", "Feeds", said, needs, [table])


def quarantine(connection: psycopg.Connection, feeds: Iterable[FeedStatus]) -> Section:
    """Rows put aside, with the reasons most often given; asked as who loads."""
    rows, every = [], 0
    put_aside = [feed for feed in feeds if feed.batch_id is not None and feed.quarantined]
    for feed in put_aside:
        statement = sql.SQL(QUARANTINE).format(feed=sql.Identifier(feed.feed))
        reasons = connection.execute(statement, [feed.batch_id]).fetchall()
        every += feed.quarantined
        rows += [
            (feed.feed, feed.label, reason, count) for reason, count in reasons[:REASONS_SHOWN]
        ]
        if reasons[REASONS_SHOWN:]:
            others = counted(len(reasons) - REASONS_SHOWN, "other reason")
            rows.append((feed.feed, feed.label, others, sum(n for _, n in reasons[REASONS_SHOWN:])))
    said = (
        f"{counted(every, 'row')} of {counted(len(put_aside), 'feed')} put aside. A row may have "
        "several reasons."
        if every
        else "No row was put aside."
    )
    table = Table("Reasons most often given", ("feed", "", "reason", "rows"), rows)
    return Section("quarantine", "Quarantine", [said], [], [table])


def unmatched(connection: psycopg.Connection, judged_until: date) -> Section:
    """Pairs of platform users that a person must decide, as of the latest date judged."""
    found = connection.execute(UNMATCHED).fetchall()
    said = f"As of {judged_until}, {counted(len(found), 'pair')} of platform users may be one unit."
    needs = (
        [
            f"{counted(len(found), 'pair')} of units to be decided: enter each in unit_crosswalk, "
            "as the same unit or as two."
        ]
        if found
        else []
    )
    table = Table(
        "Likeliest first",
        ("finance code", "finance name", "treasury code", "treasury name", "why", "likeness"),
        found[:UNITS_SHOWN],
        left_out=max(len(found) - UNITS_SHOWN, 0),
    )
    return Section("units", "Units not matched", [said], needs, [table])
