"""What a set of business dates came to, for the person who ran them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import psycopg
from rich.console import Console
from rich.table import Table

from huiyan.settings import Settings
from huiyan.warehouse.connection import connect

BODIES_SHOWN = 15
RULES_SHOWN = 10

HITS = """
select
    h.rule_id,
    r.name_zh,
    r.status,
    count(*) filter (where coalesce(a.tier, h.base_tier) = 'yellow') as yellow,
    count(*) filter (where coalesce(a.tier, h.base_tier) = 'orange') as orange,
    count(*) filter (where coalesce(a.tier, h.base_tier) = 'red') as red,
    count(*) as hits
from marts.fct_rule_hit as h
inner join marts.dim_rule as r on h.rule_id = r.rule_id
left join ops.alert as a on h.hit_id = a.hit_id
where h.is_open
group by h.rule_id, r.name_zh, r.status
order by h.rule_id
"""

WITHOUT_BOOKS = """
select h.subject_id, coalesce(u.unit_name, h.unit_id, '')
from marts.fct_rule_hit as h
left join marts.dim_unit as u on h.unit_id = u.unit_id
where h.rule_id = 'BOOK-001' and h.is_open
order by 1
"""

DELIVERIES = """
select
    d.body_code,
    d.body_name,
    count(distinct d.business_date) as days,
    count(distinct a.alert_id) as alerts,
    count(distinct a.alert_id) filter (where a.is_new) as new_alerts,
    max(d.business_date) as latest
from ops.delivery as d
left join ops.delivery_alert as a on d.delivery_id = a.delivery_id
where d.state = 'delivered' and d.business_date = any(%s)
group by d.body_code, d.body_name
order by alerts desc, d.body_code
"""


CAME_BACK = """
select
    (
        select count(distinct batch_files.file_name)
        from ops.return_intake
        inner join ops.batch_file as batch_files using (batch_id)
    ) as forms,
    coalesce(sum(accepted), 0) as accepted,
    coalesce(sum(rejected), 0) as rejected,
    (select count(*) from ops.delivery where content ? 'returned') as returned,
    (select count(*) from ops.alert_recurrence) as reopened,
    (select count(*) from ops.alert_tier_step where reason_code = 'complaint') as complained,
    (select count(*) from marts.mart_joint_case) as joint
from ops.return_intake
"""

STATES = "select state, count(*) from marts.fct_alert group by state order by state"

PERFORMANCE = """
select
    p.rule_id,
    r.name_zh,
    p.verdicts,
    p.verdicts - p.not_confirmed,
    p.precision,
    p.precision_low,
    p.precision_high
from marts.mart_rule_performance as p
inner join marts.dim_rule as r on p.rule_id = r.rule_id
order by p.verdicts desc, p.rule_id
limit %s
"""


@dataclass(frozen=True)
class Figures:
    """The counts a run is judged by."""

    hits: int
    rules_with_hits: int
    units_without_books: int
    deliveries: int
    bodies: int


def summarise(dates: Sequence[date], settings: Settings, console: Console) -> Figures:
    """Print hits by rule and tier, units without books, deliveries by body, answers; the totals."""
    with connect(settings) as connection:
        hits = _hits(connection, console)
        without = _without_books(connection, console)
        deliveries, bodies = _deliveries(connection, dates, settings, console)
        _answers(connection, console)
    return Figures(sum(hits), len(hits), without, deliveries, bodies)


def _hits(connection: psycopg.Connection, console: Console) -> list[int]:
    table = Table(title="Open hits 疑点", title_justify="left")
    table.add_column("rule")
    table.add_column("name")
    table.add_column("status")
    for tier, style in (("yellow", "yellow"), ("orange", "dark_orange"), ("red", "red")):
        table.add_column(tier, justify="right", style=style)
    table.add_column("hits", justify="right")
    rows = connection.execute(HITS).fetchall()
    for rule_id, name, status, *counts in rows:
        table.add_row(rule_id, name, status, *(str(count or "") for count in counts))
    console.print(table)
    return [row[-1] for row in rows]


def _without_books(connection: psycopg.Connection, console: Console) -> int:
    rows = connection.execute(WITHOUT_BOOKS).fetchall()
    names = "、".join(name or code for code, name in rows)
    console.print(
        f"Units paid through the treasury that keep no books: [bold]{len(rows)}[/] {names}"
    )
    return len(rows)


def _deliveries(
    connection: psycopg.Connection, dates: Sequence[date], settings: Settings, console: Console
) -> tuple[int, int]:
    rows = connection.execute(DELIVERIES, (list(dates),)).fetchall()
    table = Table(title="Deliveries by body 下发", title_justify="left")
    for name in ("body", "", "days", "alerts", "new", "latest extract"):
        table.add_column(name, justify="right" if name in ("days", "alerts", "new") else "left")
    for code, name, days, alerts, new, latest in rows[:BODIES_SHOWN]:
        workbook = settings.outbox / code / latest.isoformat() / "alerts.xlsx"
        link = f"[link={workbook.as_uri()}]{code}/{latest}[/link]"
        table.add_row(code, name, str(days), str(alerts), str(new), link)
    console.print(table)
    if len(rows) > BODIES_SHOWN:
        console.print(f"... and {len(rows) - BODIES_SHOWN} more bodies.")
    return sum(row[2] for row in rows), len(rows)


def _answers(connection: psycopg.Connection, console: Console) -> None:
    """What bodies sent back, where the alerts stand, and what verdicts say of the rules."""
    row = connection.execute(CAME_BACK).fetchone()
    forms, accepted, rejected, returned, reopened, complained, joint = row or (0,) * 7
    if not forms:
        return
    console.print(
        f"Answers taken: {accepted:,}. Lines refused: {rejected:,}, given back to {returned:,} "
        f"senders as returned.xlsx. Alerts that reopen a closed case: {reopened:,}. Tiers raised "
        f"by complaints: {complained:,}. Joint cases: {joint:,}."
    )
    states = connection.execute(STATES).fetchall()
    console.print("Alerts: " + ", ".join(f"{count:,} {state}" for state, count in states))
    table = Table(title="What verdicts say of the rules 准确率", title_justify="left")
    table.add_column("rule")
    table.add_column("name")
    for name in ("verdicts", "right", "precision", "95 % interval"):
        table.add_column(name, justify="right")
    for rule_id, name, verdicts, right, share, low, high in connection.execute(
        PERFORMANCE, (RULES_SHOWN,)
    ):
        interval = f"{low:.2f}–{high:.2f}"
        table.add_row(rule_id, name, str(verdicts), str(right), f"{share:.2f}", interval)
    console.print(table)
