"""What an alert is about, in readable Chinese.

Subject ids are keys that rules put together from codes; people read `2025年第2季度` instead. An id
of an unknown shape is shown as it is, so nothing is ever hidden behind a wrong reading.
"""

import json
import re
from typing import Any

from huiyan.alerts import words
from huiyan.alerts.code_names import named
from huiyan.rules.catalogue import load_rules

_MONTH = r"0?(?P<month>[1-9]|1[0-2])"
_AGENCY_YEAR = ((r"(?P<agency>[^:]+):(?P<year>\d{4})", "{year}年度\n单位代码 {agency}"),)
# Per subject type the shapes of its ids, tried in this order, and how each is read.
_SHAPES: dict[str, tuple[tuple[str, str], ...]] = {
    "voucher": (
        (
            rf"(?P<books>.+)/(?P<year>\d{{4}})/{_MONTH}/(?P<number>[^/]+)",
            "{year}年{month}月 {number}\n账套 {books}",
        ),
    ),
    "accounting_period": (
        (rf"(?P<books>.+)/(?P<year>\d{{4}})/{_MONTH}", "{year}年{month}月\n账套 {books}"),
    ),
    "acct_set_year": ((r"(?P<books>[^:]+):(?P<year>\d{4})", "{year}年度\n账套 {books}"),),
    "agency_year": _AGENCY_YEAR,
    "treasury_agency_year": _AGENCY_YEAR,
    "agency_quarter": (
        (
            r"(?P<agency>[^:]+):(?P<year>\d{4})-(?P<quarter>[1-4])",
            "{year}年第{quarter}季度\n单位代码 {agency}",
        ),
    ),
    "budget_line": (
        (
            r"(?P<agency>[^:]+):(?P<year>\d{4}):(?P<code>\d+)",
            "{year}年度，经济分类 {code}\n单位代码 {agency}",
        ),
    ),
    "voucher_group": (
        (
            rf"(?P<agency>[^:]+):(?P<year>\d{{4}})-{_MONTH}:(?P<code>\d+)",
            "{year}年{month}月，经济分类 {code}\n单位代码 {agency}",
        ),
    ),
    "advance": (
        (
            r"(?P<books>[^:]+):(?P<account>\d{4}):(?P<name>.+)",
            "{name}\n会计科目 {account}\n账套 {books}",
        ),
    ),
    "invoice": (
        (r"-(?P<number>[^-]+)", "发票号码 {number}"),
        (r"(?P<code>[^-]+)-(?P<number>[^-]+)", "发票代码 {code}\n发票号码 {number}"),
    ),
    "invoice_run": (
        (
            r"(?P<agency>[^:]+):(?P<seller>.*[^\d:-].*):(?P<number>[^:]+)",
            "{seller}\n首张号码 {number}\n单位代码 {agency}",
        ),
    ),
    "regulator_rule": ((r"(?P<body>[^:]+):(?P<rule>[^:]+)", "监管部门代码 {body}\n规则 {rule}"),),
    "letter": ((r"(?P<number>[^:]+):(?P<visitor>.+)", "{number}\n来访单位 {visitor}"),),
    "card_group": ((r"[^:]+:(?P<merchant>.+):(?P<day>\d{4}-\d\d-\d\d)", "{merchant}\n首笔 {day}"),),
    "payment_group": (
        (
            r"(?P<agency>[^:]+):(?P<year>\d{4}):(?P<code>\d+):(?P<payee>.+)",
            "{payee}\n{year}年度，经济分类 {code}\n单位代码 {agency}",
        ),
        (r"(?P<agency>[^:]+):[^:]+:(?P<payment>[^:]+)", "首笔 {payment}\n单位代码 {agency}"),
        (r"(?P<agency>[^:]+):(?P<account>[^:]+)", "收款账号 {account}\n单位代码 {agency}"),
    ),
}


# Kinds whose ids are like those of no other kind: a list of several kinds can be read by them.
_UNMISTAKABLE = (
    "voucher",
    "accounting_period",
    "agency_quarter",
    "budget_line",
    "voucher_group",
    "advance",
    "card_group",
    "invoice_run",
)
# Digits that the number of an invoice of any kind has.
_INVOICE_DIGITS = {8, 10, 20}
# A card's token in front of the rest of a subject says nothing; a file's digest only as a whole.
_TOKEN = re.compile(r"^[0-9a-f]{64}:")
_DIGEST = re.compile(r"^([0-9a-f]{8})[0-9a-f]{56}$")


def _reading(subject_type: str, subject_id: str) -> str:
    for shape, text in _SHAPES.get(subject_type, ()):
        if found := re.fullmatch(shape, subject_id, re.DOTALL):
            parts = found.groupdict()
            if "code" in parts and subject_type != "invoice":
                parts["code"] = named("economic", parts["code"])
            if "account" in parts and subject_type == "advance":
                parts["account"] = named("account", parts["account"])
            return text.format(**parts)
    return subject_id


def _on_one_line(reading: str) -> str:
    first, *others = reading.split("\n")
    return f"{first}（{'，'.join(others)}）" if others else first


def voucher_in_words(voucher_id: str) -> str:
    """A voucher among others on one line; an id of another shape as it is."""
    return _on_one_line(_reading("voucher", voucher_id))


def invoice_in_words(invoice_id: str) -> str:
    """An invoice among others on one line: what its number lacks is said."""
    code, _, number = invoice_id.rpartition("-")
    unlike = "" if len(number) in _INVOICE_DIGITS else f"（{len(number)} 位）"
    return f"号码 {number}{unlike}" + (f"，代码 {code}" if code else "")


def gathered_type(subject_type: str, subject_id: str) -> str | None:
    """Of what type the subjects are that a systemic problem lists: that of its one rule.

    Null of every other alert, which lists none or those of several rules.
    """
    if subject_type != "regulator_rule":
        return None
    rule = load_rules().get(subject_id.rpartition(":")[2])
    return rule.subject_type if rule else None


def gathered_in_words(subject_type: str | None, subject_id: str) -> str:
    """One of the subjects that an alert gathers, on one line; an id of an unknown shape as it is.

    Args:
        subject_type: null if they are of several types.
    """
    if subject_type == "invoice" or (subject_type is None and subject_id.startswith("-")):
        return invoice_in_words(subject_id)
    for kind in (subject_type,) if subject_type else _UNMISTAKABLE:
        if (reading := _reading(kind, subject_id)) != subject_id:
            return _on_one_line(reading)
    return _DIGEST.sub(r"\1…", _TOKEN.sub("", subject_id))


def kind_of_all(subject_type: str, subject_ids: list[str]) -> str:
    """The word for subjects of one type; empty where one is of another, as its id tells.

    A rule of vouchers may judge payments as well.
    """
    shapes = _SHAPES.get(subject_type)
    if shapes and any(_reading(subject_type, each) == each for each in subject_ids):
        return ""
    return words.SUBJECT_TYPE.get(subject_type, "")


def _by_name(subject_type: str, known: dict[str, Any]) -> str | None:
    """What a subject of units is called where the evidence names them."""
    if subject_type == "unit":
        name: str | None = known.get("unit_name")
        return name
    if subject_type == "payment_group" and "return_payer" in known:
        return f"{known['first_payer']} → {known['return_payer']}"
    return None


def _named(subject_id: str, known: dict[str, Any]) -> str | None:
    """Regulator and rule of a subject by their names; null if the evidence does not tell both."""
    body, _, rule = subject_id.partition(":")
    regulator, rule_name = known.get("regulator_name"), known.get("rule_name")
    if not regulator or not rule_name or not rule:
        return None
    kind = words.SUBJECT_TYPE["regulator_rule"]
    return f"{kind}\n{regulator}（{body}）\n{rule_name}（{rule}）"


def readable_subject(subject_type: str, subject_id: str, evidence: str | None = None) -> str:
    """The kind of subject on the first line, what is known of it on the lines after it.

    Args:
        evidence: the hit's JSON object, where the alert is shown with it. It gives the last digits
            of a card, whose token says nothing, is where a file's vouchers are listed, and names
            the units and the regulator whose codes the id has.
    """
    known: dict[str, Any] = json.loads(evidence) if evidence else {}
    if subject_type == "regulator_rule" and (by_names := _named(subject_id, known)):
        return by_names
    lines = [words.SUBJECT_TYPE.get(subject_type, "其他对象")]
    if by_name := _by_name(subject_type, known):
        lines.append(by_name)
    elif subject_type != "attachment_file":
        lines.append(_reading(subject_type, subject_id))
    elif evidence:
        lines.append("（见疑点依据）")
    if subject_type == "card_group" and (digits := known.get("card_last4")):
        lines.append(f"卡尾号 {digits}")
    return "\n".join(lines)
