"""The alerts that were open on a business date, as they stood on it: `huiyan alerts`."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from psycopg.rows import class_row
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from huiyan.alerts import words
from huiyan.errors import NotFoundError
from huiyan.feeds.cells import printable
from huiyan.settings import Settings, get_settings
from huiyan.terminal import fits
from huiyan.warehouse.connection import connect

Tier = Literal["yellow", "orange", "red"]

ID_SHOWN = 12
COLOUR = {"red": "red", "orange": "dark_orange", "yellow": "yellow"}

OPEN_ON = """
with openings as (
    select *
    from ops.alert_opening
    where opened_on <= %(day)s and (resolved_on is null or resolved_on > %(day)s)
),

routes as (
    select
        alert_id,
        max(body_code) filter (where role = 'dispose') as dispose_body_code,
        max(body_name) filter (where role = 'dispose') as dispose_body_name,
        max(body_code) filter (where role = 'verify') as verify_body_code,
        max(body_name) filter (where role = 'verify') as verify_body_name
    from ops.alert_route
    where assigned_on <= %(day)s and (ended_on is null or ended_on > %(day)s)
    group by alert_id
)

select
    openings.alert_id,
    coalesce(raised.to_tier, openings.base_tier) as tier,
    alerts.rule_id,
    rules.name_zh as rule_name,
    openings.unit_id,
    openings.unit_name,
    alerts.subject_type,
    alerts.subject_id,
    openings.amount,
    routes.dispose_body_code,
    routes.dispose_body_name,
    routes.verify_body_code,
    routes.verify_body_name,
    states.to_state as state,
    openings.opened_on,
    coalesce(raised.due_on, openings.due_on) as due_on,
    openings.opened_on = %(day)s as is_new
from openings
inner join ops.alert as alerts on openings.alert_id = alerts.alert_id
left join marts.dim_rule as rules on alerts.rule_id = rules.rule_id
left join routes on openings.alert_id = routes.alert_id
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
inner join lateral (
    select events.to_state
    from ops.alert_event as events
    where
        events.alert_id = openings.alert_id
        and events.to_state is not null
        and events.business_date <= %(day)s
    order by
        events.business_date desc,
        case
            when events.event = 'auto_resolved' then 4
            when events.actor = 'channel' then 2
            when events.actor = 'machine' then 1
            else 3
        end desc,
        events.event_id desc
    limit 1
) as states on true
where
    (%(tier)s::text is null or coalesce(raised.to_tier, openings.base_tier) = %(tier)s)
    and (%(rule)s::text is null or alerts.rule_id = %(rule)s)
    and (
        %(body)s::text is null
        or %(body)s in (routes.dispose_body_code, routes.verify_body_code)
    )
order by
    array_position(array['red', 'orange', 'yellow'], coalesce(raised.to_tier, openings.base_tier)),
    due_on, alerts.rule_id, alerts.subject_id
"""


@dataclass(frozen=True)
class OpenAlert:
    """One alert as it stood on a business date.

    Attributes:
        rule_name: in Chinese; None if the warehouse no longer knows the rule.
        unit_id, unit_name: None if the unit is not known. amount: CNY, None if the rule gives none.
        dispose_body_code …: None if no body has the part.
        opened_on: the business date on which it was opened last. is_new: that is the date asked.
        due_on: last day for an answer.
    """

    alert_id: str
    tier: str
    rule_id: str
    rule_name: str | None
    unit_id: str | None
    unit_name: str | None
    subject_type: str
    subject_id: str
    amount: Decimal | None
    dispose_body_code: str | None
    dispose_body_name: str | None
    verify_body_code: str | None
    verify_body_name: str | None
    state: str
    opened_on: date
    due_on: date
    is_new: bool


def open_alerts(
    on: date | None = None,
    *,
    tier: Tier | None = None,
    body: str | None = None,
    rule: str | None = None,
    settings: Settings | None = None,
) -> tuple[date, list[OpenAlert]]:
    """The business date and the alerts open on it, the most urgent first.

    Args:
        on: None means the latest date that was issued.
        tier: only alerts that had this tier on the date.
        body: only alerts that this body, by its code, had to dispose of or to verify.
        rule: only alerts of this rule, by its id.

    Raises:
        NotFoundError: no alerts were issued for the date, or no alert ever went to the body.
    """
    with (
        connect(settings or get_settings(), role="huiyan_push") as connection,
        connection.cursor(row_factory=class_row(OpenAlert)) as cursor,
    ):
        days = connection.execute(
            "select max(business_date), coalesce(bool_or(business_date = %s), false)"
            " from ops.alert_day",
            [on],
        ).fetchone()
        latest, is_issued = days or (None, False)
        if latest is None:
            raise NotFoundError(
                "No alerts were issued yet: `huiyan run --date YYYY-MM-DD` runs a business date."
            )
        if on is not None and not is_issued:
            raise NotFoundError(
                f"No alerts were issued for {on}; the latest date that was is {latest}."
            )
        if (
            body is not None
            and not connection.execute(
                "select 1 from ops.alert_route where body_code = %s limit 1", [body]
            ).fetchone()
        ):
            raise NotFoundError(
                f"No alert ever went to a body {body}. A body's code is the name of its folder in "
                "the outbox."
            )
        day = on or latest
        wanted = {"day": day, "tier": tier, "body": body, "rule": rule}
        return day, cursor.execute(OPEN_ON, wanted).fetchall()


def render(day: date, alerts: list[OpenAlert], limit: int, console: Console) -> None:
    """Print the first `limit` of the alerts (0: all), and how many there are."""
    shown = alerts[: limit or None]
    if shown:
        table = _table(shown)
        if fits(table, console):
            console.print(table)
        else:
            for alert in shown:
                _two_lines(alert, console)
    if not alerts:
        console.print(f"{day}：没有符合条件的未结预警。")
        return
    of_tier = Counter(alert.tier for alert in alerts)
    tiers = "、".join(f"{words.TIER[each]} {of_tier[each]}" for each in words.TIER if of_tier[each])
    new = sum(alert.is_new for alert in alerts)
    console.print(
        f"{day}：未结预警 {len(alerts)} 条（{tiers}），其中当日新增 {new} 条。"
        + (f"以上为前 {len(shown)} 条，--limit 0 列出全部。" if len(shown) < len(alerts) else ""),
        soft_wrap=True,
        highlight=False,
    )
    console.print("查看某条的来由：huiyan explain 预警编号", highlight=False)


def _table(alerts: list[OpenAlert]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("预警编号", "级别", "规则", "单位", "处置单位", "状态", "办理期限"):
        table.add_column(heading, no_wrap=True)
    for alert in alerts:
        table.add_row(*_cells(alert))
    return table


def _cells(alert: OpenAlert) -> tuple[str, ...]:
    return (
        alert.alert_id[:ID_SHOWN],
        f"[{COLOUR[alert.tier]}]{words.TIER[alert.tier]}[/]",
        escape(f"{alert.rule_id} {alert.rule_name or ''}".strip()),
        escape(printable(alert.unit_name or alert.unit_id or "—")),
        escape(printable(alert.dispose_body_name or "—")),
        words.STATE[alert.state],
        str(alert.due_on),
    )


def _two_lines(alert: OpenAlert, console: Console) -> None:
    """For a terminal too narrow for the table: each alert whole, on two lines."""
    alert_id, tier, rule, unit, body, state, due_on = _cells(alert)
    for line in (
        f"{alert_id}  {tier}  {due_on}  {state}  {rule}",
        f"{'':{ID_SHOWN}}  {unit} → {body}",
    ):
        console.print(line, soft_wrap=True, highlight=False)
