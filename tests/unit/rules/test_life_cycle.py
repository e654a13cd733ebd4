"""The life of the rules: which status counts when, and which histories are refused."""

from datetime import date
from pathlib import Path

import pytest

from huiyan.errors import ConfigurationError
from huiyan.rules import life_cycle
from huiyan.rules.catalogue import load_rules
from huiyan.rules.life_cycle import (
    checked_history,
    load_history,
    problems,
    retired,
    shipped_history,
    status_on,
    unlike_yaml,
)
from huiyan.settings import Settings
from huiyan.warehouse.reviewed import RULE_STATUS

ISSUED = "VOU-001,1,shadow,2000-01-01,product,commission,initial issue"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def write(settings: Settings, *lines: str) -> None:
    """The district's own file."""
    path = RULE_STATUS.own_file(settings)
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join((",".join(RULE_STATUS.columns), *lines, "")), encoding="utf-8-sig")


def test_what_is_shipped_is_sound_and_the_yml_say_the_same(settings: Settings) -> None:
    rules = load_rules()
    assert problems(shipped_history(), rules) == []
    assert unlike_yaml(shipped_history(), rules) == []
    assert checked_history(settings) == shipped_history()


def test_a_yml_that_says_something_else_is_named() -> None:
    rules = load_rules()
    changed = {**rules, "VOU-001": rules["VOU-001"].model_copy(update={"status": "shadow"})}
    assert unlike_yaml(shipped_history(), changed) == [
        "rule_vou_001_booked_late.yml says shadow, its last entry in rule_status.csv fixed"
    ]
    # A rule without any entry is a draft.
    added = {"VOU-999": rules["VOU-001"].model_copy(update={"id": "VOU-999", "status": "draft"})}
    assert unlike_yaml(shipped_history(), added) == []


def test_an_entry_holds_until_the_next_one(settings: Settings) -> None:
    write(
        settings,
        # In any order: the dates decide.
        "VOU-001,1,trial,2025-09-01,office 2,commission,precision 0.9",
        ISSUED,
        "VOU-001,1,retired,2025-10-01,office 2,commission,superseded",
    )
    history = checked_history(settings)
    assert [
        status_on(history["VOU-001"], day)
        for day in (date(1999, 12, 31), date(2025, 8, 31), date(2025, 9, 1), date(2025, 10, 1))
    ] == ["draft", "shadow", "trial", "retired"]
    assert retired(history, date(2025, 9, 30)) == frozenset()
    assert retired(history, date(2025, 10, 1)) == {"VOU-001"}
    # The histories of other rules are those shipped.
    assert history["VOU-002"] == shipped_history()["VOU-002"]


@pytest.mark.parametrize(
    "steps",
    [
        ["trial", "fixed", "shadow", "trial", "retired", "shadow"],
        ["draft", "shadow", "draft", "retired", "draft"],
    ],
)
def test_one_step_up_and_any_down(settings: Settings, steps: list[str]) -> None:
    lines = [
        f"VOU-001,1,{status},2025-09-{day:02},office 2,commission,reason"
        for day, status in enumerate(steps, start=1)
    ]
    write(settings, ISSUED, *lines)
    assert problems(load_history(settings), load_rules()) == []


def test_a_new_version_begins_no_higher(settings: Settings) -> None:
    rules = load_rules()
    second = {**rules, "VOU-001": rules["VOU-001"].model_copy(update={"version": 2})}
    trial = "VOU-001,1,trial,2025-09-01,office 2,commission,reason"
    for status in ("shadow", "trial"):
        write(settings, ISSUED, trial, f"VOU-001,2,{status},2025-10-01,a,b,clearer wording")
        assert problems(load_history(settings), second) == []
    write(settings, ISSUED, trial, "VOU-001,2,fixed,2025-10-01,a,b,clearer wording")
    (wrong,) = problems(load_history(settings), second)
    assert "line 4: VOU-001: a new version begins no higher" in wrong
    write(settings, ISSUED, trial)
    (wrong,) = problems(load_history(settings), second)
    assert "VOU-001 is version 2 in the library, its last entry is of version 1" in wrong
    # What is retired need not be decided again.
    write(settings, ISSUED, "VOU-001,1,retired,2025-09-01,a,b,reason")
    assert problems(load_history(settings), second) == []


def test_what_raises_others_is_never_pushed_alone(settings: Settings) -> None:
    issued = "STAT-001,1,shadow,2000-01-01,product,commission,initial issue"
    write(settings, issued, "STAT-001,1,trial,2025-09-01,office 2,commission,precision 0.9")
    (wrong,) = problems(load_history(settings), load_rules())
    assert "line 3: STAT-001: the rule raises others and is never pushed alone" in wrong


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([ISSUED, "VOU-001,1,fixed,2025-09-01,a,b,c"], "fixed cannot follow shadow"),
        ([ISSUED, "VOU-001,1,shadow,2025-09-01,a,b,c"], "is shadow in version 1 already"),
        (["VOU-001,1,trial,2025-09-01,a,b,c"], "begins as a draft or shadow, not as trial"),
        (
            [
                ISSUED,
                "VOU-001,1,retired,2025-09-01,a,b,c",
                "VOU-001,1,trial,2025-10-01,a,b,c",
            ],
            "trial cannot follow retired",
        ),
        (
            [ISSUED, "VOU-001,1,trial,2000-01-01,a,b,c"],
            "another entry from 2000-01-01 on",
        ),
        ([ISSUED, "VOU-001,1,trial,2025-09-01,a,,c"], "nobody has approved the status trial"),
        ([ISSUED, "VOU-001,1,trial,2025-09-01,Wang,wang,c"], "Wang has both proposed"),
        (["VOU-999,1,shadow,2025-09-01,a,b,c"], "there is no rule VOU-999"),
        (
            ["VOU-001,2,trial,2000-01-01,a,b,c", "VOU-001,1,shadow,2025-09-01,a,b,c"],
            "version 1 cannot follow version 2",
        ),
        (["VOU-001,1,on,2025-09-01,a,b,c"], "status: Input should be"),
        (["VOU-001,1,shadow,soon,a,b,c"], "valid_from: "),
        (["VOU-001,1,shadow,2025-09-01,,b,c"], "made_by: "),
        (["VOU-001,1,shadow,2025-09-01,a,b,"], "reason: "),
    ],
)
def test_what_is_wrong_is_said_with_file_and_line(
    settings: Settings, lines: list[str], said: str
) -> None:
    write(settings, *lines)
    with pytest.raises(ConfigurationError, match=r"rule_status\.csv, line \d: ") as error:
        checked_history(settings)
    assert said in str(error.value)


def test_a_file_without_a_column_is_refused(settings: Settings) -> None:
    path = RULE_STATUS.own_file(settings)
    path.parent.mkdir()
    path.write_text("rule_id,version\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"lacks the column\(s\) status, valid_from"):
        checked_history(settings)
    path.write_bytes("rule_id,原因\n".encode("gb18030"))
    with pytest.raises(ConfigurationError, match="not UTF-8"):
        checked_history(settings)


def test_statuses_that_tell_somebody_need_approval() -> None:
    assert set(life_cycle.PUSHED) < set(life_cycle.NEED_APPROVAL)
