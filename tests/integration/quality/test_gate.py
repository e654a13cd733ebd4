"""The gate's decisions on batches landed in a real PostgreSQL."""

from typing import Any

import pytest

from huiyan.errors import NotFoundError, WarehouseError
from huiyan.quality import suites
from huiyan.quality.gate import GateResult, check
from huiyan.settings import Settings
from huiyan.warehouse.connection import connect

from .landing import CARD, VOUCHER, land, leases, query, vouchers


def quarantine(settings: Settings, feed: str = "finance_vouchers") -> dict[int, list[str]]:
    """Reasons by line number."""
    found = query(settings, f"select line_no, reasons from quarantine.{feed} order by 1")
    return dict(found)


def conserved(settings: Settings, batch: int) -> tuple[int, int, int]:
    """Good, duplicate and quarantined rows, after checking that they add up."""
    [(in_files, in_landing, good, duplicates, quarantined)] = query(
        settings,
        "select in_files, in_landing, good, duplicates, quarantined "
        "from ops.row_count where batch_id = %s",
        batch,
    )
    assert in_files == in_landing == good + duplicates + quarantined
    return good, duplicates, quarantined


def test_a_good_batch_is_accepted(warehouse: Settings) -> None:
    batch = land(warehouse, "finance_vouchers", [vouchers(50)])
    result = check(batch)
    assert result == GateResult(
        "accepted",
        50,
        0,
        0,
        "finance_vouchers 2025-09-30 version 1: 50 rows accepted, 0 of them in quarantine, "
        "0 identical duplicates.",
    )
    assert conserved(warehouse, batch) == (50, 0, 0)
    assert query(warehouse, "select status, error, decided_at is not null from ops.batch") == [
        ("accepted", None, True)
    ]
    [(checks, failed)] = query(
        warehouse, "select count(*), count(*) filter (where not success) from ops.check_result"
    )
    assert checks > 40
    assert failed == 0


BAD: list[tuple[dict[str, Any], list[str]]] = [
    ({"agency_code": None}, ["agency_code: required"]),
    ({"agency_code": ""}, ["agency_code: required"]),
    ({"amt": "12.345"}, ["amt: not money"]),
    ({"amt": "1e5"}, ["amt: not money"]),
    ({"amt": "9" * 16}, ["amt: not money"]),
    ({"amt": "1000000000000.01"}, ["amt: beyond ±1,000,000,000,000"]),
    ({"amt": "-9" + "9" * 12}, ["amt: beyond ±1,000,000,000,000"]),
    ({"fiscal_year": "0"}, ["fiscal_year: out of 1950–2099"]),
    ({"acct_set_code": "A/2025"}, ["acct_set_code: contains /, which parts the voucher's id"]),
    ({"voucher_no": "号" * 161}, ["voucher_no: longer than 160 characters"]),
    ({"fund_tra_obj_name": "号" * 161}, ["fund_tra_obj_name: longer than 160 characters"]),
    ({"pay_voucher_no": "号" * 161}, ["pay_voucher_no: longer than 160 characters"]),
    ({"voucher_date": "2025-02-30"}, ["voucher_date: not a date"]),
    ({"voucher_date": "1900-01-01"}, ["voucher_date: out of 1950–2099"]),
    ({"bill_date": "2199-01-01"}, ["bill_date: out of 1950–2099"]),
    ({"dr_cr": "借方"}, ["dr_cr: not in the code list"]),
    ({"acct_period": "13"}, ["acct_period: out of 1–12"]),
    ({"acct_period": "九"}, ["acct_period: not an integer"]),
    ({"red_flag": "maybe"}, ["red_flag: not a yes/no flag"]),
    (
        {"amt": "x", "dr_cr": "y", "poster": None},
        ["amt: not money", "dr_cr: not in the code list", "poster: required"],
    ),
]


def test_bad_rows_are_put_aside_with_every_reason(warehouse: Settings) -> None:
    rows = [
        {**VOUCHER, "voucher_no": f"坏-{number}", **changes}
        for number, (changes, _) in enumerate(BAD)
    ]
    batch = land(warehouse, "finance_vouchers", [[*rows, VOUCHER]])
    check(batch)
    found = {line: sorted(reasons) for line, reasons in quarantine(warehouse).items()}
    assert found == {line: sorted(reasons) for line, (_, reasons) in enumerate(BAD, start=2)}
    assert conserved(warehouse, batch) == (1, 0, len(BAD))


GOOD: list[dict[str, Any]] = [
    {"amt": "-99,999,999,999.99"},
    {"amt": "￥１，０００．５"},
    {"amt": "¥ -5"},
    {"voucher_date": "20250930", "poster_date": "2025/09/30"},
    {"voucher_date": "２０２５－０９－３０"},
    {"voucher_date": "1999-12-31"},
    {"dr_cr": "-1"},
    {"dr_cr": "d"},
    {"red_flag": "是"},
    {"bill_date": "", "vou_cnt": None},
    {"set_mode_code": "9"},
    {"voucher_no": "号" * 160, "acct_set_code": "套" * 160, "fund_tra_obj_name": "来" * 160},
    {"amt": "-1,000,000,000,000.00", "fiscal_year": "1950"},
    {"vou_det_desc": "摘" * 5000},
    {"vou_det_desc": "100% off: {batch} \\n'; drop table ops.batch; -- %s %(x)s :name"},
]


def test_what_the_contract_allows_passes(warehouse: Settings) -> None:
    rows = [
        {**VOUCHER, "voucher_no": f"好-{number}", **changes} for number, changes in enumerate(GOOD)
    ]
    batch = land(warehouse, "finance_vouchers", [rows])
    assert check(batch).status == "accepted"
    assert quarantine(warehouse) == {}


def test_unusual_values_are_reported_and_nothing_else(warehouse: Settings) -> None:
    rows = [{**VOUCHER, "amt": "-5", "voucher_date": "1999-12-31", "vou_cnt": "-2"}]
    assert check(land(warehouse, "finance_vouchers", [rows])).quarantined == 0
    reported = query(
        warehouse,
        "select detail ->> 'reason', unexpected from ops.check_result "
        "where severity = 'warning' and not success order by 1",
    )
    assert reported == [
        ("amt: negative or over 1,000,000,000", 1),
        ("vou_cnt: negative", 1),
        ("voucher_date: before 2000 or over a year after the business date", 1),
    ]


def test_a_record_the_reader_could_not_take_apart(warehouse: Settings) -> None:
    broken = {
        "read_error": "cell_count:3_instead_of_32;quote_never_closed",
        "extra": {"cells": ["a", "b", "c"]},
    }
    incomplete = {**VOUCHER, "poster": None}
    batch = land(warehouse, "finance_vouchers", [[*vouchers(40), broken, incomplete]])
    assert check(batch).status == "accepted"
    assert quarantine(warehouse)[43] == ["poster: required"]
    [(reasons, key, row)] = query(
        warehouse,
        "select reasons, natural_key, row from quarantine.finance_vouchers where line_no = 42",
    )
    assert reasons == ["cell_count:3_instead_of_32", "quote_never_closed"]
    assert key is None
    assert row["extra"] == {"cells": ["a", "b", "c"]}
    [(required,)] = query(
        warehouse,
        "select sum(unexpected) from ops.check_result where detail ->> 'reason' like '%%required'",
    )
    assert required == 1


def test_a_row_with_a_read_error_in_one_cell_keeps_its_other_reasons(warehouse: Settings) -> None:
    bad = {**CARD, "txn_no": "T2", "card_token": None, "card_last4": None, "amount": "x",
           "mcc": "", "read_error": "invalid_card_number"}  # fmt: skip
    good = [{**CARD, "txn_no": f"G{number}"} for number in range(30)]
    land(warehouse, "card_transactions", [[*good, bad]])
    check(1)
    [reasons] = quarantine(warehouse, "card_transactions").values()
    assert sorted(reasons) == [
        "amount: not money", "invalid_card_number", "mcc: required",
    ]  # fmt: skip


def test_a_missing_card_number(warehouse: Settings) -> None:
    good = [{**CARD, "txn_no": f"G{number}"} for number in range(30)]
    land(warehouse, "card_transactions", [[*good, {**CARD, "card_token": None}]])
    check(1)
    assert list(quarantine(warehouse, "card_transactions").values()) == [["card_no: required"]]


class TestDuplicates:
    def test_identical_once_typed_counts_once(self, warehouse: Settings) -> None:
        again = {
            **VOUCHER, "amt": "1,000", "dr_cr": "1", "voucher_date": "2025/09/30", "fiscal_year":
            "２０２５", "extra": {"备注": "again"}, "auditor": "",
        }  # fmt: skip
        batch = land(warehouse, "finance_vouchers", [[VOUCHER, again], [VOUCHER]])
        assert check(batch).status == "accepted"
        assert conserved(warehouse, batch) == (1, 2, 0)

    def test_conflicting_ones_all_go_to_quarantine(self, warehouse: Settings) -> None:
        other = {**VOUCHER, "amt": "1000.01"}
        batch = land(warehouse, "finance_vouchers", [[*vouchers(80), VOUCHER], [other, VOUCHER]])
        assert check(batch).status == "accepted"
        assert conserved(warehouse, batch) == (80, 0, 3)
        found = query(
            warehouse,
            "select file_no, line_no, reasons, natural_key from quarantine.finance_vouchers "
            "order by 1, 2",
        )
        key = "A001/2025/9/付-1/1"
        assert found == [
            (1, 82, ["conflicting_duplicate"], key),
            (2, 2, ["conflicting_duplicate"], key),
            (2, 3, ["conflicting_duplicate"], key),
        ]

    def test_a_bad_row_makes_its_good_twin_doubtful(self, warehouse: Settings) -> None:
        bad = {**VOUCHER, "voucher_no": "记-0", "amt": "abc"}
        batch = land(warehouse, "finance_vouchers", [[*vouchers(60), bad]])
        check(batch)
        assert quarantine(warehouse) == {
            2: ["conflicting_duplicate"],
            62: ["amt: not money", "conflicting_duplicate"],
        }
        assert conserved(warehouse, batch) == (59, 0, 2)

    def test_an_unreadable_optional_cell_is_not_an_empty_one(self, warehouse: Settings) -> None:
        bad = {**VOUCHER, "voucher_no": "记-0", "bill_date": "soon"}
        batch = land(warehouse, "finance_vouchers", [[*vouchers(60), bad]])
        check(batch)
        assert sorted(quarantine(warehouse)) == [2, 62]

    def test_identical_bad_rows_are_bad_not_conflicting(self, warehouse: Settings) -> None:
        bad = {**VOUCHER, "voucher_no": "记-99", "amt": "abc"}
        batch = land(warehouse, "finance_vouchers", [[*vouchers(60), bad, bad]])
        check(batch)
        assert quarantine(warehouse) == {62: ["amt: not money"], 63: ["amt: not money"]}
        assert conserved(warehouse, batch) == (60, 0, 2)

    def test_slashes_in_a_key_do_not_mix_keys_up(self, warehouse: Settings) -> None:
        budget = {"fiscal_year": "2025", "amount": "1.00"}
        one = {**budget, "agency_code": "A/302", "dep_exp_eco_code": "17"}
        two = {**budget, "agency_code": "A", "dep_exp_eco_code": "302/17"}
        batch = land(warehouse, "budgets", [[one, two]])
        check(batch)
        assert conserved(warehouse, batch) == (2, 0, 0)


class TestCircuitBreaker:
    def test_five_percent_is_not_over_five_percent(self, warehouse: Settings) -> None:
        bad = [{**VOUCHER, "voucher_no": f"坏-{n}", "amt": "x"} for n in range(5)]
        result = check(land(warehouse, "finance_vouchers", [[*vouchers(95), *bad]]))
        assert (result.status, result.quarantined) == ("accepted", 5)

    def test_over_five_percent_stops_the_day(self, warehouse: Settings) -> None:
        bad = [{**VOUCHER, "voucher_no": f"坏-{n}", "amt": "x"} for n in range(6)]
        batch = land(warehouse, "finance_vouchers", [[*vouchers(94), *bad]])
        result = check(batch)
        assert (result.status, result.quarantined) == ("stopped", 6)
        assert "6 of 100 rows are bad, more than the 5% allowed" in result.message
        assert "amt: not money (6)" in result.message
        assert conserved(warehouse, batch) == (94, 0, 6)
        assert len(quarantine(warehouse)) == 6
        assert query(warehouse, "select status, error from ops.batch") == [
            ("stopped", result.message)
        ]

    def test_conflicting_duplicates_count(self, warehouse: Settings) -> None:
        rows = [*vouchers(10), VOUCHER, {**VOUCHER, "amt": "2"}]
        result = check(land(warehouse, "finance_vouchers", [rows]))
        assert result.status == "stopped"
        assert "conflicting_duplicate (2)" in result.message

    def test_a_batch_of_nothing_but_bad_rows(self, warehouse: Settings) -> None:
        batch = land(warehouse, "finance_vouchers", [[{"read_error": "1 cell"}] * 20])
        assert check(batch).status == "stopped"
        assert conserved(warehouse, batch) == (0, 0, 20)

    def test_an_empty_delivery_is_accepted_and_reported(self, warehouse: Settings) -> None:
        batch = land(warehouse, "finance_vouchers", [[]])
        assert check(batch).status == "accepted"
        assert conserved(warehouse, batch) == (0, 0, 0)
        assert query(
            warehouse,
            "select detail ->> 'reason' from ops.check_result where not success",
        ) == [("no rows",)]


class TestSnapshots:
    @pytest.mark.parametrize(("rows", "status"), [(90, "accepted"), (89, "stopped")])
    def test_losing_over_ten_percent_stops_the_day(
        self, warehouse: Settings, rows: int, status: str
    ) -> None:
        assert check(land(warehouse, "leases", [leases(100)], on="2025-09-01")).status == "accepted"
        result = check(land(warehouse, "leases", [leases(rows)], on="2025-09-02"))
        assert result.status == status
        if status == "stopped":
            assert "lost over 10 % of the rows of the snapshot before (found 89)" in result.message

    def test_a_stopped_snapshot_is_not_what_the_next_is_compared_with(
        self, warehouse: Settings
    ) -> None:
        check(land(warehouse, "leases", [leases(100)], on="2025-09-01"))
        check(land(warehouse, "leases", [leases(50)], on="2025-09-02"))
        assert check(land(warehouse, "leases", [leases(50)], on="2025-09-03")).status == "stopped"

    def test_a_correction_is_compared_with_the_snapshot_before(self, warehouse: Settings) -> None:
        check(land(warehouse, "leases", [leases(100)], on="2025-09-01"))
        check(land(warehouse, "leases", [leases(200)], on="2025-09-02"))
        assert check(land(warehouse, "leases", [leases(100)], on="2025-09-02")).status == "accepted"

    def test_the_first_may_be_empty(self, warehouse: Settings) -> None:
        assert check(land(warehouse, "leases", [[]])).status == "accepted"


class TestSupersession:
    bad: dict[str, Any] = {**VOUCHER, "voucher_no": "坏", "amt": "x"}  # noqa: RUF012

    def superseded_by(self, settings: Settings) -> list[tuple[Any, ...]]:
        return query(
            settings,
            "select batch_id, superseded_by_batch_id from quarantine.finance_vouchers order by 1",
        )

    def test_a_corrected_day_supersedes_what_was_put_aside(self, warehouse: Settings) -> None:
        first = land(warehouse, "finance_vouchers", [[*vouchers(30), self.bad]])
        check(first)
        second = land(warehouse, "finance_vouchers", [vouchers(31)])
        check(second)
        assert self.superseded_by(warehouse) == [(first, second)]

    def test_a_stopped_version_supersedes_nothing(self, warehouse: Settings) -> None:
        first = land(warehouse, "finance_vouchers", [[*vouchers(30), self.bad]])
        check(first)
        second = land(warehouse, "finance_vouchers", [[self.bad]])
        check(second)
        assert self.superseded_by(warehouse) == [(first, None), (second, None)]
        third = land(warehouse, "finance_vouchers", [vouchers(31)])
        check(third)
        assert self.superseded_by(warehouse) == [(first, third), (second, third)]

    def test_versions_may_be_decided_in_any_order(self, warehouse: Settings) -> None:
        first = land(warehouse, "finance_vouchers", [[*vouchers(30), self.bad]])
        second = land(warehouse, "finance_vouchers", [vouchers(31)])
        check(second)
        check(first)
        assert self.superseded_by(warehouse) == [(first, second)]

    def test_another_day_supersedes_nothing(self, warehouse: Settings) -> None:
        first = land(warehouse, "finance_vouchers", [[*vouchers(30), self.bad]])
        check(first)
        check(land(warehouse, "finance_vouchers", [vouchers(31)], on="2025-10-01"))
        assert self.superseded_by(warehouse) == [(first, None)]

    def test_the_key_of_a_bad_row_is_kept(self, warehouse: Settings) -> None:
        """Staging leaves the earlier version of that key in force."""
        check(land(warehouse, "finance_vouchers", [vouchers(30)]))
        resent = [{**vouchers(1)[0], "amt": "oops"}, *vouchers(30)[1:]]
        check(land(warehouse, "finance_vouchers", [resent]))
        assert query(warehouse, "select natural_key from quarantine.finance_vouchers") == [
            ("A001/2025/9/记-0/1",)
        ]


class TestRepetition:
    def test_a_decided_batch_gives_the_recorded_result(self, warehouse: Settings) -> None:
        batch = land(warehouse, "finance_vouchers", [[*vouchers(30), {**VOUCHER, "amt": "x"}]])
        first = check(batch)
        decided = query(warehouse, "select decided_at from ops.batch")
        assert check(batch) == first
        assert query(warehouse, "select decided_at from ops.batch") == decided

    def test_a_killed_gate_leaves_nothing_and_can_be_repeated(
        self, warehouse: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        batch = land(warehouse, "finance_vouchers", [[*vouchers(40), {**VOUCHER, "amt": "x"}]])

        def killed(*_: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr("huiyan.quality.gate.supersede", killed)
            with pytest.raises(KeyboardInterrupt):
                check(batch)
        assert query(warehouse, "select status from ops.batch") == [("landed",)]
        assert quarantine(warehouse) == {}
        assert query(warehouse, "select * from ops.check_result") == []
        assert check(batch).status == "accepted"
        assert list(quarantine(warehouse)) == [42]

    def test_a_warehouse_that_goes_away(
        self, warehouse: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        batch = land(warehouse, "leases", [leases(3)])
        load = suites.load

        def gone(feed: str) -> dict[str, Any]:
            with connect(warehouse, autocommit=True) as connection:
                connection.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity "
                    "where datname = current_database() and pid <> pg_backend_pid()"
                )
            return load(feed)

        with monkeypatch.context() as patch:
            patch.setattr(suites, "load", gone)
            with pytest.raises(WarehouseError, match="Nothing was decided"):
                check(batch)
        assert query(warehouse, "select status from ops.batch") == [("landed",)]
        assert check(batch).status == "accepted"

    def test_lost_rows_are_an_error(self, warehouse: Settings) -> None:
        batch = land(warehouse, "finance_vouchers", [vouchers(3)])
        with connect(warehouse) as connection:
            connection.execute("delete from landing.finance_vouchers where line_no = 2")
        with pytest.raises(WarehouseError, match="hold 3 rows, landing holds 2"):
            check(batch)
        assert query(warehouse, "select status from ops.batch") == [("landed",)]

    def test_an_unknown_batch(self, warehouse: Settings) -> None:
        with pytest.raises(NotFoundError):
            check(4711)


def test_values_and_names_are_never_sql(warehouse: Settings) -> None:
    evil = "'); drop table ops.batch; --%s%(a)s:b{batch}\\ $PARAMETER ${x}"
    rows = [{**VOUCHER, "amt": evil, "voucher_no": evil, "dr_cr": evil, "voucher_date": evil}]
    batch = land(warehouse, "finance_vouchers", [[*vouchers(30), *rows]], names=[f"{evil}.csv"])
    assert check(batch).status == "accepted"
    [(name, reasons, row)] = query(
        warehouse, "select file_name, reasons, row from quarantine.finance_vouchers"
    )
    assert name == f"{evil}.csv"
    assert len(reasons) == 3
    assert row["amt"] == row["voucher_no"] == evil


def test_the_row_is_kept_as_it_came(warehouse: Settings) -> None:
    bad = {**VOUCHER, "amt": "一千", "extra": {"备注": "x"}}
    land(warehouse, "finance_vouchers", [[*vouchers(30), bad]])
    check(1)
    [(row,)] = query(warehouse, "select row from quarantine.finance_vouchers")
    assert {key: value for key, value in row.items() if value is not None} == bad


def test_examples_never_show_a_long_number(warehouse: Settings) -> None:
    good = [{**CARD, "txn_no": f"G{number}"} for number in range(30)]
    bad = {**CARD, "txn_type": "6222020200112233445", "amount": "6222 0202 0011 2233"}
    land(warehouse, "card_transactions", [[*good, bad]])
    check(1)
    [(details,)] = query(warehouse, "select string_agg(detail::text, ' ') from ops.check_result")
    assert "…3445" in details
    assert "622202020011223344" not in details
    assert "6222 0202 0011" not in details


def test_it_needs_no_more_than_the_loading_role(warehouse: Settings) -> None:
    """The view and the tables the gate touches are granted to huiyan_load."""
    land(warehouse, "leases", [leases(3)])
    assert check(1).status == "accepted"
