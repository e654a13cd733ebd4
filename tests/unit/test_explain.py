"""`huiyan explain` knows where the rows of every kind of subject lie."""

import re

from huiyan.explain import NAMED, SOURCES
from huiyan.rules.catalogue import Rule, load_rules

KEY = re.compile(r"^ +'(\w+)': ", re.MULTILINE)
DOCUMENT = re.compile(r"(?:^|_)(?:vouchers?|payments?|transactions?|txn_no|subjects)$")


def named_documents(rule: Rule) -> set[str]:
    """Keys of the rule's evidence that name documents."""
    text = rule.sql_path.read_text("utf-8")
    return {key for key in KEY.findall(text) if DOCUMENT.search(key) and "since" not in key}


def test_every_subject_leads_to_the_rows_it_came_from() -> None:
    unknown = {
        rule.id: rule.subject_type
        for rule in load_rules().values()
        if rule.subject_type not in SOURCES and not named_documents(rule) & NAMED.keys()
    }
    assert unknown == {}


def test_every_document_that_an_evidence_names_leads_to_its_rows() -> None:
    named = {rule.id: named_documents(rule) for rule in load_rules().values()}
    assert {"BOOK-003", "PAY-004", "CARD-010"} <= {rule for rule, keys in named.items() if keys}
    assert set().union(*named.values()) == NAMED.keys()
