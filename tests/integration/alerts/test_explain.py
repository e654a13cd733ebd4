"""From an alert back to the source file and line, through the whole daily path."""

import json
from datetime import date
from decimal import Decimal

import pytest
from rich.console import Console
from typer.testing import CliRunner

from huiyan.cli import app
from huiyan.errors import NotFoundError
from huiyan.explain import explain, render
from huiyan.orchestration.run import run_day
from huiyan.settings import Settings
from huiyan.warehouse.connection import connect
from landing_zone import Town, attachment, payment, swipe, voucher

DAY, LATER = date(2025, 9, 1), date(2025, 9, 2)
CARD = "6259000000000001"


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


def test_from_the_alert_to_the_line(warehouse: Settings) -> None:
    alerts = alerts_of_a_day(warehouse)
    assert {"REC-001", "PAY-001", "CARD-001"} <= alerts.keys()

    reception = explain(alerts["REC-001"], warehouse)
    sources = [(row["feed"], row["file_name"], row["line_no"]) for row in reception["sources"]]
    assert ("finance_attachments", "data.csv", 2) in sources
    assert {feed for feed, *_ in sources} == {"finance_vouchers", "finance_attachments"}
    assert all(line < 4 for _, _, line in sources), "only rows of the voucher itself"
    assert {row["role"] for row in reception["routes"]} == {"dispose", "verify"}
    assert {row["state"] for row in reception["deliveries"]} == {"delivered"}
    assert [row["event"] for row in reception["events"]] == ["opened", "delivered"]
    assert "接待费金额：800.00 元" in reception["evidence_text"]
    swipe_row = explain(alerts["CARD-001"], warehouse)["sources"][0]
    assert (swipe_row["feed"], swipe_row["line_no"]) == ("card_transactions", 2)

    own_account = explain(alerts["PAY-001"], warehouse)
    assert own_account["sources"][0]["natural_key"] == "P0001"
    paid_twice = explain(alerts["PAY-004"], warehouse)["sources"]
    assert [row["natural_key"] for row in paid_twice] == ["P0003", "P0002"], "its own row first"
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
    values = [each["value"] for each in explain(alerts["PAY-004"], warehouse)["parameters"]]
    assert values == [Decimal(1000), Decimal(10)], "a later value is not the one it was judged by"
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

    console = Console(record=True, width=200)
    render(explain(alerts["CARD-001"], warehouse), console)
    text = console.export_text() + json.dumps(explain(alerts["CARD-001"], warehouse), default=str)
    assert "C0002" in text
    assert "an exception covers it until 2025-10-01: 再经批准 (approved by 区纪委)" in text
    assert CARD not in text

    runner = CliRunner()
    result = runner.invoke(app, ["explain", alerts["CARD-001"], "--json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["alert"]["rule_id"] == "CARD-001"
    result = runner.invoke(app, ["explain", alerts["CARD-001"]])
    assert result.exit_code == 0
    assert "Recipients" in result.stdout
