"""The tables of a backtest."""

from dataclasses import replace

from huiyan.backtest import tables
from huiyan.backtest.result import Result


def test_each_side_has_its_own_month_and_changes_are_told(result: Result) -> None:
    assert tables.months(result) == [
        tables.Group("2025-08", found=1, live=1, new=0, gone=0, cleared=1, units=1),
        tables.Group("2025-09", found=2, live=2, new=1, gone=1, cleared=0, units=1),
    ]
    assert [(change, each.hit.subject_id) for change, each in result.changes()] == [
        ("same", "a"),
        ("new", "=b"),
        ("same", "c"),
        ("gone", "d"),
    ]


def test_townships_come_from_the_units(result: Result) -> None:
    assert [(each.key, each.found, each.live) for each in tables.townships(result)] == [
        ("no township", 1, 2),
        ("not known", 1, 1),
        ("青禾镇", 1, 0),
    ]


def test_facts_say_what_was_judged(result: Result) -> None:
    facts = dict(tables.facts(result))
    assert facts["dates"] == "3 evaluated business dates, 2025-08-29 to 2025-09-02"
    assert facts["not evaluated"] == "on 1 of them: a feed was missing, or the rule retired"
    assert facts["parameters"] == "ALL.attachment_grace_days = 3; tried: 5"
    assert facts["hits"] == "3, of them 1 not live; 1 live ones gone"
    assert facts["alerts"] == ("yellow 1 (live 3), orange 2 (live 0), red 0 (live 0); 1 suppressed")


def test_bodies_are_those_of_either_side(result: Result) -> None:
    *_, bodies = tables.sheets(result)
    assert bodies.rows == (("财政局 RG01", "2", "1", "0", "0"), ("纪委 TC01", "0", "0", "0", "3"))


def test_dates_that_the_daily_evaluation_never_judged_are_not_taken_for_clear(
    result: Result,
) -> None:
    assert dict(tables.facts(result))["live"].startswith("the same rule with the parameters")
    as_recorded = replace(result, thresholds=())
    assert dict(tables.facts(as_recorded))["live"] == "what the daily evaluation recorded"
    lately = replace(as_recorded, recorded_days=1)
    assert (
        "of 1 of the 3 dates, on the others the rule was not"
        in (dict(tables.facts(lately))["live"])
    )
