"""From an alert back to the source file and line, through the whole daily path."""

import csv
import hashlib
import io
import json
import re
import zipfile
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console
from typer.testing import CliRunner

from huiyan.case.cli import app as case_app
from huiyan.cli import app
from huiyan.errors import NotFoundError
from huiyan.explain import explain
from huiyan.explained import render
from huiyan.orchestration.run import run_day
from huiyan.settings import Settings
from huiyan.warehouse.connection import connect
from landing_zone import Town, attachment, payment, swipe, voucher

DAY, LATER = date(2025, 9, 1), date(2025, 9, 2)
CARD, OTHER_CARD = "6259000000000001", "6259000000000019"


def alerts_of_a_day(warehouse: Settings) -> dict[str, str]:
    """Rule → alert id of a day with hits of three feeds."""
    town = Town(warehouse.landing)
    town.deliver_references(DAY)
    town.deliver_day(
        DAY,
        vouchers=[
            *voucher("F002", "记0001", "800.00", dep_bgt_eco_code="30217"),
            *voucher("F001", "记0002", "100.00"),
        ],
        attachments=[attachment("F002", "记0001", 1, "reception_list")],
        payments=[
            payment("P0001", "T003", "20000.00", payee_acct_no="BT003"),
            payment("P0002", "T001", "5000.00"),
            payment("P0003", "T001", "5000.00"),
        ],
        swipes=[swipe("C0002", "T001", "288.00", mcc="5813", card_no=CARD)],
    )
    day = run_day(DAY)
    assert day.exit_code == 0, (day.failures, day.status)
    with connect(warehouse) as connection:
        return dict(connection.execute("select rule_id, alert_id from ops.alert").fetchall())


def places(explanation: dict[str, Any]) -> list[tuple[str, ...]]:
    names = ("used_as", "feed", "file_name", "lines")
    return [tuple(row[name] for name in names) for row in explanation["sources"]]


def test_from_the_alert_to_the_line(warehouse: Settings) -> None:
    alerts = alerts_of_a_day(warehouse)
    assert {"REC-001", "PAY-001", "CARD-001"} <= alerts.keys()

    reception = explain(alerts["REC-001"], warehouse)
    assert places(reception) == [
        ("subject", "finance_attachments", "data.csv", "2"),
        ("subject", "finance_vouchers", "data.csv", "2-3"),
    ], "only rows of the voucher itself"
    assert {row["role"] for row in reception["routes"]} == {"dispose", "verify"}
    assert {row["state"] for row in reception["deliveries"]} == {"delivered"}
    assert [row["event"] for row in reception["events"]] == ["opened", "delivered"]
    assert "接待费金额：800.00 元" in reception["evidence_text"]
    assert places(explain(alerts["CARD-001"], warehouse)) == [
        ("subject", "card_transactions", "data.csv", "2")
    ]
    own_account = explain(alerts["PAY-001"], warehouse)
    assert ("subject", "treasury_payments", "data.csv", "2") in places(own_account)
    assert ("further", "accounts", "data.csv", "8-9") in places(own_account)
    assert places(explain(alerts["PAY-004"], warehouse)) == [
        ("subject", "treasury_payments", "data.csv", "4"),
        ("further", "treasury_payments", "data.csv", "3"),
    ]
    in_force = [
        (each["parameter"], each["value"])
        for each in explain(alerts["PAY-004"], warehouse)["parameters"]
    ]
    assert in_force == [("min_amount", Decimal(1000)), ("within_days", Decimal(10))]
    with connect(warehouse) as connection:
        connection.execute(
            "insert into reference.rule_parameters select rule_id, parameter, 5000, %(later)s, "
            "null, legal_basis, approved_by from reference.rule_parameters where rule_id = "
            "'PAY-004' and parameter = 'min_amount'",
            {"later": LATER},
        )
        connection.execute(
            "update reference.rule_parameters set valid_to = %(later)s where rule_id = 'PAY-004' "
            "and parameter = 'min_amount' and valid_from < %(later)s",
            {"later": LATER},
        )
        connection.execute(
            "insert into ops.evaluation values (%s, 'evaluated', 'as it will be')", [LATER]
        )
    values = [
        (each["value"], each["value_now"])
        for each in explain(alerts["PAY-004"], warehouse)["parameters"]
    ]
    assert values == [(Decimal(1000), Decimal(5000)), (Decimal(10), Decimal(10))]
    assert explain(alerts["PAY-001"][:8], warehouse)["hit"] == own_account["hit"]
    assert explain(own_account["hit"]["hit_id"], warehouse)["alert"] == own_account["alert"]
    for subject in ("no such alert", alerts["PAY-001"][:5], "%", ""):
        with pytest.raises(NotFoundError, match="No alert or hit"):
            explain(subject, warehouse)

    assert [(row["status"], row["is_in_force"]) for row in own_account["rule_status"]] == [
        (own_account["rule"]["status"], True)
    ]
    assert [
        (row["detected_on"], row["rule_version"], row["last_rule_version"], row["cleared_because"])
        for row in own_account["hit_history"]
    ] == [(DAY, 1, 1, None)]
    assert own_account["exceptions"] == []
    with connect(warehouse) as connection:
        connection.execute(
            "insert into reference.alert_suppression values"
            " ('CARD-001', 'C0002', null, '经批准', '区纪委', '2025-08-01', '2025-09-01'),"
            " ('CARD-001', 'C0002', null, '再经批准', '区纪委', '2025-09-01', '2025-10-01'),"
            " ('CARD-001', 'C0003', null, '无关', '区纪委', '2025-09-01', '2025-10-01')"
        )
    assert [
        (row["reason"], row["is_in_force"])
        for row in explain(alerts["CARD-001"], warehouse)["exceptions"]
    ] == [("经批准", False), ("再经批准", True)]

    console = Console(record=True, width=80)
    render(explain(alerts["REC-001"], warehouse), console)
    text = console.export_text()
    assert re.search(r"^对象 +记账凭证，2025年7月 \S+，账套 \S+ *$", text, re.MULTILINE)
    assert re.search(r"^  当时的值 +3$", text, re.MULTILINE), "a count is no 3.00"
    assert re.search(r"^  批准 +区纪委监委（首次发布）$", text, re.MULTILINE)
    for row in explain(alerts["REC-001"], warehouse)["sources"]:
        assert re.search(rf"^[- ] 数据源 +{row['feed']}$", text, re.MULTILINE), "a fact a line"
        assert re.search(rf"^  SHA-256 +{row['file_sha256']}$", text, re.MULTILINE)
    wide = [line for line in text.splitlines() if cell_len(line) > 80]
    assert all(line.startswith("  位置") for line in wide), "a path is not broken"
    codes = ("subject", "orange", "dispose", "opened", "machine", "channel", "business_date")
    assert not any(code in text for code in codes)
    console = Console(record=True, width=200)
    render(explain(alerts["CARD-001"], warehouse), console)
    text = console.export_text() + json.dumps(explain(alerts["CARD-001"], warehouse), default=str)
    assert "C0002" in text
    assert "疑点已消除" not in text
    assert "例外（2025-10-01 前有效）：再经批准（批准：区纪委）" in text
    assert CARD not in text

    runner = CliRunner()
    result = runner.invoke(app, ["explain", alerts["CARD-001"], "--json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["alert"]["rule_id"] == "CARD-001"
    result = runner.invoke(app, ["explain", alerts["CARD-001"]])
    assert result.exit_code == 0
    assert "办理主体" in result.stdout

    # What a lead takes along: the case's own record, its members' and the rows, without cards.
    card = explain(alerts["CARD-001"], warehouse)["hit"]["hit_id"]
    with connect(warehouse, role="huiyan_build") as connection:
        connection.execute(
            "insert into marts.mart_case_member (case_id, hit_id, rule_id, rule_name, subject_type,"
            " subject_id, evidence, first_detected_on)"
            " values (%s, %s, 'CARD-001', '禁止类商户', 'card_transaction', 'C0002', '{}', %s)",
            (alerts["PAY-001"], card, DAY),
        )
    folder = warehouse.home_dir / "leads"
    command = ["export", alerts["PAY-001"], "--to", str(folder)]
    said = runner.invoke(case_app, command)
    assert said.exit_code == 0, said.output
    (written,) = folder.iterdir()
    assert written.name == f"case-{alerts['PAY-001']}.zip"
    assert written.stat().st_mode & 0o777 == 0o600
    first = written.read_bytes()
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert files.keys() == {
        "case.json",
        f"members/{card}.json",
        "案件明细.xlsx",
        "rows/accounts.csv",
        "rows/card_transactions.csv",
        "rows/treasury_payments.csv",
    }
    assert json.loads(files["case.json"])["routes"]
    swipes = list(
        csv.DictReader(io.StringIO(files["rows/card_transactions.csv"].decode("utf-8-sig")))
    )
    assert [(row["txn_no"], row["line_no"]) for row in swipes] == [("C0002", "2")]
    assert not any("card" in name for name in swipes[0])
    assert runner.invoke(case_app, command).exit_code == 0
    assert written.read_bytes() == first


def test_what_was_said_survives_a_correction_of_the_source(warehouse: Settings) -> None:
    alerts = alerts_of_a_day(warehouse)
    before = {rule: explain(alert, warehouse) for rule, alert in alerts.items()}
    assert all(said["changes"] == [] for said in before.values())
    (sent,) = (row for row in before["REC-001"]["sources"] if row["feed"] == "finance_vouchers")
    file = warehouse.landing / "finance_vouchers" / DAY.isoformat() / "data.csv"
    assert sent["file_sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    with connect(warehouse) as connection:
        # Reviewed since, so that the replay judges by it.
        connection.execute(
            "update reference.rule_parameters set value = 11 "
            "where rule_id = 'PAY-004' and parameter = 'within_days'"
        )

    Town(warehouse.landing).deliver_day(
        DAY,
        vouchers=[
            *voucher("F002", "记0001", "80.00", dep_bgt_eco_code="30217"),
            *voucher("F001", "记0002", "100.00"),
        ],
        attachments=[attachment("F002", "记0001", 1, "reception_list")],
        payments=[payment("P0002", "T001", "5000.00"), payment("P0003", "T001", "5000.00")],
        swipes=[swipe("C0002", "T001", "200.00", mcc="5813", card_no=OTHER_CARD)],
    )
    assert run_day(DAY).exit_code == 0
    after = {rule: explain(alert, warehouse) for rule, alert in alerts.items()}
    for rule, said in before.items():
        for part in ("said_on", "evidence", "sources"):
            assert after[rule][part] == said[part], (rule, part)
    with connect(warehouse) as connection:
        batches = dict(
            connection.execute("select feed, batch_id from ops.batch where version = 2").fetchall()
        )
        present = connection.execute(
            "select distinct version from marts.fct_rule_hit_source where feed = 'finance_vouchers'"
        ).fetchall()
    assert present == [(2,)], "the mart has what the hits of now rest on"
    assert after["REC-001"]["changes"] == [
        "疑点依据：接待费金额：800.00 元 → 接待费金额：80.00 元",
        *(
            f"finance_vouchers AF002/2025/7/记0001/{line - 1}（data.csv 第 {line} 行）：以 {DAY} 的"
            f"批次 {batches['finance_vouchers']}（第 2 版）为准（已更正）：amt 800.00 → 80.00"
            for line in (2, 3)
        ),
    ]
    assert after["PAY-001"]["hit"] is None
    assert after["PAY-001"]["changes"] == [
        "疑点：数据更正后已不存在",
        f"treasury_payments P0001（data.csv 第 2 行）：{DAY} 的批次 "
        f"{batches['treasury_payments']}（第 2 版）中不再有",
    ]
    assert after["PAY-004"]["changes"] == [], "sent again on another line is no change"
    assert [(row["value"], row["value_now"]) for row in after["PAY-004"]["parameters"]] == [
        (Decimal(1000), Decimal(1000)),
        (Decimal(10), Decimal(11)),
    ]
    assert after["CARD-001"]["changes"][-1].endswith("amount 288.00 → 200.00；卡 一张 → 另一张")

    console = Console(record=True, width=400)
    for said in after.values():
        render(said, console)
    text = console.export_text() + json.dumps(list(after.values()), default=str)
    assert "（第 2 版）中不再有" in text
    with connect(warehouse) as connection:
        tokens = connection.execute(
            "select card_token from landing.card_transactions where card_token is not null"
        ).fetchall()
    assert len(tokens) == 2
    assert not any(secret in text for secret in (CARD, OTHER_CARD, *(each for (each,) in tokens)))
