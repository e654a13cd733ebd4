"""Prints what `explain` found: in Chinese throughout, as the evidence and the rule's words are.

What only a machine reads (`--json`) keeps the codes.
"""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from huiyan.alerts import words
from huiyan.alerts.subject import readable_subject
from huiyan.explain import Record
from huiyan.rules.catalogue import plain
from huiyan.terminal import fits

CHANGES_SHOWN = 20

USED_AS = {"subject": "对象本身", "further": "佐证"}
ACTOR = {"machine": "系统", "channel": "送达通道", "body": "办理主体"}
DELIVERY = {
    "pending": "待送",
    "delivered": "已送达",
    "superseded": "已被新版代替",
    "dead": "已放弃",
}
EVENT = {
    "opened": "新开预警",
    "reopened": "再次开启",
    "delivered": "送达",
    "tier_raised": "升级",
    "reminded": "催办",
    "escalated": "逾期升级",
    "looked_back": "复查",
    "sampled": "抽查",
    "auto_resolved": "自动消除",
    "acknowledged": "签收",
    "verifying": "开始核实",
    "verdict": "核实结论",
    "rectifying": "开始整改",
    "closed": "销号",
    "transferred": "转问题线索",
}
CLEARED_BECAUSE = {
    "gone": "起因已消除",
    "new_version": "规则修订",
    "new_thresholds": "阈值调整",
    "retired": "规则停用",
}

# A column: its heading, and its words if it holds codes.
Columns = Mapping[str, tuple[str, Mapping[str, str]]]

PARAMETERS: Columns = {
    "rule_id": ("规则", {}),
    "parameter": ("阈值", {}),
    "value": ("当时的值", {}),
    "valid_from": ("生效日期", {}),
    "approved_by": ("批准", {}),
    "value_now": ("现在的值", {}),
}
HIT_HISTORY: Columns = {
    "detected_on": ("发现", {}),
    "rule_version": ("规则版本", {}),
    "last_detected_on": ("最近一次", {}),
    "last_rule_version": ("最近版本", {}),
    "cleared_on": ("消除", {}),
    "cleared_because": ("消除原因", CLEARED_BECAUSE),
}
TIER_STEPS: Columns = {
    "business_date": ("业务日", {}),
    "from_tier": ("原等级", words.TIER),
    "to_tier": ("新等级", words.TIER),
    "reason": ("原因", {}),
}
ROUTES: Columns = {
    "role": ("职责", words.ROLE),
    "body_code": ("代码", {}),
    "body_name": ("主体", {}),
    "reason": ("原因", {}),
    "assigned_on": ("自", {}),
    "ended_on": ("至", {}),
}
DELIVERIES: Columns = {
    "business_date": ("业务日", {}),
    "body_code": ("主体代码", {}),
    "role": ("职责", words.ROLE),
    "version": ("版次", {}),
    "state": ("状态", DELIVERY),
    "location": ("位置", {}),
}
EVENTS: Columns = {
    "business_date": ("业务日", {}),
    "event": ("事项", EVENT),
    "to_state": ("状态", words.STATE),
    "by": ("由", {}),
    "said": ("所报", {}),
}
SOURCES: Columns = {
    "used_as": ("用途", USED_AS),
    "feed": ("数据源", {}),
    "business_date": ("业务日", {}),
    "version": ("版次", {}),
    "batch_id": ("批次", {}),
    "file_name": ("文件", {}),
    "lines": ("行号", {}),
    "file_sha256": ("SHA-256", {}),
}


def render(explanation: Record, console: Console) -> None:
    """Print an explanation for a person; nothing of it is cut at any width."""
    rule, alert, hit = explanation["rule"], explanation["alert"], explanation["hit"]
    console.rule(escape(f"{rule['rule_id']} {rule.get('name_zh', '')}"))
    _facts(
        console,
        [
            *_subject(hit or alert, explanation),
            *([("疑点", _hit(hit))] if hit else []),
            *(_alert(alert, hit) if alert else [("预警", "从未推送")]),
            *(("现不推送", reason) for reason in _not_pushed(explanation)),
            ("判定规则", rule.get("description")),
            ("核查要点", rule.get("what_to_check")),
            ("政策依据", rule.get("legal_basis")),
        ],
    )
    console.print(f"\n[bold]疑点依据[/]（{explanation['said_on']}）", highlight=False)
    console.print(escape(explanation["evidence_text"] or "无"))
    _table(console, "判定所用的阈值", explanation["parameters"], PARAMETERS)
    _sources(console, explanation)
    _list(console, "与疑点现有记录的不同", explanation["changes"], "无")
    for title, part, columns in (
        ("疑点历次出现", "hit_history", HIT_HISTORY),
        ("等级调整", "tier_steps", TIER_STEPS),
        ("办理主体", "routes", ROUTES),
        ("送达", "deliveries", DELIVERIES),
    ):
        _table(console, title, explanation[part], columns)
    bodies = {row["body_code"]: row["body_name"] for row in explanation["routes"]}
    _table(console, "经过", [_event(row, bodies) for row in explanation["events"]], EVENTS)


def _subject(facts: Record, explanation: Record) -> list[tuple[str, Any]]:
    evidence = json.dumps(explanation["evidence"], ensure_ascii=False, default=str)
    said = readable_subject(facts["subject_type"], facts["subject_id"], evidence)
    amount = facts["amount"]
    return [
        ("对象", "，".join(said.split("\n"))),
        ("对象编号", facts["subject_id"]),
        ("单位", f"{explanation['unit_name'] or ''} {facts['unit_id'] or ''}".strip()),
        ("金额", None if amount is None else f"{amount:,} 元"),
        ("发生日期", facts["occurred_on"]),
    ]


def _hit(hit: Record) -> str:
    still = "仍未消除" if hit["is_open"] else f"{hit['cleared_on']} 已消除"
    return f"{hit['hit_id']}，{hit['first_detected_on']} 首次发现，{still}"


def _alert(alert: Record, hit: Record | None) -> list[tuple[str, Any]]:
    state = words.STATE[alert["state"]]
    if hit and hit["is_open"] and alert["state"] == "auto_resolved":
        # Taken back while its cause stands: what follows says why.
        state = "不再推送"
    tier, base = words.TIER[alert["tier"]], words.TIER[alert["base_tier"]]
    return [
        ("预警", f"{alert['alert_id']}，{state}"),
        ("等级", f"{tier}（基础等级{base}），办理期限 {alert['due_on']}"),
    ]


def _event(event: Record, bodies: Mapping[str, str]) -> Record:
    """An event with who it is by and what a body said beside its verdict."""
    detail: dict[str, str | None] = event["detail"] or {}
    amount = detail.get("amount_recovered")
    said = [
        words.PROGRESS.get(detail.get("progress") or "", ""),
        words.ACTIONS.get(detail.get("action") or "", ""),
        "" if amount is None else f"退缴 {Decimal(amount):,.2f} 元",
    ]
    body = event["body_code"] if event["actor"] == "body" else None
    by = bodies.get(body, body) if body else ACTOR.get(event["actor"], event["actor"])
    return {**event, "by": by, "said": "；".join(filter(None, said))}


def _not_pushed(explanation: Record) -> list[str]:
    """Why the hit is not pushed on the latest evaluated business date; empty if it is."""
    reasons = [
        f"例外（{row['valid_to']} 前有效）：{row['reason']}（批准：{row['approved_by']}）"
        for row in explanation["exceptions"]
        if row["is_in_force"]
    ]
    life = [row for row in explanation["rule_status"] if row["is_in_force"]]
    if not life:
        reasons.append(f"规则处于“{words.RULE_STATUS['draft']}”状态")
    reasons += [
        f"规则自 {row['valid_from']} 起处于“{words.RULE_STATUS[row['status']]}”状态："
        f"{row['reason']}"
        f"（批准：{row['approved_by'] or '无'}）"
        for row in life
        if not row["is_pushed"]
    ]
    return reasons


def _sources(console: Console, explanation: Record) -> None:
    if explanation["sources"] is None:
        console.print("\n[bold]来源[/]  未留存：发现时还不保存来源")
        return
    _table(console, "来源", explanation["sources"], SOURCES)
    if explanation["not_listed"]:
        _list(console, "未列入的来源", explanation["not_listed"], "无")


def _list(console: Console, title: str, said: list[str], otherwise: str) -> None:
    console.print(f"\n[bold]{title}[/]{'' if said else '  ' + otherwise}")
    for text in said[:CHANGES_SHOWN]:
        console.print(f"- {escape(text)}")
    if len(said) > CHANGES_SHOWN:
        console.print(f"- 另有 {len(said) - CHANGES_SHOWN} 项（--json 全部列出）")


def _facts(console: Console, facts: list[tuple[str, Any]]) -> None:
    """A fact a line, what is longer indented under it."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column(overflow="fold")
    for label, value in facts:
        grid.add_row(label, escape("" if value is None else str(value)))
    console.print(grid)


def _table(console: Console, title: str, rows: list[Record], columns: Columns) -> None:
    """A table where it fits; else a fact a line, the facts of a row together."""
    if not rows:
        console.print(f"\n[bold]{title}[/]  无")
        return
    cells = [[_said(row[name], terms) for name, (_, terms) in columns.items()] for row in rows]
    headings = [heading for heading, _ in columns.values()]
    table = Table(title=title, title_justify="left", title_style="bold")
    for heading, column in zip(headings, zip(*cells, strict=True), strict=True):
        # Sentences may be folded; names, dates and hashes are to be read and copied in one piece.
        is_whole = all(cell.isascii() and " " not in cell for cell in column)
        table.add_column(heading, overflow="fold", no_wrap=is_whole)
    for row in cells:
        table.add_row(*map(escape, row))
    console.print()
    if fits(table, console):
        console.print(table)
        return
    console.print(f"[bold]{title}[/]")
    width = max(map(cell_len, headings))
    for row in cells:
        mark = "-"
        for heading, cell in zip(headings, row, strict=True):
            if cell:
                label = heading + " " * (width - cell_len(heading))
                console.print(f"{mark} {label}  {escape(cell)}", soft_wrap=True, highlight=False)
                mark = " "


def _said(value: Any, terms: Mapping[str, str]) -> str:
    if isinstance(value, Decimal):
        return plain(value)
    return "" if value is None else terms.get(str(value), str(value))
