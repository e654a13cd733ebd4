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
nav ul {{ list-style: none; padding: 0; }} nav li {{ display: inline-block; margin-right: 14px; }}
.table {{ overflow-x: auto; }}
table {{ border-collapse: collapse; font-variant-numeric: tabular-nums; margin: 8px 0 12px; }}
caption {{ text-align: left; font-weight: bold; padding: 4px 0; }}
th, td {{ border: 1px solid #ccc; padding: 3px 8px; text-align: left; vertical-align: top;
  overflow-wrap: anywhere; }}
th {{ background: #f0f0f0; overflow-wrap: normal; }} .number {{ text-align: right;
  white-space: nowrap; overflow-wrap: normal; }}
.alarm {{ background: #fde8e8; }} .alarm td:first-child {{ border-left: 4px solid #b00020; }}
.needs {{ border-left: 4px solid #b00020; padding: 4px 12px; background: #fde8e8; }}
.well {{ border-left: 4px solid #1a7f37; padding: 4px 12px; }}
@page {{ size: A4 landscape; margin: 12mm; }}
@media print {{ body {{ margin: 0; max-width: none; font-size: 11px; }} nav {{ display: none; }}
  a {{ color: inherit; text-decoration: none; }} .table {{ overflow: visible; }}
  h2, caption {{ break-after: avoid; }} tr {{ break-inside: avoid; }}
  .alarm, .needs, th {{ print-color-adjust: exact; -webkit-print-color-adjust: exact; }} }}
"""
# The same, for a mail.
PLACED = {
    "number": "text-align:right;white-space:nowrap",
    "alarm": "background:#fde8e8",
    "needs": "border-left:4px solid #b00020;padding:4px 12px;background:#fde8e8",
    "well": "border-left:4px solid #1a7f37;padding:4px 12px",
    "table": "margin:8px 0 12px",
}
CELL = "border:1px solid #ccc;padding:3px 8px;vertical-align:top"
NOTHING = "Nothing needs a person."
CHINESE = re.compile(r"[\u3400-\u9fff]")

Marks = Callable[[str], str]


def _classes(name: str) -> str:
    return f' class="{name}"' if name else ""


def _styles(name: str) -> str:
    return f' style="{PLACED[name]}"' if name else ""


def _words(text: str) -> str:
    """A text from the data, escaped, and marked as Chinese where it is."""
    said = escape(shown(text))
    return f'<span lang="zh-CN">{said}</span>' if CHINESE.search(said) else said


def _is_number(table: Table, place: int) -> bool:
    return any(isinstance(row[place], int) for row in table.rows)


def _table(table: Table, marks: Marks) -> str:
    if not table.rows:
        return ""
    is_mail = marks is _styles
    numbers = [_is_number(table, place) for place in range(len(table.headings))]

    def cell(tag: str, cell: Cell, place: int) -> str:
        side = "right;white-space:nowrap" if numbers[place] else "left"
        mark = f' style="{CELL};text-align:{side}"' if is_mail else ""
        if not is_mail and numbers[place]:
            mark = _classes("number")
        said = _words(cell) if isinstance(cell, str) else escape(shown(cell))
        return f"<{tag}{mark}>{said}</{tag.partition(' ')[0]}>"

    # A column without a heading is the name of what stands before it.
    head = "".join(
        cell('th scope="col"', heading or "name", place)
        for place, heading in enumerate(table.headings)
    )
    lines = "\n".join(
        f"<tr{marks('alarm') if number in table.alarming else ''}>"
        f"{''.join(cell('td', value, place) for place, value in enumerate(row))}</tr>"
        for number, row in enumerate(table.rows)
    )
    collapse = ' style="border-collapse:collapse"' if is_mail else ""
    more = f"<p>… and {table.left_out:,} more.</p>\n" if table.left_out else ""
    return (
        f"<div{marks('table')}><table{collapse}><caption>{escape(table.title)}</caption>\n"
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


def _main(brief: Brief, marks: Marks, nav: str) -> str:
    return (
        f"<h1>{escape(brief.title)}</h1>\n<p>{_words(brief.district)}</p>\n"
        '<section id="needs" aria-labelledby="needs-title">'
        f'<h2 id="needs-title">What needs a person</h2>\n{_needs(brief, marks)}</section>\n{nav}'
        + "".join(_section(section, marks) for section in brief.sections)
    )


def page(brief: Brief) -> str:
    """The page."""
    items = "".join(
        f'<li><a href="#{section.key}">{escape(section.title)}</a></li>'
        for section in brief.sections
    )
    nav = f'<nav aria-label="Sections"><ul>{items}</ul></nav>\n'
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(brief.title)}</title>\n<style>{STYLE}</style></head>\n"
        f"<body><main>\n{_main(brief, _classes, nav)}</main></body></html>\n"
    )


def mail_html(brief: Brief) -> str:
    """The HTML part of a mail."""
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f"<title>{escape(brief.title)}</title></head>\n"
        f'<body style="margin:0;padding:16px;font:14px/1.5 {FONT};color:#222">'
        f"\n{_main(brief, _styles, '')}</body></html>\n"
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
