"""A hit's evidence in readable Chinese.

Rules record evidence as JSON under English keys; the people who dispose of an alert read
`标签：值` instead. A key without a label here is shown as 其他信息, never in English; a test holds
the rules to the keys of `LABELS`.
"""

from typing import Any

LABELS: dict[str, str] = {}

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
}

OTHER = "其他信息"


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
    return VALUES.get(text, text)


def _pair(key: str, value: Any) -> str:
    return f"{LABELS.get(key, OTHER)}：{readable_value(value)}"


def readable(evidence: dict[str, Any]) -> str:
    """The whole evidence, one `标签：值` a line, in the order of `LABELS` (others last)."""
    order = {key: place for place, key in enumerate(LABELS)}
    keys = sorted(evidence, key=lambda key: (order.get(key, len(order)), key))
    return "\n".join(_pair(key, evidence[key]) for key in keys)
