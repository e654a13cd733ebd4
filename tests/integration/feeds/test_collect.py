"""Feed days into landing: versions, headers, encodings, manifests, repairs."""

import hashlib
import threading
from datetime import date
from decimal import Decimal

import pytest

from huiyan.feeds.collect import collect

from .conftest import DAY, VALUES, District, csv_of, rows_of

FEED = "finance_vouchers"


def test_lands_every_row_as_text_with_its_line(district: District) -> None:
    district.put(FEED, "a.csv", csv_of(FEED, rows_of(FEED, 3)))
    result = collect(FEED, DAY)
    assert (result.status, result.rows) == ("landed", 3)
    landed = district.landed(FEED, "file_no, line_no, voucher_no, amt, auditor, read_error")
    assert landed == [
        (1, 2, "K000001", "1234.56", None, None),
        (1, 3, "K000002", "1234.56", None, None),
        (1, 4, "K000003", "1234.56", None, None),
    ]
    files = district.query(
        "select file_name, encoding, row_count, amount_total from ops.batch_file"
    )
    assert files == [("a.csv", "utf-8", 3, Decimal("3703.68"))]


def test_nothing_has_come(district: District) -> None:
    assert collect(FEED, DAY).status == "missing"
    district.folder(FEED)
    assert collect(FEED, DAY).status == "missing"
    assert district.batches(FEED) == []


def test_same_bytes_again_are_a_no_op_and_other_bytes_a_new_version(district: District) -> None:
    path = district.put(FEED, "a.csv", csv_of(FEED, rows_of(FEED, 2)))
    first = collect(FEED, DAY)
    again = collect(FEED, DAY)
    assert (again.status, again.batch_id, again.rows) == ("unchanged", first.batch_id, 2)
    path.rename(path.with_name("renamed.csv"))
    assert collect(FEED, DAY).status == "unchanged"
    district.put(FEED, "renamed.csv", csv_of(FEED, rows_of(FEED, 1)))
    second = collect(FEED, DAY)
    assert (second.status, second.rows) == ("landed", 1)
    assert [row[:3] for row in district.batches(FEED)] == [(1, "landed", 2), (2, "landed", 1)]
    assert len(district.landed(FEED)) == 3


def test_archive_keeps_the_bytes_as_they_came(district: District) -> None:
    content = csv_of(FEED, rows_of(FEED, 2)).encode()
    district.put(FEED, "a.csv", content)
    collect(FEED, DAY)
    sha256 = hashlib.sha256(content).hexdigest()
    archived = district.settings.archive / FEED / sha256[:2] / sha256
    assert archived.read_bytes() == content
    assert not list((district.settings.archive / FEED / "incoming").iterdir())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("style", ["name", "identifier", "label", "mixed"])
def test_encodings_and_headers(district: District, encoding: str, style: str) -> None:
    def header(column: object) -> str:
        if style != "mixed":
            return str(getattr(column, style))
        return f" {column.identifier.lower()} "  # type: ignore[attr-defined]

    columns = list(reversed(VALUES[FEED]))
    text = csv_of(FEED, rows_of(FEED, 2), columns=columns, headers=header)
    district.put(FEED, "a.csv", text.encode(encoding))
    assert collect(FEED, DAY).status == "landed"
    assert district.landed(FEED, "inputer, vou_det_desc, amt")[0] == (
        "李四",
        "支付办公费",
        "1234.56",
    )
    assert district.query("select encoding from ops.batch_file") == [(encoding,)]


def test_repairs_are_counted_and_only_trimming_and_masking_is_stored(district: District) -> None:
    rows = rows_of(
        FEED, 1, amt=" １２３４．５６ ", voucher_no="\u3000记０００１", fiscal_year="２０２５",
        vou_det_desc="报销公务卡6222021234567890128",
    )  # fmt: skip
    district.put(FEED, "a.csv", csv_of(FEED, rows))
    assert "card numbers masked in 1 cells" in collect(FEED, DAY).message
    assert district.landed(FEED, "amt, voucher_no, fiscal_year") == [
        ("１２３４．５６", "记０００１", "２０２５")
    ]
    assert district.landed(FEED, "vou_det_desc") == [("报销公务卡***************0128",)]
    assert district.query(
        "select trimmed_cells, fullwidth_cells, masked_cells from ops.batch_file"
    ) == [(2, 2, 1)]
    assert district.query("select amount_total from ops.batch_file") == [(Decimal("1234.56"),)]


def test_unknown_columns_are_kept_and_named(district: District) -> None:
    rows = [{**row, "备注": '甲, "乙"'} for row in rows_of(FEED, 1)]
    district.put(FEED, "a.csv", csv_of(FEED, rows, columns=[*VALUES[FEED], "备注"]))
    result = collect(FEED, DAY)
    assert "备注" in result.message
    assert district.landed(FEED, "extra") == [({"备注": '甲, "乙"'},)]
    assert district.query("select unknown_columns from ops.batch_file") == [(["备注"],)]


def test_card_numbers_in_unknown_columns_and_unreadable_rows_are_masked(
    district: District,
) -> None:
    rows = [{**row, "卡": "6222021234567890128"} for row in rows_of(FEED, 1)]
    text = csv_of(FEED, rows, columns=[*VALUES[FEED], "卡"])
    district.put(FEED, "a.csv", text + "one,6222021234567890128\r\n")
    collect(FEED, DAY)
    hidden = f"{'*' * 15}0128"
    assert district.landed(FEED, "extra") == [
        ({"卡": hidden},),
        ({"cells": ["one", hidden]},),
    ]
    assert district.query("select masked_cells from ops.batch_file") == [(2,)]


def test_control_signs_of_a_file_name_are_not_printed(district: District) -> None:
    text = csv_of(FEED, rows_of(FEED, 1))
    district.put(FEED, "a\x1b[2J.csv", text)
    district.put(FEED, "b\x9b.csv", text)
    result = collect(FEED, DAY)
    assert "under several names: a�[2J.csv, b�.csv" in result.message
    district.manifest(FEED, files=[{"name": "c\x1b.csv"}])
    assert collect(FEED, DAY).message.isprintable()


def test_quoted_cells_keep_their_line_ends_and_the_next_rows_their_line(district: District) -> None:
    rows = rows_of(FEED, 3, vou_det_desc='甲,"乙"\r\n丙')
    district.put(FEED, "a.csv", csv_of(FEED, rows))
    collect(FEED, DAY)
    landed = district.landed(FEED, "line_no, vou_det_desc")
    assert landed == [(line, '甲,"乙"\r\n丙') for line in (2, 4, 6)]


def test_row_with_wrong_number_of_cells_lands_with_its_cells(district: District) -> None:
    text = csv_of(FEED, rows_of(FEED, 1)) + "one,two\r\n"
    district.put(FEED, "a.csv", text)
    assert collect(FEED, DAY).rows == 2
    line_no, error, extra, voucher_no = district.landed(
        FEED, "line_no, read_error, extra, voucher_no"
    )[1]
    assert (line_no, voucher_no, extra) == (3, None, {"cells": ["one", "two"]})
    assert error.startswith("cell_count:2_instead_of_")


def test_header_only_is_a_batch_without_rows(district: District) -> None:
    district.put(FEED, "a.csv", csv_of(FEED, []))
    result = collect(FEED, DAY)
    assert (result.status, result.rows) == ("landed", 0)


def test_same_file_under_two_names_lands_twice_and_is_said(district: District) -> None:
    for name in ("a.csv", "b.csv"):
        district.put(FEED, name, csv_of(FEED, rows_of(FEED, 2)))
    result = collect(FEED, DAY)
    assert (result.status, result.rows) == ("landed", 4)
    assert "the same bytes under several names: a.csv, b.csv" in result.message
    assert len(list(district.settings.archive.glob(f"{FEED}/??/*"))) == 1


def test_true_manifest_controls_the_batch(district: District) -> None:
    district.put(FEED, "a.csv", csv_of(FEED, rows_of(FEED, 2)))
    district.manifest(FEED, rows=2, amount_total="2469.12")
    assert collect(FEED, DAY).status == "landed"
    assert district.query("select is_controlled from ops.batch") == [(True,)]


def test_an_amount_that_spoils_the_total_is_named(district: District) -> None:
    good, bad, worse = rows_of(FEED, 3)
    rows = [good, {**bad, "amt": "12.3.4"}, {**worse, "amt": "6222021234567890128x"}]
    district.put(FEED, "a.csv", csv_of(FEED, rows) + "one,two\r\n")
    district.manifest(FEED, rows=4, amount_total="3703.68")
    result = collect(FEED, DAY)
    assert result.status == "stopped"
    assert result.message == (
        "a.csv: manifest says amount_total 3703.68, the file has 1234.56 without what cannot be "
        'read (line 3, amt 金额: "12.3.4" is no amount; line 4, amt 金额: '
        '"***************0128x" is no amount; line 5, amt 金额: cannot be read)'
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sha256": "0" * 64}, ["a.csv", "0" * 64]),
        ({"rows": 7}, ["a.csv", "7 rows", "has 2"]),
        ({"amount_total": "2469.13"}, ["a.csv", "2469.13", "2469.12"]),
        ({"amount_total": "two"}, ["amount_total", "two"]),
        ({"name": "b.csv"}, ["b.csv, which is not there", "a.csv is there but not listed"]),
        ({"name": "../a.csv"}, ["../a.csv", "same folder"]),
        ({"name": "/etc/passwd"}, ["/etc/passwd", "same folder"]),
    ],
)
def test_manifest_that_lies_stops_the_day(
    district: District, changes: dict[str, object], words: list[str]
) -> None:
    district.put(FEED, "a.csv", csv_of(FEED, rows_of(FEED, 2)))
    district.manifest(FEED, **changes)
    result = collect(FEED, DAY)
    assert result.status == "stopped"
    assert all(word in result.message for word in words)
    assert district.landed(FEED) == []
    assert district.batches(FEED) == [(1, "stopped", 0, result.message)]
    assert collect(FEED, DAY) == result
    district.manifest(FEED)
    assert collect(FEED, DAY).status == "landed"
    assert [row[:2] for row in district.batches(FEED)] == [(1, "stopped"), (2, "landed")]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("not json", "is not JSON"),
        ("[" * 100_000, "JSON"),
        ("[]", "must hold an object"),
        ('{"feed": "budgets", "business_date": "2025-11-24", "files": []}', "for feed 'budgets'"),
        (f'{{"feed": "{FEED}", "business_date": "2025-11-25", "files": []}}', "2025-11-25"),
        (f'{{"feed": "{FEED}", "business_date": "2025-11-24"}}', "no list of files"),
    ],
)
def test_manifest_that_is_none(district: District, content: str, words: str) -> None:
    district.put(FEED, "a.csv", csv_of(FEED, rows_of(FEED, 1)))
    district.put(FEED, "manifest.json", content)
    result = collect(FEED, DAY)
    assert result.status == "stopped"
    assert words in result.message


def test_two_collects_at_once_make_one_batch(district: District) -> None:
    district.put(FEED, "a.csv", csv_of(FEED, rows_of(FEED, 2000)))
    results = []
    threads = [
        threading.Thread(target=lambda: results.append(collect(FEED, DAY))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(result.status for result in results) == ["landed", *["unchanged"] * 3]
    assert len({result.batch_id for result in results}) == 1
    assert len(district.landed(FEED)) == 2000


def test_odd_dates_and_amounts_land_as_sent(district: District) -> None:
    rows = [
        {**VALUES[FEED], "voucher_no": f"V{number}", "voucher_date": day, "amt": amount}
        for number, (day, amount) in enumerate(
            [("1900-01-01", "-0.01"), ("2199-12-31", "999999999999999.99"), ("x", "1e5"), ("", "")]
        )
    ]
    district.put(FEED, "a.csv", csv_of(FEED, rows))
    assert collect(FEED, DAY).rows == 4
    assert [row[0] for row in district.landed(FEED, "amt")] == [
        "-0.01", "999999999999999.99", "1e5", None,
    ]  # fmt: skip


def test_other_days_are_other_batches(district: District) -> None:
    for day in (DAY, date(2025, 11, 25)):
        district.put(FEED, "a.csv", csv_of(FEED, rows_of(FEED, 1)), day)
        assert collect(FEED, day).status == "landed"
