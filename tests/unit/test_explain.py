"""It is known for every kind of subject, and every document named, where its rows lie."""

import re

from huiyan.rules.catalogue import Rule, load_rules
from huiyan.settings import REPOSITORY
from huiyan.source_rows import lines

MAP = REPOSITORY / "dbt_project" / "macros" / "rules" / "hit_sources.sql"
KEY = re.compile(r"^ +'(\w+)': ", re.MULTILINE)
DOCUMENT = re.compile(r"(?:^|_)(?:vouchers?|payments?|transactions?|txn_no|subjects)$")
COUNTED = {"subjects"}  # other rules' hits, whose own rows are taken
SUBJECT_TYPES_OF_COUNTED = {"regulator_rule", "unit", "hit"}


def known(part: str) -> set[str]:
    """What the map names in one of its parts: subject, rule or evidence."""
    text = MAP.read_text("utf-8").split(f"{{%- set {part} = [", 1)[1]
    names = set(re.findall(r"\(\s*'([\w-]+)',\s*'\w+',", text.split("] -%}", 1)[0]))
    if part == "evidence":
        for keys in re.findall(r"for key in \[(.+)\]", text):
            names |= set(re.findall(r"'(\w+)'", keys))
    return names


def named_documents(rule: Rule) -> set[str]:
    """Keys of the rule's evidence that name documents."""
    text = rule.sql_path.read_text("utf-8")
    return {key for key in KEY.findall(text) if DOCUMENT.search(key) and "since" not in key}


def test_every_subject_leads_to_the_rows_it_came_from() -> None:
    subjects = known("subject") | SUBJECT_TYPES_OF_COUNTED
    unknown = {
        rule.id: rule.subject_type
        for rule in load_rules().values()
        if rule.subject_type not in subjects
        and rule.id not in known("rule")
        and not named_documents(rule) & known("evidence")
    }
    assert unknown == {}
    assert known("subject") >= {"voucher", "payment", "card_group"}
    assert known("rule") <= load_rules().keys()


def test_every_document_that_an_evidence_names_leads_to_its_rows() -> None:
    named = {rule.id: named_documents(rule) for rule in load_rules().values()}
    assert {"BOOK-003", "PAY-004", "CARD-010"} <= {rule for rule, keys in named.items() if keys}
    assert set().union(*named.values()) - COUNTED <= known("evidence")


def test_lines_are_counted_out() -> None:
    assert lines("2-4,9") == [2, 3, 4, 9]
