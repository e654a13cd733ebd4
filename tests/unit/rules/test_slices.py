"""What the slices of the facts say of themselves agrees with the models and with the rules."""

from datetime import date
from decimal import Decimal
from functools import cache, partial
from typing import Any, get_args

import duckdb
import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiyan.rules import lineage
from huiyan.rules.catalogue import MODELS, Slice, load_rules
from huiyan.rules.slices import LISTS as SLICE_LISTS
from huiyan.rules.slices import TAKEN_AS_A_WHOLE, WHOLE, Slices, not_held

MACROS = MODELS.parent / "macros" / "slices" / "slices.sql"
FACT_SOURCES = {
    *("stg_finance__voucher_entry", "stg_finance__attachment"),
    *("stg_treasury__payment", "stg_card__transaction"),
}
REGISTERS = {"stg_finance__user", "stg_treasury__user", "stg_registry__account"}
KEYS = (
    *("claim_key", "merchant_key", "invoice_tens_key", "invoice_tens"),
    *("card_day_key", "agency_code_key", "account_year_key"),
    "advance_key",
)
LISTS = ("facts", "counted_facts", "keyed_slices", "counted_drivers")


class _ReturnedError(Exception):
    pass


def _said(macro: str) -> Any:
    """What a macro of lists returns; the SQL in it is left out."""

    def give(value: Any) -> None:
        raise _ReturnedError(value)

    environment = jinja2.Environment(extensions=["jinja2.ext.do"], autoescape=False)
    environment.globals["return"] = give
    source = MACROS.read_text("utf-8")
    for name in ("key_of", *KEYS, "is_public_expense", *LISTS):
        if name != macro:
            source = source.replace(f"macro {name}(", f"macro former_{name}(")
            environment.globals[name] = (
                partial(_said, name) if name in LISTS else (lambda *_, **__: "")
            )
    module = environment.from_string(source).make_module()
    with pytest.raises(_ReturnedError) as returned:
        getattr(module, macro)()
    return returned.value.args[0]


def _counted() -> dict[str, str]:
    """The facts that are sums of one other, with the one."""
    return {each["name"]: each["driver"] for each in _said("counted_facts")}


def _parents(model: str) -> frozenset[str]:
    return lineage.parents(MODELS, model)


def _staging_of(model: str) -> frozenset[str]:
    return lineage.staging(MODELS, model)


def test_every_model_that_grows_is_a_fact_a_summary_or_a_view_over_facts() -> None:
    grows = {
        path.stem
        for path in (MODELS / "intermediate").glob("int_*.sql")
        if _staging_of(path.stem) & FACT_SOURCES
    }
    assert grows == {*_said("sliced_models"), *_said("summaries"), *_counted()}


def test_only_what_is_kept_is_moved_on_and_left_out_of_a_days_build() -> None:
    tagged = {
        path.stem
        for path in (MODELS / "intermediate").glob("*.sql")
        if "tags=['fact']" in path.read_text("utf-8")
    }
    facts = _said("facts")
    kept = {each["name"] for each in facts if each.get("is_kept")}
    assert tagged == kept | {*_said("summaries"), *_counted()}
    names = {each["name"] for each in facts}
    assert all(_parents(name) & names == {driver} for name, driver in _counted().items())
    made: set[str] = set()
    for each in facts:
        assert _parents(each["name"]) & names <= made, "made before what it is made of"
        made.add(each["name"])


def test_what_is_left_out_while_the_registers_stand_is_made_of_them_and_of_seeds() -> None:
    for path in MODELS.rglob("*.sql"):
        if "tags=['register']" in path.read_text("utf-8"):
            assert _staging_of(path.stem) <= REGISTERS, path.stem
            assert "fct_" not in " ".join(_parents(path.stem)), path.stem


@cache
def _ancestors(model: str) -> frozenset[str]:
    found = _parents(model) if list(MODELS.rglob(f"{model}.sql")) else frozenset[str]()
    return found.union(*(_ancestors(parent) for parent in found))


def test_rules_are_judged_when_all_that_they_read_is_there() -> None:
    """The steps ask the rules' views by name, which dbt does not see: their order is written."""
    made = {
        path.stem
        for path in MODELS.rglob("*.sql")
        if "materialized='fresh_view'" not in path.read_text("utf-8")
        and not path.stem.startswith("rule_")
    }
    read = set[str]().union(
        *(_ancestors(rule.model) for rule in load_rules().values() if rule.layer == "rules")
    )
    lacking = sorted(read & made - _ancestors("rule_finding_before"))
    assert not lacking, f"-- depends_on lines in rule_finding_before.sql: {lacking}"
    for step in ("rule_finding_sliced", "rule_finding_whole"):
        assert "rule_finding_before" in _parents(step)
        assert step in _parents("rule_results")


@cache
def _of_dates() -> Any:
    source = (MODELS.parent / "macros" / "dates.sql").read_text("utf-8")
    return jinja2.Environment(autoescape=False).from_string(source).make_module()


@given(
    threshold=st.decimals(0, 400, places=2) | st.just(Decimal("9999999.99")),
    days=st.integers(0, 400),
)
def test_days_are_counted_for_scopes_as_rules_compare_them(threshold: Decimal, days: int) -> None:
    macros = _of_dates()
    older = macros.whole_days(f"cast('{threshold}' as decimal(18, 2))")
    as_old = macros.whole_days(f"cast('{threshold}' as decimal(18, 2))", reached=True)
    [(more, least, last_day)] = duckdb.sql(
        f"select {older}, {as_old}, date '2025-12-31' - {older}"
    ).fetchall()
    assert (days > more) == (days > threshold)
    assert (days >= least) == (days >= threshold)
    assert last_day <= date(2025, 12, 31)


def test_a_rule_reads_only_what_its_slice_holds() -> None:
    slices = Slices.of({name: _said(name) for name in SLICE_LISTS})
    for rule in load_rules().values():
        if rule.layer == "patterns":
            assert rule.slice == WHOLE, rule.id
        if rule.slice == WHOLE:
            continue
        assert not_held(rule, slices) is None
        assert _staging_of(rule.model) <= FACT_SOURCES | REGISTERS | _whole(rule.id), rule.id
        for model, readers in TAKEN_AS_A_WHOLE.items():
            if model in _parents(rule.model):
                assert rule.id in readers, f"{rule.id} reads {model}"
    used = {str(rule.slice) for rule in load_rules().values()} - {WHOLE}
    assert used == slices.held.keys() == set(get_args(Slice)) - {WHOLE}


def test_a_slice_that_holds_too_little_is_named_with_those_that_hold_enough() -> None:
    slices = Slices.of({name: _said(name) for name in SLICE_LISTS})
    rule = load_rules()["BOOK-003"]
    beyond = not_held(rule.model_copy(update={"slice": "file"}), slices)
    assert beyond is not None
    assert "int_payment, int_payment_booking, which its slice file does not hold" in beyond
    assert "held by: booking" in beyond
    nowhere = Slices(slices.facts, {"file": slices.held["file"]})
    assert "no slice, so `slice: whole`" in str(
        not_held(rule.model_copy(update={"slice": "file"}), nowhere)
    )


def _whole(rule_id: str) -> frozenset[str]:
    return frozenset[str]().union(
        *(_staging_of(model) for model, readers in TAKEN_AS_A_WHOLE.items() if rule_id in readers)
    )
