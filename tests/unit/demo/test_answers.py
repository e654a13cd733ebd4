"""Bodies of the demo answer like people, and the same ones always alike."""

from collections import Counter
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest

from extract_samples import extract, row
from huiyan.alerts import words
from huiyan.demo.answers import STYLES, answer, fill_in
from huiyan.demo.truth import Said
from huiyan.workdays import add_workdays
from returned_forms import lines_of

OPENED = date(2025, 11, 28)
ROWS = [row(alert_id=f"{number:016x}", subject_id=f"S{number}") for number in range(300)]
TRUE = {("REC-001", f"S{number}") for number in range(0, 300, 2)}


def test_most_answer_in_time_some_late_some_never_and_most_are_right() -> None:
    first: dict[str, date] = {}
    right: Counter[bool] = Counter()
    for line in ROWS:
        is_true = (line.rule_id, line.subject_id) in TRUE
        for wait in range(60):
            day = OPENED + timedelta(days=wait)
            said = answer(line, "TC01", day, is_true, seed=1)
            if said is not None and "核实结论" in said:
                first[line.alert_id] = day
                right[(said["核实结论"] != "不属实") == is_true] += 1
                break
    in_time = sum(day <= add_workdays(OPENED, 10) for day in first.values())
    assert in_time > 200
    assert len(first) - in_time > 15
    assert len(ROWS) - len(first) > 10
    assert right[False] > 0
    assert right[True] > 20 * right[False]


def test_the_verifying_body_waits_for_the_other_and_settles_it() -> None:
    day = OPENED + timedelta(days=60)
    line = row(role="verify", amount=Decimal("10.00"))
    assert answer(line, "TC01", day, True, seed=1) is None
    said = answer(row(role="verify", state="rectifying"), "TC01", day, True, seed=1)
    assert said is not None
    assert said["办理进展"] == "已办结"
    assert answer(row(state="rectifying"), "U002", day, True, seed=1) is None


@pytest.mark.parametrize("style", STYLES)
def test_a_form_is_the_same_every_time(style: str) -> None:
    day = OPENED + timedelta(days=20)
    form = fill_in(extract(*ROWS[:20]), day, TRUE, seed=7, style=style)  # type: ignore[arg-type]
    assert form is not None
    assert 0 < form.answered <= 20
    assert form == fill_in(extract(*ROWS[:20]), day, TRUE, seed=7, style=style)  # type: ignore[arg-type]
    assert fill_in(extract(*ROWS[:20]), OPENED, TRUE, seed=7) is None
    if style != "csv":
        book = openpyxl.load_workbook(BytesIO(form.content))
        assert book.properties.created == book.properties.modified == datetime.combine(day, time())


@pytest.mark.parametrize(("said", "progress"), [("confirmed", "已办结"), ("not_confirmed", "")])
def test_what_is_settled_only_the_verifying_body_answers(said: Said, progress: str) -> None:
    day = OPENED + timedelta(days=20)
    settled = {("REC-001", "S1"): (day, said)}
    about = {"subject_id": "S1", "rule_id": "REC-001"}
    disposing, verifying = extract(row(**about)), extract(row(role="verify", **about))
    assert fill_in(disposing, day, TRUE, seed=1, settled=settled) is None
    assert fill_in(verifying, OPENED, TRUE, seed=1, settled=settled) is None
    form = fill_in(verifying, day, TRUE, seed=1, style="wps", settled=settled)
    assert form is not None
    (line,) = lines_of(form.name, form.content)
    assert line["verdict"] == words.VERDICTS[said]
    assert line.get("progress", "") == progress
