"""Data-quality pages."""

import logging
import re
from urllib.parse import urlparse
from urllib.request import url2pathname

import pytest

from huiyan.quality import docs
from huiyan.quality.gate import check
from huiyan.settings import Settings

from .landing import CARD, VOUCHER, land, vouchers


def read(batch: int) -> str:
    from pathlib import Path

    return Path(url2pathname(urlparse(docs.docs_url(batch)).path)).read_text("utf-8")


def test_every_batch_has_a_page_and_the_index_links_it(
    warehouse: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    bad = {**VOUCHER, "amt": "一千", "dr_cr": "x", "poster": None}
    with caplog.at_level(logging.WARNING):
        first = land(warehouse, "finance_vouchers", [[*vouchers(30), bad]])
        check(first)
        second = land(warehouse, "finance_vouchers", [[bad, {"read_error": "no cells"}]])
        check(second)
    assert not [r for r in caplog.records if r.name.startswith(("great_expectations", "huiyan"))]
    page = read(first)
    for words in (
        "财务记账",
        "2025-09-30",
        "已接收",
        "amt: not money",
        "一千",
        "values must read as",
    ):
        assert words in page
    assert "已停止" in read(second)
    index = (docs.site() / "index.html").read_text("utf-8")
    assert f"validations/{first}.html" in index
    assert f"validations/{second}.html" in index


def test_pages_ask_no_other_server_for_anything(warehouse: Settings) -> None:
    batch = land(warehouse, "finance_vouchers", [vouchers(3)])
    check(batch)
    for content in (read(batch), (docs.site() / "index.html").read_text("utf-8")):
        assert not re.search(r"(src|href)=[\"']?(https?:)?//", content)
        assert "<script" not in content


def test_what_a_sender_writes_is_never_markup(warehouse: Settings) -> None:
    evil = "<script>alert(1)</script>${x}{{ 7*7 }}"
    rows = [[*vouchers(30), {**VOUCHER, "amt": evil, "read_error": evil}]]
    batch = land(warehouse, "finance_vouchers", rows, names=["<img src=x>.csv"])
    check(batch)
    page = read(batch)
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;${x}{{ 7*7 }}" in page


def test_no_card_number_in_a_page(warehouse: Settings) -> None:
    rows = [{**CARD, "txn_no": f"G{number}"} for number in range(30)]
    rows.append({**CARD, "txn_type": "6222020200112233445"})
    batch = land(warehouse, "card_transactions", [rows])
    check(batch)
    assert "…3445" in read(batch)
    assert "6222020200112233445" not in read(batch)


def test_pages_can_be_made_anew(warehouse: Settings) -> None:
    batch = land(warehouse, "finance_vouchers", [vouchers(3)])
    check(batch)
    before = read(batch)
    docs.page_of(batch).unlink()
    (docs.site() / "index.html").unlink()
    assert docs.rebuild() == docs.site() / "index.html"
    assert read(batch) == before


def test_a_missing_page_comes_back_with_the_repetition(warehouse: Settings) -> None:
    batch = land(warehouse, "finance_vouchers", [vouchers(3)])
    check(batch)
    docs.page_of(batch).unlink()
    check(batch)
    assert docs.page_of(batch).exists()


def test_a_page_that_cannot_be_written_does_not_stop_the_day(
    warehouse: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    docs.site().parent.mkdir(parents=True)
    docs.site().write_text("in the way")
    batch = land(warehouse, "finance_vouchers", [vouchers(3)])
    assert check(batch).status == "accepted"
    assert "could not be written" in caplog.text


def test_it_never_leaves_drafts(warehouse: Settings) -> None:
    check(land(warehouse, "finance_vouchers", [vouchers(3)]))
    assert not list(docs.site().rglob(".*.html*"))
