"""The generated pages are what the code says now."""

from huiyan.reference import feeds_page, stale


def test_no_page_is_out_of_date() -> None:
    assert stale() == []


def test_a_feed_page_names_every_header_of_a_column() -> None:
    page = feeds_page()
    assert "| `amt` | `AMT` | 金额 | money | R |" in page
    assert "paid 已支付" in page
