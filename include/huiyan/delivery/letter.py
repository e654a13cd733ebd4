"""What the digest mail says: Chinese text and HTML for accountants and discipline officers.

What waits for the reader is counted apart from what waits for others. What is new is listed, and
what is due next; the rest is in the workbook. Of an encrypted extract the mail tells numbers only.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from html import escape

from huiyan.alerts import words
from huiyan.alerts.evidence import is_cut
from huiyan.alerts.subject import readable_subject
from huiyan.delivery.extract import ExtractRow
from huiyan.delivery.joint_sheet import JOINT_SHEET
from huiyan.delivery.neutralise import one_line
from huiyan.delivery.parcel import Parcel
from huiyan.delivery.task import work

NEW_SHOWN = 20
DUE_SHOWN = 5
LONGEST_CELL = 80
TIERS = ("red", "orange", "yellow")
# The workbook's colours: dark, middle and light, so that they differ in grey print too.
COLOURS = {
    "red": "background:#C00000;color:#FFFFFF",
    "orange": "background:#F4B183;color:#000000",
    "yellow": "background:#FFF2CC;color:#000000",
}
FONT = "font-family:'Microsoft YaHei','PingFang SC','Noto Sans CJK SC',SimHei,sans-serif"


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _clean(text: str) -> str:
    """One line without control or direction marks, not longer than a cell of the table."""
    return one_line(text, LONGEST_CELL)


def _money(amount: Decimal | None) -> str:
    return "—" if amount is None else f"{amount:,.2f}"


def _by_alert(rows: Sequence[ExtractRow]) -> list[ExtractRow]:
    """One row per alert: a body may have one in both roles."""
    return list({row.alert_id: row for row in reversed(rows)}.values())[::-1]


def _subject_of(row: ExtractRow) -> str:
    return _clean(readable_subject(row.subject_type, row.subject_id, row.evidence))


def subject(parcel: Parcel) -> str:
    """The subject: date, body, what waits for it and for others, and what is new."""
    rows, gone = parcel.extract.rows, len(parcel.extract.gone)
    parts = []
    if rows:
        found = work(rows)
        parts = [f"待办{found.waiting}条，新增{len(_new_rows(parcel))}条"]
        parts += [f"整改中{found.rectifying}条"] if found.rectifying else []
        parts += [f"其他单位办理中{found.others}条"] if found.others else []
    elif gone:
        parts = [f"{gone}条不再需要办理"]
    if parcel.extract.joint and not parts:
        parts.append(f"联合监督事项{len(parcel.extract.joint)}件")
    if parcel.extract.returned:
        parts.append(f"退回更正{parcel.extract.returned_lines}行")
    said = "，".join(parts) or "没有需要办理的预警"
    revised = f"（更正第{parcel.version}版）" if parcel.version > 1 else ""
    extract = parcel.extract
    return _clean(
        f"【监督预警】{extract.business_date.isoformat()} {extract.body_name}：{said}{revised}"
    )


def attachment_name(parcel: Parcel) -> str:
    """Name of the attached workbook or archive."""
    if parcel.sealed is not None:
        return parcel.sealed[0]
    name = "".join(
        sign for sign in _clean(parcel.extract.body_name) if sign.isalnum() or sign in "-_（）"
    )
    return f"监督预警_{name}_{parcel.extract.business_date.isoformat()}.xlsx"


def returned_name(parcel: Parcel) -> str:
    """Name of the attached workbook with the lines that were not taken."""
    return attachment_name(parcel).replace("监督预警_", "退回更正_", 1)


def table_name(parcel: Parcel) -> str:
    """Name of the attached table with all that the workbook cuts short."""
    return attachment_name(parcel).replace(".xlsx", ".csv")


def is_table_attached(parcel: Parcel) -> bool:
    """Whether the workbook cuts something short and refers to the table."""
    return any(is_cut(row.evidence) for row in parcel.extract.rows)


def _new_rows(parcel: Parcel) -> list[ExtractRow]:
    return _by_alert([row for row in parcel.extract.rows if row.is_new])


def _due_next(parcel: Parcel) -> list[tuple[date, int]]:
    """The next due dates of what waits for the reader, and how many alerts are due on each."""
    return [*work(parcel.extract.rows).dues[:DUE_SHOWN]]


def _due_words(parcel: Parcel, due: date, count: int) -> str:
    late = "，已超期" if due < parcel.extract.business_date else ""
    return f"{_day(due)}到期：{count}条{late}"


def _roles(parcel: Parcel, alert_id: str) -> str:
    """What the body is to do about the alert."""
    roles = [row.role for row in parcel.extract.rows if row.alert_id == alert_id]
    return "、".join(words.ROLE[role] for role in words.ROLE if role in roles)


def _line(parcel: Parcel, row: ExtractRow) -> str:
    """A new alert in the text part."""
    parts = [f"［{words.TIER[row.tier]}］{_clean(row.rule_name)}", _clean(row.unit_name)]
    parts.append(_subject_of(row))
    if row.amount is not None:
        parts.append(f"金额{_money(row.amount)}元")
    return "，".join([*parts, f"{_roles(parcel, row.alert_id)}期限{_day(row.due_on)}"])


def _summary(parcel: Parcel) -> list[str]:
    rows, gone = parcel.extract.rows, len(parcel.extract.gone)
    day = _day(parcel.extract.business_date)
    said = []
    if parcel.maybe_sent:
        said.append("本邮件可能重复发送：如已收到邮件编号相同的一封，内容一致，请勿重复办理。")
    if parcel.version > 1:
        said.append(
            f"本邮件是当日预警清单的第{parcel.version}版，请以本邮件为准；已在此前版本上填好的表格，"
            "仍可退回。"
        )
    if rows:
        found = work(rows)
        tasks = "、".join(f"{words.TASK[what]}{count}条" for what, count in found.tasks.items())
        parts = [
            f"等待贵单位办理的预警{found.waiting}条（{tasks}）"
            if tasks
            else "没有等待贵单位办理的预警"
        ]
        parts += [f"贵单位整改中{found.rectifying}条"] if found.rectifying else []
        parts += [f"等待其他单位办理{found.others}条"] if found.others else []
        said.append(f"{day}，{'，'.join(parts)}。")
        total, new = len(_by_alert(rows)), len(_new_rows(parcel))
        said.append(f"清单所列预警共{total}条，其中新增{new}条。")
    else:
        said.append(f"{day}，贵单位没有需要办理的预警。")
    if gone:
        where = "附件“说明”表" if parcel.sealed is None else "附件"
        said.append(f"{'另' if rows else ''}有{gone}条预警不再需要办理，原因见{where}。")
    joint = len(parcel.extract.joint)
    if joint:
        changed = sum(row.standing != "standing" for row in parcel.extract.joint)
        where = f"附件“{JOINT_SHEET}”表" if parcel.sealed is None else "附件"
        said.append(f"联合监督事项{joint}件，其中今日新增或有变化的{changed}件，见{where}。")
    if parcel.extract.returned:
        where = f"附件“{returned_name(parcel)}”" if parcel.sealed is None else "附件returned.xlsx"
        hints = parcel.extract.hints
        refused = parcel.extract.returned_lines - hints
        empty = parcel.extract.empty_forms
        parts = [f"有{refused}行未被采用"] if refused else []
        parts += [f"有{empty}份表格整份没有填写"] if hints and empty else []
        parts += ["有文字没有读取、请核对"] if parcel.extract.has_unread_words else []
        correct = "更正后重新报送" if refused else "补填属于反馈的内容后重新报送"
        said.append(f"贵单位报来的反馈{'，'.join(parts)}，逐行原因见{where}，请在其中{correct}。")
    if parcel.sealed is None and is_table_attached(parcel):
        said.append(f"过长的编号清单全部列在附件“{table_name(parcel)}”中。")
    return said


def _steps(parcel: Parcel, can_reply: bool) -> list[str]:
    """How to answer."""
    back = "将填好的工作簿作为附件回复本邮件" if can_reply else "将填好的工作簿按规定渠道退回"
    first = JOINT_SHEET if parcel.extract.joint and not parcel.extract.rows else "预警清单"
    steps = []
    if parcel.sealed is not None:
        steps.append(
            "附件已加密，请用7-Zip、WinRAR等解压软件打开，密码为贵单位事先约定的解密口令；"
            "请勿在邮件中询问或发送口令。"
        )
        steps.append(f"解压后打开alerts.xlsx，先看“{first}”，再看“说明”。")
    else:
        steps.append(f"打开附件工作簿，先看“{first}”，再看“说明”。")
    found = work(parcel.extract.rows)
    if not found.waiting and not found.rectifying:
        return steps
    return [
        *steps,
        "对照“办结标准”查清事实、备齐材料，在“核实反馈”表中逐条填写，可先填一部分，其余以后再报。",
        f"在办理期限内{back}；不改表头和锁定的栏目。",
        "预警只是疑点，不是结论；如属误报，也请如实选择原因。",
    ]


def plain(parcel: Parcel, can_reply: bool) -> str:
    """The text part.

    Args:
        can_reply: answers may be sent back by mail.
    """
    extract = parcel.extract
    lines = [f"{_clean(extract.body_name)}：", "", *_summary(parcel)]
    if extract.rows:
        counts = extract.counts_by_tier
        said = "、".join(f"{words.TIER[tier]}{counts[tier]}条" for tier in TIERS)
        lines += ["", f"按等级：{said}"]
    new = [] if parcel.sealed else _new_rows(parcel)
    if new:
        lines += ["", "新增预警"]
        lines += [
            f"{number}. {_line(parcel, row)}" for number, row in enumerate(new[:NEW_SHOWN], 1)
        ]
        if len(new) > NEW_SHOWN:
            lines.append(f"其余{len(new) - NEW_SHOWN}条见附件。")
    dues = _due_next(parcel)
    if dues:
        lines += ["", "近期到期", *(_due_words(parcel, due, count) for due, count in dues)]
    lines += ["", "怎样办理"]
    lines += [f"{number}. {step}" for number, step in enumerate(_steps(parcel, can_reply), 1)]
    lines += ["", "内部资料，请勿转发给无关人员。", f"邮件编号：{parcel.key[:12]}"]
    return "\n".join(lines) + "\n"


def _chip(tier: str, text: str) -> str:
    return (
        f'<span style="{COLOURS[tier]};padding:2px 8px;border-radius:3px;white-space:nowrap">'
        f"{escape(text)}</span>"
    )


def _heading(text: str) -> str:
    return f'<h2 style="font-size:16px;margin:20px 0 8px">{escape(text)}</h2>'


def _table(parcel: Parcel, rows: list[ExtractRow]) -> str:
    border = "border:1px solid #BFBFBF;padding:6px 8px"
    headings = (
        ("等级", "center"),
        ("疑点问题", "left"),
        ("单位", "left"),
        ("对象", "left"),
        ("金额（元）", "right"),
        ("职责", "center"),
        ("办理期限", "left"),
    )
    head = "".join(
        f'<th style="{border};background:#1F3864;color:#FFFFFF;text-align:{side};'
        f'white-space:nowrap;font-weight:bold">{name}</th>'
        for name, side in headings
    )
    body = ""
    for row in rows[:NEW_SHOWN]:
        cells = (
            _chip(row.tier, words.TIER[row.tier]),
            escape(_clean(row.rule_name)),
            escape(_clean(row.unit_name)),
            escape(_subject_of(row)),
            _money(row.amount),
            _roles(parcel, row.alert_id),
            row.due_on.isoformat(),
        )
        body += (
            "<tr>"
            + "".join(
                f'<td style="{border};text-align:{side};vertical-align:top'
                f'{";white-space:nowrap" if place in (0, 4, 5, 6) else ""}">{cell}</td>'
                for place, ((_, side), cell) in enumerate(zip(headings, cells, strict=True))
            )
            + "</tr>"
        )
    return (
        '<table style="border-collapse:collapse;width:100%;font-size:14px" '
        f'cellspacing="0" cellpadding="0"><tr>{head}</tr>{body}</table>'
    )


def html(parcel: Parcel, can_reply: bool) -> str:
    """The HTML part; styles are in place because mail programs drop style sheets.

    Args:
        can_reply: answers may be sent back by mail.
    """
    extract = parcel.extract
    parts = [
        f'<p style="margin:0 0 8px"><b>{escape(_clean(extract.body_name))}</b>：</p>',
        *(f'<p style="margin:0 0 8px">{escape(line)}</p>' for line in _summary(parcel)),
    ]
    if extract.rows:
        counts = extract.counts_by_tier
        chips = "&ensp;".join(_chip(tier, f"{words.TIER[tier]} {counts[tier]}条") for tier in TIERS)
        parts.append(f'<p style="margin:12px 0">{chips}</p>')
    new = [] if parcel.sealed else _new_rows(parcel)
    if new:
        parts += [_heading("新增预警"), _table(parcel, new)]
        if len(new) > NEW_SHOWN:
            parts.append(f'<p style="margin:8px 0">其余{len(new) - NEW_SHOWN}条见附件。</p>')
    dues = _due_next(parcel)
    if dues:
        parts.append(_heading("近期到期"))
        parts += [
            f'<p style="margin:0 0 4px">{escape(_due_words(parcel, due, count))}</p>'
            for due, count in dues
        ]
    steps = "".join(
        f'<li style="margin:0 0 4px">{escape(step)}</li>' for step in _steps(parcel, can_reply)
    )
    parts += [
        _heading("怎样办理"),
        f'<ol style="margin:0;padding-left:24px">{steps}</ol>',
        '<p style="margin:20px 0 0;padding-top:8px;border-top:1px solid #BFBFBF;color:#595959;'
        f'font-size:12px">内部资料，请勿转发给无关人员。邮件编号：{parcel.key[:12]}</p>',
    ]
    return (
        '<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8">'
        f"<title>{escape(subject(parcel))}</title></head>"
        f'<body style="margin:0;padding:16px;{FONT};font-size:14px;line-height:1.6;color:#1A1A1A">'
        f'<div style="max-width:760px">{"".join(parts)}</div></body></html>\n'
    )
