"""Rows landed many at a time are the rows landed one by one: same data, same counts."""

import csv
import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiyan.feeds import csv_reader, header
from huiyan.feeds.cells import Parsed, PlainLines
from huiyan.feeds.contract import load_contract
from huiyan.feeds.csv_reader import CsvReader
from huiyan.feeds.landing_rows import LandingRows

CARD = "6282001234567890"
CELL = st.sampled_from(
    [
        "", "a", "付-1", " a", "a\u3000", "（a）", "２０２５", "1,840.00", "1.5", "-3", "x,y",
        "a\"b", "5\"", "\"", "a\nb", "a\r\nb", "\n", "\0", "\ufeffa", "voucher_no", "amt",
        "1.00\n2.00", CARD, "6282 0012 3456 7890", "卡6282001234567890", CARD[:-1], "\\.", "NULL",
    ]
)  # fmt: skip


def landed(content: str, feed: str, *, together: bool) -> tuple[list[list[str]], dict[str, Any]]:
    """COPY data read back as rows, and all counts."""
    reader = CsvReader(io.BytesIO(content.encode()), "utf-8", "a.csv")
    layout = header.resolve(load_contract(feed), reader.header, "a.csv", complete=False)
    rows = LandingRows(load_contract(feed), layout, 7, 1, b"key")
    data = b""
    if together:
        for item in reader.stretches(plain=rows.takes_plain):
            if isinstance(item, PlainLines):
                data += rows.plain(item)
            elif isinstance(item, Parsed):
                data += rows.parsed(item)
            else:
                data += rows.record(item)
    else:
        data = b"".join(map(rows.record, reader.rows()))
    counts = {
        name: getattr(rows, name)
        for name in (
            "rows",
            "trimmed_cells",
            "fullwidth_cells",
            "masked_cells",
            "has_other_amounts",
        )
    }
    counts["cents"] = None if rows.has_other_amounts else rows.cents
    return list(csv.reader(io.StringIO(data.decode(), newline=""))), counts


@pytest.mark.parametrize(
    ("feed", "columns"),
    [
        ("finance_vouchers", ["voucher_no", "amt", "vou_seq"]),
        ("finance_vouchers", ["voucher_no", "amt", "unknown", "vou_seq"]),
        ("card_transactions", ["txn_no", "unknown", "card_no", "amount", "merchant_name"]),
        ("card_transactions", ["card_no", "amount"]),
    ],
)
@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(st.lists(CELL, min_size=1, max_size=5), max_size=8),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    end=st.sampled_from(["\n", "\r\n"]),
    block=st.sampled_from([32, 262_144]),
)
def test_together_is_as_one_by_one(
    feed: str, columns: list[str], rows: list[list[str]], quoting: Any, end: str, block: int
) -> None:
    width = len(columns)
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=quoting, lineterminator=end)
    writer.writerow(columns)
    for row in rows:
        writer.writerow(row if len(row) == 5 else (row * width)[:width])
    before = csv_reader.BLOCK_BYTES
    csv_reader.BLOCK_BYTES = block
    try:
        assert landed(out.getvalue(), feed, together=True) == landed(
            out.getvalue(), feed, together=False
        )
    finally:
        csv_reader.BLOCK_BYTES = before


@pytest.mark.parametrize("style", ["{}", '"{}"', "{} "])
@pytest.mark.parametrize(
    "again",
    [
        "voucher_no,amt",
        "Voucher_No,AMT",
        "记账凭证号,金额",
        "ｖoucher_no,ＡＭＴ",
        "\ufeffvoucher_no,amt",
    ],
)
def test_a_repeated_header_line_is_no_row_like_others(style: str, again: str) -> None:
    first = "记账凭证号,金额" if again.startswith("记") else "voucher_no,amt"
    lines = [["a", "1.00"], again.split(","), ["b", "2.00"]]
    content = "\n".join([first, *(",".join(map(style.format, line)) for line in lines)])
    rows, counts = landed(content, "finance_vouchers", together=True)
    assert [[*row[2:4], row[4].split(";")[-1]] for row in rows] == [
        ["2", "", ""],
        ["3", "", "repeated_header"],
        ["4", "", ""],
    ]
    assert counts["rows"] == 3


def test_quotes_within_an_unquoted_cell_are_kept() -> None:
    rows, _ = landed(
        'voucher_no,amt,vou_det_desc\n1,2,5"\n3,4,a"b\n5,6,"c"\n', "finance_vouchers", together=True
    )
    assert [row[-1] for row in rows] == ['5"', 'a"b', "c"]


def test_amounts_with_thousands_commas_are_summed() -> None:
    content = 'voucher_no,amt\n1,"1,840.00"\n2,"-12,345,678.90"\n3,5.00\n4,\n'
    _, counts = landed(content, "finance_vouchers", together=True)
    assert (counts["cents"], counts["has_other_amounts"]) == (184_000 - 1_234_567_890 + 500, False)


def test_many_headers_in_one_block() -> None:
    content = "\n".join(["voucher_no,amt"] * 5_000)
    rows, _ = landed(content, "finance_vouchers", together=True)
    assert {row[4] for row in rows} == {"repeated_header"}
    assert len(rows) == 4_999


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize(
    ("feed", "column", "kept"),
    [
        ("finance_vouchers", "vou_det_desc", False),
        ("treasury_payments", "pay_summary_name", False),
        ("treasury_payments", "payee_acct_no", True),
    ],
)
@pytest.mark.parametrize(
    "written", [CARD, "4929 1234 1234 1232", "４９２９１２３４１２３４１２３２", "٤٩٢٩١٢٣٤١٢٣٤١٢٣٢"]
)
def test_a_card_number_in_free_text_is_masked_and_counted(
    together: bool, feed: str, column: str, kept: bool, written: str
) -> None:
    content = f"amt,{column}\n1.00,办公\n2.00,报销卡{written}款\n3.00,2025年9月，3笔\n"
    if feed == "treasury_payments":
        content = content.replace("amt", "pay_amt", 1)
    rows, counts = landed(content, feed, together=together)
    assert [row[-1] for row in rows[::2]] == ["办公", "2025年9月，3笔"]
    assert (rows[1][-1] == f"报销卡{written}款") == kept
    assert rows[1][-1].endswith(f"{written[-4:]}款")
    assert counts["masked_cells"] == (not kept)
    assert all(row[4] == "" for row in rows), "masking puts nothing aside"
