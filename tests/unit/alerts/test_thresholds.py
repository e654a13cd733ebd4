"""The loop's own thresholds: dated rows of the reviewed seed."""

from datetime import date

import pytest

from huiyan.alerts import deadlines
from huiyan.errors import EvaluationError
from huiyan.rules.catalogue import Parameter, load_parameters

MONDAY = date(2025, 9, 29)


def test_dates_of_a_business_date(monkeypatch: pytest.MonkeyPatch) -> None:
    said = deadlines.dates(date(2025, 10, 9))
    # The first working day after a week of holidays: three of them back is 26 September, a Friday,
    # after which Sunday the 28th is worked.
    assert said["reminded_until"] == date(2025, 9, 28)
    assert said["look_back_from"] == date(2024, 10, 9)
    assert said["sample_percent"] == 1
    changed = [
        row.model_copy(update={"valid_to": MONDAY, "value": "5"})
        if row.parameter == "look_back_days"
        else row
        for row in load_parameters()
    ]
    monkeypatch.setattr(deadlines, "_shared", lambda: _shared(changed))
    assert deadlines.dates(date(2025, 9, 28))["look_back_from"] == date(2025, 9, 23)
    with pytest.raises(EvaluationError, match=r"0 values of ALL look_back_days are in force on"):
        deadlines.dates(MONDAY)


def _shared(rows: list[Parameter]) -> tuple[Parameter, ...]:
    return tuple(row for row in rows if row.rule_id == "ALL")
