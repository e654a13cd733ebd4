"""The rule library keeps its own conventions: a rule that forgets one fails here."""

import csv
import re
from datetime import date

import pytest
import yaml
from pydantic import ValidationError
from typer.testing import CliRunner

from huiyan.alerts.evidence import LABELS, MONEY
from huiyan.errors import NotFoundError
from huiyan.feeds.contract import load_contracts
from huiyan.rules import catalogue
from huiyan.rules.catalogue import (
    MODELS,
    NEWEST,
    RESULTS,
    LegalSource,
    Rule,
    load_parameters,
    load_rule,
    load_rules,
)
from huiyan.rules.cli import app
from huiyan.rules.missing import TO_FILL_IN
from huiyan.settings import REPOSITORY

CORE = {
    "VOU-001": "yellow",
    "ATT-001": "yellow",
    "ATT-002": "yellow",
    "INV-001": "yellow",
    "INV-002": "orange",
    "INV-005": "red",
    "REC-001": "orange",
    "REC-002": "orange",
    "CARD-001": "red",
    "PAY-001": "red",
    "BOOK-001": "orange",
    "BOOK-002": "yellow",
    "SCF-001": "red",
    "SCF-004": "red",
    "PROC-001": "orange",
}
SUBJECT_TYPES = {
    "voucher",
    "voucher_group",
    "acct_set_year",
    "payment",
    "card_transaction",
    "invoice",
    "attachment_file",
    "accounting_period",
    "advance",
    "invoice_run",
    "letter",
    "agency_quarter",
    "treasury_agency",
    "payee",
    "payee_account",
    "account",
    "lease",
    "payment_group",
    "treasury_agency_year",
    "budget_line",
    "card_group",
    "agency_year",
    "unit",
    "regulator_rule",
    "hit",
    "rectification",
}
POSTGRES_NAME_LENGTH = 63
WEIGHTS = REPOSITORY / "dbt_project" / "seeds" / "rules" / "score_weight.csv"
RULES = list(load_rules().values())

each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


def sql(rule: Rule) -> str:
    return rule.sql_path.read_text(encoding="utf-8")


def test_the_core_is_there_with_its_tiers() -> None:
    assert {rule.id: rule.base_tier for rule in RULES if rule.id in CORE} == CORE


@pytest.mark.parametrize(("layer", "results"), RESULTS.items())
def test_every_model_is_a_pair_and_on_the_list(layer: str, results: str) -> None:
    folder = MODELS / layer
    models = {path.stem for path in folder.glob("rule_*_[0-9][0-9][0-9]_*.sql")}
    listed = re.findall(
        r"'(rule_[a-z]+_[0-9]{3}_\w+)'", (folder / f"{results}.sql").read_text(encoding="utf-8")
    )
    rules = [rule for rule in RULES if rule.layer == layer]
    assert models == {rule.model for rule in rules}
    assert sorted(listed) == sorted(rule.model for rule in rules)


def test_every_rule_that_a_score_counts_has_one_weight() -> None:
    with WEIGHTS.open(encoding="utf-8", newline="") as handle:
        weighted = [row["rule_id"] for row in csv.DictReader(handle) if row["valid_to"] > "9999"]
    families = {"SCF", "PAY", "CARD", "INV"}
    counted = [r.id for r in RULES if r.family in families and r.layer == "rules"]
    assert sorted(weighted) == sorted(counted)


@each_rule
def test_the_id_is_in_the_name(rule: Rule) -> None:
    family, number = rule.id.split("-")
    assert rule.family == family
    assert rule.model.startswith(f"rule_{family.lower()}_{number}_")


@each_rule
def test_the_meta_says_what_people_need(rule: Rule) -> None:
    assert rule.version >= 1
    assert set(rule.needs) <= set(load_contracts())
    assert rule.needs
    assert rule.subject_type in SUBJECT_TYPES
    assert f"rule_result('{rule.subject_type}'" in sql(rule)
    assert rule.legal_basis
    for text in (
        rule.description,
        rule.name.zh,
        rule.what_to_check,
        rule.close_out_standard,
        rule.known_false_positives,
    ):
        assert re.search("[\u4e00-\u9fff]", text)
    # It is printed in every workbook: no name of ours may stand in it.
    assert not re.search("[A-Za-z]", rule.described(load_parameters(), NEWEST))


@each_rule
def test_it_is_clear_whether_the_last_day_counts(rule: Rule) -> None:
    """以上 includes the number itself and 以后 may: say 超过, 满 or 不超过."""
    assert not re.search(r"\} ?天(以上|以后|后)", rule.description)


def source(**declared: str) -> LegalSource:
    known = {"document": "某办法", "article": "第二十条", "verification": "verified"}
    return LegalSource.model_validate(known | {"edition": "2023-07-20"} | declared)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"article": "条款待核"}, "第…条"),
        ({"article": "有关规定"}, "第…条"),
        ({"article": "见全文"}, "第…条"),
        ({"edition": ""}, "date"),
    ],
)
def test_only_an_article_of_a_known_edition_is_verified(changes: dict[str, str], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        source(**changes)
    with pytest.raises(ValidationError, match="edition"):
        LegalSource(document="某办法", article="第二十条", verification="verified")


def test_a_source_is_cited_with_the_edition_that_was_read() -> None:
    assert source().citation == "《某办法》（2023-07-20版）第二十条"
    unread = LegalSource(document="某办法", article="条款待核", verification="unverified")
    assert unread.citation == "《某办法》条款待核"
    assert source(article="全文").citation == "《某办法》（2023-07-20版）全文"
    assert source(document="中央和国家机关差旅费管理办法").citation.startswith("参照《中央")
    assert source(document="关于严禁公款购买贺年卡的通知（中央纪委）").citation.startswith("《")


def test_a_document_has_one_name_and_was_read_in_one_edition() -> None:
    sources = [each for rule in RULES for each in rule.legal_basis]
    editions = {(each.document, each.edition) for each in sources if each.edition}
    assert len(editions) == len({document for document, _ in editions})
    bare = {
        each.document: re.sub("（.*?）|^中央|^中华人民共和国", "", each.document)
        for each in sources
    }
    assert len(set(bare.values())) == len(bare)


@each_rule
def test_a_close_out_brings_money_only_where_the_standard_sends_money_back(rule: Rule) -> None:
    assert "evidence" in rule.close_out_needs
    assert len(set(rule.close_out_needs)) == len(rule.close_out_needs)
    if "amount_recovered" in rule.close_out_needs:
        assert "action" in rule.close_out_needs
        assert re.search("退|追|缴|收回", rule.close_out_standard)


@each_rule
def test_what_goes_back_stands_in_the_evidence_with_a_name(rule: Rule) -> None:
    for entry in {rule.recovery.least, rule.recovery.most} - {None, "amount"}:
        assert f"'{entry}':" in sql(rule)
        assert entry in MONEY and entry in LABELS


@each_rule
def test_nothing_is_left_to_fill_in(rule: Rule) -> None:
    declared = rule.sql_path.with_suffix(".yml").read_text(encoding="utf-8")
    assert TO_FILL_IN not in sql(rule) + declared


def test_no_threshold_is_left_to_fill_in() -> None:
    assert TO_FILL_IN not in catalogue.PARAMETERS.read_text(encoding="utf-8")


@each_rule
def test_the_sql_begins_with_a_comment_for_accountants(rule: Rule) -> None:
    first = sql(rule).splitlines()[0]
    assert first.startswith("-- ")
    assert re.search("[\u4e00-\u9fff]{4}", first)
    assert "current_date" not in sql(rule)
    assert "now()" not in sql(rule)


@each_rule
def test_the_thresholds_it_reads_are_declared_and_in_force(rule: Rule) -> None:
    read = set(re.findall(r"rule_parameter\('([\w-]+)', '(\w+)'\)", sql(rule)))
    if "after_grace(" in sql(rule):
        read.add(("ALL", "attachment_grace_days"))
    assert read == set(rule.parameter_keys)
    assert catalogue.missing_parameters(date(2025, 9, 30)) == []


@each_rule
def test_it_has_the_three_kinds_of_unit_tests(rule: Rule) -> None:
    declared = yaml.safe_load(rule.sql_path.with_suffix(".yml").read_text(encoding="utf-8"))[
        "unit_tests"
    ]
    names = [test["name"] for test in declared]
    for kind in ("hit", "near_miss", "excluded"):
        assert any(name.startswith(f"test_{rule.model}__{kind}_") for name in names), kind
    assert {test["model"] for test in declared} == {rule.model}
    assert max(map(len, names)) <= POSTGRES_NAME_LENGTH


def test_each_value_of_a_threshold_is_followed_by_the_next() -> None:
    rows = load_parameters()
    assert all(row.valid_to is None or row.valid_from < row.valid_to for row in rows)
    assert {row.rule_id for row in rows} <= {*load_rules(), catalogue.SHARED}


def test_a_threshold_out_of_force_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [row for row in load_parameters() if row.parameter != "late_days"]
    monkeypatch.setattr(catalogue, "load_parameters", lambda: [*rows, rows[0]])
    assert set(catalogue.missing_parameters(date(2025, 9, 30))) == {
        "ALL attachment_grace_days (2 values)",
        "BOOK-002 late_days (0 values)",
        "VOU-001 late_days (0 values)",
    }


def test_unknown_rules_are_named() -> None:
    with pytest.raises(NotFoundError, match="XYZ-001"):
        load_rule("XYZ-001")


def test_the_command_line_lists_and_shows() -> None:
    runner = CliRunner()
    listed = runner.invoke(app, ["list"])
    assert listed.exit_code == 0
    assert all(rule.id in listed.output for rule in RULES)
    shown = runner.invoke(app, ["show", "rec-001", "--sql"])
    assert shown.exit_code == 0
    assert "接待无公函" in shown.output
    assert "attachment_grace_days = 3（2000-01-01 起）" in shown.output
    assert "letter_count = 0" in shown.output
    labels = {line.split()[1] for line in shown.output.splitlines() if line.startswith("│ ")}
    assert {"等级", "判定规则", "办结须填", "状态沿革"} <= labels
    assert not {"tier", "life", "figures", "needs"} & labels
