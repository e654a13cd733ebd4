"""`huiyan explain` knows where the rows of every kind of subject lie."""

from huiyan.explain import SOURCES
from huiyan.rules.catalogue import load_rules


def test_every_subject_leads_to_the_rows_it_came_from() -> None:
    unknown = {
        rule.id: rule.subject_type
        for rule in load_rules().values()
        if rule.subject_type not in SOURCES
    }
    assert unknown == {}
