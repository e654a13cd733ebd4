"""Values to try: typed, checked, told apart."""

from datetime import date
from decimal import Decimal

import pytest

from huiyan.backtest.parameters import parse, thresholds
from huiyan.errors import ConfigurationError
from huiyan.rules.catalogue import load_rule


def test_values_are_named_as_the_rule_names_them() -> None:
    rule = load_rule("VOU-001")
    assert parse(rule, ["late_days=45", "VOU-001.orange_over_days = 60.5"]) == {
        ("VOU-001", "late_days"): Decimal(45),
        ("VOU-001", "orange_over_days"): Decimal("60.5"),
    }
    grace = {("ALL", "attachment_grace_days"): Decimal(5)}
    assert parse(load_rule("REC-001"), ["attachment_grace_days=5"]) == grace
    assert parse(load_rule("REC-001"), ["ALL.attachment_grace_days=5"]) == grace


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["days=1"], r"no parameter days\. VOU-001 has late_days, orange_over_days\."),
        (["late_days"], "write parameter=value"),
        (["late_days="], "write parameter=value"),
        (["late_days=many"], "a threshold is a number"),
        (["late_days=NaN"], "a threshold is a number"),
        (["late_days=Infinity"], "a threshold is a number"),
        (["late_days=1.005"], "at most two decimals"),
        (["late_days=1e40"], "at most two decimals"),
        (["late_days=1", "VOU-001.late_days=2"], "set twice"),
    ],
)
def test_what_cannot_be_tried_is_said(given: list[str], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        parse(load_rule("VOU-001"), given)


def test_a_rule_without_parameters_says_so() -> None:
    with pytest.raises(ConfigurationError, match="VOU-002 has no parameters"):
        parse(load_rule("VOU-002"), ["late_days=1"])


def test_thresholds_show_what_is_in_force_and_what_is_tried() -> None:
    tried = {("VOU-001", "late_days"): Decimal(45)}
    late, orange = thresholds(load_rule("VOU-001"), tried, date(2025, 9, 1), date(2025, 9, 30))
    assert (late.in_force, late.tried) == ((Decimal(30),), Decimal(45))
    assert (orange.in_force, orange.tried) == ((Decimal(90),), None)
