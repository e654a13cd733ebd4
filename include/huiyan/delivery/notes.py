"""What sheet 说明 says: what came, and how to read and answer it. Only what occurs is explained."""

from huiyan.alerts import words
from huiyan.alerts.evidence import LIST_LIMIT, NOT_FILLED_IN, is_cut, is_foreign, readable
from huiyan.delivery.case_sheet import CASES_SHEET, PRINTED_LINES
from huiyan.delivery.extract import Extract
from huiyan.delivery.joint_sheet import JOINT_SHEET, OBJECTION
from huiyan.delivery.neutralise import one_line
from huiyan.delivery.sheets import ALERTS_SHEET, RETURN_SHEET, RETURNED_SHEET
from huiyan.delivery.task import Work, task, work

FILES_LISTED = 20
LONGEST_NAME = 60
_WHOSE_TIER = {
    "red": "由监督检查室处置",
    "orange": "由行业监管部门处置",
    "yellow": "由单位财务人员自查处置",
}
_MARKS = {
    "reminded": "“催办”：已过办理期限，仍未反馈结论。",
    "escalated": (
        "“升级”：前一办理单位逾期未反馈，提升一级后转由本单位办理（已是红色的，等级不变，转由其上级"
        "办理），期限重新计算。"
    ),
    "recurred": "“复发”：整改销号后复查期内，同一单位再次出现同类问题。",
    "sampled": (
        "“抽查”：从已自动消除或经审批不再推送的疑点中随机抽取，只需核实结论，不计入单位未结预警。"
    ),
}
_TASKS = {
    "to_answer": "等本单位反馈",
    "to_complete": "本单位已反馈，还要补填或继续整改",
    "to_verify": "等本单位核实",
    "rectifying": "本单位报了整改、还没有报办结",
    "with_the_disposer": "等处置单位",
    "answered": "等核实单位，不必再填",
}


def notes(extract: Extract) -> list[tuple[str, list[str]]]:
    """Sections of the sheet, each a heading and its lines, without the list at the end."""
    sections = [("本次推送", _what_came(extract))]
    if extract.rows:
        sections += [
            ("等级和期限", _deadlines(extract)),
            ("怎样看预警清单", _how_to_read(extract)),
            ("怎样填写和退回", _how_to_answer(extract)),
        ]
    elif extract.joint:
        sections.append((f"怎样看{JOINT_SHEET}", [_JOINT]))
    return sections


_JOINT = (
    f"“{JOINT_SHEET}”列出几个部门在同一单位、同一事项、相互重叠的期间都有发现的事项：牵头的作出"
    "结论，协同的配合；一个部门已有结论的，其他部门直接采用，不再重复核查。没有预警时，只在事项"
    "新增、有变化或结束的数据日推送。"
)


def _what_came(extract: Extract) -> list[str]:
    counts = extract.counts_by_tier
    total = sum(counts.values())
    new = len({row.alert_id for row in extract.rows if row.is_new})
    samples = sum("sampled" in row.marks for row in extract.rows)
    said = [
        f"接收单位：{extract.body_name}",
        f"数据日期：{extract.business_date.isoformat()}",
    ]
    if total:
        tiers = "，".join(f"{words.TIER[tier]} {count} 条" for tier, count in counts.items())
        sampled = f"；其中抽查 {samples} 条" if samples else ""
        said.append(
            f"清单所列预警共 {total} 条，其中新增 {new} 条、未结 {total - new} 条；"
            f"{tiers}{sampled}。"
        )
        said += _whom_it_waits_for(extract, work(extract.rows))
    else:
        said.append("今日没有需要办理的预警。")
    if extract.gone:
        said.append(f"不再需要办理的预警 {len(extract.gone)} 条，列在本页末尾。")
    if extract.joint:
        said.append(f"联合监督事项 {len(extract.joint)} 件，见“{JOINT_SHEET}”。")
    said += _what_was_received(extract)
    if extract.returned:
        said.append(_what_goes_back(extract))
    if total:
        said.append("预警只是疑点，不是结论，请核实后反馈。")
    return said


def _what_goes_back(extract: Extract) -> str:
    refused, hints = extract.returned_lines - extract.hints, extract.hints
    where = (
        f"见同时送达的“{RETURNED_SHEET}”表格（returned.xlsx，邮件附件的名称以“{RETURNED_SHEET}”"
        "开头）"
    )
    if not hints:
        return f"没有受理的反馈 {refused} 条，{where}，请更正后再退。"
    unread = [f"整份没有填写的表格 {extract.empty_forms} 份"] if extract.empty_forms else []
    if extract.has_unread_words:
        unread.append("另有文字没有读取" if refused or unread else "有文字没有读取")
    said = f"{'；'.join(unread)}，{where}"
    if not refused:
        return f"{said}：要反馈的，请补填后再退；不是反馈的，不必理会。"
    return (
        f"没有受理的反馈 {refused} 条；{said}：没有受理的，请更正后再退；其余请核对，要反馈的补填后"
        "再退，不是反馈的不必理会。"
    )


def _what_was_received(extract: Extract) -> list[str]:
    """A receipt of every file that the body sent back."""
    said = []
    for file in extract.received[:FILES_LISTED]:
        counts = (
            ("受理", file.accepted),
            ("此前已受理", file.repeated),
            ("未填写", 0 if file.is_empty else file.unanswered),
            ("没有受理", file.refused),
            ("预警已结束、不再受理", file.settled),
        )
        told = [f"{what} {count} 条" for what, count in counts if count]
        if file.is_empty:
            told.append("整份没有填写" + (f"（{file.unanswered} 条）" if file.unanswered else ""))
        came = ["、".join(told)] if told else []
        if file.hints:
            also = "另有" if told else "有"
            came.append(f"{also}文字没有读取，请对照“{RETURNED_SHEET}”核对")
        name = one_line(file.file_name.partition("/")[2] or file.file_name, LONGEST_NAME)
        said.append(f"收到本单位退回的“{name}”" + (f"：{'；'.join(came)}。" if came else "。"))
        said += [f"　预警 {why}" for why in file.settled_why]
        if file.settled_why and (more := file.settled - len(file.settled_why)) > 0:
            said.append(f"　另有 {more} 条预警也已结束。")
    if (more := len(extract.received) - FILES_LISTED) > 0:
        said.append(f"另收到本单位退回的文件 {more} 份。")
    return said


def _whom_it_waits_for(extract: Extract, found: Work) -> list[str]:
    said = []
    if found.waiting:
        by_task = "、".join(f"{words.TASK[what]} {count} 条" for what, count in found.tasks.items())
        late = sum(count for due, count in found.dues if due < extract.business_date)
        soon = [each for each in found.dues if each[0] >= extract.business_date][:1]
        dues = [f"{late} 条已过办理期限"] if late else []
        dues += [f"{count} 条 {due.isoformat()} 到期" for due, count in soon]
        said.append(
            f"等待本单位办理 {found.waiting} 条：{by_task}；其中 {'、'.join(dues)}。"
            f"在“{RETURN_SHEET}”中排在最前。"
        )
    else:
        said.append("没有等待本单位办理的预警。")
    if found.rectifying:
        said.append(f"本单位整改中 {found.rectifying} 条，整改到位后报办结。")
    if found.others:
        said.append(f"等待其他单位办理 {found.others} 条，列出供了解，暂不需要填写。")
    return said


def _deadlines(extract: Extract) -> list[str]:
    marks = {mark for row in extract.rows for mark in row.marks}
    raised = "，升级原因列在“疑点依据”中" if any(row.tier_reasons for row in extract.rows) else ""
    counts = extract.counts_by_tier
    rerouted = len({row.alert_id for row in extract.rows if row.rerouted})
    late = ["提升一级、转由上一级单位办理"] if counts["orange"] or counts["yellow"] else []
    late += ["红色的等级不变，转由其上级办理"] if counts["red"] else []
    return [
        *(
            f"{words.TIER[tier]}：{whose}，{words.DUE_WORKDAYS[tier]} 个工作日内反馈。"
            for tier, whose in _WHOSE_TIER.items()
            if counts[tier]
        ),
        *(
            [
                f"清单中 {rerouted} 条因回避、没有管辖关系、前一单位逾期未反馈等改由本单位办理，"
                "原因写在“疑点依据”中。"
            ]
            if rerouted
            else []
        ),
        "期限从预警产生之日的次日起按法定工作日计算；预警未结期间，等级只升不降" + raised + "。",
        "逾期未反馈结论的（签收、开始核实不算反馈），下一个数据日催办；催办后仍未反馈的，"
        f"{'；'.join(late)}。",
        *(text for mark, text in _MARKS.items() if mark in marks),
    ]


def _how_to_read(extract: Extract) -> list[str]:
    rows = extract.rows
    evidence = "“判定规则”是系统查找疑点的条件，“疑点依据”是本条查到的数据"
    if any(NOT_FILLED_IN in readable(row.evidence) for row in rows):
        evidence += f"，其中“{NOT_FILLED_IN}”表示来源系统没有填写"
    if any(is_cut(row.evidence) for row in rows):
        evidence += (
            f"；编号一类的清单最多列 {LIST_LIMIT} 项，全部见同时送达的数据文件（名称以 .csv 结尾）"
        )
    said = [evidence + "。"]
    if any(is_foreign(row.evidence) for row in rows):
        said.append("外币交易不折算成人民币：“金额（元）”空白，原币金额见“疑点依据”，不计入合计。")
    marked = [
        f"“{word.rstrip('《')}”表示{meaning}"
        for word, meaning in (
            ("条款待核", "文件已确定、具体条款尚待核对"),
            ("条款未核实", "条款尚未与文件原文核对"),
            ("参照《", "该文件只约束中央单位，本地有实施办法的以本地办法为准"),
        )
        if any(word in row.legal_basis for row in rows)
    ]
    if marked:
        said.append(f"“政策依据”中，{'；'.join(marked)}。引用前请以文件原文为准。")
    if extract.cases:
        said.append(
            f"“{CASES_SHEET}”列出一条预警归集的疑点：系统性问题列所管单位的同类疑点，小金库评分列"
            f"本单位资金、公务卡、发票类没有消除的疑点，早于计分期间的也列；序号与"
            f"“{ALERTS_SHEET}”一致，一案一次核实、一次反馈。超过 "
            f"{PRINTED_LINES} 行的，默认不打印。"
        )
    if extract.joint:
        said.append(_JOINT)
    if any(row.concluded for row in rows):
        said.append(
            "标注“已有结论”的预警，其他监督部门已就同一单位、同一事项、同一期间作出结论：采纳的，按"
            f"“{RETURN_SHEET}”的“已有结论”栏填写即可。{OBJECTION}"
        )
    found = {task(row) for row in rows}
    tasks = "；".join(
        f"“{words.TASK[what]}”{meaning}" for what, meaning in _TASKS.items() if what in found
    )
    return [
        *said,
        f"“待办”是这条预警现在等谁办：{tasks}。",
        f"序号在“{ALERTS_SHEET}”和“{RETURN_SHEET}”中一致，打印后可对照；序号只在本次推送内有效，跨日"
        "请用预警编号。“对象编号”等不打印的栏目在表格右侧。",
        f"打印“{ALERTS_SHEET}”和“{RETURN_SHEET}”时，每一行横向分成前后两页，后一页左侧重复序号、疑点"
        "问题和对象。",
    ]


def _how_to_answer(extract: Extract) -> list[str]:
    roles = {row.role for row in extract.rows}
    disposes, verifies = "dispose" in roles, "verify" in roles
    both = len(extract.rows) > len({row.alert_id for row in extract.rows})
    whose = ""
    if disposes:
        whose += "职责为“处置”的，由本单位查清事实、落实整改、备齐材料。"
    if verifies:
        whose += "职责为“核实”的，由本单位核对处置结果是否属实、材料是否齐备，不代替处置方整改。"
    if both:
        whose += (
            "个别预警因回避（监督、监管单位不处置、不核实涉及自身的疑点，改由其上级办理）或没有管辖"
            f"关系，由同一单位既处置又核实，在“{ALERTS_SHEET}”中分列两行。"
        )
    progress = (
        "办理进展：收到后选“已签收”，着手核实选“核实中”，有了结论并在整改选“整改中”，整改到位、"
        "材料齐备选“已办结”。直接填写结论的，视同已签收、已核实，同时选“核实中”的不起作用；选“整改中”"
        "“已办结”的，必须有核实结论。"
    )
    if disposes:
        progress += (
            "处置单位填“已办结”的，由核实单位核对后销号，缺材料的标注“待补正”，补填所缺栏目再退"
            "即可。"
        )
    if verifies:
        progress += (
            "核实单位填“已办结”的即行销号，只选“已办结”的，即认可处置单位已报的结论；整改没有到位的，"
            "填核实结论和“整改中”，退给处置单位继续整改；移交问题线索的，核实结论选“属实”或“部分属实”，"
            "处理措施选“转问题线索”。"
        )
    return [
        whose,
        f"“{RETURN_SHEET}”每条预警一行：蓝色标题的栏目已锁定，不能修改；办理进展、核实结论、原因、处理"
        "措施从下拉列表中选择，退缴金额、情况说明、佐证材料、核实人、核实日期按实填写。“反馈情况”列出"
        "处置单位已经报来的结论、措施、金额和材料，以及这一行办结还要填哪些栏目。",
        progress,
        "结论与原因要相符：属实的，原因是“问题属实”或“通知前单位已自行纠正”；不属实的，选误报或符合"
        "政策的原因，不选“整改中”；部分属实的，任选其一。误报也请如实选择原因，系统据此改进规则，以后"
        "少打扰。",
        "对照“办结标准”备齐材料后再填“已办结”：一般要有处理措施和佐证材料，应当退缴的还要填写退缴"
        "金额：按“疑点依据”中应退、超出、多报或折算的数额填，没有这类数额的按“金额（元）”填；少退的，"
        "结论选“部分属实”或写明情况说明。佐证材料写明名称或文号，“无”“后补”“见附件”不算。",
        f"“{RETURN_SHEET}”不能增加栏目，需要备注的写入“情况说明”；本单位自用的内容可以另建工作表，"
        "不作为反馈读取。",
        "填好后保存，把整个文件按原渠道退回；可以只填一部分，其余的以后再退。一并收到送达清单"
        "（manifest.json）的，原样退回即视同签收。",
        f"“{RETURN_SHEET}”最右边的接收单位代码、推送日期、反馈码用来证明这张表是发给本单位的，不打印，"
        "也不要改动；只能用自己收到的表格反馈，自制的表格不予受理。以前收到的表格仍可退回；预警重新"
        "产生的，要用重新产生之后收到的表格。",
        f"没有受理的反馈随下一次推送退回（“{RETURNED_SHEET}”表），逐行写明原因，更正后可以直接再退。已经"
        "受理的反馈不能撤回，需要更正的，重新填写一次即可。",
    ]
