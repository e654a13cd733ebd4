"""Why an alert fired: rule, evidence, source rows, tier reasons, recipients, deliveries."""

import json
from datetime import date
from decimal import Decimal
from operator import itemgetter
from typing import Any

import psycopg
from psycopg.rows import dict_row

from huiyan import source_rows
from huiyan.alerts.evidence import LABELS, readable, readable_fact
from huiyan.alerts.subject import gathered_type
from huiyan.errors import NotFoundError
from huiyan.rules.catalogue import load_rules
from huiyan.settings import Settings, get_settings
from huiyan.warehouse.connection import connect

SHORTEST_PREFIX = 8

Record = dict[str, Any]

# Lists of documents in an evidence end after so many; which key, if any, says how many there are.
LIST_ENDS = (10, 50, 100)
COUNTED_BY: dict[str, str | None] = {
    "vouchers": "voucher_count",
    "earlier_vouchers": None,
    "payments": "payment_count",
    "transactions": "swipe_count",
    "subjects": None,
}
# Whose rows are found by the subject, however many documents the evidence lists.
FOUND_BY_SUBJECT = {
    "account",
    "agency_quarter",
    "card_group",
    "payee_account",
    "voucher_group",
}


def explain(subject: str, settings: Settings | None = None) -> Record:
    """Everything that is known about an alert, or about a hit that is none.

    Args:
        subject: an alert id or a hit id, or the beginning of one (8 characters or more).

    Returns:
        Keys: hit, unit_name (null if it is not among the units), rule, rule_status (its life),
        said_on, evidence, evidence_text, parameters, sources, not_listed, changes, hit_history (the
        times of the hit, with the versions that found it), alert (null if the hit was never
        pushed), exceptions (reviewed ones that cover the hit, at whatever time), tier_steps,
        routes, events, deliveries.

        Evidence, parameters and sources (files and lines) are what was first said of the alert,
        or, of a hit that is none, what was said when its latest time was detected; `said_on` is
        that business date. `sources` is null if they were not kept then. `not_listed` says which
        documents are missing from them because the evidence lists no more. `changes` says in words
        what is otherwise now. Of exceptions and entries of the rule's life `is_in_force` says
        whether they count on the latest evaluated business date.

    Raises:
        NotFoundError: nothing, or more than one thing, has that id.
    """
    settings = settings or get_settings()
    with (
        connect(settings, role="huiyan_push") as connection,
        connection.cursor(row_factory=dict_row) as cursor,
    ):
        alert, hit = _find(cursor, subject)
        facts = hit or alert or {}
        said = _first_said(cursor, alert, hit)
        gathered = gathered_type(facts["subject_type"], facts["subject_id"])
        explanation = {
            "alert": _without(alert, "evidence", *FIRST),
            "hit": _without(hit, "evidence"),
            "unit_name": _unit_name(cursor, alert, facts["unit_id"]),
            "rule": _rule(cursor, facts["rule_id"]),
            "rule_status": cursor.execute(RULE_STATUS, [facts["rule_id"]]).fetchall(),
            "said_on": said["said_on"],
            "parameters": _parameters(cursor, facts["rule_id"], said),
            "evidence": json.loads(said["evidence"], parse_float=Decimal),
            "evidence_text": readable(said["evidence"], gathered),
            "sources": said["sources"],
            "not_listed": _not_listed(facts, said),
            "hit_history": cursor.execute(HIT_HISTORY, [facts["hit_id"]]).fetchall(),
            "exceptions": cursor.execute(EXCEPTIONS, facts).fetchall(),
            "tier_steps": _of_alert(cursor, alert, "tier_steps"),
            "routes": _of_alert(cursor, alert, "routes"),
            "events": _of_alert(cursor, alert, "events"),
            "deliveries": _of_alert(cursor, alert, "deliveries"),
        }
    # What stands in landing is nobody's business but that of those who build the warehouse.
    with connect(settings, role="huiyan_build") as connection:
        connection.read_only = True
        rows = source_rows.changes(connection, said["sources"] or ())
    explanation["changes"] = [*_changes(hit, said, gathered), *(change.text for change in rows)]
    return explanation


def _first_said(cursor: psycopg.Cursor[Record], alert: Record | None, hit: Record | None) -> Record:
    """What the alert keeps, else what is on record of the latest time of the hit.

    Keys: said_on, evidence (JSON text), sources and parameters (null if they were not kept).
    """
    hit_id = (hit or alert or {})["hit_id"]
    spell = cursor.execute(LATEST_TIME, [hit_id]).fetchone()
    if alert and alert["first_evidence"] is not None:
        sources = [
            {**file, **{name: date.fromisoformat(file[name]) for name in DATES}}
            for file in alert["first_sources"] or ()
        ]
        # What was detected before it could be pushed was judged then.
        days = (file["detected_on"] for file in sources)
        return {
            "said_on": max(days, default=alert["opened_on"]),
            "evidence": alert["first_evidence"],
            "sources": sources or None,
            "parameters": alert["first_parameters"],
        }
    if spell is None:
        # A hit of former days that a correction took back, and an alert that kept nothing.
        said_on = (alert or {}).get("opened_on") or date.max
        return {
            "said_on": said_on,
            "evidence": (alert or hit or {})["evidence"],
            "sources": None,
            "parameters": None,
        }
    return {
        **spell,
        "sources": cursor.execute(SOURCES, [spell["spell_id"]]).fetchall() or None,
    }


def _find(cursor: psycopg.Cursor[Record], subject: str) -> tuple[Record | None, Record | None]:
    subject = subject.strip()
    like = subject.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    names = {"exact": subject, "like": like + "%" * (len(subject) >= SHORTEST_PREFIX)}
    alerts = cursor.execute(
        "select *, evidence::text as evidence, first_evidence::text as first_evidence, "
        "first_parameters::text as first_parameters from ops.alert "
        "where alert_id like %(like)s or hit_id like %(like)s "
        "order by (%(exact)s in (alert_id, hit_id)) desc limit 2",
        names,
    ).fetchall()
    hits = cursor.execute(
        "select *, evidence::text as evidence from marts.fct_rule_hit "
        "where hit_id like %(like)s or hit_id = any(%(known)s) "
        "order by (hit_id = %(exact)s) desc limit 2",
        {**names, "known": [alert["hit_id"] for alert in alerts]},
    ).fetchall()
    found = {row["hit_id"] for row in (*alerts, *hits)}
    exact = {
        row["hit_id"] for row in (*alerts, *hits) if subject in (row.get("alert_id"), row["hit_id"])
    }
    chosen = exact or found
    if len(chosen) != 1:
        raise NotFoundError(
            f"{'No' if not chosen else 'More than one'} alert or hit has the id {subject!r}. "
            "Alert ids are in every extract (column alert_id, 预警编号), hit ids in "
            "marts.fct_rule_hit."
        )
    hit_id = chosen.pop()
    return (
        next((row for row in alerts if row["hit_id"] == hit_id), None),
        next((row for row in hits if row["hit_id"] == hit_id), None),
    )


def _unit_name(
    cursor: psycopg.Cursor[Record], alert: Record | None, unit_id: str | None
) -> str | None:
    """As the alert has it, else as the units have it now."""
    if alert and alert["unit_name"]:
        return str(alert["unit_name"])
    unit = cursor.execute(
        "select unit_name from marts.dim_unit where unit_id = %s", [unit_id]
    ).fetchone()
    return str(unit["unit_name"]) if unit else None


def _without(row: Record | None, *keys: str) -> Record | None:
    return row and {key: value for key, value in row.items() if key not in keys}


def _rule(cursor: psycopg.Cursor[Record], rule_id: str) -> Record:
    row = cursor.execute("select * from marts.dim_rule where rule_id = %s", [rule_id]).fetchone()
    return row or {"rule_id": rule_id}


def _parameters(cursor: psycopg.Cursor[Record], rule_id: str, said: Record) -> list[Record]:
    """The values it was judged by, and those in force on the latest evaluated business date.

    Who approved a value, and since when it holds, is what the reviewed seed says of it by now. If
    the values were not kept, they are those that the seed has for the date.
    """
    rule = load_rules().get(rule_id)
    keys = [f"{owner} {name}" for owner, name in rule.parameter_keys] if rule else []
    seed = cursor.execute(PARAMETERS, {"keys": keys, "day": said["said_on"]}).fetchall()
    if said["parameters"] is None:
        return [row for row in seed if row["value"] is not None]
    kept: dict[str, Decimal] = json.loads(
        said["parameters"], parse_float=Decimal, parse_int=Decimal
    )
    known = {(row["rule_id"], row["parameter"]): row for row in seed}
    rows = []
    for name, value in kept.items():
        owner, _, parameter = name.rpartition(".")
        key = (owner or rule_id, parameter)
        row = known.get(key, {})
        if row.get("value") != value:
            row = {**dict.fromkeys(PARAMETER_COLUMNS), "value_now": row.get("value_now")}
        rows.append({**row, "rule_id": key[0], "parameter": parameter, "value": value})
    return sorted(rows, key=itemgetter("rule_id", "parameter"))


def _not_listed(facts: Record, said: Record) -> list[str]:
    """Documents that were used and are not among the sources: the evidence lists no more."""
    evidence = json.loads(said["evidence"])
    found = []
    for key, counted_by in COUNTED_BY.items():
        listed = len(str(evidence.get(key) or "").split("、"))
        count = evidence.get(counted_by) if counted_by else None
        if listed not in LIST_ENDS or count == listed:
            continue
        if facts["subject_type"] in FOUND_BY_SUBJECT or facts["rule_id"] in ("SCF-002", "STAT-003"):
            continue
        label = LABELS.get(key, key)
        found.append(
            f"{label}共 {count} 份，其中 {count - listed} 份未列出"
            if count
            else f"{label}只列到第 {listed} 份，可能还有"
        )
    return found


def _changes(hit: Record | None, said: Record, gathered: str | None) -> list[str]:
    """How the hit on record differs from what was said, in words.

    Args:
        gathered: the type of the subjects that the evidence lists; null if of several.
    """
    if hit is None:
        return ["疑点：数据更正后已不存在"]
    found = [] if hit["is_open"] else [f"疑点：{hit['cleared_on']} 已消除"]
    then = json.loads(said["evidence"], parse_float=Decimal)
    now = json.loads(hit["evidence"], parse_float=Decimal)
    for key in dict.fromkeys((*LABELS, *then, *now)):
        if then.get(key) != now.get(key):
            before, after = (
                readable_fact(key, facts[key], gathered=gathered) if key in facts else "—"
                for facts in (then, now)
            )
            found.append(f"疑点依据：{before} → {after}")
    return found


_IN_FORCE = """
    {0}.valid_from <= today.day and ({0}.valid_to is null or {0}.valid_to > today.day)
    as is_in_force
"""
_TODAY = "(select max(business_date) as day from ops.evaluation where state = 'evaluated') as today"
_ON_THE_DAY = "seed.valid_from <= %(day)s and (seed.valid_to is null or seed.valid_to > %(day)s)"
RULE_STATUS = f"""
    select
        life.rule_version, life.status, life.is_pushed, life.valid_from, life.valid_to,
        life.made_by, life.approved_by, life.reason, {_IN_FORCE.format("life")}
    from marts.dim_rule_status as life
    cross join {_TODAY}
    where life.rule_id = %s
    order by life.valid_from
"""  # noqa: S608 - every part is a constant of this module
HIT_HISTORY = """
    select detected_on, rule_version, last_detected_on, last_rule_version, cleared_on,
        cleared_because
    from marts.mart_rule_hit_history
    where hit_id = %s
    order by detected_on
"""
DATES = ("detected_on", "business_date")
FIRST = ("first_evidence", "first_sources", "first_parameters")
LATEST_TIME = """
    select
        spells.spell_id, spells.detected_on as said_on, spells.evidence::text as evidence,
        runs.parameters::text as parameters
    from marts.fct_rule_hit_spell as spells
    left join marts.fct_rule_run as runs
        on spells.rule_id = runs.rule_id and spells.detected_on = runs.business_date
    where spells.hit_id = %s
    order by spells.detected_on desc
    limit 1
"""
SOURCES = """
    select
        detected_on, used_as, feed, business_date, version, batch_id, file_no, file_name,
        file_sha256, lines, row_count
    from marts.fct_rule_hit_source
    where spell_id = %s
    order by used_as desc, feed, batch_id, file_no
"""
PARAMETER_COLUMNS = ("valid_from", "valid_to", "legal_basis", "approved_by")
PARAMETERS = f"""
    select
        seed.rule_id, seed.parameter,
        max(seed.value) filter (where {_ON_THE_DAY}) as value,
        max(seed.valid_from) filter (where {_ON_THE_DAY}) as valid_from,
        max(seed.valid_to) filter (where {_ON_THE_DAY}) as valid_to,
        max(seed.legal_basis) filter (where {_ON_THE_DAY}) as legal_basis,
        max(seed.approved_by) filter (where {_ON_THE_DAY}) as approved_by,
        max(seed.value) filter (
            where seed.valid_from <= today.day
            and (seed.valid_to is null or seed.valid_to > today.day)
        ) as value_now
    from reference.rule_parameters as seed
    cross join {_TODAY}
    where seed.rule_id || ' ' || seed.parameter = any(%(keys)s)
    group by seed.rule_id, seed.parameter
    order by seed.rule_id, seed.parameter
"""  # noqa: S608 - every part is a constant of this module
EXCEPTIONS = f"""
    select
        excepted.subject_id, excepted.unit_id, excepted.reason, excepted.approved_by,
        excepted.valid_from, excepted.valid_to, {_IN_FORCE.format("excepted")}
    from reference.alert_suppression as excepted
    cross join {_TODAY}
    where
        excepted.rule_id = %(rule_id)s
        and coalesce(excepted.subject_id, excepted.unit_id) is not null
        and (excepted.subject_id is null or excepted.subject_id = %(subject_id)s)
        and (excepted.unit_id is null or excepted.unit_id = %(unit_id)s)
    order by excepted.valid_from
"""  # noqa: S608 - every part is a constant of this module

QUERIES = {
    "tier_steps": "select business_date, reason_code, from_tier, to_tier, reason, due_on "
    "from ops.alert_tier_step where alert_id = %s "
    "order by business_date, array_position(array['yellow', 'orange', 'red'], to_tier)",
    "routes": "select role, body_code, body_name, reason, assigned_on, ended_on "
    "from ops.alert_route where alert_id = %s order by assigned_on, role",
    "events": "select business_date, event, to_state, actor, body_code, detail, recorded_at "
    "from ops.alert_event where alert_id = %s "
    "order by business_date, case when event = 'auto_resolved' then 4 "
    "when actor = 'channel' then 2 when actor = 'machine' then 1 else 3 end, event_id",
    "deliveries": "select body_code, body_name, business_date, version, role, state, "
    "delivered_at, location, content_hash from ops.delivery_alert "
    "join ops.delivery using (delivery_id) left join ops.delivery_receipt using (delivery_id) "
    "where alert_id = %s order by business_date, body_code, version, role",
}


def _of_alert(cursor: psycopg.Cursor[Record], alert: Record | None, part: str) -> list[Record]:
    if alert is None:
        return []
    return cursor.execute(QUERIES[part], [alert["alert_id"]]).fetchall()
