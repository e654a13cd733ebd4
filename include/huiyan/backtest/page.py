"""A backtest as one HTML page that needs nothing else: bars drawn as SVG, then the tables.

It says nothing of when or where it was made: the same inputs give the same bytes.
"""

from collections.abc import Sequence
from html import escape

from huiyan.backtest.result import Result
from huiyan.backtest.tables import Sheet, facts, months, sheets, townships

WIDTH, LABELS, COUNTS = 780, 170, 70
BAR, GAP = 13, 8
LONGEST_LABEL = 13
# Found is dark and live is light, so that they differ in grey too.
COLOURS = {"found": "#1f4e79", "live": "#a9c4de"}
STYLE = """
body { font: 14px/1.5 "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", sans-serif;
  color: #222; max-width: 980px; margin: 24px auto; padding: 0 16px; }
h1 { font-size: 22px; } h2 { font-size: 17px; margin: 28px 0 4px; } p { margin: 4px 0 8px; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid #ddd; padding: 3px 12px 3px 0; text-align: left;
  vertical-align: top; white-space: pre-line; }
th.number, td.number { text-align: right; }
svg { display: block; max-width: 100%; height: auto; } svg text { font-size: 12px; fill: #222; }
"""

Bar = tuple[str, int, int]


def bars(title: str, rows: Sequence[Bar]) -> str:
    """An SVG of pairs of horizontal bars, found over live, one pair per row of label and counts."""
    longest = max((max(found, live) for _, found, live in rows), default=0) or 1
    room = WIDTH - LABELS - COUNTS
    step = 2 * BAR + GAP
    height = len(rows) * step + GAP
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {WIDTH} {height}"'
        f' width="{WIDTH}" height="{height}"><title>{escape(title)}</title>'
    ]
    for place, (label, *counts) in enumerate(rows):
        if len(label) > LONGEST_LABEL:
            label = label[: LONGEST_LABEL - 1] + "…"
        top = GAP + place * step
        parts.append(
            f'<text x="{LABELS - 8}" y="{top + BAR + 4}" text-anchor="end">{escape(label)}</text>'
        )
        for number, (kind, count) in enumerate(zip(COLOURS, counts, strict=True)):
            y = top + number * BAR
            width = round(room * count / longest)
            parts.append(
                f'<rect x="{LABELS}" y="{y}" width="{width}" height="{BAR - 1}"'
                f' fill="{COLOURS[kind]}"/>'
                f'<text x="{LABELS + width + 5}" y="{y + BAR - 1}">{count:,}</text>'
            )
    return "".join([*parts, "</svg>"])


def _cells(tag: str, cells: Sequence[str], text_columns: int) -> str:
    return "".join(
        f"<{tag}{'' if place < text_columns else ' class=number'}>{escape(cell)}</{tag}>"
        for place, cell in enumerate(cells)
    )


def _table(sheet: Sheet) -> str:
    if not sheet.rows:
        return "<p>None.</p>"
    rows = "\n".join(f"<tr>{_cells('td', row, sheet.text_columns)}</tr>" for row in sheet.rows)
    return f"<table>\n<tr>{_cells('th', sheet.headings, sheet.text_columns)}</tr>\n{rows}\n</table>"


def render(result: Result) -> str:
    """The page."""
    rule = result.rule
    pictures = {
        "Hits per month": [(each.key, each.found, each.live) for each in months(result)],
        "Hits per township": [(each.key, each.found, each.live) for each in townships(result)],
        "Volume per body": [
            (name, sum(result.volume.bodies.get((name, code), (0, 0))), sum(live))
            for (name, code), live in sorted(
                {
                    **dict.fromkeys(result.volume.bodies, (0, 0)),
                    **result.live_volume.bodies,
                }.items(),
                key=lambda item: (-sum(result.volume.bodies.get(item[0], (0, 0))), item[0]),
            )
        ][:20],
    }
    known = "".join(
        f"<tr><th>{escape(label)}</th><td>{escape(text)}</td></tr>\n"
        for label, text in facts(result)
    )
    parts = []
    for sheet in sheets(result):
        drawn = pictures.get(sheet.title)
        parts.append(
            f"<h2>{escape(sheet.title)}</h2>\n<p>{escape(sheet.note)}</p>\n"
            + (f"{bars(sheet.title, drawn)}\n" if drawn else "")
            + _table(sheet)
        )
    heading = escape(f"{rule.id} {rule.name.zh} ({rule.name.en}), version {rule.version}")
    keys = "".join(
        f'<span style="background:{colour};padding:0 8px">&#160;</span> {kind} &#160; '
        for kind, colour in COLOURS.items()
    )
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{heading}</title>\n'
        f"<style>{STYLE}</style></head><body>\n<h1>Backtest of {heading}, {rule.status}</h1>\n"
        f"<table>\n{known}</table>\n<p>{keys}</p>\n" + "\n".join(parts) + "\n</body></html>\n"
    )
