"""A day evaluated over slices of the facts ends exactly where a full evaluation ends.

A small demo district, in which every rule has its cases, goes on to live through days of random
corrections, copies, reversals, moves and re-sends of its own rows.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from huiyan.demo.district import Options
from huiyan.demo.make import install_crosswalk, make
from huiyan.feeds.collect import collect
from huiyan.feeds.contract import load_contracts
from huiyan.quality.gate import check
from huiyan.settings import Settings
from huiyan.warehouse import dbt, embedded
from huiyan.warehouse import evaluate as module
from huiyan.warehouse.connection import connect
from huiyan.warehouse.evaluate import evaluate
from landed import accept
from warehouses import Snapshot, Warehouses

OPTIONS = Options(accounts=150, daily_days=0)
LAST = date.fromisoformat(OPTIONS.last_day)
FACTS = (
    *("int_voucher", "int_invoice", "int_reception_paper", "int_claim"),
    *("int_expense_code", "int_service_expense", "int_advance", "int_rent_receipt"),
    *("int_payment", "int_payment_booking", "int_card_transaction"),
    *("int_card_booking", "int_merchant_category", "int_unit_books"),
    *("int_first_digit_count", "int_account_movement", "int_payment_day"),
    *("int_payee", "int_posting_day", "int_naming_day", "int_swipe_naming_day", "int_number_range"),
    *("int_payment_between_units", "int_payment_to_unit_name", "int_payment_half_month"),
    *("int_paid_budget_line", "int_public_expense", "int_agency_quarter"),
    *("int_unit_code_expense", "int_swiped_category"),
)
# Per feed: the column in which a copy gets a new value.
NUMBERS = {
    "finance_vouchers": "voucher_no",
    "finance_attachments": "attachment_no",
    "treasury_payments": "voucher_no",
    "card_transactions": "txn_no",
}
KINDS = ("correct", "empty", "copy", "again", "reverse", "recent", "wide", "void")
Row = dict[str, Any]


@dataclass(frozen=True)
class District:
    """A district judged once: where to make copies of its warehouse, and the rows it has."""

    warehouses: Warehouses
    judged: Snapshot
    rows: dict[str, list[Row]]

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Without its rows, for hypothesis: whoever reads of a failure needs the history."""
        printer.text(f"District({self.judged})")


@pytest.fixture(scope="module")
def district(
    postgres: embedded.Server,
    empty_warehouse: Snapshot,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[District]:
    folder = tmp_path_factory.mktemp("slices")
    with Warehouses(postgres, empty_warehouse, folder) as warehouses:
        settings = warehouses.make()
        make(OPTIONS, folder / "demo")
        (folder / "demo" / "landing").rename(folder / "delivered")
        settings = settings.model_copy(update={"landing": folder / "delivered"})
        install_crosswalk(folder / "demo", settings)
        for feed in load_contracts():
            if (folder / "delivered" / feed / LAST.isoformat()).exists():
                batch = collect(feed, LAST, settings).batch_id
                assert batch is not None
                assert check(batch, settings).status == "accepted"
        evaluate(LAST, settings)
        rows = {feed: _rows(settings, feed) for feed in (*NUMBERS, "personnel")}
        kept = warehouses.keep(settings, "slices")
        yield District(warehouses, kept, rows)


def _rows(settings: Settings, feed: str) -> list[Row]:
    with connect(settings) as connection:
        cursor = connection.execute(f"select * from landing.{feed} order by file_no, line_no")
        names = [column.name for column in cursor.description or ()]
        left_out = {"batch_id", "file_no", "line_no", "read_error"}
        return [
            {
                name: value
                for name, value in zip(names, row, strict=True)
                if name not in left_out and value is not None
            }
            for row in cursor
        ]


def _changed(
    rng: random.Random, kind: str, feed: str, row: Row, others: list[Row], day: date
) -> Row:
    """One delivered row made into another one."""
    keys = {column.name for column in load_contracts()[feed].key_columns}
    dates = [name for name in row if name.endswith("_date") or name in ("bill_date", "txn_at")]
    changed = dict(row)
    if kind == "correct":
        other = rng.choice(others)
        for name in rng.sample(sorted(set(other) - keys), k=min(2, len(set(other) - keys))):
            changed[name] = other[name]
    elif kind == "empty":
        optional = [
            column.name
            for column in load_contracts()[feed].columns
            if not column.required and column.name in row
        ]
        for name in optional and rng.sample(optional, k=1):
            del changed[name]
    elif kind == "reverse" and feed == "finance_vouchers":
        changed |= {"red_flag": "1", "red_vou_no": row["voucher_no"]}
        changed["voucher_no"] = f"{row['voucher_no']}{rng.randrange(3)}"
    elif kind == "wide":
        # A number as nobody should type it, or one that names a document so.
        full = str.maketrans("0123456789", "０１２３４５６７８９")
        for name in ("pay_voucher_no", "card_txn_no", "txn_no", "voucher_no"):
            if name in changed and feed != "finance_attachments":
                changed[name] = changed[name].translate(full)
    elif kind == "void" and feed == "treasury_payments":
        changed["status"] = rng.choice(("void", "returned", "paid"))
    elif kind == "recent":
        # Due dates lie within days of now.
        moved = (day - timedelta(days=rng.choice((0, 1, 2, 3, 4, 9, 10, 11, 30, 31)))).isoformat()
        for name in dates:
            changed[name] = f"{moved} 10:00:00" if name == "txn_at" else moved
    elif kind == "again":
        pass
    else:
        number = NUMBERS[feed]
        suffix = str(rng.randrange(3))
        changed[number] = f"{row[number]}{suffix}"
    return changed


def _day(
    rng: random.Random, kinds: list[str], rows: dict[str, list[Row]], day: date
) -> dict[str, list[Row]]:
    """What the feeds bring on a day; whole vouchers change together or in part."""
    delivered = {}
    for feed in NUMBERS:
        known = rows[feed]
        chosen = rng.sample(known, k=min(len(known), 60))
        brought = {}
        for row in chosen:
            changed = _changed(rng, rng.choice(kinds), feed, row, known, day)
            key = tuple(changed.get(column.name) for column in load_contracts()[feed].key_columns)
            brought[key] = changed
        delivered[feed] = list(brought.values())
    delivered["personnel"] = _staff(rng, rows, day)
    return delivered


def _staff(rng: random.Random, rows: dict[str, list[Row]], day: date) -> list[Row]:
    """A staff list on which some left, came back, are paid to another account, or are missing."""
    accounts = [row["payee_acct_no"] for row in rows["treasury_payments"] if "payee_acct_no" in row]
    listed = []
    for person in rows["personnel"]:
        changed = dict(person)
        match rng.randrange(30):
            case 0:
                changed |= {"status": "left", "left_on": (day - timedelta(days=90)).isoformat()}
            case 1:
                changed |= {"status": "in_post"}
                changed.pop("left_on", None)
            case 2:
                changed |= {"salary_acct_no": rng.choice(accounts)}
            case 3:
                continue
        listed.append(changed)
    return listed


def _state(settings: Settings) -> dict[str, list[Any]]:
    tables = {
        "rules.rule_results": "rule_id, subject_type, subject_id, unit_id, finance_agency_code,"
        " treasury_agency_code, occurred_on, amount, base_tier, evidence::text, population",
        "marts.fct_rule_run": "*",
        "marts.fct_rule_hit": "hit_id, amount, base_tier, evidence::text, first_detected_on,"
        " last_detected_on, cleared_on, is_open",
        **{f"intermediate.{name}": "*" for name in FACTS},
    }
    with connect(settings) as connection:
        return {
            table: sorted(map(repr, connection.execute(f"select {columns} from {table}")))
            for table, columns in tables.items()
        }


def _differences(
    moved: dict[str, list[Any]], full: dict[str, list[Any]]
) -> dict[str, tuple[list[Any], list[Any]]]:
    return {
        table: (
            sorted(set(moved[table]) - set(full[table]))[:3],
            sorted(set(full[table]) - set(moved[table]))[:3],
        )
        for table in full
        if moved[table] != full[table]
    }


def _in_short(different: dict[str, tuple[list[Any], list[Any]]]) -> str:
    """The rows that differ, those of rules first: they name the rule whose slice is wrong."""
    lines = ["a day over slices and a full evaluation found different rows"]
    for table, (only_sliced, only_full) in sorted(
        different.items(), key=lambda item: not item[0].startswith("rules.")
    ):
        lines += [f"{table}, over slices only: {row[:300]}" for row in only_sliced]
        lines += [f"{table}, in full only: {row[:300]}" for row in only_full]
    return "\n".join(lines)


steps = st.tuples(
    st.integers(0, 2**32),
    st.lists(st.sampled_from(KINDS), min_size=2, max_size=5, unique=True),
    st.sampled_from(("new", "new", "new", "again", "between")),
)


@pytest.mark.slow
@settings(
    max_examples=2,
    deadline=None,
    # Every step of shrinking would cost a minute; the history says enough.
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(history=st.lists(steps, min_size=2, max_size=2), has_half_days=st.booleans())
def test_moving_on_ends_where_a_full_evaluation_ends(
    district: District,
    history: list[tuple[int, list[str], str]],
    has_half_days: bool,
) -> None:
    warehouse = district.warehouses.make(district.judged)
    moved: list[date] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "WORTH_SLICING", 0)
        patch.setattr(dbt, "dbt", _never_in_vain(dbt.dbt, moved))
        day = LAST
        evaluated = []
        try:
            if has_half_days:
                _add_half_days(warehouse)
                evaluate(LAST, warehouse, in_full=True)
            for number, (seed, kinds, when) in enumerate(history):
                rng = random.Random(seed)
                if number % 2:
                    _let_no_slice_be_wide(warehouse)
                if when == "new" or not evaluated:
                    day += timedelta(days=3)
                    on = day
                else:
                    on = rng.choice(evaluated) - timedelta(days=0 if when == "again" else 1)
                for feed, brought in _day(rng, kinds, district.rows, on).items():
                    accept(warehouse, feed, on, brought)
                moves = len(moved)
                evaluate(on, warehouse)
                if number % 2 and moved[moves:] == [on]:
                    assert not _wide(warehouse)
                evaluated.append(max(on, LAST + timedelta(days=3)))
            assert moved
            found = _state(warehouse)
            evaluate(day, warehouse, in_full=True)
            different = _differences(found, _state(warehouse))
            if different:
                pytest.fail(_in_short(different), pytrace=False)
        finally:
            district.warehouses.drop_last()


def _add_half_days(warehouse: Settings) -> None:
    """Thresholds in days may have decimals, though dates are whole days apart."""
    with connect(warehouse) as connection:
        connection.execute(
            "update reference.rule_parameters set value = value + 0.5 where parameter like '%days'"
        )


def _let_no_slice_be_wide(warehouse: Settings) -> None:
    """In a small district a day makes most of them so, and their rules are judged as a whole."""
    with connect(warehouse) as connection:
        connection.execute(
            "update pg_class set reltuples = 1e9"
            " where relkind = 'r' and (relnamespace = 'intermediate'::regnamespace"
            " or oid = 'staging.stg_finance__attachment'::regclass)"
        )


def _wide(warehouse: Settings) -> list[str]:
    with connect(warehouse) as connection:
        return [name for (name,) in connection.execute("select slice from slice.wide")]


def _never_in_vain(run: Any, moved: list[date]) -> Any:
    """The runs that move on; one that fails is not made good by a full evaluation."""

    def watched(*arguments: Any, **options: Any) -> None:
        try:
            run(*arguments, **options)
        except module.WarehouseError as error:
            raise AssertionError(str(error)) from error
        if options.get("evaluated_before"):
            moved.append(options["business_date"])

    return watched
