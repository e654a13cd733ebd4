"""What was judged: rules run, failed and not run, hits, precision, proposals."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

import psycopg

from huiyan.brief.content import Section, Table, counted
from huiyan.orchestration.steps import RULE_FAILED

HITS_SHOWN = 25
PROPOSALS_SHOWN = 15

RUNS = """
select runs.rule_id, rules.name_zh, runs.status, runs.population, runs.hits, runs.new_hits,
    runs.cleared_hits, rules.needs
from marts.fct_rule_run as runs
left join marts.dim_rule as rules on runs.rule_id = rules.rule_id
where runs.business_date = %s
order by runs.rule_id
"""

FAILED = """
select feed, message
from ops.operations_alert
where kind = %s and business_date = %s and resolved_at is null
order by feed
"""

# As int_feed_availability sees it: of a daily feed the date counts, of a snapshot the latest.
ABSENT = """
select feeds.feed, feeds.is_subscribed
from ops.feed as feeds
where
    not feeds.is_subscribed
    or (
        (feeds.kind <> 'daily' or %(is_workday)s)
        and not exists (
            select 1
            from ops.batch as batches
            where
                batches.feed = feeds.feed
                and batches.status = 'accepted'
                and batches.business_date <= %(day)s
                and (feeds.kind <> 'daily' or batches.business_date = %(day)s)
        )
    )
order by feeds.feed
"""

# The last verdict on an alert counts, per version of the rule; a lead without one is confirmed.
MOVES = """
with labels as (
    select distinct on (answers.alert_id, answers.rule_version, moments.until)
        answers.alert_id, answers.rule_id, answers.rule_version, moments.until,
        answers.event = 'transferred' or answers.to_state <> 'not_confirmed' as is_supported
    from staging.stg_supervision__answer as answers
    inner join (values (%(day)s::date - 1), (%(day)s::date)) as moments (until)
        on answers.answered_on <= moments.until
    where answers.event in ('verdict', 'transferred')
    order by
        answers.alert_id, answers.rule_version, moments.until,
        case answers.event when 'verdict' then 0 else 1 end,
        answers.answered_on desc, answers.event_id desc
),

counts as (
    select
        rule_id,
        rule_version,
        count(*) filter (where until < %(day)s) as verdicts_before,
        count(*) filter (where until < %(day)s and is_supported) as supported_before,
        count(*) filter (where until = %(day)s) as verdicts,
        count(*) filter (where until = %(day)s and is_supported) as supported
    from labels
    group by rule_id, rule_version
)

select
    counts.rule_id, rules.name_zh, counts.rule_version, counts.verdicts_before,
    counts.supported_before, counts.verdicts, counts.supported
from counts
left join marts.dim_rule as rules on counts.rule_id = rules.rule_id
where
    exists (
        select 1
        from staging.stg_supervision__answer as answers
        where
            answers.rule_id = counts.rule_id
            and answers.rule_version = counts.rule_version
            and answers.event in ('verdict', 'transferred')
            and answers.answered_on = %(day)s
    )
order by counts.rule_id, counts.rule_version
"""

DEMOTED = """
select fallen.rule_id, rules.name_zh, fallen.rule_version, fallen.from_status, fallen.to_status,
    fallen.valid_from, fallen.supported, fallen.verdicts, fallen.precision_floor
from ops.rule_demotion as fallen
left join marts.dim_rule as rules on fallen.rule_id = rules.rule_id
where fallen.decided_on = %s
order by fallen.rule_id
"""

PROPOSED = """
select proposed.kind, proposed.rule_id, rules.name_zh, proposed.rule_version, proposed.alert_id,
    proposed.proposed_status, proposed.verdicts, proposed.precision_low, proposed.proposed_on
from marts.mart_rule_proposal as proposed
left join marts.dim_rule as rules on proposed.rule_id = rules.rule_id
where proposed.proposed_on <= %s
order by
    array_position(array['promote', 'except', 'change'], proposed.kind), proposed.proposed_on desc,
    proposed.rule_id, proposed.alert_id
"""
KINDS = {"promote": "promote", "except": "grant an exception", "change": "change the rule"}


def _share(part: int, whole: int) -> str | None:
    return f"{Decimal(100 * part) / whole:.1f} %" if whole else None


def rules(connection: psycopg.Connection, day: date, *, is_workday: bool) -> list[Section]:
    """Which rules ran and which did not, and why; what they found."""
    runs = connection.execute(RUNS, [day]).fetchall()
    failed: dict[str, str] = dict(connection.execute(FAILED, [RULE_FAILED, day]).fetchall())
    absent: dict[str, bool] = dict(
        connection.execute(ABSENT, {"day": day, "is_workday": is_workday}).fetchall()
    )
    by_status = defaultdict(list)
    for run in runs:
        by_status["failed" if run[0] in failed else run[2]].append(run)
    ran = len(by_status["hit"]) + len(by_status["clear"])
    waiting = [
        (rule, name, _why(needs, absent)) for rule, name, *_, needs in by_status["not_evaluated"]
    ]
    aside = defaultdict(list)
    for rule, *_, needs in by_status["not_applicable"]:
        aside[_why_not_applicable(needs, absent)].append(rule)
    said = [
        f"{ran} ran, {len(failed)} failed, {len(waiting)} not evaluated, "
        f"{len(by_status['not_applicable'])} not applicable."
    ]
    said += [
        f"Not applicable, as {why}: {', '.join(named)}." for why, named in sorted(aside.items())
    ]
    names: dict[str, str | None] = {rule: name for rule, name, *_ in runs}
    tables = [
        Table(
            "Failed",
            ("rule", "", "what it said"),
            [(rule, names.get(rule), message) for rule, message in failed.items()],
            frozenset(range(len(failed))),
        ),
        Table("Not evaluated; what they had found stands", ("rule", "", "why"), waiting),
    ]
    needs = [f"{rule} failed. Correct the data or its SQL; run the date again." for rule in failed]
    return [Section("rules", "Rules", said, needs, tables), _hits(runs)]


def _why(needs: str | None, absent: dict[str, bool]) -> str:
    missing = [need for need in (needs or "").split(",") if absent.get(need)]
    return f"nothing in of {', '.join(missing)}" if missing else "what it rests on was not judged"


def _why_not_applicable(needs: str | None, absent: dict[str, bool]) -> str:
    missing = [need for need in (needs or "").split(",") if absent.get(need) is False]
    if missing:
        return f"this district does not receive {', '.join(missing)}"
    return "there was nothing of their kind to judge"


def _hits(runs: list[tuple[str, str | None, str, int, int, int, int, str]]) -> Section:
    moved = sorted(
        (
            (rule, name, population, hits, new or 0, cleared or 0)
            for rule, name, _, population, hits, new, cleared, _ in runs
            if new or cleared
        ),
        key=lambda row: (-(row[4] + row[5]), row[0]),
    )
    new_hits, cleared_hits = sum(row[4] for row in moved), sum(row[5] for row in moved)
    table = Table(
        "Rules whose hits changed, most first",
        ("rule", "", "looked at", "hits", "new", "cleared"),
        moved[:HITS_SHOWN],
        left_out=max(len(moved) - HITS_SHOWN, 0),
    )
    return Section("hits", "Hits", [f"{new_hits:,} new, {cleared_hits:,} cleared."], [], [table])


def precision(connection: psycopg.Connection, day: date) -> Section:
    """How the day's verdicts moved the precision of rules, and which rules fell."""
    moves = [
        (
            rule,
            name,
            version,
            before,
            _share(supported_before, before),
            after,
            _share(supported, after),
        )
        for rule, name, version, before, supported_before, after, supported in connection.execute(
            MOVES, {"day": day}
        ).fetchall()
    ]
    fallen = [
        (
            rule,
            name,
            version,
            before,
            after,
            str(since),
            f"{supported} of {verdicts} confirmed, floor {100 * floor:.0f} %",
        )
        for rule, name, version, before, after, since, supported, verdicts, floor in (
            connection.execute(DEMOTED, [day]).fetchall()
        )
    ]
    said = (
        f"Verdicts of the date bear on {counted(len(moves), 'rule')}; "
        f"{counted(len(fallen), 'rule')} demoted."
        if moves or fallen
        else "No verdict on the date, no rule demoted."
    )
    needs = [
        f"{row[0]} falls from {row[3]} to {row[4]} on {row[5]}: look at its verdicts "
        f"(huiyan rules show {row[0]})."
        for row in fallen
    ]
    tables = [
        Table(
            "Demoted",
            ("rule", "", "version", "from", "to", "from date", "verdicts"),
            fallen,
            frozenset(range(len(fallen))),
        ),
        Table(
            "Precision before and after",
            ("rule", "", "version", "verdicts before", "precision before", "verdicts", "precision"),
            moves,
        ),
    ]
    return Section("precision", "Precision", [said], needs, tables)


def proposals(connection: psycopg.Connection, day: date) -> Section:
    """What verdicts of dates up to `day` propose and nobody has decided until now."""
    found = [
        (
            KINDS[kind],
            rule,
            name,
            version,
            alert or f"to {status}: {verdicts} verdicts, precision at least {100 * low:.1f} %",
            str(since),
        )
        for kind, rule, name, version, alert, status, verdicts, low, since in connection.execute(
            PROPOSED, [day]
        ).fetchall()
    ]
    needs = (
        [
            f"{counted(len(found), 'proposal')} of verdicts up to {day} to be decided "
            "(huiyan rules proposals, which lists those of later verdicts too)."
        ]
        if found
        else []
    )
    table = Table(
        "Promotions first",
        ("proposal", "rule", "", "version", "alert or figures", "since"),
        found[:PROPOSALS_SHOWN],
        left_out=max(len(found) - PROPOSALS_SHOWN, 0),
    )
    waiting = counted(len(found), "proposal") if found else "none"
    said = f"Waiting, of verdicts up to {day}: {waiting}."
    return Section("proposals", "Proposals", [said], needs, [table])
