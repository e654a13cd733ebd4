"""A hit's evidence in readable Chinese.

Rules record evidence as JSON under English keys; the people who dispose of an alert read
`标签：值` instead. A key without a label here is shown as 其他信息, never in English; a test holds
the rules to the keys of `LABELS`.
"""

import json
import re
from decimal import Decimal
from typing import Any

LABELS: dict[str, str] = {
    "summary": "摘要",
    "purpose": "用途",
    "unit_name": "单位",
    "owner_unit": "账户名义单位",
    "books_kept_by": "代理记账单位",
    "agencies": "涉及单位代码",
    "paying_agencies": "付款单位代码",
    "event_date": "业务发生日期",
    "posting_date": "记账日期",
    "days_late": "间隔天数",
    "limit_days": "规定天数",
    "expense_amount": "支出金额",
    "reception_amount": "接待费金额",
    "declared_count": "申报附件数",
    "uploaded_count": "已上传附件数",
    "missing_count": "缺少附件数",
    "invoice_count": "有疑点的发票数",
    "invoices": "发票",
    "invoice_amount": "发票金额",
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
    "pay_date": "支付日期",
    "days_since_payment": "支付后天数",
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
    "days_let": "已出租天数",
    "first_amount": "首笔金额",
    "return_pay_date": "付回日期",
    "returned_amount": "付回金额",
    "found_words": "发现的字样",
    "found_in": "所在文字",
    "account_name": "账户名称",
    "account_kind": "账户类型",
    "last_movement_date": "上次收付日期",
    "days_asleep": "未动用天数",
    "agency_count": "涉及单位数",
    "fiscal_year": "年度",
    "code_amount": "该科目支出合计",
    "entry_count": "借方金额笔数",
    "common_digits": "偏多的首两位数字",
    "deviation_per_million": "平均绝对偏差（百万分之）",
    "unit_type": "单位类型",
    "township_size": "镇街规模",
    "peer_count": "同类单位数",
    "peer_lower_quartile": "同类下四分位数",
    "peer_upper_quartile": "同类上四分位数",
    "peer_limit": "同类上限",
}

VALUES = {
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
    "expense_amount",
    "reception_amount",
    "invoice_amount",
    "total_expense",
    "total_amount",
    "threshold",
    "annual_rent",
    "first_amount",
    "returned_amount",
    "code_amount",
    "peer_lower_quartile",
    "peer_upper_quartile",
    "peer_limit",
}
OTHER = "其他信息"
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?")


def readable_value(value: Any) -> str:
    """One value of the evidence as text: null 无, booleans 是/否, lists joined by 、."""
    if value is None or value == "":
        return "无"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(readable_value(item) for item in value) or "无"
    if isinstance(value, dict):
        return "（" + "，".join(_pair(key, item) for key, item in value.items()) + "）"
    text = str(value)
    if TIMESTAMP.fullmatch(text):
        return text.replace("T", " ")
    return VALUES.get(text, text)


def _pair(key: str, value: Any) -> str:
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        shown = (
            f"{value:,.2f} 元" if key in MONEY else f"{value:f}" if value % 1 else f"{value:.0f}"
        )
    else:
        shown = readable_value(value)
    return f"{LABELS.get(key, OTHER)}：{shown}"


def readable(text: str) -> str:
    """The whole evidence (a JSON object), one `标签：值` a line, in the order of `LABELS`."""
    evidence: dict[str, Any] = json.loads(text, parse_float=Decimal)
    order = {key: place for place, key in enumerate(LABELS)}
    keys = sorted(evidence, key=lambda key: (order.get(key, len(order)), key))
    return "\n".join(_pair(key, evidence[key]) for key in keys)
