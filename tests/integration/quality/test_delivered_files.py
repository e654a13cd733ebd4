"""From files in the landing zone through the reader to the gate's decision."""

from datetime import date
from pathlib import Path

from huiyan.feeds.collect import collect
from huiyan.feeds.contract import load_contract
from huiyan.quality.gate import check
from huiyan.settings import Settings

from .landing import VOUCHER, query, vouchers

DAY = date(2025, 11, 24)


def put(settings: Settings, name: str, lines: list[str], encoding: str = "utf-8") -> Path:
    folder = settings.landing / "finance_vouchers" / DAY.isoformat()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes("\r\n".join(lines).encode(encoding))
    return path


def csv_lines(rows: list[dict[str, object]]) -> list[str]:
    def cell(value: object) -> str:
        text = "" if value is None else str(value)
        return '"' + text.replace('"', '""') + '"'

    columns = list(VOUCHER)
    labels = [load_contract("finance_vouchers").column(name).label for name in columns]
    return [
        ",".join(labels),
        *(",".join(cell(row.get(name)) for name in columns) for row in rows),
    ]


def decided(settings: Settings) -> tuple[str, tuple[int, ...]]:
    landed = collect("finance_vouchers", DAY, settings)
    assert landed.batch_id is not None
    result = check(landed.batch_id, settings)
    [counts] = query(
        settings,
        "select in_files, in_landing, good, duplicates, quarantined from ops.row_count "
        "where batch_id = %s",
        landed.batch_id,
    )
    return result.status, counts


def test_two_encodings_a_short_line_a_bad_amount_and_a_repeated_entry(warehouse: Settings) -> None:
    first = csv_lines([*vouchers(60), {**VOUCHER, "amt": "壹仟"}])
    put(warehouse, "a.csv", [*first, "too,short"])
    again = {**vouchers(1)[0], "amt": " ￥１，０００．００ ", "dr_cr": "D"}
    put(warehouse, "b.csv", csv_lines([again, *vouchers(5, vou_seq="2")]), "gb18030")
    status, counts = decided(warehouse)
    assert (status, counts) == ("accepted", (68, 68, 65, 1, 2))
    reasons = query(
        warehouse, "select file_name, line_no, reasons from quarantine.finance_vouchers order by 2"
    )
    assert reasons == [
        ("a.csv", 62, ["amt: not money"]),
        ("a.csv", 63, [f"cell_count:2_instead_of_{len(VOUCHER)}"]),
    ]


def test_a_corrected_day_takes_everything_back(warehouse: Settings) -> None:
    bad = [{**row, "poster_date": "昨天"} for row in vouchers(30)]
    put(warehouse, "a.csv", csv_lines(bad))
    assert decided(warehouse) == ("stopped", (30, 30, 0, 0, 30))
    put(warehouse, "a.csv", csv_lines(vouchers(30)))
    assert decided(warehouse) == ("accepted", (30, 30, 30, 0, 0))
    [(superseded, left)] = query(
        warehouse,
        "select count(superseded_by_batch_id), count(*) from quarantine.finance_vouchers",
    )
    assert superseded == left == 30


def test_a_delivery_without_rows_is_a_quiet_day(warehouse: Settings) -> None:
    put(warehouse, "a.csv", csv_lines([]))
    assert decided(warehouse) == ("accepted", (0, 0, 0, 0, 0))
