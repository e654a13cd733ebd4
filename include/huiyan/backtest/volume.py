"""What each body would get: a backtest's hits routed as alerts are, on the date of detection.

The alerts' own statements fill temporary tables in a transaction that is rolled back. Tiers rise by
amount and by several rules on one subject, as far as the other rules' live hits tell.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg

from huiyan.alerts.statements import execute, parameters
from huiyan.alerts.words import TIERS
from huiyan.backtest.spells import Findings, Spell
from huiyan.rules.catalogue import Rule
from huiyan.settings import Settings

_OWN = """
    insert into issue_spell
    select
        subject_id, %(rule_id)s, %(version)s, %(name)s, true, subject_type, subject_id, unit_id,
        finance_agency_code, treasury_agency_code, base_tier, '{}', amount, occurred_on, null, null
    from unnest(
        %(subject_type)s::text[], %(subject_id)s::text[], %(unit_id)s::text[],
        %(finance_agency_code)s::text[], %(treasury_agency_code)s::text[],
        %(occurred_on)s::date[], %(amount)s::numeric[], %(base_tier)s::text[]
    ) as found (
        subject_type, subject_id, unit_id, finance_agency_code, treasury_agency_code, occurred_on,
        amount, base_tier
    )
"""
_TIERS = """
    truncate issue_alert;
    insert into issue_alert
    select
        alert_id,
        (%(tiers)s::text[])[least(
            array_position(%(tiers)s::text[], base_tier)
            + case when amount > amount_step then 1 else 0 end
            + case when rules_on_subject >= 3 then 1 else 0 end,
            cardinality(%(tiers)s::text[])
        )]
    from issue_hit
    where rule_id = %(rule_id)s
"""
_COLUMNS = (
    "subject_type",
    "subject_id",
    "unit_id",
    "finance_agency_code",
    "treasury_agency_code",
    "occurred_on",
    "amount",
    "base_tier",
)


@dataclass(frozen=True)
class Volume:
    """Alerts opened within the range, by what is done with them.

    Attributes:
        bodies: by (body name, body code), the alerts it would dispose of and verify.
        tiers: alerts by tier on the date they were opened. suppressed: hits not pushed because a
            reviewed suppression names them.
    """

    bodies: dict[tuple[str, str], tuple[int, int]]
    tiers: dict[str, int]
    suppressed: int


def _route(
    cursor: psycopg.ClientCursor[Any],
    rule: Rule,
    spells: list[Spell],
    day: date,
    settings: Settings,
) -> None:
    """Fill the work tables for what was detected on one date."""
    said = parameters(day, settings)
    execute(cursor, "bodies", said)
    execute(cursor, "spells", said)
    hits = [spell.hit for spell in spells]
    own = {
        "rule_id": rule.id,
        "version": rule.version,
        "name": rule.name.zh,
        **{name: [getattr(hit, name) for hit in hits] for name in _COLUMNS},
    }
    cursor.execute(
        "delete from issue_spell where rule_id = %(rule_id)s"
        " or (subject_type, subject_id) not in"
        " (select * from unnest(%(subject_type)s::text[], %(subject_id)s::text[]))",
        own,
    )
    cursor.execute(_OWN, own)
    execute(cursor, "hits", said)
    cursor.execute(_TIERS, {"rule_id": rule.id, "tiers": list(TIERS)})
    execute(cursor, "routes", said)


def volume(
    connection: psycopg.Connection, rule: Rule, found: Findings, settings: Settings
) -> Volume:
    """Route every spell on the date of its detection; leaves nothing behind."""
    by_day: dict[date, list[Spell]] = defaultdict(list)
    for spell in found.spells:
        by_day[spell.detected_on].append(spell)
    disposing: Counter[tuple[str, str]] = Counter()
    verifying: Counter[tuple[str, str]] = Counter()
    tiers: Counter[str] = Counter()
    suppressed = 0
    cursor = psycopg.ClientCursor(connection)
    try:
        for number, (day, spells) in enumerate(sorted(by_day.items())):
            if number == 0:
                execute(cursor, "work_tables", parameters(day, settings))
            _route(cursor, rule, spells, day, settings)
            cursor.execute("select role, body_name, body_code from issue_route")
            for role, name, code in cursor.fetchall():
                (disposing if role == "dispose" else verifying)[name, code] += 1
            cursor.execute(
                "select issue_alert.tier, issue_hit.is_suppressed from issue_alert"
                " inner join issue_hit on issue_alert.alert_id = issue_hit.alert_id"
            )
            for tier, is_suppressed in cursor.fetchall():
                tiers[tier] += not is_suppressed
                suppressed += is_suppressed
    finally:
        connection.rollback()
    return Volume(
        {key: (disposing[key], verifying[key]) for key in sorted({*disposing, *verifying})},
        {tier: tiers[tier] for tier in TIERS},
        suppressed,
    )
