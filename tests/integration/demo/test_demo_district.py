"""The demo district through feeds, gate and rules: all planted cases, and nothing else."""

import csv
import json
import re
import shutil
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from demo_worlds import Lived, lived
from huiyan.demo.cli import app
from huiyan.demo.district import Options
from huiyan.demo.make import DAILY, install_crosswalk, make
from huiyan.demo.score import score
from huiyan.demo.truth import RULES, delivered_subject
from huiyan.errors import NotFoundError
from huiyan.feeds.collect import collect
from huiyan.feeds.contract import load_contracts
from huiyan.quality.gate import check
from huiyan.settings import REPOSITORY, Settings
from huiyan.warehouse.connection import connect
from huiyan.warehouse.evaluate import evaluate

OPTIONS = Options(accounts=220)
TUTORIAL = REPOSITORY / "docs" / "tutorial" / "first-day.md"


def _load(settings: Settings, day: date) -> None:
    for feed in load_contracts():
        if (settings.landing / feed / day.isoformat()).exists():
            collected = collect(feed, day, settings)
            assert collected.batch_id is not None, collected.message
            result = check(collected.batch_id, settings)
            assert result.status == "accepted", result.message


def _open_hits(settings: Settings) -> dict[str, set[str]]:
    hits: dict[str, set[str]] = {rule: set() for rule in RULES}
    with connect(settings) as connection:
        for rule, subject in connection.execute(
            "select rule_id, subject_id from marts.fct_rule_hit where is_open"
        ):
            hits.setdefault(rule, set()).add(subject)
    return hits


def _delivered(hits: dict[str, set[str]], settings: Settings) -> dict[str, set[str]]:
    key = settings.card_key_bytes()
    return {
        rule: {delivered_subject(rule, subject, key) for subject in found}
        for rule, found in hits.items()
    }


def _quarantined(settings: Settings) -> set[tuple[str, str, str, int]]:
    found = set()
    with connect(settings) as connection:
        for feed in DAILY:
            rows = connection.execute(
                f"select business_date::text, file_name, line_no from quarantine.{feed}"
                " join ops.batch using (batch_id)"
            )
            found |= {(feed, day, name, line) for day, name, line in rows}
    return found


def _assert_the_tutorial_leads_to_every_row(settings: Settings) -> None:
    """Its query names of every row put aside the folder, the file and the line it is in."""
    (put_aside,) = re.findall(r"```sql\n(.+?)```", TUTORIAL.read_text("utf-8"), re.DOTALL)
    with connect(settings, role="huiyan_build") as connection:
        rows = connection.execute(put_aside).fetchall()
        kept = connection.execute(
            "select file_name, line_no, row ->> 'voucher_no' from quarantine.finance_attachments"
        ).fetchall()
    vouchers = {(name, line): voucher for name, line, voucher in kept}
    assert len(rows) == len(vouchers) > 1
    assert len({day for day, *_ in rows}) > 1
    for day, feed, name, line, reasons in rows:
        lines = (settings.landing / feed / str(day) / name).read_bytes().splitlines()
        spellings = [vouchers[name, line].encode(encoding) for encoding in ("utf-8", "gb18030")]
        assert any(spelling in lines[line - 1] for spelling in spellings), (day, name, line)
        assert reasons


def _differences(
    wanted: dict[str, set[str]], found: dict[str, set[str]]
) -> dict[str, tuple[set[str], set[str]]]:
    return {
        rule: (wanted[rule] - found[rule], found[rule] - wanted[rule])
        for rule in wanted
        if wanted[rule] != found[rule]
    }


@pytest.mark.slow
def test_rules_find_what_the_oracle_finds(
    warehouse: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "demo"
    make(OPTIONS, out)
    shutil.copytree(out / "landing", warehouse.landing, dirs_exist_ok=True)
    install_crosswalk(out, warehouse)
    life: Lived = lived(OPTIONS)
    days = [date.fromordinal(day) for day in OPTIONS.business_days]
    judged = {days[0], days[2], days[-1]}
    for day in days:
        _load(warehouse, day)
        if day in judged:
            evaluate(day, warehouse)
            evaluated = [each.toordinal() for each in days if each in judged and each <= day]
            found = life.judge(evaluated[-1]) | life.judge_patterns(*evaluated)
            wanted = _delivered(found, warehouse)
            assert not _differences(wanted, _open_hits(warehouse)), day
    with connect(warehouse) as connection:
        unexplained = connection.execute(
            "select distinct spells.rule_id from marts.fct_rule_hit_spell as spells"
            " left join marts.fct_rule_hit_source as files on spells.spell_id = files.spell_id"
            " and files.file_name is not null where files.spell_id is null"
        ).fetchall()
        connection.execute(
            "select set_config('huiyan.business_date', %s, true)", (days[-1].isoformat(),)
        )
        joint = connection.execute(
            "select distinct matter_class, finding_count from intermediate.int_joint_part"
        ).fetchall()
        complaints = connection.execute(
            "select status, count(*) from staging.stg_petition__complaint"
            " where valid_to is null group by 1 order by 1"
        ).fetchall()
    assert unexplained == [], "every hit rests on some delivered row"
    assert joint == [("reception", 2)], "two departments, one matter"
    assert complaints == [("closed", 1), ("open", 2)]

    with (out / "expected_quarantine.csv").open(encoding="utf-8", newline="") as handle:
        expected = {
            (row["feed"], row["business_date"], row["file_name"], int(row["line_no"]))
            for row in csv.DictReader(handle)
        }
    assert _quarantined(warehouse) == expected
    _assert_the_tutorial_leads_to_every_row(warehouse)
    with connect(warehouse) as connection:
        repeated = connection.execute(
            "select feed || '/' || business_date, duplicates from ops.row_count"
            " join ops.batch using (batch_id) where duplicates > 0"
        ).fetchall()
        wanted = json.loads((out / "demo.json").read_text("utf-8"))["repeated_rows"]
        assert dict(repeated) == wanted
        result = score(connection, out)
    assert result.is_perfect, [rule for rule in result.rules if rule.missed or rule.wrong]
    assert result.precision == 1.0
    assert result.recall is not None
    assert result.recall >= 0.98
    scored = CliRunner().invoke(app, ["score", "--out", str(out)])
    assert scored.exit_code == 0
    assert "Passed: nothing is missed" in scored.output
    assert " wrong: " not in scored.output

    # A day is sent again with a letter more and a letter less.
    shutil.rmtree(warehouse.landing / "finance_attachments" / days[-2].isoformat())
    shutil.copytree(out / "resend", warehouse.landing, dirs_exist_ok=True)
    before = _open_hits(warehouse)
    _load(warehouse, days[-2])
    evaluate(days[-1], warehouse)
    after = _open_hits(warehouse)
    with (out / "resend" / "changes.csv").open(encoding="utf-8", newline="") as handle:
        changes = list(csv.DictReader(handle))
    for rule in before:
        cleared = {
            c["subject_id"] for c in changes if (c["rule_id"], c["change"]) == (rule, "cleared")
        }
        raised = {
            c["subject_id"] for c in changes if (c["rule_id"], c["change"]) == (rule, "raised")
        }
        assert before[rule] - after[rule] == cleared
        assert after[rule] - before[rule] == raised
    scored = CliRunner().invoke(app, ["score", "--out", str(out)])
    assert scored.exit_code == 1
    assert "missed" in scored.output.split("Failed: ")[1]


def test_score_says_what_is_missing(warehouse: Settings, tmp_path: Path) -> None:
    with connect(warehouse) as connection, pytest.raises(NotFoundError, match="demo make"):
        score(connection, tmp_path)
