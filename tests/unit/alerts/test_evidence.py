"""Evidence in readable Chinese."""

import re

import pytest

from huiyan.alerts import words
from huiyan.alerts.evidence import LABELS, LISTS, MONEY, NONE_IS_KNOWN, PERCENT, readable
from huiyan.settings import REPOSITORY

MODELS = REPOSITORY / "dbt_project" / "models"
RULES = [*MODELS.glob("rules/*.sql"), *MODELS.glob("patterns/*.sql")]


def test_every_key_the_rules_record_has_a_label() -> None:
    keys = {
        key
        for path in RULES
        for block in re.findall(r"evidence\(\{(.*?)\}\)", path.read_text("utf-8"), re.DOTALL)
        for key in re.findall(r"^\s*'(\w+)':", block, re.MULTILINE)
    }
    assert len(keys) > 20
    assert keys - LABELS.keys() == set()


def test_keys_that_are_shown_in_a_way_of_their_own_are_known() -> None:
    assert LABELS.keys() >= LISTS | MONEY | NONE_IS_KNOWN | PERCENT


def test_every_subject_type_has_a_word() -> None:
    types = {
        kind
        for path in RULES
        for kind in re.findall(r"rule_result\(\s*'(\w+)'", path.read_text("utf-8"))
    }
    assert types
    assert types - words.SUBJECT_TYPE.keys() == set()


@pytest.mark.parametrize(
    ("evidence", "text"),
    [
        ('{"expense_amount": 1234567.50}', "支出金额：1,234,567.50 元"),
        ('{"peer_limit": 5239.3350}', "同组上限（含本单位计算）：5,239.335 元"),
        ('{"peer_limit": 5000.0000}', "同组上限（含本单位计算）：5,000.00 元"),
        ('{"limit_days": 30.00}', "判定用的天数：30"),
        ('{"days_late": 31}', "间隔天数：31"),
        ('{"is_other_name": true, "is_other_tax_no": false}', "抬头名称不符：是\n抬头税号不符：否"),
        ('{"summary": null}', "摘要：未填"),
        ('{"summary": ""}', "摘要：未填"),
        ('{"vouchers": null}', "记账凭证：未填"),
        ('{"last_posting_date": null}', "最近记账日期：无"),
        ('{"books_kept_by": null}', "代理记账单位：无"),
        ('{"salary_account_of": null}', "工资账户本人：无"),
        ('{"vouchers": ["a/1", "b/2"]}', "记账凭证：\n　a/1\n　b/2"),
        (
            '{"vouchers": "ZT1/2025/09/记0001、ZT2/2025/11/记0002"}',
            "记账凭证：\n　2025年9月 记0001（账套 ZT1）\n　2025年11月 记0002（账套 ZT2）",
        ),
        (
            '{"earlier_vouchers": "ZT1/2025/09/记0001"}',
            "此前相似凭证：2025年9月 记0001（账套 ZT1）",
        ),
        ('{"agencies": "甲村（11）、甲村（11）"}', "涉及单位：甲村（11）"),
        ('{"subjects": "KJ1、ZT1/2025/11/记0002"}', "疑点对象：KJ1、2025年11月 记0002（账套 ZT1）"),
        ('{"agencies": ["2", "1", "2"]}', "涉及单位：2、1"),
        (
            '{"economic_codes": "302、30299"}',
            "支出经济分类：302（商品和服务支出）、30299（其他商品和服务支出）",
        ),
        ('{"economic_code": "3021701"}', "支出经济分类：3021701（公务接待费）"),
        ('{"economic_code": "88"}', "支出经济分类：88"),
        ('{"account_code": "1218"}', "会计科目：1218（其他应收款）"),
        ('{"mcc": "5311"}', "商户类别码：5311（百货商店(类)）"),
        ('{"mcc": "5813", "mcc_name": "酒吧"}', "商户类别码：5813\n商户类别：酒吧"),
        (
            '{"findings": "购物卡：甲店 2 项，每项 1023000.00 元、账外账户 9.50 元"}',
            "疑点（按金额从大到小，合计时同一对象只计一次）：购物卡：甲店 2 项，"
            "每项 1,023,000.00 元、账外账户 9.50 元",
        ),
        (
            '{"peers": "甲局（11） -24000.00 元"}',
            "同组其他单位及其支出（从高到低）：甲局（11） -24,000.00 元",
        ),
        ('{"amount_and_currency": "30000.00 JPY"}', "交易金额和币种：30,000.00 日元"),
        ('{"amount_and_currency": "1680.00 元"}', "交易金额和币种：1,680.00 元"),
        ('{"amount_and_currency": "9.00 XYZ"}', "交易金额和币种：9.00 XYZ"),
        ('{"amount_and_currency": null}', "交易金额和币种：未填"),
        ('{"mcc": "53110"}', "商户类别码：53110"),
        # One number per reception list: the same number twice is two lists.
        ('{"visitors": "3、3", "companions": "1、2"}', "来访人数：3、3\n陪同人数：1、2"),
        (
            '{"invoices": "-25327770、032002-471"}',
            "发票：\n　号码 25327770\n　号码 471（3 位），代码 032002",
        ),
        ('{"late_percent": 42.41}', "占全年百分比：42.41%"),
        ('{"late_percent": 42.00}', "占全年百分比：42%"),
        ('{"payee_account_kind": "basic"}', "收款账户类型：基本户"),
        ('{"txn_at": "2025-09-01T20:00:00"}', "刷卡时间：2025-09-01 20:00:00"),
        ('{"unheard_of": "x"}', "其他信息：x"),
        ('{"unheard_of": {"summary": "y"}}', "其他信息：（摘要：y）"),
        (f'{{"subjects": "{"0a" * 32}:41号店、{"1b" * 32}"}}', "疑点对象：41号店、1b1b1b1b…"),
        ("{}", ""),
    ],
)
def test_readable(evidence: str, text: str) -> None:
    assert readable(evidence) == text


def test_subjects_of_one_type_are_said_as_such() -> None:
    assert readable('{"subjects": "-25329900876478794820、3200214199-81541187"}', "invoice") == (
        "疑点对象：发票 号码 25329900876478794820、号码 81541187，代码 3200214199"
    )
    assert readable('{"subjects": "47:955:ZF1"}', "payment_group") == (
        "疑点对象：多笔财政支付 首笔 ZF1（单位代码 47）"
    )
    assert readable('{"subjects": "ZF1、ZF2"}', "payment") == "疑点对象：财政支付 ZF1、ZF2"
    both = '{"subjects": "ZF1、ZT1/2025/11/记0002"}'
    assert readable(both, "voucher") == "疑点对象：ZF1、2025年11月 记0002（账套 ZT1）"


@pytest.mark.parametrize(
    ("count", "text"),
    [(10, "1、2、3、4、5、6、7、8、9、10"), (11, "1、2、3、4、5、6、7、8、9、10 等 11 项")],
)
def test_a_long_list_is_cut_and_says_so(count: int, text: str) -> None:
    items = "、".join(str(number) for number in range(1, count + 1))
    assert readable(f'{{"payments": "{items}"}}') == f"支付凭证：{text}"


def test_order_is_that_of_the_labels() -> None:
    assert readable('{"posting_date": "2025-09-20", "summary": "接待"}').splitlines() == [
        "摘要：接待",
        "记账日期：2025-09-20",
    ]
