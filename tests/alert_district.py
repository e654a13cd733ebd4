"""A district as the warehouse shows it to the alerts: four units, their bodies, hits set by hand.

The tables have the columns of the real models that alerts read; nothing else stands on dbt here.
"""

import json
from datetime import date
from decimal import Decimal
from typing import Any

from huiyan.settings import Settings
from huiyan.warehouse.connection import connect

MONDAY, TUESDAY, WEDNESDAY = date(2025, 9, 1), date(2025, 9, 2), date(2025, 9, 3)

TABLES = """
drop view marts.mart_rule_hit_history;
drop view marts.fct_rule_hit_spell cascade;
delete from reference.rule_status;
delete from reference.rule_parameters;
delete from reference.alert_suppression;
drop table marts.dim_rule,
    staging.stg_finance__user, staging.stg_treasury__user, staging.stg_supervision__body,
    staging.stg_supervision__jurisdiction cascade;
create table marts.dim_rule (
    rule_id text, rule_version integer, name_zh text, base_tier text, legal_basis text,
    what_to_check text, close_out_standard text, close_out_needs text, description text,
    least_recovery text, most_recovery text, status text, needs text
);
create table marts.fct_rule_hit_spell (
    spell_id text, hit_id text, rule_id text, rule_version integer, subject_type text,
    subject_id text, unit_id text, finance_agency_code text, treasury_agency_code text,
    occurred_on date, amount numeric(18, 2), base_tier text, evidence jsonb, detected_on date,
    cleared_on date
);
create table marts.mart_rule_hit_history (
    rule_id text, subject_id text, detected_on date, cleared_on date, cleared_because text
);
create table staging.stg_finance__user (
    agency_code text, agency_name text, valid_from date, valid_to date
);
create table staging.stg_treasury__user (
    agency_code text, agency_name text, valid_from date, valid_to date
);
create table staging.stg_supervision__body (
    body_code text, body_name text, body_kind text, parent_body_code text, valid_from date,
    valid_to date, channel text, address text, headcount integer
);
create table staging.stg_supervision__jurisdiction (
    platform text, agency_code text, own_body_code text, verifying_body_code text,
    regulator_body_code text, supervision_office_code text, in_charge_from date,
    in_charge_to date, valid_from date, valid_to date
);
"""

START = date(2025, 1, 1)
UNITS = {"F001": "云溪区财政局", "F002": "青禾镇人民政府", "F003": "青禾镇中心小学"}
BODIES = (
    ("U001", "云溪区财政局", "unit", None),
    ("U002", "青禾镇人民政府", "unit", None),
    ("U003", "青禾镇中心小学", "unit", None),
    ("TC01", "青禾镇纪委", "township_commission", "SO1"),
    ("DG01", "驻财政局纪检监察组", "dispatched_group", "SO2"),
    ("RG01", "财政局", "regulator", "SO2"),
    ("SO1", "第一监督检查室", "supervision_office", None),
    ("SO2", "第二监督检查室", "supervision_office", None),
)
JURISDICTIONS = (
    ("F001", "U001", "DG01", "RG01", "SO2"),
    ("F002", "U002", "TC01", "RG01", "SO1"),
    ("F003", "U003", "TC01", "RG01", "SO1"),
)
RULES = (
    ("ATT-001", "附件缺失", "yellow", "fixed"),
    ("REC-001", "接待无公函", "orange", "fixed"),
    ("INV-001", "发票不规范", "yellow", "trial"),
    ("CARD-001", "禁止类商户", "red", "fixed"),
    ("STAT-001", "首位数异常", "yellow", "shadow"),
    ("LOOP-001", "系统性问题", "orange", "trial"),
    ("LOOP-002", "办结后再次发生", "yellow", "trial"),
)


class District:
    """Sets what the rules found and which dates are evaluated."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        with connect(settings, role="huiyan_build") as connection:
            connection.execute(TABLES)
        for code, name in UNITS.items():
            self.add("staging.stg_finance__user", code, name, START, None)
        for body in BODIES:
            self.add("staging.stg_supervision__body", *body, START, None)
        for agency, *codes in JURISDICTIONS:
            self.jurisdiction(agency, *codes)
        for rule_id, name, tier, status in RULES:
            self.add(
                "marts.dim_rule",
                rule_id,
                1,
                name,
                tier,
                "《办法》第一条",
                "查凭证。",
                "补齐。",
                "action,evidence,amount_recovered" if rule_id == "CARD-001" else "action,evidence",
                "凭证没有附件。",
                "amount",
                "amount",
                status,
            )
            self.status(rule_id, status, START)
        self.add("reference.rule_parameters", "ATT-001", "amount_step", 50000, START, None)

    def add(self, table: str, *values: Any) -> None:
        marks = ", ".join(["%s"] * len(values))
        self.run(f"insert into {table} values ({marks})", *values)

    def run(self, statement: str, *values: Any) -> None:
        with connect(self.settings) as connection:
            connection.execute(statement, values)

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with connect(self.settings) as connection:
            return connection.execute(query, values).fetchall()

    def value(self, query: str, *values: Any) -> Any:
        return self.rows(query, *values)[0][0]

    def jurisdiction(
        self,
        agency: str,
        *codes: str | None,
        since: date = START,
        until: date | None = None,
        platform: str = "finance",
    ) -> None:
        self.add(
            "staging.stg_supervision__jurisdiction",
            platform,
            agency,
            *codes,
            since,
            until,
            START,
            None,
        )

    def evaluated(self, *days: date) -> None:
        for day in days:
            self.run(
                "insert into ops.evaluation values (%s, 'evaluated', 'x') on conflict do nothing",
                day,
            )

    def hit(
        self,
        rule_id: str,
        subject_id: str,
        agency: str = "F002",
        *,
        since: date = MONDAY,
        until: date | None = None,
        amount: str | None = "100.00",
        tier: str | None = None,
        subject_type: str = "voucher",
        evidence: dict[str, Any] | None = None,
    ) -> None:
        base = {rule: tier for rule, _, tier, _ in RULES}
        self.add(
            "marts.fct_rule_hit_spell",
            f"{rule_id}{subject_id}{since}",
            f"hit-{rule_id}-{subject_id}",
            rule_id,
            1,
            subject_type,
            subject_id,
            "F" + agency,
            agency,
            None,
            MONDAY,
            None if amount is None else Decimal(amount),
            tier or base[rule_id],
            json.dumps(evidence or {"summary": "办公用品"}),
            since,
            until,
        )

    def rests_on(
        self, rule_id: str, subject_id: str, lines: str, parameters: dict[str, int]
    ) -> None:
        """The hit of Monday rests on these lines of a file and was judged by these values."""
        spell_id = f"{rule_id}{subject_id}{MONDAY}"
        self.run("delete from marts.fct_rule_hit_source where spell_id = %s", spell_id)
        self.run(
            "insert into marts.fct_rule_hit_source (spell_id, hit_id, detected_on, used_as, feed, "
            "business_date, version, batch_id, file_no, file_name, file_sha256, lines, row_count) "
            "values (%s, '', %s, 'subject', 'finance_vouchers', %s, 1, 1, 1, 'a.csv', 'a', %s, 1)",
            spell_id,
            MONDAY,
            MONDAY,
            lines,
        )
        self.run("delete from marts.fct_rule_run where rule_id = %s", rule_id)
        self.run(
            "insert into marts.fct_rule_run (rule_id, business_date, status, parameters) "
            "values (%s, %s, 'hit', %s)",
            rule_id,
            MONDAY,
            json.dumps(parameters),
        )

    def status(self, rule_id: str, status: str, since: date) -> None:
        """From that date on the rule has the status."""
        self.add(
            "reference.rule_status", rule_id, 1, status, since, "office 2", "office 1", "tried"
        )

    def clear(self, rule_id: str, subject_id: str, on: date) -> None:
        self.run(
            "update marts.fct_rule_hit_spell set cleared_on = %s "
            "where rule_id = %s and subject_id = %s and cleared_on is null",
            on,
            rule_id,
            subject_id,
        )

    def unhit(self, rule_id: str, subject_id: str) -> None:
        """As if a correction had taken the hit out of history."""
        self.run(
            "delete from marts.fct_rule_hit_spell where rule_id = %s and subject_id = %s",
            rule_id,
            subject_id,
        )

    def answer(
        self,
        rule_id: str,
        subject_id: str,
        day: date,
        to_state: str,
        reason: str | None = None,
        event: str | None = None,
        body: str = "U002",
    ) -> None:
        """A body's answer on the alert, as an accepted return leaves it."""
        is_verdict = to_state in ("confirmed", "partly", "not_confirmed")
        self.run(
            "insert into ops.alert_event (alert_id, event, to_state, actor, body_code, detail,"
            " business_date) select alert_id, %s, %s, 'body', %s, %s, %s from ops.alert"
            " where rule_id = %s and subject_id = %s",
            event or ("verdict" if is_verdict else to_state),
            to_state,
            body,
            json.dumps({"reason": reason or "confirmed"} if is_verdict else {}),
            day,
            rule_id,
            subject_id,
        )

    def routes(self, rule_id: str, subject_id: str) -> dict[str, str]:
        """Role → body that has the alert now."""
        return dict(
            self.rows(
                "select role, body_code from ops.alert_route join ops.alert using (alert_id) "
                "where rule_id = %s and subject_id = %s and ended_on is null",
                rule_id,
                subject_id,
            )
        )
