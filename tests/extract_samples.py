"""Extracts written by hand for the tests of their files."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from huiyan.delivery.extract import Extract, ExtractRow, GoneRow, JointRow, ReturnedRow

DAY = date(2025, 11, 28)

ROW = ExtractRow(
    alert_id="00a9f0e31c77b2d4",
    role="dispose",
    is_new=True,
    tier="orange",
    rule_id="REC-001",
    rule_name="接待无公函",
    unit_name="青禾镇人民政府",
    finance_agency_code="F002",
    treasury_agency_code=None,
    subject_type="voucher",
    subject_id="AF002/2025/09/记0001",
    occurred_on=date(2025, 9, 12),
    amount=Decimal("1860.00"),
    due_on=date(2025, 12, 12),
    state="open",
    evidence=json.dumps({"posting_date": "2025-09-20", "uploaded_count": 1}),
    what_to_check="调阅接待资料，看有没有公函。",
    legal_basis="《党政机关国内公务接待管理规定》第十四条（条款未核实）",
    close_out_standard="补传真实有效的公函。",
    tier_reasons=("金额 60,000.00 元，超过升级线 50,000.00 元",),
    description="列支公务接待费的凭证，记账 3 天后仍没有上传公函。",
    opened_on=date(2025, 11, 28),
    return_code="AAAA-BBBB",
)

GONE = GoneRow(
    alert_id="ffa9f0e31c77b2d4",
    rule_name="附件缺失",
    unit_name="青禾镇人民政府",
    subject_type="voucher",
    subject_id="AF002/2025/08/记0007",
    amount=Decimal("3200.00"),
    reason="cleared",
)

RETURNED = ReturnedRow(
    file_name="TC01/alerts.xlsx",
    line_no=3,
    cells={
        "alert_id": "a2",
        "unit_shown": "青禾镇人民政府",
        "verdict": "大概属实",
        "note": "=HYPERLINK(1)",
        "body_code": "TC01",
        "extract_on": "2025-11-28",
        "return_code": "AAAA-BBBB",
    },
    reasons=("“核实结论”不在下拉列表之内，请从下拉列表中选择。", "没有选择原因。"),
)

JOINT = JointRow(
    case_id="5f0c11aa22bb33cc44dd55ee",
    standing="new",
    role="lead",
    unit_name="青禾镇人民政府",
    matter_name="公务接待",
    period_from=date(2025, 7, 1),
    period_to=date(2025, 9, 30),
    own_findings=None,
    own_alerts="00a9f0e31c77b2d4",
    others_found=(
        "审计监督：三次接待没有公函，菜单与报销金额不符（2025-07-01 至 2025-09-30，12,860.00 元）。"
        "结论：属实\n监督预警 2 条：接待无公函 2 条，3,720.00 元"
    ),
    is_asked=False,
    is_conclusion_reusable=True,
    conclusion="属实",
    concluded_by_name="审计监督",
    concluded_on=date(2025, 11, 20),
    document_no="审〔2025〕7号",
)
CONCLUDED = ("审计监督", "2025-11-20", "属实", "审〔2025〕7号")


def row(**changes: Any) -> ExtractRow:
    """The sample alert with other values."""
    return replace(ROW, **changes)


def extract(*rows: ExtractRow, gone: tuple[GoneRow, ...] = ()) -> Extract:
    """An extract of the given rows for a township commission."""
    return Extract("TC01", "青禾镇纪委", DAY, rows, gone)
