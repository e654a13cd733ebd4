"""Why an alert fired: rule, evidence, source rows, tier reasons, recipients, deliveries."""

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from operator import itemgetter
from typing import Any

import psycopg
from psycopg.rows import dict_row
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from huiyan.alerts import words
from huiyan.alerts.evidence import readable
from huiyan.errors import NotFoundError
from huiyan.rules.catalogue import load_rules
from huiyan.settings import Settings, get_settings
from huiyan.warehouse.connection import connect

SOURCE_LIMIT = 200
SHORTEST_PREFIX = 8

Record = dict[str, Any]


@dataclass(frozen=True)
class Source:
    """Where rows of a kind of subject lie: a feed, its staging table, a condition on it.

    The condition sees %(subject)s (the subject id) and %(named)s (the ids that the evidence names,
    as text[]).
    """

    feed: str
    table: str
    condition: str


_ATTACHMENT = "stg_finance__attachment"
_ENTRY = "stg_finance__voucher_entry"
_PAYMENT = "stg_treasury__payment"
_SWIPE = "stg_card__transaction"

# What else than its subject a hit rests on: documents that its evidence names under these keys.
_VOUCHERS_NAMED = Source("finance_vouchers", _ENTRY, "voucher_id = any(%(named)s)")
_PAYMENTS_NAMED = Source("treasury_payments", _PAYMENT, "voucher_no = any(%(named)s)")
_SWIPES_NAMED = Source("card_transactions", _SWIPE, "txn_no = any(%(named)s)")
NAMED: dict[str, Source] = {
    "vouchers": _VOUCHERS_NAMED,
    "earlier_vouchers": _VOUCHERS_NAMED,
    "payments": _PAYMENTS_NAMED,
    "earlier_payment": _PAYMENTS_NAMED,
    "returned_payment": _PAYMENTS_NAMED,
    "transactions": _SWIPES_NAMED,
    "earlier_txn_no": _SWIPES_NAMED,
    "refund_txn_no": _SWIPES_NAMED,
}
# The attachments of the vouchers that a hit of these types names, as far as they are its reason.
ATTACHMENTS_NAMED: dict[str, str] = {
    "invoice_run": "attachment_type = 'invoice'",
    "letter": "attachment_type = 'official_letter'",
    "payee": "true",
}
SOURCES: dict[str, tuple[Source, ...]] = {
    "voucher": (
        Source("finance_vouchers", _ENTRY, "voucher_id = %(subject)s"),
        Source("finance_attachments", _ATTACHMENT, "voucher_id = %(subject)s"),
    ),
    "invoice": (
        Source(
            "finance_attachments",
            _ATTACHMENT,
            "coalesce(invoice_code, '') || '-' || invoice_no = %(subject)s",
        ),
    ),
    "attachment_file": (
        Source("finance_attachments", _ATTACHMENT, "lower(file_sha256) = %(subject)s"),
    ),
    "accounting_period": (
        Source(
            "finance_vouchers",
            _ENTRY,
            "acct_set_code || '/' || fiscal_year || '/' || lpad(acct_period::text, 2, '0') "
            "= %(subject)s",
        ),
    ),
    "advance": (
        Source(
            "finance_vouchers",
            _ENTRY,
            "acct_set_code || ':' || left(gov_acct_cls_code, 4) || ':' || fund_tra_obj_name "
            "= %(subject)s",
        ),
    ),
    "payment": (Source("treasury_payments", _PAYMENT, "voucher_no = %(subject)s"),),
    "acct_set_year": (
        Source("finance_vouchers", _ENTRY, "acct_set_code || ':' || fiscal_year = %(subject)s"),
    ),
    "payee_account": (
        Source("treasury_payments", _PAYMENT, "payee_acct_no = %(subject)s"),
        Source("accounts", "stg_registry__account", "account_no = %(subject)s"),
    ),
    "account": (
        Source("accounts", "stg_registry__account", "account_no = %(subject)s"),
        Source(
            "treasury_payments",
            _PAYMENT,
            "(pay_acct_no = %(subject)s or payee_acct_no = %(subject)s)",
        ),
    ),
    "treasury_agency": (
        Source("treasury_users", "stg_treasury__user", "agency_code = %(subject)s"),
        Source("treasury_payments", _PAYMENT, "agency_code = %(subject)s"),
    ),
    "card_transaction": (
        Source("card_transactions", _SWIPE, "txn_no = %(subject)s"),
        Source("finance_vouchers", _ENTRY, "card_txn_no = %(subject)s"),
    ),
    "agency_year": (
        Source(
            "finance_vouchers",
            _ENTRY,
            "agency_code || ':' || fiscal_year = %(subject)s "
            "and dep_bgt_eco_code like any(array['30212%%', '30217%%', '30231%%'])",
        ),
    ),
    "treasury_agency_year": (
        Source(
            "treasury_payments",
            _PAYMENT,
            "agency_code || ':' || extract(year from coalesce(x_pay_date, vou_date)) = %(subject)s",
        ),
    ),
    "budget_line": (
        Source(
            "treasury_payments",
            _PAYMENT,
            "agency_code || ':' || st_year || ':' || dep_exp_eco_code = %(subject)s",
        ),
        Source(
            "budgets",
            "stg_finance__budget",
            "agency_code || ':' || fiscal_year || ':' || dep_exp_eco_code = %(subject)s",
        ),
    ),
    "lease": (Source("leases", "stg_finance__lease", "lease_no = %(subject)s"),),
}


def explain(subject: str, settings: Settings | None = None) -> Record:
    """Everything that is known about an alert, or about a hit that is none.

    Args:
        subject: an alert id or a hit id, or the beginning of one (8 characters or more).

    Returns:
        Keys: hit, rule, parameters, evidence, sources, alert (null if the hit is not pushed),
        tier_steps, routes, events, deliveries. `parameters` are the rule's values that were in
        force when the hit was detected. `sources` names the rows that were, at most 200 of each
        feed, latest first.

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
        day = _detected_on(cursor, facts)
        evidence = json.loads(facts["evidence"], parse_float=Decimal)
        return {
            "alert": _without(alert, "evidence"),
            "hit": _without(hit, "evidence"),
            "rule": _rule(cursor, facts["rule_id"]),
            "parameters": _parameters(cursor, facts["rule_id"], day),
            "evidence": evidence,
            "evidence_text": readable(facts["evidence"]),
            "sources": _sources(cursor, facts, evidence, day),
            "tier_steps": _of_alert(cursor, alert, "tier_steps"),
            "routes": _of_alert(cursor, alert, "routes"),
            "events": _of_alert(cursor, alert, "events"),
            "deliveries": _of_alert(cursor, alert, "deliveries"),
        }


def _find(cursor: psycopg.Cursor[Record], subject: str) -> tuple[Record | None, Record | None]:
    subject = subject.strip()
    like = subject.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    names = {"exact": subject, "like": like + "%" * (len(subject) >= SHORTEST_PREFIX)}
    alerts = cursor.execute(
        "select *, evidence::text as evidence from ops.alert "
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


def _without(row: Record | None, *keys: str) -> Record | None:
    return row and {key: value for key, value in row.items() if key not in keys}


def _rule(cursor: psycopg.Cursor[Record], rule_id: str) -> Record:
    row = cursor.execute("select * from marts.dim_rule where rule_id = %s", [rule_id]).fetchone()
    return row or {"rule_id": rule_id, "status": "retired"}


def _parameters(cursor: psycopg.Cursor[Record], rule_id: str, day: date) -> list[Record]:
    """Values in force on `day` of what the rule reads from the reviewed seed."""
    rule = load_rules().get(rule_id)
    keys = [f"{owner} {name}" for owner, name in rule.parameter_keys] if rule else []
    return cursor.execute(
        "select rule_id, parameter, value, valid_from, valid_to, legal_basis, approved_by "
        "from reference.rule_parameters where rule_id || ' ' || parameter = any(%s) "
        "and valid_from <= %s and (valid_to is null or valid_to > %s) order by 1, 2",
        [keys, day, day],
    ).fetchall()


def _sources(
    cursor: psycopg.Cursor[Record], facts: Record, evidence: Record, day: date
) -> list[Record]:
    """Rows in force when the hit was detected: of its subject, and of what its evidence names."""
    named = {key: _ids(evidence[key]) for key in NAMED if key in evidence}
    wanted: list[tuple[Source, list[str]]] = [
        (source, []) for source in SOURCES.get(facts["subject_type"], ())
    ]
    wanted += [(NAMED[key], ids) for key, ids in named.items()]
    if condition := ATTACHMENTS_NAMED.get(facts["subject_type"]):
        attachments = f"voucher_id = any(%(named)s) and {condition}"
        source = Source("finance_attachments", _ATTACHMENT, attachments)
        wanted.append((source, named.get("vouchers", [])))
    rows = [
        row
        for source, ids in wanted
        for row in _rows_in_force(cursor, source, facts["subject_id"], ids, day)
    ]
    place = itemgetter("feed", "batch_id", "file_name", "line_no")
    return list({place(row): row for row in rows}.values())


def _ids(named: Any) -> list[str]:
    """The ids of one evidence value: a list, or what a list is joined to."""
    if named is None:
        return []
    return [str(each) for each in named] if isinstance(named, list) else str(named).split("、")


def _rows_in_force(
    cursor: psycopg.Cursor[Record], source: Source, subject: str, named: list[str], day: date
) -> list[Record]:
    return cursor.execute(
        f"""
        select
            '{source.feed}' as feed,
            batch.business_date,
            batch.version,
            held.batch_id,
            batch_file.file_name,
            held.line_no,
            held.natural_key,
            batch_file.sha256,
            held.valid_to as replaced_on
        from staging.{source.table} as held
        inner join ops.batch as batch on held.batch_id = batch.batch_id
        left join ops.batch_file as batch_file
            on held.batch_id = batch_file.batch_id and held.file_no = batch_file.file_no
        where
            {source.condition}
            and held.valid_from <= %(day)s
            and (held.valid_to is null or held.valid_to > %(day)s)
        order by batch.business_date desc, batch_file.file_name, held.line_no
        limit {SOURCE_LIMIT}
        """,  # noqa: S608 - every part is a constant of this module
        {"subject": subject, "named": named, "day": day},
    ).fetchall()


def _detected_on(cursor: psycopg.Cursor[Record], facts: Record) -> date:
    """The day whose rows explain the hit: it keeps the evidence of its (last) detection."""
    row = cursor.execute(
        "select max(detected_on) as day from marts.fct_rule_hit_spell where hit_id = %s",
        [facts["hit_id"]],
    ).fetchone()
    day: date = (row and row["day"]) or facts.get("opened_on") or date.max
    return day


QUERIES = {
    "tier_steps": "select business_date, reason_code, from_tier, to_tier, reason, due_on "
    "from ops.alert_tier_step where alert_id = %s "
    "order by business_date, array_position(array['yellow', 'orange', 'red'], to_tier)",
    "routes": "select role, body_code, body_name, reason, assigned_on, ended_on "
    "from ops.alert_route where alert_id = %s order by assigned_on, role",
    "events": "select business_date, event, to_state, actor, detail, recorded_at "
    "from ops.alert_event where alert_id = %s "
    "order by business_date, (actor <> 'machine'), event_id",
    "deliveries": "select body_code, body_name, business_date, version, role, state, "
    "delivered_at, location, content_hash from ops.delivery_alert "
    "join ops.delivery using (delivery_id) left join ops.delivery_receipt using (delivery_id) "
    "where alert_id = %s order by business_date, body_code, version, role",
}


def _of_alert(cursor: psycopg.Cursor[Record], alert: Record | None, part: str) -> list[Record]:
    if alert is None:
        return []
    return cursor.execute(QUERIES[part], [alert["alert_id"]]).fetchall()


def render(explanation: Record, console: Console) -> None:
    """Print an explanation for a person."""
    rule, alert, hit = explanation["rule"], explanation["alert"], explanation["hit"]
    facts = hit or alert
    console.rule(escape(f"{rule['rule_id']} {rule.get('name_zh', '')}"))
    lines = [
        ("subject", f"{facts['subject_type']} {facts['subject_id']}"),
        ("unit", f"{(alert or {}).get('unit_name') or ''} {facts['unit_id'] or ''}".strip()),
        ("amount", facts["amount"]),
        ("occurred", facts["occurred_on"]),
    ]
    if hit:
        still = "still open" if hit["is_open"] else f"cleared on {hit['cleared_on']}"
        lines.append(("hit", f"{hit['hit_id']}, since {hit['first_detected_on']}, {still}"))
    if alert:
        lines += [
            ("alert", f"{alert['alert_id']}, {alert['state']} ({words.STATE[alert['state']]})"),
            ("tier", f"{alert['tier']} (base {alert['base_tier']}), due {alert['due_on']}"),
        ]
    else:
        lines.append(
            ("alert", f"none: the rule is {rule['status']}, or its hits here are not pushed")
        )
    lines += [
        ("what to check", rule.get("what_to_check")),
        ("legal basis", rule.get("legal_basis")),
    ]
    for name, value in lines:
        console.print(f"[bold]{name:>14}[/]  {escape('' if value is None else str(value))}")
    console.print("[bold]\nEvidence[/]")
    console.print(escape(explanation["evidence_text"] or "none"))
    _table(
        console,
        "Parameters in force",
        explanation["parameters"],
        ("rule_id", "parameter", "value", "valid_from", "approved_by"),
    )
    _table(
        console,
        "Source rows",
        explanation["sources"],
        ("feed", "business_date", "version", "file_name", "line_no", "batch_id", "replaced_on"),
    )
    _table(
        console,
        "Tier steps",
        explanation["tier_steps"],
        ("business_date", "from_tier", "to_tier", "reason"),
    )
    _table(
        console,
        "Recipients",
        explanation["routes"],
        ("role", "body_code", "body_name", "reason", "assigned_on", "ended_on"),
    )
    _table(
        console,
        "Deliveries",
        explanation["deliveries"],
        ("business_date", "body_code", "role", "version", "state", "location"),
    )
    _table(
        console,
        "Events",
        explanation["events"],
        ("business_date", "event", "to_state", "actor"),
    )


def _table(console: Console, title: str, rows: list[Record], columns: tuple[str, ...]) -> None:
    if not rows:
        console.print(f"\n[bold]{title}[/]  none")
        return
    table = Table(title=title, title_justify="left", title_style="bold")
    for column in columns:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(
            *("" if row[column] is None else escape(str(row[column])) for column in columns)
        )
    console.print(table)
