"""The page the benchmark writes."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from huiyan.bench import report
from huiyan.bench.compare import Comparison, Difference
from huiyan.bench.copying import Copied
from huiyan.bench.duck import Exported
from huiyan.bench.layers import NodeRun
from huiyan.bench.machine import Machine
from huiyan.bench.outcome import Aged, ByHand, Duck, Evaluated, Landed, Outcome, Plain

YEAR, FIRST, NEXT, LAST = (date(2025, 12, day) for day in (26, 29, 30, 31))
START = datetime(2025, 12, 31, 8)


def _node(name: str, layer: str, seconds: float) -> NodeRun:
    return NodeRun(name, layer, START, START + timedelta(seconds=seconds))


def _landed(feed: str, day: date, rows: int, seconds: float) -> Landed:
    return Landed(feed, day, rows, 40_000_000, 3, seconds, seconds / 2, seconds * 2, 12_000_000)


@pytest.fixture
def outcome() -> Outcome:
    facts = Machine(
        "Some Processor", 2, 16 * 2**30, 0.25, "3.11.7", "18.6", "1.5.6", "1.11.16",
        {"work_mem": "64MB"},
    )  # fmt: skip
    nodes = [
        _node("int_voucher", "intermediate", 12),
        _node("rule_vou_001_booked_late", "rules", 3),
        _node("rule_att_001_no_attachment", "rules", 1),
    ]
    lake = [
        _node("int_voucher", "intermediate", 4),
        _node("rule_vou_001_booked_late", "rules", 0.5),
        _node("rule_att_001_no_attachment", "rules", 0.5),
    ]
    return Outcome(
        facts,
        scale=1.0,
        accounts=1130,
        made_seconds=None,
        copied=[Copied("finance_vouchers", 100_000, 40_000_000, 2.0, 2.0)],
        landed=[
            _landed("finance_vouchers", YEAR, 100_000, 4.0),
            _landed("accounts", YEAR, 1_130, 0.1),
            _landed("finance_vouchers", NEXT, 500, 0.2),
        ],
        arrived={YEAR: 6.15, FIRST: 50.0, NEXT: 0.2, LAST: 0.4},
        evaluated=[
            Evaluated(YEAR, 30.0, nodes),
            Evaluated(FIRST, 90.0, nodes),
            Evaluated(NEXT, 18.0, nodes),
            Evaluated(LAST, 22.0, nodes),
        ],
        duck=Duck(
            Exported(12, 100_000, 5_000_000),
            lake,
            Comparison({"ATT-001": 2, "VOU-001": 7}, []),
            {"ATT-001": 1.0, "VOU-001": 3.0},
            {"ATT-001": 0.5, "VOU-001": 0.5},
            ByHand(2.0, 3.0, {"ATT-001": 2, "VOU-001": 7}, []),
        ),
        plain=Plain(203.0, 900_000_000, {"ATT-001": 2, "VOU-001": 7}, []),
    )


def test_ratios_come_first(outcome: Outcome) -> None:
    page = report.render(outcome)

    assert page.index("## Ratios") < page.index("## Landing") < page.index("## Machine")
    assert "share of bare COPY of the same files | 50 % | 100,000 rows: 4.0 s against 2.0 s" in page
    assert "by processor time, which other work cannot stretch | 25 % | 8.0 s against 2.0 s" in page
    assert "| Intermediate models: PostgreSQL's time over DuckDB's | 3.0 | 12.0 s against" in page
    assert "| All rules in full: PostgreSQL's time over DuckDB's | 4.0 | 4.0 s against" in page
    assert "| Both: PostgreSQL's time over DuckDB's | 3.2 |" in page
    assert "staging to marts) as a share of all | 67 % | 20.0 s against 30.0 s" in page
    assert "as a share of the year | 56 % | 20.3 s against 36.1 s" in page


def test_machine_and_settings_are_named(outcome: Outcome) -> None:
    page = report.render(outcome)

    assert "| Processor | Some Processor, 2 cores usable |" in page
    assert "| Memory | 16.0 GiB |" in page
    assert "| `work_mem` | 64MB |" in page


def test_every_rule_says_whether_both_agree(outcome: Outcome) -> None:
    assert outcome.duck is not None
    difference = Difference("VOU-001", "1/2025/01/0001", [], [])
    outcome.duck = replace(
        outcome.duck, comparison=Comparison({"ATT-001": 2, "VOU-001": 7}, [difference])
    )

    page = report.render(outcome)

    assert "| ATT-001 | 2 | yes | 1.00 | 0.50 |" in page
    assert "| VOU-001 | 7 | no | 3.00 | 0.50 |" in page


def test_the_pandas_script_stands_beside_the_full_scan_and_the_day(outcome: Outcome) -> None:
    assert outcome.plain is not None
    page = report.render(outcome)

    assert "their time over the pandas script's | 0.1 | 16.0 s against 203.0 s" in page
    assert "the pandas script's time over it | 10.0 | 203.0 s against 20.3 s" in page
    assert "2 of the rules (ATT-001, VOU-001) over the same files" in page
    assert "It took 203.0 s, 900 MB more, and found 9 subjects. The warehouse has the same" in page

    outcome.plain = replace(outcome.plain, different=["VOU-001"])
    assert "The warehouse has other hits open of VOU-001." in report.render(outcome)
    outcome.plain = None
    assert "pandas" not in report.render(outcome)


def test_our_sql_stands_beside_queries_written_by_hand(outcome: Outcome) -> None:
    assert outcome.duck is not None
    page = report.render(outcome)

    assert "that of queries written by hand | 1.5 | 3.0 s against 2.0 s" in page
    assert "By hand 2.00 s, ours 3.00 s. Both find the same subjects." in page

    other = replace(outcome.duck.by_hand, different=["VOU-001"])
    outcome.duck = replace(outcome.duck, by_hand=other)
    assert "They find other subjects in VOU-001." in report.render(outcome)


def test_three_years_of_history_stand_beside_one(outcome: Outcome) -> None:
    assert "after a longer history" not in report.render(outcome)

    day = [_node("rule_results", "rules", 3.2), _node("int_unit", "intermediate", 0.4)]
    year = [_node("rule_results", "rules", 2.0), _node("int_unit", "intermediate", 0.4)]
    outcome.aged_scale = 0.2
    outcome.aged = [
        Aged(12, 900_000, 500, [Evaluated(NEXT, 7.0, year), Evaluated(LAST, 9.0, year)]),
        Aged(36, 2_700_000, 500, [Evaluated(NEXT, 9.0, year), Evaluated(LAST, 9.0, day)]),
    ]
    page = report.render(outcome)

    assert "months: its time over that after 12 | 1.1 | 9.0 s against 8.0 s" in page
    assert "after 36 months: its time over that after 12 | 1.2 | 3.0 s against 2.4 s" in page
    assert "The same days of 0.2 of a district" in page
    assert "| 36 | 2,700,000 | 500 | 0.0 | 0.4 | 2.6 | 0.0 | 0.0 | 0.0 | 0.0 | 9.0 |" in page


def test_what_is_slow_on_one_more_day_only_is_among_the_slowest(outcome: Outcome) -> None:
    year, *days = outcome.evaluated
    name = "rule_finding_before"
    others = [_node(f"int_{number}", "intermediate", 5.0) for number in range(12)]
    outcome.evaluated = [
        replace(year, runs=[*year.runs, *others, _node(name, "rules", 0.01)]),
        *(replace(day, runs=[*day.runs, _node(name, "rules", 60.0)]) for day in days),
    ]
    assert f"| {name} | rules | 0.0 | – | 60.0 |" in report.render(outcome)


def test_processor_time_is_left_out_where_it_is_not_known(outcome: Outcome) -> None:
    outcome.copied = [replace(each, cpu_seconds=None) for each in outcome.copied]

    assert "processor time" not in report.render(outcome)


def test_without_duckdb_its_columns_stay_empty(outcome: Outcome) -> None:
    outcome.duck = None

    page = report.render(outcome)

    assert "Rules on both databases" not in page
    assert "| int_voucher | intermediate | 12.0 | – | 12.0 |" in page


def test_tables_are_whole(outcome: Outcome, tmp_path: Path) -> None:
    page = tmp_path / "docs" / "benchmarks.md"
    report.write(outcome, page)

    width = 0
    for line in page.read_text("utf-8").splitlines():
        cells = line.count("|")
        assert not (cells and width and cells != width), line
        width = cells
