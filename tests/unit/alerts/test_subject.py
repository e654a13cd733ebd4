"""Subjects in readable Chinese."""

import pytest

from huiyan.alerts.subject import gathered_in_words, gathered_type, readable_subject

TOKEN = "fb6f90ca76018775175b34fa9e0843e2170aa3e5392f766b3a638c9898b854ec"


@pytest.mark.parametrize(
    ("kind", "subject_id", "text"),
    [
        ("voucher", "AF002/2025/09/记0001", "记账凭证\n2025年9月 记0001\n账套 AF002"),
        ("voucher", "AF002/2025/12/记0001", "记账凭证\n2025年12月 记0001\n账套 AF002"),
        ("accounting_period", "AF002/2025/10", "会计期间\n2025年10月\n账套 AF002"),
        ("acct_set_year", "AF002:2025", "账套年度\n2025年度\n账套 AF002"),
        ("agency_year", "124011:2025", "记账单位年度\n2025年度\n单位代码 124011"),
        ("treasury_agency_year", "47104002:2024", "单位年度财政支付\n2024年度\n单位代码 47104002"),
        ("agency_quarter", "167034:2025-2", "记账单位季度\n2025年第2季度\n单位代码 167034"),
        (
            "budget_line",
            "47135007:2024:30204",
            "单位年度经济分类预算\n2024年度，经济分类 30204（手续费）\n单位代码 47135007",
        ),
        (
            "voucher_group",
            "110005:2025-09:30204",
            "多张记账凭证\n2025年9月，经济分类 30204（手续费）\n单位代码 110005",
        ),
        (
            "advance",
            "ZT1:1218:甲:乙公司",
            "往来挂账\n甲:乙公司\n会计科目 1218（其他应收款）\n账套 ZT1",
        ),
        ("invoice", "-25329900876478794820", "发票\n发票号码 25329900876478794820"),
        ("invoice", "032002-471", "发票\n发票代码 032002\n发票号码 471"),
        (
            "invoice_run",
            "110008:甲:乙商行:11011998",
            "连号发票\n甲:乙商行\n首张号码 11011998\n单位代码 110008",
        ),
        ("letter", "函〔033〕号:湖东县水利局", "公函\n函〔033〕号\n来访单位 湖东县水利局"),
        ("card_group", f"{TOKEN}:41号店:2025-11-24", "多笔公务卡交易\n41号店\n首笔 2025-11-24"),
        ("payment_group", "47:955:ZF1", "多笔财政支付\n首笔 ZF1\n单位代码 47"),
        ("payment_group", "47:955", "多笔财政支付\n收款账号 955\n单位代码 47"),
        (
            "payment_group",
            "47:2025:30203:甲公司",
            "多笔财政支付\n甲公司\n2025年度，经济分类 30203（咨询费）\n单位代码 47",
        ),
        ("payment", "ZF202516301300001", "财政支付\nZF202516301300001"),
        ("attachment_file", TOKEN, "附件文件"),
        ("regulator_rule", "RG01:ATT-001", "监管部门系统性问题\n监管部门代码 RG01\n规则 ATT-001"),
        ("unit", "F110005", "单位\nF110005"),
        ("agency_quarter", "167034:2025-5", "记账单位季度\n167034:2025-5"),
        ("voucher", "V1", "记账凭证\nV1"),
        ("unheard_of", "x:1", "其他对象\nx:1"),
    ],
)
def test_a_subject_from_its_id(kind: str, subject_id: str, text: str) -> None:
    assert readable_subject(kind, subject_id) == text


def test_a_regulators_codes_are_named() -> None:
    known = '{"regulator_name": "云溪区财政局", "rule_name": "附件缺失"}'
    assert readable_subject("regulator_rule", "RG01:ATT-001", known) == (
        "监管部门系统性问题\n云溪区财政局（RG01）\n附件缺失（ATT-001）"
    )
    assert "规则 ATT-001" in readable_subject("regulator_rule", "RG01:ATT-001", "{}")


def test_what_only_the_evidence_tells() -> None:
    subject_id = f"{TOKEN}:41号店:2025-11-24"
    shown = readable_subject("card_group", subject_id, '{"card_last4": "2927"}')
    assert shown.endswith("首笔 2025-11-24\n卡尾号 2927")
    assert TOKEN not in readable_subject("card_group", subject_id, "{}")
    assert readable_subject("attachment_file", TOKEN, "{}") == "附件文件\n（见疑点依据）"


@pytest.mark.parametrize(
    ("kind", "subject_id", "text"),
    [
        ("voucher", "ZT1/2025/11/记0002", "2025年11月 记0002（账套 ZT1）"),
        ("voucher", "ZF202511300300001", "ZF202511300300001"),
        ("invoice", "-25329900876478794820", "号码 25329900876478794820"),
        ("invoice", "3200214199-81541187", "号码 81541187，代码 3200214199"),
        ("payment_group", "47:955:ZF1", "首笔 ZF1（单位代码 47）"),
        ("payment_group", "47:955", "收款账号 955（单位代码 47）"),
        ("advance", "ZT1:1218:甲公司", "甲公司（会计科目 1218（其他应收款），账套 ZT1）"),
        ("agency_year", "124011:2025", "2025年度（单位代码 124011）"),
        ("card_group", f"{TOKEN}:41号店:2025-11-24", "41号店（首笔 2025-11-24）"),
        ("attachment_file", TOKEN, "fb6f90ca…"),
        ("treasury_agency", "47100007", "47100007"),
        # Of several kinds in one list only what no other kind looks like is put in words.
        (None, "-25329900876478794820", "号码 25329900876478794820"),
        (None, "ZT1:1218:甲公司", "甲公司（会计科目 1218（其他应收款），账套 ZT1）"),
        (None, "110008:甲商行:11011998", "甲商行（首张号码 11011998，单位代码 110008）"),
        (None, f"{TOKEN}:41号店:2025-11-24", "41号店（首笔 2025-11-24）"),
        (None, "47:6222020200112233445:ZF1", "47:6222020200112233445:ZF1"),
        (None, "ZL-1", "ZL-1"),
        (None, TOKEN, "fb6f90ca…"),
    ],
)
def test_a_subject_among_those_that_an_alert_gathers(
    kind: str | None, subject_id: str, text: str
) -> None:
    assert gathered_in_words(kind, subject_id) == text


def test_a_systemic_problem_gathers_subjects_of_its_rules_type() -> None:
    assert gathered_type("regulator_rule", "RG01:INV-005") == "invoice"
    assert gathered_type("regulator_rule", "RG01:PROC-001") == "payment_group"
    assert gathered_type("regulator_rule", "RG01:ZZZ-001") is None
    assert gathered_type("unit", "F110005") is None


def test_a_subject_of_units_is_read_by_their_names() -> None:
    told = '{"first_payer": "甲局（47）", "return_payer": "乙局（48）"}'
    assert (
        readable_subject("payment_group", "47:48:ZF1", told)
        == "多笔财政支付\n甲局（47） → 乙局（48）"
    )
    assert readable_subject("unit", "F110005", '{"unit_name": "甲局"}') == "单位\n甲局"
    assert readable_subject("unit", "F110005", "{}") == "单位\nF110005"
