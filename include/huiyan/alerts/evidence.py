"""A hit's evidence in readable Chinese.

Rules record evidence as JSON under English keys; the people who dispose of an alert read
`标签：值` instead. A key without a label here is shown as 其他信息, never in English; a test holds
the rules to the keys of `LABELS`.
"""

import json
import re
from decimal import Decimal
from typing import Any

from huiyan.alerts.code_names import Kind, currency_in_words, named
from huiyan.alerts.subject import (
    gathered_in_words,
    invoice_in_words,
    kind_of_all,
    voucher_in_words,
)

LABELS: dict[str, str] = {
    "summary": "摘要",
    "summaries": "各分录摘要",
    "purpose": "用途",
    "unit_name": "单位",
    "owner_unit": "账户名义单位",
    "books_kept_by": "代理记账单位",
    "agencies": "涉及单位",
    "paying_agencies": "付款单位",
    "first_payer": "先付款单位",
    "event_date": "业务发生日期",
    "posting_date": "记账日期",
    "days_late": "间隔天数",
    "limit_days": "判定用的天数",
    "window_days": "判为相近的最多天数",
    "expense_amount": "支出金额",
    "reception_amount": "接待费金额",
    "preparer_and_reviewer": "制单兼审核人",
    "financial_debit": "财务会计借方合计",
    "financial_credit": "财务会计贷方合计",
    "financial_difference": "财务会计借贷差额",
    "budget_debit": "预算会计借方合计",
    "budget_credit": "预算会计贷方合计",
    "budget_difference": "预算会计借贷差额",
    "cash_entry_count": "现金支出笔数",
    "largest_cash_entry": "单笔最大现金支出",
    "total_cash": "现金支出合计",
    "payee_names": "收款人或往来对象",
    "counterparty": "往来单位或个人",
    "account_code": "会计科目",
    "balance": "挂账余额",
    "open_since": "挂账起始日期",
    "days_open": "发现时已挂账天数",
    "last_movement_on": "最近发生日期",
    "missing_number_count": "缺号个数",
    "missing_numbers": "缺号",
    "is_through_year": "按年连续编号",
    "period_ends_on": "会计期间结束日",
    "earlier_vouchers": "此前相似凭证",
    "claimed_amount": "重复列支金额",
    "has_invoice_in_common": "附有同一张发票",
    "first_event_date": "首次业务发生日期",
    "cash_amount": "现金支付金额",
    "allowed_amount": "按标准可列支金额",
    "over_standard_amount": "超出标准的金额",
    "standard": "人均标准",
    "earlier_amount": "前四个季度接待费合计",
    "visit_unit": "来访单位",
    "visit_date": "来访日期",
    "day_name": "休息日",
    "visitors": "来访人数",
    "companions": "陪同人数",
    "allowed_companions": "按规定最多陪同人数",
    "excess_companions": "超出人数",
    "list_count": "超标清单数",
    "letter_no": "公函文号",
    "letter_date": "公函日期",
    "days_apart": "前后相隔天数",
    "declared_count": "申报附件数",
    "uploaded_count": "已上传附件数",
    "missing_count": "缺少附件数",
    "missing_types": "缺少的附件",
    "approval_type": "最早审批文件",
    "first_approved_on": "最早审批日期",
    "file_type": "附件类型",
    "invoice_count": "有疑点的发票数",
    "invoices": "发票",
    "mismatch_count": "查验不一致的发票数",
    "voided_count": "已作废的发票数",
    "reversed_count": "已红冲的发票数",
    "invoice_date": "开票日期",
    "invoice_amount": "发票金额",
    "over_invoice_amount": "支出超出发票的金额",
    "shortfall": "发票少于支出的金额",
    "seller_names": "销方",
    "number_count": "连号张数",
    "first_invoice_no": "首张号码",
    "last_invoice_no": "末张号码",
    "first_invoice_date": "最早开票日期",
    "last_invoice_date": "最近开票日期",
    "total_expense": "入账金额合计",
    "voucher_count": "记账凭证数",
    "vouchers": "记账凭证",
    "is_other_name": "抬头名称不符",
    "is_other_tax_no": "抬头税号不符",
    "buyer_names": "发票抬头",
    "buyer_tax_numbers": "发票抬头税号",
    "txn_at": "刷卡时间",
    "merchant_name": "商户",
    "mcc": "商户类别码",
    "mcc_name": "商户类别",
    "merchant_city": "商户城市",
    "holder_name": "持卡人",
    "card_last4": "卡号后四位",
    "terminal_no": "终端号",
    "swipe_amount": "刷卡金额",
    "amount_and_currency": "交易金额和币种",
    "booked_amount": "记账金额",
    "over_swipe_amount": "记账超出刷卡的金额",
    "refund_txn_no": "退货交易流水号",
    "is_night": "深夜刷卡",
    "is_dining_on_day_off": "非工作日餐饮",
    "days_since_swipe": "发现时距刷卡天数",
    "minutes_apart": "相隔分钟数",
    "earlier_txn_at": "前一笔刷卡时间",
    "earlier_merchant_name": "前一笔商户",
    "earlier_merchant_city": "前一笔商户城市",
    "earlier_txn_no": "前一笔交易流水号",
    "swipe_count": "刷卡笔数",
    "first_txn_at": "首笔刷卡时间",
    "last_txn_at": "最近刷卡时间",
    "transactions": "交易流水号",
    "holder_status": "持卡人状态",
    "left_on": "离任日期",
    "days_since_leaving": "离任后天数",
    "entry_count": "分录条数",
    "found_words": "发现的字样",
    "festivals": "节日",
    "equipment_amount": "设备支出金额",
    "budget_year": "预算年度",
    "budget_amount": "预算数",
    "excess_amount": "超出预算金额",
    "vehicle_amount": "公务用车金额",
    "abroad_amount": "因公出国（境）金额",
    "economic_codes": "支出经济分类",
    "pay_date": "支付日期",
    "days_since_payment": "发现时距支付天数",
    "pay_account": "付款账号",
    "payee_name": "收款人",
    "payee_account": "收款账号",
    "payee_account_kind": "收款账户类型",
    "economic_code": "支出经济分类",
    "threshold": "限额标准",
    "payment_count": "支付笔数",
    "total_amount": "金额合计",
    "first_pay_date": "首笔支付日期",
    "last_pay_date": "最近支付日期",
    "last_posting_date": "最近记账日期",
    "payments": "支付凭证",
    "asset_name": "出租资产",
    "tenant_name": "承租人",
    "annual_rent": "年租金",
    "starts_on": "租期开始",
    "ends_on": "租期结束",
    "days_let": "发现时已出租天数",
    "rent_due": "起租至发现时按天折算的租金",
    "contract_rent": "全部租期的租金",
    "actual_payee_name": "实际收款人",
    "actual_payee_account": "实际收款账号",
    "salary_account_of": "工资账户本人",
    "keywords": "用途中的关键词",
    "expected_codes": "关键词对应的经济分类",
    "earlier_payment": "前一笔支付凭证",
    "earlier_pay_date": "前一笔支付日期",
    "earlier_purpose": "前一笔用途",
    "returned_payment": "退回的支付凭证",
    "returned_pay_date": "退回那笔的日期",
    "returned_account": "退回那笔的收款账号",
    "paid_amount": "实际支付金额",
    "amount_difference": "记账减支付的差额",
    "booking_units": "记账单位",
    "returned_count": "其中已退回笔数",
    "void_count": "其中已作废笔数",
    "unknown_count": "其中国库没有的笔数",
    "accepted_on": "验收日期",
    "days_early": "付款早于验收天数",
    "smallest_amount": "最小一笔金额",
    "pay_year": "支付年度",
    "late_amount": "12月16日至31日支付金额",
    "late_count": "12月16日至31日支付笔数",
    "year_amount": "全年支付金额",
    "late_percent": "占全年百分比",
    "share_limit_amount": "按判定比例折算的全年支付",
    "month_count": "1至11月有支付的月数",
    "mean_month_amount": "1至11月有支付各月的月均金额",
    "first_amount": "首笔金额",
    "return_payer": "付回单位",
    "return_pay_date": "付回日期",
    "returned_amount": "付回金额",
    "found_in": "所在文字",
    "account_name": "账户名称",
    "account_kind": "账户类型",
    "last_movement_date": "上次收付日期",
    "days_asleep": "未动用天数",
    "agency_count": "涉及单位数",
    "fiscal_year": "年度",
    "acct_period": "会计期间",
    "code_amount": "该科目支出合计",
    "share_percent": "占该科目支出",
    "common_digits": "偏多的首两位数字",
    "deviation_per_million": "平均绝对偏差（百万分之）",
    "chance_deviation_per_million": "同样笔数随机波动的平均偏差（百万分之）",
    "unit_type": "单位类型",
    "township_size": "镇街规模",
    "peer_count": "同组其他单位数",
    "peer_lower_quartile": "同组下四分位数（含本单位）",
    "peer_median": "同组中位数（含本单位）",
    "peer_upper_quartile": "同组上四分位数（含本单位）",
    "peer_limit": "同组上限（含本单位计算）",
    "peers": "同组其他单位及其支出（从高到低）",
    "problem_class": "问题类别",
    "problem": "巡察指出的问题",
    "measure": "整改措施",
    "claimed_closed_on": "申报整改完成日期",
    "regulator_name": "监管部门",
    "rule_name": "同一条规则",
    "new_subject": "新疑点",
    "detected_on": "发现日期",
    "closed_subject": "已办结的疑点",
    "closed_on": "办结日期",
    "verdict": "当时的核实结论",
    "days_since_closing": "距办结天数",
    "unit_count": "有疑点的单位数",
    "units": "有疑点的单位",
    "score": "得分",
    "score_threshold": "预警分数线",
    "rule_count": "命中规则数",
    "rules": "命中规则",
    "scored_rules": "计分的规则及其分数",
    "hit_count": "疑点数",
    "first_detected_on": "首次发现日期",
    "last_detected_on": "最近发现日期",
    "findings": "疑点（按金额从大到小，合计时同一对象只计一次）",
    "subjects": "疑点对象",
    "pushed_on": "预警推送日期",
    "reversed_on": "冲销记账日期",
    "days_after_push": "推送后天数",
}

VALUES = {
    "confirmed": "属实",
    "partly": "部分属实",
    "invoice": "发票",
    "official_letter": "公函",
    "reception_list": "接待清单",
    "approval": "审批单",
    "meeting_notice": "会议通知",
    "training_notice": "培训通知",
    "attendee_list": "签到表",
    "travel_approval": "出差审批单",
    "contract": "合同",
    "acceptance": "验收单",
    "bank_receipt": "银行回单",
    "payroll": "发放表",
    "other": "其他",
    "account_set": "账套",
    "zero_balance": "零余额账户",
    "basic": "基本户",
    "special": "专户",
    "canteen": "食堂账户",
    "union": "工会账户",
    "paid": "已支付",
    "returned": "已退回",
    "void": "作废",
    "purchase": "消费",
    "refund": "退货",
    "cash_advance": "取现",
    "fee": "费用",
    "in_post": "在职",
    "left": "离职",
    "retired": "退休",
    "finance": "财务记账平台",
    "treasury": "国库集中支付平台",
    "bureau": "机关",
    "town_government": "镇街政府",
    "association": "群团组织",
    "institution": "事业单位",
    "school": "学校",
    "health": "医疗卫生机构",
    "village": "村（社区）",
    "district": "区直",
    "large": "较大镇街",
    "small": "较小镇街",
}

MONEY = {
    "financial_debit",
    "financial_credit",
    "financial_difference",
    "budget_debit",
    "budget_credit",
    "budget_difference",
    "largest_cash_entry",
    "total_cash",
    "balance",
    "claimed_amount",
    "expense_amount",
    "reception_amount",
    "invoice_amount",
    "over_invoice_amount",
    "shortfall",
    "cash_amount",
    "allowed_amount",
    "over_standard_amount",
    "standard",
    "earlier_amount",
    "total_expense",
    "total_amount",
    "threshold",
    "annual_rent",
    "rent_due",
    "contract_rent",
    "paid_amount",
    "booked_amount",
    "amount_difference",
    "smallest_amount",
    "budget_amount",
    "excess_amount",
    "late_amount",
    "year_amount",
    "share_limit_amount",
    "mean_month_amount",
    "swipe_amount",
    "over_swipe_amount",
    "equipment_amount",
    "vehicle_amount",
    "abroad_amount",
    "first_amount",
    "returned_amount",
    "code_amount",
    "peer_lower_quartile",
    "peer_median",
    "peer_upper_quartile",
    "peer_limit",
}
PERCENT = {"late_percent", "share_percent"}
# Null says that there is none; under every other key it says that nobody filled it in.
NONE_IS_KNOWN = {"last_posting_date", "books_kept_by", "salary_account_of", "reception_amount"}
# Lists of codes and names, in which an item that comes twice says nothing more. Lists that go in
# step with another (visitors and companions, buyers and their tax numbers) are not among them.
LISTS = {
    "agencies",
    "paying_agencies",
    "booking_units",
    "vouchers",
    "earlier_vouchers",
    "missing_numbers",
    "invoices",
    "seller_names",
    "payments",
    "payee_names",
    "transactions",
    "economic_codes",
    "expected_codes",
    "keywords",
    "found_words",
    "festivals",
    "units",
    "rules",
    "scored_rules",
    "findings",
    "subjects",
    "peers",
}
LIST_LIMIT = 10
# Codes of a classification, shown with their names unless the evidence says `<key>_name` too.
CODES: dict[str, Kind] = {
    "account_code": "account",
    "economic_code": "economic",
    "economic_codes": "economic",
    "expected_codes": "economic",
    "mcc": "merchant",
}
# Documents: the names of several in one line could not be told apart.
DOCUMENTS = {
    "vouchers": voucher_in_words,
    "earlier_vouchers": voucher_in_words,
    "invoices": invoice_in_words,
}
# Lists whose items end with an amount.
WITH_AMOUNTS = {"findings", "peers"}
YUAN = re.compile(r"(?<![\d.])-?\d+\.\d\d(?= 元)")
# An amount and the code of its currency, or 元.
AMOUNT_AND_CURRENCY = re.compile(r"(-?\d+\.\d+) (\S+)")
NOT_FILLED_IN = "未填"
OTHER = "其他信息"
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?")


def readable_value(value: Any) -> str:
    """One value of the evidence as text: null 未填, booleans 是/否, lists joined by 、."""
    if value is None or value == "":
        return NOT_FILLED_IN
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(readable_value(item) for item in value) or "无"
    if isinstance(value, dict):
        return "（" + "，".join(readable_fact(key, item) for key, item in value.items()) + "）"
    text = str(value)
    if TIMESTAMP.fullmatch(text):
        return text.replace("T", " ")
    return "、".join(VALUES.get(part, part) for part in text.split("、"))


def _item(key: str, value: Any, gathered: str | None) -> str:
    if key in DOCUMENTS:
        return DOCUMENTS[key](str(value))
    if key == "subjects":
        return gathered_in_words(gathered, str(value))
    text = readable_value(value)
    if key in WITH_AMOUNTS:
        return YUAN.sub(lambda amount: f"{Decimal(amount[0]):,}", text)
    return named(CODES[key], text) if key in CODES else text


def _listed(key: str, value: Any, gathered: str | None = None) -> tuple[str, ...]:
    """The items of a list, each once."""
    return tuple(_item(key, each, gathered) for each in _items(value))


def _items(value: Any) -> list[str]:
    return list(dict.fromkeys(value if isinstance(value, list) else value.split("、")))


def _in_short(key: str, listed: tuple[str, ...]) -> str:
    """No more than `LIST_LIMIT` items, or a row would not fit; documents one a line."""
    more = f" 等 {len(listed)} 项" if len(listed) > LIST_LIMIT else ""
    if key in DOCUMENTS and len(listed) > 1:
        lines = [*listed[:LIST_LIMIT], *([more.strip()] if more else [])]
        return "".join(f"\n　{line}" for line in lines)
    return "、".join(listed[:LIST_LIMIT]) + more


def _is_list(key: str, value: Any) -> bool:
    return key in LISTS and bool(value) and isinstance(value, list | str)


def is_foreign(text: str) -> bool:
    """Whether the evidence is of an amount in a foreign currency, which is none in yuan."""
    value = json.loads(text).get("amount_and_currency")
    return value is not None and not str(value).endswith("元")


def is_cut(text: str) -> bool:
    """Whether the evidence has a list of which `readable` leaves some out."""
    evidence: dict[str, Any] = json.loads(text)
    return any(
        _is_list(key, value) and len(_listed(key, value)) > LIST_LIMIT
        for key, value in evidence.items()
    )


def readable_fact(key: str, value: Any, has_name: bool = False, gathered: str | None = None) -> str:
    """One key of the evidence and its value as `标签：值`; numbers as Decimal or int.

    Args:
        has_name: the name of what the key is a code of stands beside it.
        gathered: the type of all the subjects that the evidence lists; null if of several.
    """
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        if key in MONEY:
            # Quartiles lie between two amounts: rounded, what follows from them would not add up.
            exact = value == round(value, 2)
            shown = f"{value:,.2f} 元" if exact else f"{Decimal(value).normalize():,f} 元"
        else:
            shown = f"{value:f}" if value % 1 else f"{value:.0f}"
            shown += "%" if key in PERCENT else ""
    elif key in NONE_IS_KNOWN and not value:
        shown = "无"
    elif _is_list(key, value):
        shown = _in_short(key, _listed(key, value, gathered))
        if key == "subjects" and gathered:
            shown = f"{kind_of_all(gathered, _items(value))} {shown}".lstrip()
    elif key == "amount_and_currency" and (found := AMOUNT_AND_CURRENCY.fullmatch(str(value))):
        shown = f"{Decimal(found[1]):,} {currency_in_words(found[2])}"
    elif key in CODES and value and not has_name:
        shown = named(CODES[key], str(value))
    else:
        shown = readable_value(value)
    return f"{LABELS.get(key, OTHER)}：{shown}"


def readable(text: str, gathered: str | None = None) -> str:
    """The whole evidence (a JSON object), one `标签：值` a line, in the order of `LABELS`.

    Args:
        gathered: as `readable_fact` has it, from `huiyan.alerts.subject.gathered_type`.
    """
    evidence: dict[str, Any] = json.loads(text, parse_float=Decimal)
    order = {key: place for place, key in enumerate(LABELS)}
    keys = sorted(evidence, key=lambda key: (order.get(key, len(order)), key))
    return "\n".join(
        readable_fact(key, evidence[key], f"{key}_name" in evidence, gathered) for key in keys
    )
