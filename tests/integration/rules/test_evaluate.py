"""Evaluation on real PostgreSQL: repetition, order, lateness, correction, absence, exactness."""

import random
import threading
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import LiteralString

import pytest
from typer.testing import CliRunner

from huiyan.errors import ConfigurationError, EvaluationError, WarehouseError
from huiyan.explain import explain
from huiyan.feeds.contract import LONGEST_NAME, load_contract
from huiyan.rules.catalogue import load_rules
from huiyan.rules.cli import app
from huiyan.settings import Settings
from huiyan.warehouse import embedded
from huiyan.warehouse import evaluate as module
from huiyan.warehouse.connection import connect
from huiyan.warehouse.evaluate import evaluate
from huiyan.warehouse.migrate import migrate
from huiyan.warehouse.reviewed import EXCEPTIONS, RULE_STATUS
from landed import accept, accept_day, accept_references
from landing_zone import Row, accounts, attachment, payment, swipe, users, voucher
from warehouses import Snapshot, Warehouses, moves

MONDAY, TUESDAY, WEDNESDAY = date(2025, 9, 1), date(2025, 9, 2), date(2025, 9, 3)

Rows = list[tuple[object, ...]]


def query(settings: Settings, statement: str) -> Rows:
    with connect(settings) as connection:
        return connection.execute(statement).fetchall()


def open_hits(settings: Settings) -> set[tuple[object, ...]]:
    return set(query(settings, "select rule_id, subject_id from marts.fct_rule_hit where is_open"))


# What these find in the town is known; a rule that comes later may find something there too.
KNOWN = ("ATT-001", "CARD-001", "REC-001", "REC-002")


def known_hits(settings: Settings) -> set[tuple[object, ...]]:
    return {hit for hit in open_hits(settings) if hit[0] in KNOWN}


def state(settings: Settings) -> dict[str, Rows]:
    return {
        table: sorted(query(settings, f"select {columns} from marts.{table}"), key=repr)
        for table, columns in {
            "fct_rule_hit": "hit_id, amount, base_tier, evidence::text, first_detected_on,"
            " last_detected_on, cleared_on, is_open",
            "fct_rule_hit_spell": "spell_id, detected_on, cleared_on, evidence::text",
            "fct_rule_hit_source": "*",
            "fct_rule_run": "*",
        }.items()
    }


def reception(number: str, **changes: str) -> list[Row]:
    return voucher(
        "F002", number, "800.00", dep_bgt_eco_code="30217", vou_det_desc="公务接待", **changes
    )


def deliver_monday(settings: Settings) -> None:
    accept_references(settings, MONDAY)
    accept_day(
        settings,
        MONDAY,
        vouchers=reception("记0001"),
        attachments=[attachment("F002", "记0001", 1, "reception_list")],
        swipes=[swipe("C1", "T001", "88.00", mcc="5813", txn_at="2025-08-30 20:00:00")],
    )


def deliver_tuesday(settings: Settings) -> None:
    accept_day(
        settings,
        TUESDAY,
        attachments=[attachment("F002", "记0001", 2, "official_letter")],
        vouchers=reception("记0002"),
    )


@pytest.fixture(scope="module")
def judged_monday(
    postgres: embedded.Server, empty_warehouse: Snapshot, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Snapshot]:
    with Warehouses(postgres, empty_warehouse, tmp_path_factory.mktemp("monday")) as warehouses:
        settings = warehouses.make()
        deliver_monday(settings)
        assert evaluate(MONDAY, settings).failures == {MONDAY: {}}
        yield warehouses.keep(settings, "monday_evaluated")


@pytest.fixture
def monday(judged_monday: Snapshot, warehouses: Warehouses) -> Settings:
    """A warehouse of its own after Monday was delivered and evaluated."""
    return warehouses.make(like=judged_monday)


LETTER_MISSING = ("REC-001", "AF002/2025/07/记0001")


def test_a_late_letter_clears_and_repetition_changes_nothing(warehouse: Settings) -> None:
    deliver_monday(warehouse)
    assert evaluate(MONDAY).dates == [MONDAY]
    assert known_hits(warehouse) == {LETTER_MISSING, ("CARD-001", "C1")}
    assert query(
        warehouse,
        "select hits, new_hits, cleared_hits, population, status"
        " from marts.fct_rule_run where rule_id = 'REC-001'",
    ) == [(1, 1, 0, 1, "hit")]

    deliver_tuesday(warehouse)
    evaluate(TUESDAY)
    assert LETTER_MISSING not in open_hits(warehouse)
    assert query(
        warehouse,
        "select first_detected_on, last_detected_on, cleared_on, is_open"
        " from marts.fct_rule_hit"
        " where rule_id = 'REC-001' and subject_id = 'AF002/2025/07/记0001'",
    ) == [(MONDAY, MONDAY, TUESDAY, False)]
    before = state(warehouse)
    assert evaluate(TUESDAY).dates == []
    assert evaluate(MONDAY).dates == []

    with connect(warehouse) as connection:
        connection.execute("update ops.evaluation set state = 'stale'")
    assert evaluate(TUESDAY).dates == [MONDAY, TUESDAY]
    assert state(warehouse) == before


FORMER = """
drop view marts.fct_rule_hit_spell cascade;
alter table history.rule_spell set schema marts;
alter table marts.rule_spell rename to fct_rule_hit_spell;
drop schema history, patterns, slice cascade;
drop table marts.fct_rule_hit_source;
alter table marts.fct_rule_run drop column parameters;
alter table ops.alert drop column first_evidence cascade, drop column first_sources cascade,
    drop column first_parameters cascade;
insert into ops.alert (
    alert_id, hit_id, rule_id, rule_version, subject_type, subject_id, base_tier, tier, state,
    evidence, opened_on, due_on
)
select
    'an alert of old', hit_id, rule_id, 1, subject_type, subject_id, base_tier, base_tier, 'open',
    evidence, detected_on, detected_on
from marts.fct_rule_hit_spell where rule_id = 'REC-001' and subject_id like '%记0001';
comment on schema rules is 'views of a former version of the code';
delete from marts.fct_rule_run where rule_id like 'LOOP-%' or rule_id = 'SCF-008';
drop table ops.joint_case_part cascade;
drop table ops.rule_demotion, ops.alert_withheld, ops.alert_sample, ops.alert_recurrence,
    ops.return_intake, ops.return_line cascade;
drop function ops.refuse_change_of_fact cascade;
alter table ops.alert_event drop column body_code cascade, drop column batch_id cascade,
    drop column file_no cascade, drop column row_no cascade;
alter table ops.delivery drop column address cascade, drop column attempts cascade,
    drop column last_attempt_at cascade, drop column next_attempt_at cascade,
    drop column last_error cascade, drop column maybe_sent cascade,
    drop column acknowledged_on cascade, drop column acknowledged_batch_id cascade,
    drop column acknowledged_file_no cascade;
alter table ops.batch_file drop column error cascade;
alter table ops.evaluation drop column answers;
update ops.alembic_version set version_num = '0006';
"""


def test_hits_of_a_warehouse_of_the_former_code_live_on(warehouse: Settings) -> None:
    accept_references(warehouse, MONDAY)
    accept_day(warehouse, MONDAY, vouchers=[*reception("记0001"), *reception("记0002")])
    evaluate(MONDAY)
    before = query(warehouse, "select * from marts.fct_rule_hit_spell order by spell_id")
    assert {row[0] for row in query(warehouse, "select rule_id from marts.fct_rule_hit_spell")} >= {
        "REC-001",
        "REC-002",
    }
    with connect(warehouse) as connection:
        connection.execute(FORMER)

    migrate(warehouse)
    migrate(warehouse)
    for role in ("huiyan_read", "huiyan_push"):
        with connect(warehouse, role=role) as connection:
            rows = connection.execute("select * from marts.fct_rule_hit_spell order by spell_id")
            assert rows.fetchall() == before

    accept_day(
        warehouse,
        TUESDAY,
        attachments=[attachment("F002", "记0001", 1, "reception_list")],
        vouchers=reception("记0003", red_flag="1", red_vou_no="记0002", poster_date="2025-09-02"),
    )
    assert evaluate(TUESDAY).dates == [TUESDAY]
    assert query(
        warehouse,
        "select rule_id, right(subject_id, 5), detected_on, cleared_on"
        " from marts.fct_rule_hit_spell"
        " where rule_id in ('LOOP-004', 'REC-001', 'REC-002') order by 1, 2",
    ) == [
        ("LOOP-004", "记0002", TUESDAY, None),
        ("REC-001", "记0001", MONDAY, None),
        ("REC-001", "记0002", MONDAY, TUESDAY),
        ("REC-002", "记0001", MONDAY, TUESDAY),
        ("REC-002", "记0002", MONDAY, TUESDAY),
    ]
    # What the hits of old rested on is not known; what the new one rests on is.
    assert query(
        warehouse,
        "select distinct source.detected_on, source.feed from marts.fct_rule_hit_source as source"
        " inner join marts.fct_rule_hit_spell as spells using (spell_id)"
        " where spells.rule_id in ('LOOP-004', 'REC-001', 'REC-002')",
    ) == [(TUESDAY, "finance_vouchers")]
    told = explain("an alert of old", warehouse)
    assert (told["sources"], told["said_on"], told["changes"]) == (None, MONDAY, [])
    assert told["evidence"]["reception_amount"] == Decimal("800.00")
    assert [row["parameter"] for row in told["parameters"]] == ["attachment_grace_days"]
    ((never_pushed, unit_name),) = query(
        warehouse,
        "select hits.hit_id, units.unit_name from marts.fct_rule_hit as hits"
        " inner join marts.dim_unit as units using (unit_id) where hits.rule_id = 'LOOP-004'",
    )
    assert explain(never_pushed, warehouse)["unit_name"] == unit_name
    assert {row[0] for row in before} < {
        row[0] for row in query(warehouse, "select spell_id from marts.fct_rule_hit_spell")
    }


def test_days_in_another_order_end_in_the_same_state(warehouse: Settings) -> None:
    deliver_tuesday(warehouse)
    evaluate(TUESDAY)
    deliver_monday(warehouse)
    assert evaluate(MONDAY).dates == [MONDAY, TUESDAY]
    assert known_hits(warehouse) == {
        ("CARD-001", "C1"),
        ("REC-001", "AF002/2025/07/记0002"),
        ("REC-002", "AF002/2025/07/记0002"),
    }
    assert query(
        warehouse,
        "select first_detected_on, cleared_on from marts.fct_rule_hit"
        " where rule_id = 'REC-001' and subject_id = 'AF002/2025/07/记0001'",
    ) == [(MONDAY, TUESDAY)]
    assert (
        query(warehouse, "select count(*) from marts.fct_rule_run group by business_date")
        == [(len(load_rules()),)] * 2
    )


def test_a_corrected_day_clears_and_raises_and_a_hit_comes_back(monday: Settings) -> None:
    accept_day(monday, TUESDAY)
    evaluate(TUESDAY)
    accept(monday, "finance_vouchers", MONDAY, voucher("F002", "记0001", "1000.01"))
    accept(monday, "finance_attachments", MONDAY, [])
    assert evaluate(MONDAY).dates == [MONDAY, TUESDAY]
    assert known_hits(monday) == {("ATT-001", "AF002/2025/07/记0001"), ("CARD-001", "C1")}
    assert query(
        monday,
        "select count(*) from marts.fct_rule_hit_spell where rule_id = 'REC-001'",
    ) == [(0,)]

    accept(monday, "finance_vouchers", TUESDAY, voucher("F002", "记0001", "999.99"))
    evaluate(TUESDAY)
    assert ("ATT-001", "AF002/2025/07/记0001") not in open_hits(monday)
    accept_day(monday, WEDNESDAY, vouchers=voucher("F002", "记0001", "1000.00"))
    evaluate(WEDNESDAY)
    assert query(
        monday,
        "select detected_on, cleared_on, amount from marts.fct_rule_hit_spell"
        " where rule_id = 'ATT-001' order by detected_on",
    ) == [(MONDAY, TUESDAY, Decimal("1000.01")), (WEDNESDAY, None, Decimal("1000.00"))]
    assert query(
        monday,
        "select first_detected_on, last_detected_on, cleared_on, is_open, amount"
        " from marts.fct_rule_hit where rule_id = 'ATT-001'",
    ) == [(MONDAY, WEDNESDAY, None, True, Decimal("1000.00"))]


def test_a_missing_feed_leaves_hits_and_an_unsubscribed_one_does_not_apply(
    monday: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept(monday, "finance_vouchers", TUESDAY, [])
    accept(monday, "finance_attachments", TUESDAY, [])
    accept(monday, "treasury_payments", TUESDAY, [])
    accept(monday, "finance_vouchers", TUESDAY, voucher("F002", "记0001", "1.00"))
    result = evaluate(TUESDAY)
    missing = {"card_transactions", "budgets", "personnel", "jurisdictions"}
    assert result.statuses["not_evaluated"] == [
        rule.id for rule in load_rules().values() if missing & set(rule.needs)
    ]
    assert known_hits(monday) == {("CARD-001", "C1")}
    assert query(
        monday,
        "select population, hits, new_hits, cleared_hits from marts.fct_rule_run"
        " where rule_id = 'CARD-001' and business_date = '2025-09-02'",
    ) == [(None, None, 0, 0)]
    assert query(
        monday, "select last_detected_on from marts.fct_rule_hit where rule_id = 'CARD-001'"
    ) == [(MONDAY,)]

    with connect(monday) as connection:
        connection.execute(
            "update ops.feed set is_subscribed = false where feed = 'card_transactions'"
        )
    assert "CARD-001" in evaluate(TUESDAY).statuses["not_applicable"]
    assert known_hits(monday) == {("CARD-001", "C1")}


def test_money_is_exact_and_thresholds_are_those_in_force(warehouse: Settings) -> None:
    accept_references(warehouse, MONDAY)
    accept_day(
        warehouse,
        MONDAY,
        vouchers=[
            *voucher("F001", "记1", "999999999999.99"),
            *voucher("F001", "记2", "0.10"),
            *voucher("F001", "记3", "0.20"),
        ],
        attachments=[
            attachment("F001", "记2", 1, "invoice", invoice_no="2" * 20, amount="0.30"),
            attachment("F001", "记3", 1, "invoice", invoice_no="2" * 20, amount="0.30"),
        ],
        payments=[
            payment("P1", "T001", "100000.00", x_pay_date="2025-08-01"),
            payment("P2", "T001", "99999.99", x_pay_date="2025-08-02"),
            payment("P3", "T001", "0.01", x_pay_date="2025-08-31"),
        ],
    )
    evaluate(MONDAY)
    amounts = dict(query(warehouse, "select rule_id, amount from marts.fct_rule_hit"))
    assert amounts["ATT-001"] == Decimal("999999999999.99")
    assert amounts["PROC-001"] == Decimal("200000.00")
    assert "INV-005" not in amounts

    accept(
        warehouse,
        "finance_attachments",
        MONDAY,
        [
            attachment("F001", "记2", 1, "invoice", invoice_no="2" * 20, amount="0.29"),
            attachment("F001", "记3", 1, "invoice", invoice_no="2" * 20, amount="0.29"),
        ],
    )
    evaluate(MONDAY)
    assert query(
        warehouse, "select amount, subject_id from marts.fct_rule_hit where rule_id = 'INV-005'"
    ) == [(Decimal("0.30"), "-" + "2" * 20)]


def test_two_runs_at_once_do_not_corrupt(warehouse: Settings) -> None:
    deliver_monday(warehouse)
    results: list[list[date]] = []
    threads = [
        threading.Thread(target=lambda: results.append(evaluate(MONDAY).dates)) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(len, results)) == [0, 1]
    assert known_hits(warehouse) == {LETTER_MISSING, ("CARD-001", "C1")}


def test_a_broken_off_replay_is_finished_by_the_next_run(
    monday: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver_tuesday(monday)
    evaluate(TUESDAY)
    before = state(monday)

    with connect(monday) as connection:
        connection.execute("update ops.evaluation set fingerprint = ''")
    real = module._check_ledger

    def broken(connection: object, day: date, history: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "_check_ledger", broken)
    with pytest.raises(KeyboardInterrupt):
        evaluate(MONDAY)
    monkeypatch.setattr(module, "_check_ledger", real)
    accept_day(monday, WEDNESDAY)
    assert evaluate(WEDNESDAY).dates == [MONDAY, TUESDAY, WEDNESDAY]
    after = state(monday)
    assert [row for row in after["fct_rule_run"] if row[1] != WEDNESDAY] == before["fct_rule_run"]
    assert [row[:2] for row in after["fct_rule_hit_spell"]] == [
        row[:2] for row in before["fct_rule_hit_spell"]
    ]


def test_the_ledger_gate_and_the_thresholds_are_held(
    warehouse: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver_monday(warehouse)
    rules = load_rules()
    forgotten = rules["REC-001"].model_copy(update={"id": "REC-099"})
    monkeypatch.setattr(module, "load_rules", lambda: {**rules, "REC-099": forgotten})
    with pytest.raises(EvaluationError, match="REC-099 has no row"):
        evaluate(MONDAY)
    with pytest.raises(EvaluationError, match="ATT-001 min_expense"):
        evaluate(date(1999, 12, 31))
    assert query(warehouse, "select business_date, state from ops.evaluation") == [
        (MONDAY, "stale")
    ]


def test_another_version_of_the_code_makes_its_views_anew(monday: Settings) -> None:
    before = state(monday)
    with connect(monday, role="huiyan_build", autocommit=True) as connection:
        # As a version would that had one view more, and one that was broken off in the middle.
        connection.execute("create view rules.rule_of_old as select * from intermediate.int_unit")
        connection.execute("drop view rules.rule_vou_001_booked_late")
        connection.execute("update ops.evaluation set state = 'stale'")
    evaluate(MONDAY)
    assert state(monday) == before
    with connect(monday) as connection:
        gone = connection.execute("select to_regclass('rules.rule_of_old') is null").fetchone()
    assert gone == (True,)


RULE = "rules.rule_vou_001_booked_late"
SCORE = "patterns.rule_scf_008_score"


def fail_with(warehouse: Settings, error: str) -> str:
    """Make VOU-001 fail with an error of that condition; its view as it was."""
    with connect(warehouse, role="huiyan_build", autocommit=True) as connection:
        (before,) = connection.execute(f"select pg_get_viewdef('{RULE}')").fetchone() or ("",)
        connection.execute(
            f"create or replace function rules.fail() returns boolean language plpgsql as"
            f" $$ begin raise exception 'no good' using errcode = '{error}'; end $$"
        )
        connection.execute(
            f"create or replace view {RULE} as select * from rules.rule_vou_002_self_reviewed"
            " where rules.fail()"
        )
        connection.execute("update ops.evaluation set state = 'stale'")
    return str(before)


def ledger(warehouse: Settings, day: date) -> dict[str, str]:
    with connect(warehouse) as connection:
        return dict(
            connection.execute(
                "select rule_id, status from marts.fct_rule_run where business_date = %s", (day,)
            ).fetchall()
        )


def test_a_failing_rule_stops_no_other_and_is_tried_again(monday: Settings) -> None:
    whole = ledger(monday, MONDAY)
    view = fail_with(monday, "numeric_value_out_of_range")
    with connect(monday, role="huiyan_build") as connection:
        (score,) = connection.execute(f"select pg_get_viewdef('{SCORE}')").fetchone() or ("",)
        connection.execute(
            f"create or replace view {SCORE} as select * from patterns.rule_loop_001_systemic"
            " where rules.fail()"
        )
    failed = {"VOU-001": "no good", "SCF-008": "no good"}
    assert evaluate(MONDAY).failures == {MONDAY: failed}
    assert ledger(monday, MONDAY) == whole | dict.fromkeys(failed, "not_evaluated")
    with connect(monday, role="huiyan_build") as connection:
        connection.execute(f"create or replace view {RULE} as {view}".encode())
        connection.execute(f"create or replace view {SCORE} as {score}".encode())
    assert evaluate(MONDAY).failures == {MONDAY: {}}
    assert ledger(monday, MONDAY) == whole
    assert evaluate(MONDAY).dates == []


def test_a_full_disk_is_no_fault_of_the_rule_but_it_is_named(monday: Settings) -> None:
    fail_with(monday, "disk_full")
    with pytest.raises(WarehouseError, match="rule_vou_001_booked_late: no good"):
        evaluate(MONDAY)


def test_a_hit_that_other_thresholds_do_not_find_has_not_gone_by_itself(monday: Settings) -> None:
    ended = (
        "select cleared_on, cleared_because from marts.mart_rule_hit_history"
        " where rule_id = 'REC-001'"
    )
    assert query(monday, ended) == [(None, None)]
    with connect(monday) as connection:
        connection.execute(
            "with former as ("
            " update reference.rule_parameters set valid_to = %(day)s"
            " where parameter = 'attachment_grace_days' returning rule_id, parameter"
            ") insert into reference.rule_parameters (rule_id, parameter, value, valid_from)"
            " select rule_id, parameter, 9999, %(day)s from former",
            {"day": TUESDAY},
        )
    accept_day(monday, TUESDAY)
    evaluate(TUESDAY)
    assert query(monday, ended) == [(TUESDAY, "new_thresholds")]


def test_the_life_of_a_rule_is_told_by_dates(monday: Settings) -> None:
    with connect(monday) as connection:
        # As a former version of the rules would have left it.
        for table in ("marts.fct_rule_run", "history.rule_spell"):
            connection.execute(f"update {table} set rule_version = 0")
    accept_day(monday, TUESDAY, attachments=[attachment("F002", "记0001", 2, "official_letter")])
    evaluate(TUESDAY)
    swipe_hit = (
        "select rule_version, last_rule_version, last_detected_on, cleared_on, cleared_because"
        " from marts.mart_rule_hit_history where rule_id = 'CARD-001'"
    )
    assert query(monday, swipe_hit) == [(0, 1, TUESDAY, None, None)]
    assert query(
        monday,
        "select rule_version, last_rule_version, last_detected_on, cleared_on, cleared_because"
        " from marts.mart_rule_hit_history where rule_id = 'REC-001'",
    ) == [(0, 0, MONDAY, TUESDAY, "new_version")]

    [(hit_id, subject)] = query(
        monday, "select hit_id, subject_id from marts.fct_rule_hit where rule_id = 'CARD-001'"
    )
    shown = CliRunner().invoke(app, ["show", "CARD-001"], env={"COLUMNS": "200"})
    assert f"{hit_id[:12]}  {MONDAY} 起  {subject}" in shown.output

    own = RULE_STATUS.own_file(monday)
    own.parent.mkdir(parents=True)
    own.write_text(
        f"{','.join(RULE_STATUS.columns)}\nCARD-001,1,fixed,2025-01-01,office 2,office 2,both\n"
    )
    wrong = CliRunner().invoke(app, ["show", "CARD-001"])
    assert "office 2 has both proposed and approved it" in str(wrong.exception)
    own.write_text(
        f"{','.join(RULE_STATUS.columns)}\n"
        "CARD-001,1,fixed,2000-01-01,product,commission,initial issue\n"
        f"CARD-001,1,retired,{WEDNESDAY},office 2,commission,no official cards any more\n"
    )
    EXCEPTIONS.own_file(monday).write_text(
        f"{','.join(EXCEPTIONS.columns)}\nATT-001,,FF002,已批准,主任,2025-09-01,2025-10-01\n"
    )
    accept_day(monday, WEDNESDAY)
    evaluate(WEDNESDAY)
    assert query(monday, "select rule_id, unit_id, valid_to from reference.alert_suppression") == [
        ("ATT-001", "FF002", date(2025, 10, 1))
    ]
    assert ledger(monday, WEDNESDAY).keys() == load_rules().keys() - {"CARD-001"}
    # An earlier date is judged as it was judged then.
    assert "CARD-001" in evaluate(TUESDAY).statuses["hit"]
    assert query(monday, swipe_hit) == [(0, 1, TUESDAY, WEDNESDAY, "retired")]
    assert query(
        monday,
        "select first_detected_on, last_detected_on, cleared_on, is_open, rule_version"
        " from marts.fct_rule_hit where rule_id = 'CARD-001'",
    ) == [(MONDAY, TUESDAY, WEDNESDAY, False, 0)]
    assert query(monday, "select status from marts.dim_rule where rule_id = 'CARD-001'") == [
        ("retired",)
    ]
    assert query(
        monday,
        "select as_of, last_run_on, last_run_status, population, open_hits, open_units,"
        " open_amount, new_hits_30_days, cleared_hits_30_days, hits_ever, first_hit_on, last_hit_on"
        " from marts.mart_rule_figures where rule_id = 'CARD-001'",
    ) == [(WEDNESDAY, TUESDAY, "hit", 1, 0, 0, None, 1, 1, 1, MONDAY, TUESDAY)]
    shown = CliRunner().invoke(app, ["show", "CARD-001"], env={"COLUMNS": "200"})
    assert f"{WEDNESDAY} 起：停用（retired），第 1 版" in shown.output
    assert f"截至 {WEDNESDAY}：未消除疑点 0 个" in shown.output
    assert "huiyan explain" not in shown.output

    own.write_text(own.read_text().replace("office 2", "commission"))
    with pytest.raises(ConfigurationError, match=r"rule_status\.csv, line 3: .* both proposed"):
        evaluate(WEDNESDAY)


def working(settings: Settings) -> dict[str, Rows]:
    return {
        table: sorted(query(settings, f"select * from {table}"), key=repr)
        for table in (
            *("rules.rule_results", "intermediate.int_voucher", "intermediate.int_payment_booking"),
            *("intermediate.int_card_transaction", "intermediate.int_unit_books"),
        )
    }


def deliver_what_touches_others(settings: Settings) -> None:
    """A voucher whose number comes back later, the later one reversed; a file on two vouchers."""
    naming = {"pay_voucher_no": "１２３", "acct_period": "8"}
    accept_references(settings, MONDAY)
    accept_day(
        settings,
        MONDAY,
        vouchers=[
            *voucher("F002", "记0001", "1500.00", **naming),
            *voucher("F002", "记0001", "1600.00", acct_period="9"),
            *voucher(
                "F002", "记0002", "1600.00", red_flag="1", red_vou_no="记0001", acct_period="9"
            ),
            *voucher("F003", "记0001", "900.00"),
            *voucher("F003", "记0002", "900.00"),
        ],
        attachments=[
            attachment("F003", number, 1, "payroll", file_sha256="A" * 64)
            for number in ("记0001", "记0002")
        ],
        swipes=[swipe("C1", "T001", "88.00", mcc="5813", txn_at="2025-08-30 20:00:00")],
    )


def test_a_day_moved_on_from_the_one_before_is_a_day_judged_in_full(
    warehouse: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A document under a full-width number appears, a shared file is replaced, a swipe refunded."""
    monkeypatch.setattr(module, "WORTH_SLICING", 0)
    deliver_what_touches_others(warehouse)
    evaluate(MONDAY)
    accept_day(
        warehouse,
        TUESDAY,
        payments=[payment("１２３", "T002", "1500.00")],
        attachments=[attachment("F003", "记0002", 1, "payroll", file_sha256="B" * 64)],
        swipes=[swipe("C2", "T001", "88.00", txn_type="refund", txn_at="2025-08-31 20:00:00")],
    )
    moved_on_from = moves(monkeypatch)
    evaluate(TUESDAY)
    moved = working(warehouse), state(warehouse)
    evaluate(TUESDAY, in_full=True)
    assert moved_on_from == [MONDAY, None]
    assert (working(warehouse), state(warehouse)) == moved


def invoices(*numbers: int) -> tuple[list[Row], list[Row]]:
    """Vouchers of one unit with an invoice of one seller each, and the invoices."""
    names = [f"记{number % 10000:04d}" for number in numbers]
    return [entry for name in names for entry in voucher("F002", name, "300.00")], [
        attachment(
            *("F002", name, 1, "invoice"),
            invoice_no=f"{number:08d}",
            seller_name="扬江书店",
            document_date="2025-07-05",
            amount="300.00",
        )
        for name, number in zip(names, numbers, strict=True)
    ]


def staff(**changes: str) -> list[Row]:
    """A staff list of one person, who holds the card."""
    return [
        {
            "person_id": "P1",
            "name": "丁",
            "agency_code": "T001",
            "status": "in_post",
            "salary_acct_no": "6222000001",
            **changes,
        }
    ]


def test_what_lies_beside_a_touched_record_is_judged_again(
    warehouse: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run of invoice numbers over round ones is closed, a swipe follows one before midnight."""
    monkeypatch.setattr(module, "WORTH_SLICING", 0)
    vouchers, attachments = invoices(988, 998, 999, 1001, 1002, 1011)
    accept_references(warehouse, MONDAY)
    accept(warehouse, "personnel", MONDAY, staff())
    accept_day(
        *(warehouse, MONDAY, vouchers, attachments),
        payments=[payment("p1", "T002", "12000.00")],
        swipes=[swipe("C1", "T001", "88.00", txn_at="2025-08-30 23:50:00")],
    )
    evaluate(MONDAY)
    beside = {
        ("INV-006", "F002:扬江书店:00000998"),
        *(("CARD-010", "C2"), ("CARD-009", "C1"), ("PAY-002", "p1")),
    }
    assert not beside & open_hits(warehouse)

    vouchers, attachments = invoices(1000)
    accept(
        *(warehouse, "personnel", TUESDAY),
        staff(status="left", left_on="2025-08-15", salary_acct_no="955880001"),
    )
    accept_day(
        *(warehouse, TUESDAY, vouchers, attachments),
        swipes=[
            swipe("C2", "T001", "60.00", txn_at="2025-08-31 00:20:00", merchant_city="南京"),
        ],
    )
    evaluate(TUESDAY)
    assert beside <= open_hits(warehouse)
    moved = working(warehouse)
    evaluate(TUESDAY, in_full=True)
    assert working(warehouse) == moved

    accept(warehouse, "personnel", WEDNESDAY, staff())
    accept_day(
        *(warehouse, WEDNESDAY),
        attachments=[{**attachments[0], "invoice_no": "00002000"}],
        swipes=[
            swipe("C2", "T001", "60.00", txn_at="2025-08-31 00:50:00", merchant_city="南京"),
        ],
    )
    evaluate(WEDNESDAY)
    assert not beside & open_hits(warehouse)
    moved = working(warehouse)
    evaluate(WEDNESDAY, in_full=True)
    assert working(warehouse) == moved


def long_text(of: str, length: int = LONGEST_NAME) -> str:
    """A text that no compression shortens, always the same for the same `of`."""
    characters = random.Random(of)
    return "".join(chr(characters.randint(0x20000, 0x2A6DF)) for _ in range(length))


def with_long_texts(feed: str, rows: Iterable[Row]) -> list[Row]:
    """The rows with names and numbers as long as they may be, and with long prose."""
    contract = load_contract(feed)
    of_lists = {"township", "status", "platform", "mcc", "currency", "dep_bgt_eco_code"}
    of_lists |= {"gov_acct_cls_code", "agency_name"}
    names = [
        column.name
        for column in contract.columns
        if contract.is_name(column) and not column.values and column.name not in of_lists
    ]
    prose = [c.name for c in contract.columns if c.free_text and not contract.is_name(c)]
    return [
        {
            **row,
            **{name: long_text(row.get(name) or name) for name in names},
            **{name: long_text(row.get(name) or name, 2000) for name in prose},
        }
        for row in rows
    ]


def test_names_as_long_as_they_may_be_fit_every_index(
    warehouse: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A day with them is judged in full, and the next one moved on from it."""
    monkeypatch.setattr(module, "WORTH_SLICING", 0)
    for feed, rows in {
        "finance_users": users("finance"),
        "treasury_users": users("treasury"),
        "accounts": accounts(),
        "leases": [],
    }.items():
        accept(warehouse, feed, MONDAY, with_long_texts(feed, rows))
    for day, number in ((MONDAY, "1"), (TUESDAY, "2")):
        for feed, rows in {
            "finance_vouchers": reception(number, pay_voucher_no=number, card_txn_no=number),
            "finance_attachments": [
                attachment("F002", number, 1, "invoice", amount="800.00"),
                attachment("F002", number, 2, "official_letter", document_date="2025-07-10"),
            ],
            "treasury_payments": [payment(number, "T002", "1500.00")],
            "card_transactions": [swipe(number, "T002", "88.00", mcc="5813")],
        }.items():
            accept(warehouse, feed, day, with_long_texts(feed, rows))
        assert evaluate(day).failures == {day: {}}
    assert query(
        warehouse,
        "select (select count(*) from intermediate.int_voucher where unit_id is not null),"
        " (select count(*) from intermediate.int_payment_booking),"
        " (select count(*) from intermediate.int_card_booking)",
    ) == [(2, 2, 2)]
    assert {subject for _, subject in open_hits(warehouse)} >= {long_text("1"), long_text("2")}


@pytest.mark.parametrize(
    ("tampered", "complaint"),
    [
        ("delete from rules.rule_results where rule_id = 'REC-001'", "of which 0 were known"),
        (
            "update intermediate.int_voucher set voucher_no = '记0099'",
            "a record at an end of int_number_range went",
        ),
    ],
    ids=["a hit that should go is not there", "a number that was the highest is another"],
)
def test_slices_that_do_not_hold_give_way_to_a_full_evaluation(
    tampered: LiteralString,
    complaint: str,
    warehouse: Settings,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(module, "WORTH_SLICING", 0)
    deliver_monday(warehouse)
    evaluate(MONDAY)
    with connect(warehouse, role="huiyan_build") as connection:
        connection.execute(tampered)
    deliver_tuesday(warehouse)
    evaluate(TUESDAY)
    assert "2025-09-02 is evaluated in full" in caplog.text
    assert complaint in caplog.text
    assert ("REC-001", "AF002/2025/07/记0002") in open_hits(warehouse)
    assert LETTER_MISSING not in open_hits(warehouse)
