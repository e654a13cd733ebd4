"""`huiyan rules new`: what it writes, and what it refuses without writing anything."""

import re
from datetime import date
from pathlib import Path
from typing import get_args

import pytest
import yaml
from typer.testing import CliRunner

from huiyan.errors import ConfigurationError
from huiyan.rules import catalogue
from huiyan.rules.catalogue import Rule, Slice, load_parameters, load_rules
from huiyan.rules.cli import app
from huiyan.rules.missing import TO_FILL_IN, missing
from huiyan.rules.scaffold import SLICES, SUBJECTS, begin


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in folder.iterdir()}


def rule(rule_id: str) -> Rule:
    return load_rules()[rule_id]


def line_of(beginning: str) -> int:
    lines = catalogue.PARAMETERS.read_text("utf-8").splitlines()
    return 1 + next(place for place, line in enumerate(lines) if line.startswith(beginning))


@pytest.mark.parametrize("subject_type", SUBJECTS)
def test_it_writes_a_pair_and_the_entry(library: Path, subject_type: str) -> None:
    before = contents(library)
    written = begin("vou-998", "no_reviewer", subject_type)
    model = "rule_vou_998_no_reviewer"
    assert [path.name for path in written] == [f"{model}.sql", f"{model}.yml", "rule_results.sql"]
    after = contents(library)
    assert {name for name in after if after[name] != before.get(name)} == {
        path.name for path in written
    }
    listed = re.findall(r"'(rule_vou_\w+)'", after["rule_results.sql"])
    assert listed == [*sorted(listed[:-1]), model]
    rule = load_rules()["VOU-998"]
    assert (rule.status, rule.version, rule.family) == ("draft", 1, "VOU")
    assert rule.subject_type == subject_type
    assert f"rule_result('{subject_type}')" in after[f"{model}.sql"]
    assert TO_FILL_IN in after[f"{model}.sql"]
    tests = yaml.safe_load(after[f"{model}.yml"])["unit_tests"]
    assert [test["name"].split("__")[1].split("_")[0] for test in tests] == [
        "hit",
        "near",
        "excluded",
    ]


def test_thresholds_are_written_listed_given_and_read(library: Path) -> None:
    before = catalogue.PARAMETERS.read_text("utf-8")
    written = begin("VOU-998", "large", thresholds=["min_amount=5000", "share = 0.5"])
    assert written[-1] == catalogue.PARAMETERS
    rule = load_rules()["VOU-998"]
    assert rule.parameters == ("min_amount", "share")
    rows = {row.parameter: row.value for row in load_parameters() if row.rule_id == "VOU-998"}
    assert rows == {"min_amount": "5000", "share": "0.5"}
    after = catalogue.PARAMETERS.read_text("utf-8").splitlines()
    place = after.index(next(line for line in after if line.startswith("VOU-998")))
    assert after[place - 1].startswith("VOU-0")
    assert [line for line in after if not line.startswith("VOU-998")] == before.splitlines()
    declared = yaml.safe_load(rule.sql_path.with_suffix(".yml").read_text("utf-8"))
    for test in declared["unit_tests"]:
        (_, given) = test["given"]
        assert {row["parameter"]: row["value"] for row in given["rows"]} == rows
    # What is left is what only its writer knows.
    assert {each.what.split(":")[0] for each in missing(rule)} == {f"what is {TO_FILL_IN}"}


def test_thresholds_in_days_are_held_against_days(library: Path) -> None:
    begin("PAY-998", "late", "payment", ["min_amount=5000", "late_days=30"])
    sql = (library / "rule_pay_998_late.sql").read_text("utf-8")
    assert "and amount >= {{ rule_parameter('PAY-998', 'min_amount') }}" in sql
    days = "{{ days_between(business_date(), 'pay_date') }}"
    assert f"and {days} > {{{{ rule_parameter('PAY-998', 'late_days') }}}}" in sql


def test_every_slice_is_explained_to_the_writer(library: Path) -> None:
    assert {*SLICES, "whole"} == set(get_args(Slice))
    begin("VOU-998", "no_reviewer")
    declared = (library / "rule_vou_998_no_reviewer.yml").read_text("utf-8")
    for name, of_what in SLICES.items():
        assert re.search(rf"^        #   {name} +{of_what}$", declared, re.MULTILINE)


def test_what_a_rule_lacks_is_named_with_its_place(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin("CARD-998", "odd", "card_transaction", ["min_amount=5"])
    model = "rule_card_998_odd"
    sql, yml = library / f"{model}.sql", library / f"{model}.yml"
    sql.write_text(
        sql.read_text("utf-8")
        .replace("待填", "刷卡")
        .replace("'merchant_name': 'merchant_name'", "'moon_phase': 'merchant_name'")
        .replace("'CARD-998', 'min_amount'", "'CARD-998', 'max_amount'")
        .replace("where is_live", "where is_live and {{ after_grace('posted_date') }}")
    )
    yml.write_text(
        yml.read_text("utf-8")
        .replace("待填", "刷卡")
        .replace("subject_type: card_transaction", "subject_type: moon")
        .replace("status: draft", "status: shadow")
        .replace(f"test_{model}__near_miss_limit", f"test_{model}__hit_again")
    )
    results = library / "rule_results.sql"
    results.write_text(results.read_text("utf-8").replace(f"    '{model}',\n", ""))
    said = [(Path(each.where).name, each.what.split(":")[0]) for each in missing(rule("CARD-998"))]
    seeds = catalogue.PARAMETERS.name
    assert said == [
        ("rule_results.sql", "a line of the list"),
        (yml.name, "ALL.attachment_grace_days under `parameters`"),
        (yml.name, "max_amount under `parameters`"),
        (yml.name, "no min_amount under `parameters`, or its use in the SQL"),
        (seeds, "a row"),
        (f"{seeds}:{line_of('CARD-998,min_amount')}", f"what is {TO_FILL_IN}"),
        ("evidence.py", "its label in Chinese in LABELS"),
        ("words.py", "the word for its subject in SUBJECT_TYPE"),
        (yml.name, f"a unit test test_{model}__near_miss_…"),
        ("rule_status.csv", "a row"),
        ("score_weight.csv", "a row"),
    ]
    in_the_way = [each.what for each in missing(rule("CARD-998")) if each.is_in_the_way]
    assert in_the_way[-1] == (
        "a row: CARD-998,max_amount,<value>,2000-01-01,9999-12-31,<legal basis>,<approved by>"
    )
    assert len(in_the_way) == 4

    tested = CliRunner().invoke(app, ["test", "card-998"])
    assert tested.exit_code == 1
    assert f"rule_results.sql: a line of the list: '{model}'," in tested.output
    assert "were not run" in str(tested.exception)


def test_rules_that_are_whole_lack_nothing() -> None:
    assert [each for rule in load_rules().values() for each in missing(rule)] == []


def _said(rule_id: str) -> list[tuple[str, str]]:
    return [(Path(each.where).name, each.what) for each in missing(rule(rule_id))]


def _line(path: Path, text: str) -> int:
    return next(n for n, line in enumerate(path.read_text("utf-8").splitlines(), 1) if text in line)


def _changed(path: Path, *changes: tuple[str, str]) -> None:
    text = path.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)


def test_an_id_is_that_of_the_file_and_of_no_other(library: Path) -> None:
    (yml,) = library.glob("rule_exp_005_*.yml")
    _changed(yml, ("id: EXP-005", "id: EXP-060"))
    ((where, what), *_) = _said("EXP-060")
    assert where == f"{yml.name}:{_line(yml, 'id: EXP-060')}"
    assert what.startswith("`id: EXP-005`: the file's name says so")
    _changed(yml, ("id: EXP-060", "id: EXP-005"), ("family: EXP", "family: VOU"))
    ((where, what), *_) = _said("EXP-005")
    assert where == f"{yml.name}:{_line(yml, 'family: VOU')}"
    assert what.startswith("`family: EXP`")
    _changed(yml, ("id: EXP-005", "id: EXP-001"), ("family: VOU", "family: EXP"))
    assert any("EXP-001 is that of" in what for _, what in _said("EXP-001"))


def test_a_number_in_the_sql_or_in_the_words_is_a_threshold(library: Path) -> None:
    (sql,), (yml,) = library.glob("rule_vou_009_*.sql"), library.glob("rule_vou_009_*.yml")
    _changed(sql, ("{{ rule_parameter('VOU-009', 'min_cash') }}", "1000"))
    _changed(yml, ("{min_cash}", "1000"))
    said = dict(_said("VOU-009"))
    assert "instead of the number 1000" in said[f"{sql.name}:{_line(sql, '>= 1000')}"]
    assert "in braces instead of 1000, e.g. {min_cash}" in said[f"{yml.name}:{_line(yml, '1000')}"]


def test_a_feed_that_the_sql_does_not_stand_on_is_not_needed(library: Path) -> None:
    (yml,) = library.glob("rule_vou_004_*.yml")
    _changed(yml, (" needs: [", " needs: [personnel, no_such_feed, "))
    needs = f"{yml.name}:{_line(yml, ' needs:')}"
    told = [what for where, what in _said("VOU-004") if where == needs]
    assert told[0].startswith("no personnel under `needs`")
    assert told[1].endswith("there is no no_such_feed")


def test_a_model_that_a_test_gives_no_rows_of_is_named_with_the_test(library: Path) -> None:
    (sql,), (yml,) = library.glob("rule_vou_004_*.sql"), library.glob("rule_vou_004_*.yml")
    _changed(sql, ("ref('int_voucher')", "ref('int_voucher') }} {{ ref('int_unit')"))
    lacking = [each for each in missing(rule("VOU-004")) if "ref('int_unit')" in each.what]
    tests = yaml.safe_load(yml.read_text("utf-8"))["unit_tests"]
    assert len(lacking) == len(tests)
    assert all(each.is_in_the_way for each in lacking)
    assert lacking[0].where.endswith(f"{yml.name}:{_line(yml, tests[0]['name'])}")


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("1000,2000-01-01,9999-12-31", "1200,2025-11-28,9999-12-31", "(it says 9999-12-31)"),
        ("1000,2000-01-01,2025-11-26", "1200,2025-11-28,9999-12-31", "(it says 2025-11-26)"),
        ("1000,2000-01-01,2025-11-28", "3千,2025-11-28,9999-12-31", "not '3千'"),
        ("1000,2000-01-01,2025-11-28", "0.125,2025-11-28,9999-12-31", "at most 2 decimals"),
        ("1000,2000-01-01,2025-11-28", "1200,2025-11-28,9999-12-31", None),
    ],
)
def test_values_of_a_threshold_follow_each_other(
    library: Path, first: str, second: str, said: str | None
) -> None:
    lines = catalogue.PARAMETERS.read_text("utf-8").splitlines()
    place = line_of("VOU-009,min_cash") - 1
    _, _, _, _, _, *rest = lines[place].split(",")
    lines[place : place + 1] = [
        ",".join(["VOU-009", "min_cash", values, *rest]) for values in (first, second)
    ]
    catalogue.PARAMETERS.write_text("\n".join(lines) + "\n")
    told = [each.what for each in missing(rule("VOU-009"))]
    assert len(told) == (0 if said is None else 1)
    assert said is None or said in told[0]


def test_the_words_have_the_thresholds_in_force() -> None:
    of_old, of_late = date(2025, 1, 1), date(2026, 1, 1)
    late = [
        row.model_copy(update={"value": "0.305", "valid_from": of_late})
        if row.parameter == "min_share"
        else row
        for row in load_parameters()
    ]
    pay = rule("PAY-006")
    assert "全年支付的 25%，" in pay.described(load_parameters(), of_old)
    assert "月均（按有支付的月份平均）支付的 3 倍" in pay.described(load_parameters(), of_old)
    assert "全年支付的 30.5%，" in pay.described(late, of_late)
    assert "{min_share*100}%" in pay.described(late, of_old)


def test_a_new_family_comes_last(library: Path) -> None:
    begin("LOC-001", "own_rule", new_family=True)
    listed = (library / "rule_results.sql").read_text("utf-8")
    assert "    'rule_loc_001_own_rule',\n] %}" in listed


def test_rows_stand_on_lines_of_their_own_in_plain_digits(library: Path) -> None:
    catalogue.PARAMETERS.write_text(catalogue.PARAMETERS.read_text("utf-8").rstrip(), "utf-8")
    begin("ZZZ-001", "large", thresholds=["min_amount=５_０００"], new_family=True)
    last = catalogue.PARAMETERS.read_text("utf-8").splitlines()[-1]
    assert last.startswith("ZZZ-001,min_amount,5000,")


def test_a_family_that_is_there_is_not_new(library: Path) -> None:
    before = contents(library)
    with pytest.raises(ConfigurationError, match="VOU is no new family"):
        begin("VOU-998", "no_reviewer", new_family=True)
    assert contents(library) == before


@pytest.mark.parametrize(
    ("rule_id", "words", "subject", "said"),
    [
        ("VOU-002", "again", "voucher", "VOU-002 exists, or existed"),
        ("VOU-21", "no_reviewer", "voucher", "is no rule id"),
        ("V-998", "no_reviewer", "voucher", "is no rule id"),
        ("../X-998", "no_reviewer", "voucher", "is no rule id"),
        ("VUO-998", "no_reviewer", "voucher", "There is no family VUO: .*VOU.* --new-family"),
        ("VOU-998", "No reviewer", "voucher", "small letters"),
        ("VOU-998", "../no_reviewer", "voucher", "small letters"),
        ("VOU-998", "x" * 22, "voucher", "at most 21 characters"),
        ("VOU-998", "no_reviewer", "lease", "no skeleton for 'lease'"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_written(
    library: Path, rule_id: str, words: str, subject: str, said: str
) -> None:
    before = contents(library)
    with pytest.raises(ConfigurationError, match=said):
        begin(rule_id, words, subject)
    assert contents(library) == before


@pytest.mark.parametrize(
    ("threshold", "said"),
    [
        ("min_amount", "write name=value"),
        ("Min=5", "write name=value"),
        ("min_amount=", "write name=value"),
        ("min_amount=many", "--threshold min_amount=many: a threshold is a number"),
        ("min_amount=0.001", "at most two decimals"),
        ("share=1", "share is set twice"),
        ("min_amount=-5", "a threshold is not negative"),
    ],
)
def test_a_threshold_that_is_none_is_refused(library: Path, threshold: str, said: str) -> None:
    before = contents(library), catalogue.PARAMETERS.read_text("utf-8")
    with pytest.raises(ConfigurationError, match=said):
        begin("VOU-998", "large", thresholds=["share=1", threshold])
    assert (contents(library), catalogue.PARAMETERS.read_text("utf-8")) == before


def test_a_yml_that_lacks_something_is_named_with_what(library: Path) -> None:
    (broken,) = library.glob("rule_att_001_*.yml")
    broken.write_text(re.sub(" +close_out_needs.*\n", "", broken.read_text("utf-8")))
    with pytest.raises(
        ConfigurationError, match=rf"{broken.name} is wrong: close_out_needs: Field"
    ):
        load_rules()


def test_a_yml_that_is_none_is_named_with_its_line(library: Path) -> None:
    (broken,) = library.glob("rule_att_001_*.yml")
    broken.write_text(broken.read_text("utf-8").replace("scope: voucher_id", "scope: [voucher_id"))
    with pytest.raises(ConfigurationError, match=rf"{broken.name} is no YAML: .* line \d+"):
        load_rules()
