"""The same rows land the same from CSV, XLSX and XML; every row is accounted for."""

import io
from collections.abc import Callable
from datetime import date, timedelta
from xml.sax.saxutils import escape

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huiyan.feeds import cards
from huiyan.feeds.collect import collect
from huiyan.settings import Settings

from .conftest import DAY, VALUES, District, csv_of, rows_of

FEED = "finance_vouchers"


def xlsx_of(rows: list[dict[str, str]]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(list(VALUES[FEED]))
    for row in rows:
        cells: list[object] = list(row.values())
        cells[list(row).index("amt")] = float(row["amt"])
        cells[list(row).index("voucher_date")] = date.fromisoformat(row["voucher_date"])
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def xml_of(rows: list[dict[str, str]]) -> bytes:
    entries = "".join(
        "<entry>"
        + "".join(
            f"<{name.upper()}>{escape(value)}</{name.upper()}>" for name, value in row.items()
        )
        + "</entry>"
        for row in rows
    )
    return f"<?xml version='1.0' encoding='UTF-8'?><vouchers>{entries}</vouchers>".encode()


@pytest.mark.parametrize(
    ("name", "content_of", "first_line"), [("a.xlsx", xlsx_of, 2), ("a.xml", xml_of, 1)]
)
def test_lands_like_csv(
    district: District,
    name: str,
    content_of: Callable[[list[dict[str, str]]], bytes],
    first_line: int,
) -> None:
    rows = rows_of(FEED, 3)
    district.put(FEED, "a.csv", csv_of(FEED, rows))
    district.put(FEED, name, content_of(rows))
    district.manifest(FEED)
    assert collect(FEED, DAY).rows == 6
    columns = ", ".join(VALUES[FEED])
    landed = district.landed(FEED, f"file_no, line_no, read_error, {columns}")
    assert [row[2:] for row in landed[:3]] == [row[2:] for row in landed[3:]]
    assert [row[1] for row in landed[3:]] == [first_line, first_line + 1, first_line + 2]
    totals = district.query("select amount_total, row_count from ops.batch_file")
    assert totals[0] == totals[1]


def test_xml_without_a_required_element_anywhere(district: District) -> None:
    rows = [{key: value for key, value in VALUES[FEED].items() if key != "amt"}]
    district.put(FEED, "a.xml", xml_of(rows))
    result = collect(FEED, DAY)
    assert result.status == "stopped"
    assert "amt (金额)" in result.message


def test_xml_is_for_vouchers_only(district: District) -> None:
    district.put("budgets", "a.xml", "<a/>")
    assert "not a file this feed accepts" in collect("budgets", DAY).message


NAMES = ["fiscal_year", "agency_code", "dep_exp_eco_code", "amount"]
CELL = st.one_of(
    st.sampled_from(["", " ", "1,000.00", "￥5", "１２", '"', "x\ny", "6282001234567890"]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
)
LINES = st.lists(st.lists(CELL, min_size=1, max_size=6), max_size=15)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(lines=LINES, quote_all=st.booleans())
def test_every_row_of_the_file_is_in_landing(
    warehouse: Settings, lines: list[list[str]], quote_all: bool
) -> None:
    import csv

    district = District(warehouse)
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL)
    writer.writerow(NAMES)
    writer.writerows(lines)
    day = DAY + timedelta(days=len(district.query("select from ops.batch")))
    district.put("budgets", "a.csv", out.getvalue(), day)
    expected = sum(1 for cells in lines if len(cells) > 1 or cells[0].strip())
    result = collect("budgets", day)
    assert (result.status, result.rows) == ("landed", expected)
    landed = district.query(
        "select fiscal_year, agency_code, dep_exp_eco_code, amount, read_error, extra "
        "from landing.budgets where batch_id = %s order by line_no",
        result.batch_id,
    )
    assert len(landed) == expected
    kept = [cells for cells in lines if len(cells) > 1 or cells[0].strip()]
    for cells, (*columns, error, extra) in zip(kept, landed, strict=True):
        if len(cells) != len(NAMES):
            assert error.startswith("cell_count:")
            assert extra["cells"] == [cards.mask(cell.strip().replace("\0", "␀")) for cell in cells]
        elif error is None:
            assert columns == [cell.strip() or None for cell in cells]
