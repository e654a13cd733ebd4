"""Bad deliveries: a clear error or a reason on the row, nothing lost, right again afterwards."""

import io
import logging
import os
import resource
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import psycopg
import pytest

from huiyan.errors import LandingError, WarehouseError
from huiyan.feeds import collect as collecting
from huiyan.feeds.collect import CollectResult, collect
from huiyan.feeds.contract import load_contract

from .conftest import DAY, VALUES, District, csv_of, rows_of

FEED = "finance_vouchers"
GOOD = csv_of(FEED, rows_of(FEED, 2))


def stopped(district: District, name: str, content: bytes | str) -> str:
    """Deliver, expect the day to stop with nothing landed, then to go on once corrected."""
    path = district.put(FEED, name, content)
    result = collect(FEED, DAY)
    assert result.status == "stopped", result
    assert name in result.message
    assert district.landed(FEED) == []
    assert district.batches(FEED) == [(1, "stopped", 0, result.message)]
    assert collect(FEED, DAY) == result
    path.unlink()
    district.put(FEED, "good.csv", GOOD)
    assert collect(FEED, DAY).status == "landed"
    assert len(district.landed(FEED)) == 2
    return result.message


def test_missing_and_misnamed_columns(district: District) -> None:
    message = stopped(district, "a.csv", GOOD.replace("amt,", "amuont,", 1))
    assert "amt (金额)" in message
    assert "'amuont'" in message


def test_duplicate_headers(district: District) -> None:
    message = stopped(district, "a.csv", GOOD.replace("auditor,", "金额,", 1))
    assert "'金额'" in message
    assert "'amt'" in message


def test_semicolons(district: District) -> None:
    assert "separated by commas" in stopped(district, "a.csv", GOOD.replace(",", ";"))


def test_empty_file(district: District) -> None:
    assert "is empty" in stopped(district, "a.csv", b"")


@pytest.mark.parametrize("content", [b"\n\n", b"\xef\xbb\xbf", b"\r\n"])
def test_file_without_header(district: District, content: bytes) -> None:
    assert "no header" in stopped(district, "a.csv", content)


def test_damaged_utf8_is_not_taken_for_gb18030(district: District) -> None:
    content = GOOD.encode().replace("支".encode(), "支".encode()[:2], 1)
    message = stopped(district, "a.csv", content)
    assert "broken encoding" in message
    assert "line 2" in message


def test_damaged_gb18030(district: District) -> None:
    content = GOOD.encode("gb18030").replace("支".encode("gb18030"), b"\xff\xff", 1)
    assert "broken encoding" in stopped(district, "a.csv", content)


def test_utf16(district: District) -> None:
    assert "UTF-16" in stopped(district, "a.csv", GOOD.encode("utf-16"))


def test_utf16_without_mark(district: District) -> None:
    ascii_only = csv_of(FEED, []).encode("utf-16-le")
    assert "NUL bytes" in stopped(district, "a.csv", ascii_only)


def test_quote_never_closed_names_its_line(district: District) -> None:
    lines = GOOD.split("\r\n")
    lines[2] = lines[2].replace("支付办公费", '"支付办公费', 1)
    message = stopped(district, "a.csv", "\r\n".join(lines) + "\r\n" + "x,y\r\n" * 1000)
    assert "opened in line 3 is never closed" in message


def test_quote_closed_by_a_later_quote_swallows_no_rows(district: District) -> None:
    lines = GOOD.split("\r\n")
    lines[1] = lines[1].replace("支付办公费", '"支付办公费', 1)
    lines[2] = lines[2].replace("支付办公费", '"支付办公费"', 1)
    message = stopped(district, "a.csv", "\r\n".join(lines))
    assert "between line 2 and line 3" in message


def test_malformed_quotes_within_one_line_concern_that_row(district: District) -> None:
    lines = GOOD.split("\r\n")
    lines[1] = lines[1].replace("支付办公费", '"支付"办公费', 1)
    district.put(FEED, "a.csv", "\r\n".join(lines))
    assert collect(FEED, DAY).rows == 2
    assert district.landed(FEED, "line_no, read_error") == [(2, "malformed_quotes"), (3, None)]


def test_endless_line(district: District, tmp_path: Path) -> None:
    path = district.put(FEED, "a.csv", GOOD)
    with path.open("r+b") as handle:
        handle.seek(0, os.SEEK_END)
        handle.truncate(300 * 1024**2)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    result = collect(FEED, DAY)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert result.status == "stopped"
    assert "line 4 is longer than 1,048,576 bytes" in result.message
    assert grown < 60 * 1024, f"{grown} KiB more"


def test_nul_bytes_and_marks_in_the_middle_are_reasons(district: District) -> None:
    rows = [
        {**VALUES[FEED], "voucher_no": "a", "vou_det_desc": "x\0y"},
        {**VALUES[FEED], "voucher_no": "b", "vou_det_desc": "x\ufeffy"},
        {**VALUES[FEED], "voucher_no": "c"},
    ]
    text = csv_of(FEED, rows)
    district.put(FEED, "a.csv", text + "\ufeff" + text)
    assert collect(FEED, DAY).rows == 7
    landed = district.landed(FEED, "voucher_no, vou_det_desc, read_error")
    expected = [
        ("a", "x␀y", "nul_byte:vou_det_desc"),
        ("b", "x\ufeffy", "byte_order_mark_inside:vou_det_desc"),
        ("c", "支付办公费", None),
    ]
    assert landed[:3] == expected
    assert landed[4:] == expected
    assert landed[3][2] == "byte_order_mark_inside:mof_div_code;repeated_header"


def test_keys_with_spaces(district: District) -> None:
    rows = rows_of(FEED, 1, voucher_no=" 记 0001 ")
    district.put(FEED, "a.csv", csv_of(FEED, rows))
    collect(FEED, DAY)
    assert district.landed(FEED, "voucher_no") == [("记 0001",)]


def test_other_files_in_the_folder(district: District) -> None:
    assert "not a file this feed accepts" in stopped(district, "a.xls", b"whatever")


def test_folder_in_the_folder(district: District) -> None:
    district.put(FEED, "a.csv", GOOD)
    (district.folder(FEED) / "more").mkdir()
    assert "more is a folder" in collect(FEED, DAY).message


def test_link_out_of_the_folder(district: District, tmp_path: Path) -> None:
    outside = tmp_path / "outside.csv"
    outside.write_text(GOOD, encoding="utf-8")
    (district.folder(FEED) / "a.csv").symlink_to(outside)
    result = collect(FEED, DAY)
    assert result.status == "stopped"
    assert "a.csv is a link out of the folder" in result.message


def test_pipe_is_not_waited_for(district: District) -> None:
    os.mkfifo(district.folder(FEED) / "a.csv")
    assert "a.csv is not a regular file" in collect(FEED, DAY).message


def test_day_folder_that_leads_elsewhere(district: District, tmp_path: Path) -> None:
    folder = district.folder(FEED)
    folder.rmdir()
    (tmp_path / "elsewhere").mkdir()
    folder.symlink_to(tmp_path / "elsewhere")
    assert "leads out of the landing zone" in collect(FEED, DAY).message


def workbook(change: Callable[[openpyxl.worksheet.worksheet.Worksheet], None]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(list(VALUES[FEED]))
    sheet.append(list(VALUES[FEED].values()))
    change(sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_truncated_xlsx(district: District) -> None:
    content = workbook(lambda sheet: None)
    assert "truncated" in stopped(district, "a.xlsx", content[: len(content) // 2])


def test_xlsx_with_damaged_part(district: District) -> None:
    content = bytearray(workbook(lambda sheet: None))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        part = archive.getinfo("xl/worksheets/sheet1.xml")
        at = part.header_offset + 60
    content[at : at + 40] = b"\0" * 40
    stopped(district, "a.xlsx", bytes(content))


@pytest.mark.parametrize("content", [b"not a zip", bytes.fromhex("d0cf11e0a1b11ae1") + b"0" * 600])
def test_not_xlsx(district: District, content: bytes) -> None:
    stopped(district, "a.xlsx", content)


def test_zip_bomb(district: District) -> None:
    out = io.BytesIO(workbook(lambda sheet: None))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("xl/bomb.xml", b"0" * (64 * 1024**2))
    assert "unpacks" in stopped(district, "a.xlsx", out.getvalue())


def test_formulas_are_explained(district: District) -> None:
    def change(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        sheet["Q2"] = "=1234+0.56"

    assert list(VALUES[FEED])[16] == "amt"
    district.put(FEED, "a.xlsx", workbook(change))
    assert collect(FEED, DAY).rows == 1
    assert district.landed(FEED, "amt, read_error") == [("=1234+0.56", "formula:amt")]


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE a [<!ENTITY x "y">]>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE a SYSTEM "http://127.0.0.1/x.dtd">',
    ],
)
def test_xml_with_entities(district: District, head: str) -> None:
    text = f"<?xml version='1.0'?>{head}<a><b><amt>&x;</amt></b></a>"
    assert "refused" in stopped(district, "a.xml", text)


@pytest.mark.parametrize("text", ["<a><b></a>", "<a", "not xml", "<a><b><amt>1</amt></b>"])
def test_xml_not_well_formed(district: District, text: str) -> None:
    assert "well-formed" in stopped(district, "a.xml", text)


def test_folder_that_vanishes(district: District, monkeypatch: pytest.MonkeyPatch) -> None:
    path = district.put(FEED, "a.csv", GOOD)
    inspect = collecting.folder.inspect

    def and_gone(*arguments: object) -> object:
        delivery = inspect(*arguments)  # type: ignore[arg-type]
        path.unlink()
        path.parent.rmdir()
        return delivery

    with monkeypatch.context() as patched:
        patched.setattr(collecting.folder, "inspect", and_gone)
        with pytest.raises(LandingError, match="vanished"):
            collect(FEED, DAY)
    assert district.batches(FEED) == []
    assert collect(FEED, DAY).status == "missing"
    district.put(FEED, "a.csv", GOOD)
    assert collect(FEED, DAY).status == "landed"


def test_file_that_changes_while_it_is_read(
    district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = district.put(FEED, "a.csv", GOOD)
    feed = collecting.EncodingProbe.feed

    def and_changed(self: collecting.EncodingProbe, block: bytes) -> None:
        feed(self, block)
        with path.open("ab") as handle:
            handle.write(b"more\r\n")

    with monkeypatch.context() as patched:
        patched.setattr(collecting.EncodingProbe, "feed", and_changed)
        with pytest.raises(LandingError, match="changed while it was being read"):
            collect(FEED, DAY)
    assert district.batches(FEED) == []
    path.write_text(GOOD, encoding="utf-8")
    assert collect(FEED, DAY).status == "landed"


def test_disk_full(district: District) -> None:
    """The file size limit stands for the full disk: the write fails half way."""
    district.put(FEED, "a.csv", csv_of(FEED, rows_of(FEED, 5_000)))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        with pytest.raises(LandingError, match=r"No space to archive a\.csv"):
            collect(FEED, DAY)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert district.batches(FEED) == []
    assert [path for path in district.settings.archive.rglob("*") if path.is_file()] == []
    assert collect(FEED, DAY).rows == 5_000


def test_database_that_stops_in_the_middle(
    district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    district.put(FEED, "a.csv", csv_of(FEED, rows_of(FEED, 5_000)))
    data = collecting._copy_data

    def and_cut(*arguments: object) -> object:
        for number, block in enumerate(data(*arguments)):  # type: ignore[arg-type]
            if number == 1:
                with psycopg.connect(_url(district), autocommit=True) as other:
                    other.execute(
                        "select pg_terminate_backend(pid) from pg_stat_activity "
                        "where datname = current_database() and pid <> pg_backend_pid()"
                    )
            yield block

    with monkeypatch.context() as patched:
        patched.setattr(collecting, "_copy_data", and_cut)
        patched.setattr(collecting, "COPY_BYTES", 65_536)
        with pytest.raises(WarehouseError, match="Nothing was recorded"):
            collect(FEED, DAY)
    assert district.batches(FEED) == []
    assert district.landed(FEED) == []
    assert collect(FEED, DAY).rows == 5_000


def _url(district: District) -> str:
    from huiyan.warehouse.connection import libpq_url

    return libpq_url(district.settings)


CARD_FEED = "card_transactions"
NUMBER = "6282001234567890"
OTHER = "4111111111111111"


def everything(district: District) -> str:
    """All that is stored anywhere for the card feed: tables, archive, folder of the home."""
    texts = [
        str(district.query(f"select * from {table}"))
        for table in (f"landing.{CARD_FEED}", "ops.batch", "ops.batch_file")
    ]
    texts += [
        path.read_bytes().decode("latin-1")
        for path in district.settings.home_dir.rglob("*")
        if path.is_file()
    ]
    return "\n".join(texts)


def deliver_cards(district: District, rows: list[dict[str, str]]) -> CollectResult:
    columns = [column.name for column in load_contract(CARD_FEED).columns] + ["memo"]
    district.put(CARD_FEED, "a.csv", csv_of(CARD_FEED, rows, columns=columns))
    return collect(CARD_FEED, DAY)


def test_card_number_becomes_token_and_last_four(district: District) -> None:
    deliver_cards(district, rows_of(CARD_FEED, 2))
    landed = district.landed(CARD_FEED, "card_token, card_last4, read_error")
    assert landed[0] == landed[1]
    token, last4, error = landed[0]
    assert (len(token), last4, error) == (64, "7890", None)
    assert NUMBER not in everything(district)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("merchant_name", f"饭店 {NUMBER}"),
        ("merchant_name", "card6282001234567890x"),
        ("holder_id", OTHER),
        ("memo", "4111-1111 1111-1111"),
        ("memo", "４１１１１１１１１１１１１１１１"),
        ("txn_no", NUMBER),
        ("amount", "6222021234567890123"),
        ("terminal_no", "6282 0012 3456 7890"),
    ],
)
def test_card_number_in_a_wrong_column(
    district: District, caplog: pytest.LogCaptureFixture, column: str, value: str
) -> None:
    caplog.set_level(logging.DEBUG)
    rows = rows_of(CARD_FEED, 2)
    rows[0][column] = value
    result = deliver_cards(district, rows)
    landed = district.landed(CARD_FEED, "read_error")
    assert landed == [(f"card_number_in_wrong_column:{column}",), (None,)]
    kept = everything(district) + result.message + caplog.text
    for number in (NUMBER, OTHER, value, "6222021234567890123"):
        assert number not in kept


@pytest.mark.parametrize("value", ["62820012345678", "6282 0012 3456 7890", "x6282001234567890"])
def test_invalid_card_number_is_not_stored(district: District, value: str) -> None:
    deliver_cards(district, rows_of(CARD_FEED, 1, card_no=value))
    assert district.landed(CARD_FEED, "card_token, card_last4, read_error") == [
        (None, None, "invalid_card_number")
    ]
    assert value not in everything(district)


def test_unreadable_card_row_hides_its_numbers(district: District) -> None:
    text = csv_of(CARD_FEED, rows_of(CARD_FEED, 1)) + f"T9,{NUMBER},x\r\n" + f'"T"8,{NUMBER}\r\n'
    district.put(CARD_FEED, "a.csv", text)
    assert collect(CARD_FEED, DAY).rows == 3
    assert NUMBER not in everything(district)
    errors = [row[0] for row in district.landed(CARD_FEED, "read_error")]
    assert errors[0] is None
    assert all("card_number_in_unreadable_row" in error for error in errors[1:])


def test_card_number_as_header(district: District) -> None:
    text = csv_of(CARD_FEED, rows_of(CARD_FEED, 1)).split("\r\n", 1)[1]
    district.put(CARD_FEED, "a.csv", text)
    result = collect(CARD_FEED, DAY)
    assert result.status == "stopped"
    assert NUMBER not in everything(district) + result.message


def test_a_file_name_in_gb18030_is_read_for_the_message(district: District) -> None:
    name = os.fsdecode("财政.csv".encode("gb18030"))
    path = district.put(FEED, name, GOOD)
    result = collect(FEED, DAY)
    assert result.status == "stopped"
    assert "not UTF-8 (财政.csv if it is GB18030): rename it" in result.message
    path.rename(path.with_name("财政.csv"))
    assert collect(FEED, DAY).status == "landed"
    assert len(district.landed(FEED)) == 2


@pytest.mark.parametrize("said", ['"note": "\\ud800"', '"files": [{"name": "\\udfff.csv"}]'])
def test_half_a_character_in_the_manifest(district: District, said: str) -> None:
    district.put(FEED, "a.csv", GOOD)
    district.put(FEED, "manifest.json", "{" + said + "}")
    result = collect(FEED, DAY)
    assert result.status == "stopped"
    assert "manifest.json is not JSON in UTF-8" in result.message
    district.manifest(FEED)
    (district.folder(FEED) / "manifest.json").unlink()
    assert collect(FEED, DAY).status == "landed"
