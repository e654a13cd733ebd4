"""What was made of it: alerts, deliveries, answers, deadlines, the bodies' load."""

from collections import defaultdict
from datetime import date

import psycopg

from huiyan.alerts.deadlines import ANSWERS as ANSWERED
from huiyan.alerts.deadlines import WATCHES
from huiyan.alerts.demotion import KIND as DEMOTED
from huiyan.brief.content import Cell, Section, Table, counted
from huiyan.delivery.register import DEAD
from huiyan.orchestration.steps import LATE, RULE_FAILED, STOPPED

TIERS = ("red", "orange", "yellow")
EXTRACTS_SHOWN = 15
BODIES_SHOWN = 10
ALERTS_SHOWN = 25
# Kinds of operations alerts that speak of a body's load and silence.
LOAD = tuple(WATCHES)
# Kinds that a section of their own tells.
TOLD = (DEAD, DEMOTED, LATE, RULE_FAILED, STOPPED)

# Alerts as they stood on the date, whatever has become of them since.
STANDING = """
with openings as (
    select alert_id, base_tier, opened_on, due_on, resolved_on
    from ops.alert_opening
    where opened_on <= %(day)s and (resolved_on is null or resolved_on >= %(day)s)
),

standing as (
    select
        openings.alert_id,
        openings.opened_on = %(day)s as is_new,
        openings.resolved_on is not distinct from %(day)s as is_cleared,
        coalesce(raised.to_tier, openings.base_tier) as tier,
        coalesce(raised.due_on, openings.due_on) as due_on,
        exists (
            select 1
            from ops.alert_event as answers
            where
                answers.alert_id = openings.alert_id
                and answers.actor not in ('machine', 'channel')
                and answers.to_state = any(%(answers)s)
                and answers.business_date between openings.opened_on and %(day)s
        ) as is_answered
    from openings
    left join lateral (
        select steps.to_tier, steps.due_on
        from ops.alert_tier_step as steps
        where
            steps.alert_id = openings.alert_id
            and steps.business_date between openings.opened_on and %(day)s
        order by
            array_position(array['yellow', 'orange', 'red'], steps.to_tier) desc,
            steps.business_date desc,
            steps.due_on
        limit 1
    ) as raised on true
)
"""
BY_TIER = (
    STANDING
    + """
select
    tier,
    count(*) filter (where is_new),
    count(*) filter (where not is_cleared),
    count(*) filter (where is_cleared),
    count(*) filter (where not is_cleared and not is_answered and due_on < %(day)s)
from standing
group by tier
"""
)
OVERDUE_BODIES = (
    STANDING
    + """
select
    routes.body_code,
    max(routes.body_name),
    count(distinct standing.alert_id) filter (
        where not standing.is_answered and standing.due_on < %(day)s
    ) as overdue,
    count(distinct standing.alert_id) as open_alerts,
    min(standing.due_on) filter (where not standing.is_answered)::text
from standing
inner join ops.alert_route as routes
    on
        standing.alert_id = routes.alert_id
        and routes.assigned_on <= %(day)s
        and (routes.ended_on is null or routes.ended_on > %(day)s)
where not standing.is_cleared
group by routes.body_code
having bool_or(not standing.is_answered and standing.due_on < %(day)s)
order by overdue desc, routes.body_code
"""
)

CHANNELS = """
select
    channel,
    count(*) filter (where state = 'delivered'),
    count(*) filter (where state = 'pending'),
    count(*) filter (where state = 'dead')
from ops.delivery
where business_date = %s and state <> 'superseded'
group by channel
order by channel
"""
UNDELIVERED = """
select body_code, body_name, channel, business_date::text, state, attempts, last_error
from ops.delivery
where business_date <= %s and state in ('pending', 'dead')
order by state, business_date desc, body_code
"""
EXTRACT_STATES = {"pending": "waiting", "dead": "given up"}

# The latest version of the day's forms lists what the earlier ones did, too.
RETURNS = """
with latest as (
    select intake.batch_id
    from ops.return_intake as intake
    inner join ops.batch as batches on intake.batch_id = batches.batch_id
    where batches.business_date = %s
    order by batches.version desc
    limit 1
)

select lines.body_code, lines.outcome, count(*)
from ops.return_line as lines
inner join latest on lines.batch_id = latest.batch_id
group by lines.body_code, lines.outcome
order by lines.body_code nulls first, lines.outcome
"""
OUTCOMES = ("accepted", "repeated", "unanswered", "rejected", "unreadable")
ANSWERS = """
select coalesce(to_state, event), count(*), count(distinct alert_id)
from ops.alert_event
where actor not in ('machine', 'channel') and business_date = %s
group by coalesce(to_state, event)
order by count(*) desc, 1
"""
EVENTS = """
select event, count(distinct alert_id)
from ops.alert_event
where actor = 'machine' and business_date = %s
group by event
"""
STEPS = {
    "reminded": ("reminder", "reminders"),
    "escalated": ("escalation", "escalations"),
    "looked_back": ("case opened again on look-back", "cases opened again on look-back"),
    "sampled": ("sample", "samples"),
}

OPEN_OPERATIONS = """
select business_date::text, kind, feed, message
from ops.operations_alert
where resolved_at is null and business_date <= %s
order by business_date desc, kind, feed
"""


def alerts(connection: psycopg.Connection, day: date) -> Section:
    """Alerts by tier: new, open, cleared, overdue."""
    standing = {"day": day, "answers": list(ANSWERED)}
    found = {tier: counts for tier, *counts in connection.execute(BY_TIER, standing).fetchall()}
    rows = [(tier, *found.get(tier, (0, 0, 0, 0))) for tier in TIERS]
    sums = [sum(row[place] for row in rows) for place in (1, 2, 3, 4)]
    table = Table(
        "By tier, as of the date",
        ("tier", "new", "open", "cleared", "overdue"),
        [*rows, ("all", *sums)] if any(sums) else [],
    )
    said = "{:,} new, {:,} open, {:,} cleared; of the open ones {:,} are overdue.".format(*sums)
    is_issued = connection.execute(
        "select 1 from ops.alert_day where business_date = %s", [day]
    ).fetchone()
    if is_issued is None:
        need = (
            f"The alerts of the date have not been issued: run it again (huiyan run --date {day})."
        )
        return Section("alerts", "Alerts", [], [need])
    return Section("alerts", "Alerts", [said], [], [table])


def deliveries(connection: psycopg.Connection, day: date) -> Section:
    """Extracts by channel, and what has not gone out."""
    channels = connection.execute(CHANNELS, [day]).fetchall()
    waiting = [
        (code, name, channel, on, EXTRACT_STATES[state], attempts, error)
        for code, name, channel, on, state, attempts, error in connection.execute(
            UNDELIVERED, [day]
        ).fetchall()
    ]
    dead = [row for row in waiting if row[4] == EXTRACT_STATES["dead"]]
    delivered, pending, given_up = (sum(row[place] for row in channels) for place in (1, 2, 3))
    said = [f"{delivered:,} delivered, {pending:,} waiting, {given_up:,} given up."]
    earlier = sum(1 for row in waiting if row[3] != str(day))
    if earlier:
        said.append(f"{counted(earlier, 'extract')} of earlier dates still waiting or given up.")
    needs = [
        f"The extract of {on} for {code} {name} was given up. Put the cause right, then "
        f"huiyan deliver --again --date {on} --body {code}."
        for code, name, _, on, *_ in dead[:EXTRACTS_SHOWN]
    ]
    if len(dead) > EXTRACTS_SHOWN:
        more = counted(len(dead) - EXTRACTS_SHOWN, "more extract")
        needs.append(f"{more} given up (huiyan status).")
    tables = [
        Table("By channel", ("channel", "delivered", "waiting", "given up"), channels),
        Table(
            "Not delivered",
            ("body", "", "channel", "date", "state", "attempts", "last error"),
            waiting[:EXTRACTS_SHOWN],
            frozenset(n for n, row in enumerate(waiting[:EXTRACTS_SHOWN]) if row in dead),
            max(len(waiting) - EXTRACTS_SHOWN, 0),
        ),
    ]
    return Section("deliveries", "Deliveries", said, needs, tables)


def returns(connection: psycopg.Connection, day: date) -> Section:
    """What became of the lines that bodies sent back, and what they answered."""
    bodies: dict[str | None, dict[str, int]] = defaultdict(dict)
    for body, outcome, count in connection.execute(RETURNS, [day]).fetchall():
        bodies[body][outcome] = count
    answers = [
        (state.replace("_", " "), count, about)
        for state, count, about in connection.execute(ANSWERS, [day]).fetchall()
    ]
    ranked = sorted(
        bodies.items(),
        key=lambda item: (
            -item[1].get("rejected", 0) - item[1].get("unreadable", 0),
            item[0] or "",
        ),
    )
    rows: list[tuple[Cell, ...]] = [
        (body or "no sender proven", *(counts.get(outcome, 0) for outcome in OUTCOMES))
        for body, counts in ranked
    ]
    accepted, repeated, unanswered, rejected, unreadable = (
        sum(counts.get(outcome, 0) for counts in bodies.values()) for outcome in OUTCOMES
    )
    said = "Nothing came back."
    if bodies:
        said = (
            f"{counted(accepted, 'line')} accepted, {repeated:,} repeated, {unanswered:,} left "
            f"empty, {rejected:,} rejected; {counted(unreadable, 'unreadable file')}."
        )
    tables = [
        Table("Answers given on the date", ("answer", "given", "alerts"), answers),
        Table(
            "Lines by body, most refused first",
            ("body", *OUTCOMES[:-1], "unreadable files"),
            rows[:BODIES_SHOWN],
            frozenset(n for n, row in enumerate(rows[:BODIES_SHOWN]) if row[4] or row[5]),
            max(len(rows) - BODIES_SHOWN, 0),
        ),
    ]
    return Section("returns", "Returns", [said], [], tables)


def deadlines(connection: psycopg.Connection, day: date) -> Section:
    """Reminders and escalations of the date, and who is behind."""
    events: dict[str, int] = dict(connection.execute(EVENTS, [day]).fetchall())
    behind = connection.execute(OVERDUE_BODIES, {"day": day, "answers": list(ANSWERED)}).fetchall()
    told = ", ".join(counted(events.get(event, 0), *words) for event, words in STEPS.items())
    said = [f"On the date: {told}.", f"{counted(len(behind), 'body', 'bodies')} behind."]
    table = Table(
        "Most overdue first",
        ("body", "", "overdue", "open", "earliest due date"),
        behind[:BODIES_SHOWN],
        left_out=max(len(behind) - BODIES_SHOWN, 0),
    )
    return Section("deadlines", "Deadlines", said, [], [table])


def operations(connection: psycopg.Connection, day: date) -> list[Section]:
    """Bodies over their load or silent on the date, and all operations alerts still open."""
    found = connection.execute(OPEN_OPERATIONS, [day]).fetchall()
    load = [message for on, kind, _, message in found if kind in LOAD and on == str(day)]
    others = [row for row in found if row[1] not in (*TOLD, *LOAD)]
    needs = [f"{kind} ({on}): {message}" for on, kind, _, message in others if on == str(day)]
    table = Table(
        "Newest first",
        ("date", "kind", "of", "message"),
        found[:ALERTS_SHOWN],
        left_out=max(len(found) - ALERTS_SHOWN, 0),
    )
    return [
        Section("load", "Load of the bodies", load or ["No body is over its load."], load),
        Section(
            "operations",
            "Open operations alerts",
            [f"{counted(len(found), 'operations alert')} open."],
            needs,
            [table],
        ),
    ]
