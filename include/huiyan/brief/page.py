"""A brief as one HTML page, which needs nothing else, and as HTML and text of a mail.

The mail carries its styles in place, because mail programs drop style sheets.
"""

import re
from collections.abc import Callable
from html import escape

from huiyan.brief.content import Brief, Cell, Section, Table, shown

FONT = "'Noto Sans CJK SC','Microsoft YaHei','PingFang SC',system-ui,sans-serif"
STYLE = f"""
body {{ font: 14px/1.5 {FONT}; color: #222; background: #fff; max-width: 1080px;
  margin: 24px auto; padding: 0 16px; }}
h1 {{ font-size: 22px; margin: 0 0 4px; }} h2 {{ font-size: 17px; margin: 28px 0 4px; }}
p, ul {{ margin: 4px 0 8px; }} a {{ color: #0b57a4; }}
nav th {{ white-space: nowrap; }}
.table {{ overflow-x: auto; }}
table {{ border-collapse: collapse; font-variant-numeric: tabular-nums; margin: 8px 0 12px; }}
.caption {{ text-align: left; font-weight: bold; padding: 4px 0; }}
th, td {{ border: 1px solid #ccc; padding: 3px 8px; text-align: left; vertical-align: top; }}
th {{ background: #f0f0f0; }} .number {{ text-align: right; white-space: nowrap; }}
.short {{ white-space: nowrap; }} .long {{ overflow-wrap: anywhere; min-width: 16em; }}
.alarm {{ background: #fde8e8; }} .alarm td:first-child {{ border-left: 4px solid #b00020; }}
.needs {{ border-left: 4px solid #b00020; padding: 4px 12px; background: #fde8e8; }}
.well {{ border-left: 4px solid #1a7f37; padding: 4px 12px; }}
@page {{ size: A4 landscape; margin: 12mm; }}
@media print {{ body {{ margin: 0; max-width: none; font-size: 11px; }}
  a {{ color: inherit; text-decoration: none; }} .table {{ overflow: visible; }}
  h2, caption, p:has(+ .table) {{ break-after: avoid; }} tr {{ break-inside: avoid; }}
  .alarm, .needs, th {{ print-color-adjust: exact; -webkit-print-color-adjust: exact; }} }}
"""
# The same, for a mail.
CELL = "border:1px solid #ccc;padding:3px 8px;text-align:left;vertical-align:top"
PLACED = {
    "": CELL,
    "number": f"{CELL};text-align:right;white-space:nowrap",
    "short": f"{CELL};white-space:nowrap",
    "long": f"{CELL};overflow-wrap:anywhere;min-width:16em",
    "alarm": "background:#fde8e8",
    "needs": "border-left:4px solid #b00020;padding:4px 12px;background:#fde8e8",
    "well": "border-left:4px solid #1a7f37;padding:4px 12px",
    "caption": "text-align:left;font-weight:bold;padding:4px 0",
    "table": "margin:8px 0 12px",
}
SHORT, LONG = 24, 60  # characters
NOTHING = "Nothing needs a person."
CHINESE = re.compile(r"[\u3400-\u9fff]")

Marks = Callable[[str], str]


def _classes(name: str) -> str:
    return f' class="{name}"' if name else ""


def _styles(name: str) -> str:
    return f' style="{PLACED[name]}"'


def _words(text: str) -> str:
    """A text from the data, escaped, and marked as Chinese where it is."""
    said = escape(shown(text))
    return f'<span lang="zh-CN">{said}</span>' if CHINESE.search(said) else said


def _collapse(marks: Marks) -> str:
    return ' style="border-collapse:collapse"' if marks is _styles else ""


def _kind(table: Table, place: int) -> str:
    """How the cells of a column are set: numbers, short texts, long ones, others."""
    cells = [row[place] for row in table.rows]
    if any(isinstance(cell, int) for cell in cells):
        return "number"
    longest = max(len(shown(cell)) for cell in cells)
    return "short" if longest <= SHORT else "long" if longest > LONG else ""


def _table(table: Table, marks: Marks) -> str:
    if not table.rows:
        return ""
    kinds = [marks(_kind(table, place)) for place in range(len(table.headings))]

    def cell(value: Cell, kind: str) -> str:
        said = _words(value) if isinstance(value, str) else escape(shown(value))
        return f"<td{kind}>{said}</td>"

    # A column without a heading is the name of what stands before it.
    head = "".join(
        f'<th scope="col"{kind}>{escape(heading or "name")}</th>'
        for heading, kind in zip(table.headings, kinds, strict=True)
    )
    lines = "\n".join(
        f"<tr{marks('alarm') if number in table.alarming else ''}>"
        f"{''.join(map(cell, row, kinds))}</tr>"
        for number, row in enumerate(table.rows)
    )
    collapse = _collapse(marks)
    more = f"<p>… and {table.left_out:,} more.</p>\n" if table.left_out else ""
    return (
        f"<div{marks('table')}><table{collapse}><caption{marks('caption')}>{escape(table.title)}</caption>\n"
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{lines}\n</tbody></table></div>\n{more}"
    )


def _section(section: Section, marks: Marks) -> str:
    said = "".join(f"<p>{_words(sentence)}</p>\n" for sentence in section.said)
    needs = ""
    if not said and section.needs:
        needs = "".join(f"<p>{_words(need)}</p>\n" for need in section.needs)
    tables = "".join(_table(table, marks) for table in section.tables)
    return (
        f'<section id="{section.key}" aria-labelledby="{section.key}-title">'
        f'<h2 id="{section.key}-title">{escape(section.title)}</h2>\n{said}{needs}{tables}'
        "</section>\n"
    )


def _needs(brief: Brief, marks: Marks) -> str:
    if not brief.needs:
        return f"<p{marks('well')}>{NOTHING}</p>\n"
    items = "\n".join(
        f'<li><a href="#{section.key}">{escape(section.title)}</a>: {_words(need)}</li>'
        for section, need in brief.needs
    )
    return f"<div{marks('needs')}><ul>\n{items}\n</ul></div>\n"


def _glance(brief: Brief, marks: Marks) -> str:
    """Every section's first sentence, with a link to it."""
    cell = marks("")
    rows = "\n".join(
        f'<tr><th scope="row"{cell}><a href="#{section.key}">{escape(section.title)}</a></th>'
        f"<td{cell}>{_words(next(iter([*section.said, *section.needs]), ''))}</td></tr>"
        for section in brief.sections
    )
    return f'<nav aria-label="At a glance"><table{_collapse(marks)}>\n{rows}\n</table></nav>\n'


def _main(brief: Brief, marks: Marks) -> str:
    return (
        f"<h1>{escape(brief.title)}</h1>\n<p>{_words(brief.district)}</p>\n"
        '<section id="needs" aria-labelledby="needs-title">'
        f'<h2 id="needs-title">What needs a person</h2>\n{_needs(brief, marks)}</section>\n'
        f"<h2>At a glance</h2>\n{_glance(brief, marks)}"
        + "".join(_section(section, marks) for section in brief.sections)
    )


def page(brief: Brief) -> str:
    """The page."""
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(brief.title)}</title>\n<style>{STYLE}</style></head>\n"
        f"<body><main>\n{_main(brief, _classes)}</main></body></html>\n"
    )


def mail_html(brief: Brief) -> str:
    """The HTML part of a mail."""
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f"<title>{escape(brief.title)}</title></head>\n"
        f'<body style="margin:0;padding:16px;font:14px/1.5 {FONT};color:#222">'
        f"\n{_main(brief, _styles)}</body></html>\n"
    )


def mail_text(brief: Brief) -> str:
    """The text part of a mail."""
    lines = [brief.title, shown(brief.district), "", "WHAT NEEDS A PERSON"]
    lines += [f"- {section.title}: {shown(need)}" for section, need in brief.needs] or [NOTHING]
    for section in brief.sections:
        lines += ["", section.title.upper()]
        lines += [shown(sentence) for sentence in section.said]
        for table in section.tables:
            if not table.rows:
                continue
            lines += ["", f"{table.title}:"]
            for row in table.rows:
                named = zip(table.headings, row, strict=True)
                lines.append(
                    "- "
                    + ", ".join(
                        f"{heading} {shown(value)}".strip()
                        for heading, value in named
                        if value not in (None, "")
                    )
                )
            if table.left_out:
                lines.append(f"... and {table.left_out:,} more.")
    return "\n".join(lines) + "\n"
