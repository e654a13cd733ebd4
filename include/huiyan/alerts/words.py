"""The Chinese words of alerts: what an accountant or a discipline officer reads in an extract."""

TIERS = ("yellow", "orange", "red")
TIER = {"red": "红色", "orange": "橙色", "yellow": "黄色"}
DUE_WORKDAYS = {"yellow": 15, "orange": 10, "red": 5}
ROLE = {"dispose": "处置", "verify": "核实"}

STATE = {
    "open": "新发现",
    "reopened": "再次出现",
    "delivered": "已送达",
    "acknowledged": "已签收",
    "verifying": "核实中",
    "confirmed": "属实",
    "partly": "部分属实",
    "not_confirmed": "不属实",
    "rectifying": "整改中",
    "closed": "已销号",
    "auto_resolved": "疑点已消除",
    "transferred_as_lead": "已转问题线索",
}
# As a body is told it when it answers an alert that has ended: it may be the unit concerned, which
# must not learn from us that its case was handed over.
TOLD = STATE | {"transferred_as_lead": STATE["closed"]}

RULE_STATUS = {
    "draft": "起草",
    "shadow": "只记录不推送",
    "trial": "试行",
    "fixed": "正式",
    "retired": "停用",
}

# What became of a rule on a business date.
RUN_STATUS = {
    "hit": "有疑点",
    "clear": "没有疑点",
    "not_applicable": "没有检查对象",
    "not_evaluated": "没有评估",
}

SUBJECT_TYPE = {
    "voucher": "记账凭证",
    "voucher_group": "多张记账凭证",
    "acct_set_year": "账套年度",
    "payment": "财政支付",
    "payment_group": "多笔财政支付",
    "treasury_agency_year": "单位年度财政支付",
    "budget_line": "单位年度经济分类预算",
    "card_transaction": "公务卡交易",
    "card_group": "多笔公务卡交易",
    "invoice": "发票",
    "attachment_file": "附件文件",
    "accounting_period": "会计期间",
    "advance": "往来挂账",
    "invoice_run": "连号发票",
    "letter": "公函",
    "agency_quarter": "记账单位季度",
    "treasury_agency": "预算单位",
    "finance_agency": "记账单位",
    "agency_year": "记账单位年度",
    "payee": "收款人",
    "payee_account": "收款账户",
    "account": "账户",
    "lease": "资产出租合同",
    "unit": "单位",
    "regulator_rule": "监管部门系统性问题",
    "hit": "办结后再次发生的疑点",
    "rectification": "巡察整改问题",
}

PROGRESS = {
    "acknowledged": "已签收",
    "verifying": "核实中",
    "rectifying": "整改中",
    "closed": "已办结",
}

VERDICTS = {"confirmed": "属实", "partly": "部分属实", "not_confirmed": "不属实"}

REASONS = {
    "confirmed": "问题属实",
    "data_wrong": "误报：数据有误",
    "rule_wrong": "误报：规则有误",
    "exception_approved": "符合政策：例外已获批准",
    "change_rule": "符合政策：建议修改规则",
    "fixed_before_notice": "通知前单位已自行纠正",
}

ACTIONS = {
    "complete_documents": "补齐资料",
    "correct_books": "更正账务",
    "return_money": "退缴资金",
    "improve_controls": "完善制度",
    "reminder_talk": "谈话提醒",
    "transfer_as_lead": "转问题线索",
    "none_needed": "无需处理",
}

CLOSE_OUT_NEEDS = {
    "action": "处理措施",
    "evidence": "佐证材料",
    "amount_recovered": "退缴金额",
}

# What a row waits for: its reader, somebody else, or nobody.
TASK = {
    "to_answer": "待反馈",
    "to_complete": "待补正",
    "to_verify": "待核实",
    "rectifying": "整改中",
    "with_the_disposer": "处置中",
    "answered": "已反馈",
}

MARK = {
    "reminded": "催办",
    "escalated": "升级",
    "recurred": "复发",
    "sampled": "抽查",
}

GONE = {
    "cleared": "疑点已消除，无需再处理",
    "answered": "已核实销号，无需再处理",
    "moved": "已转由其他单位办理",
    "escalated": "逾期未反馈，已转由其他单位办理",
    "suppressed": "经审批不再推送",
    "demoted": "规则暂停推送，无需再处理",
    "retired": "规则已停用，无需再处理",
    "new_version": "规则修订后不再命中，无需再处理",
    "new_thresholds": "规则标准调整后不再命中，无需再处理",
}

# How an alert was settled, as it is told to who may know that one was handed over as a lead.
SETTLED = {
    "closed": "已核实销号",
    "not_confirmed": "经核实不属实",
    "transferred_as_lead": STATE["transferred_as_lead"],
}
