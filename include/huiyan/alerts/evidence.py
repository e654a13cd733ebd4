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
    "terminal_no": "终端号",
    "swipe_amount": "刷卡金额",
    "booked_amount": "记账金额",
    "over_swipe_amount": "记账超出刷卡的金额",
    "refund_txn_no": "退货交易流水号",
    "is_night": "深夜刷卡",
    "is_dining_on_day_off": "非工作日餐饮",
    "days_since_swipe": "刷卡后天数",
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
    "cash_amount": "现金支付金额",
    "entry_count": "分录条数",
    "found_words": "发现的字样",
    "festivals": "节日",
    "festival_date": "节日日期",
    "equipment_amount": "设备支出金额",
    "budget_year": "预算年度",
    "budget_amount": "预算数",
    "excess_amount": "超出预算金额",
    "vehicle_amount": "公务用车金额",
    "abroad_amount": "因公出国（境）金额",
    "economic_codes": "支出经济分类",
    "summaries": "各条摘要",
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
    "in_post": "在职",
    "left": "离职",
    "retired": "退休",
    "finance": "财务记账平台",
    "treasury": "国库集中支付平台",
}

MONEY = {
    "expense_amount",
    "reception_amount",
    "invoice_amount",
    "total_expense",
    "total_amount",
    "threshold",
    "annual_rent",
    "swipe_amount",
    "booked_amount",
    "over_swipe_amount",
    "cash_amount",
    "equipment_amount",
    "budget_amount",
    "excess_amount",
    "vehicle_amount",
    "abroad_amount",
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
