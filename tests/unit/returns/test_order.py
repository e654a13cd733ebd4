"""Many lines about one alert."""

from dataclasses import replace

from huiyan.returns.accept import _in_order, _refuse_misplaced
from huiyan.returns.judge import Answer
from huiyan.returns.record import Line

LINE = Line(1, 2, "alerts.csv", {}, Answer(verdict="confirmed"), "a", "TC01", None)


def test_a_form_of_ten_thousand_lines_is_ordered() -> None:
    lines = [
        replace(LINE, line_no=number, answer=Answer(verdict="confirmed", note=str(number)))
        for number in range(10_000)
    ]
    assert _in_order(lines) == lines
    assert {line.outcome for line in lines} == {"rejected"}


def test_the_same_answer_again_counts_once() -> None:
    receipt = replace(LINE, answer=Answer(progress="acknowledged"))
    verdict, again = replace(LINE, outcome="accepted"), replace(LINE, outcome="accepted")
    assert _in_order([verdict, again, receipt]) == [receipt, verdict, again]
    assert (verdict.outcome, again.outcome) == ("accepted", "repeated")


def test_a_column_filled_in_beside_answers_too_is_asked_about_once() -> None:
    own = {"经办人": "韩晓梅"}
    answered = replace(LINE, outcome="accepted", refusals=[], beside=own)
    empty = replace(LINE, answer=Answer(), outcome="unanswered", beside=own)
    silent = [replace(empty, line_no=number, refusals=[]) for number in range(3, 7)]
    silent[3].beside = {**own, "核实情况": "属实"}
    _refuse_misplaced([answered, *silent])
    (first,), (last,) = silent[0].refusals, silent[3].refusals
    assert first.text.startswith("“经办人”栏的“韩晓梅”（另有 3 行也是如此）不在要填写的栏目内")
    assert last.text.startswith("“核实情况”栏的“属实”不在要填写的栏目内")
    assert [line.outcome for line in silent] == ["rejected", "unanswered", "unanswered", "rejected"]
    assert answered.refusals == []
