"""The generated pages are what the code says now."""

from huiyan.reference import feeds_page, legal_basis_page, stale


def test_no_page_is_out_of_date() -> None:
    assert stale() == []


def test_a_feed_page_names_every_header_of_a_column() -> None:
    page = feeds_page()
    assert "| `amt` | `AMT` | 金额 | money | R |" in page
    assert "paid 已支付" in page


def test_the_page_of_law_parts_what_was_read_from_what_was_not() -> None:
    read, unread = legal_basis_page().split("## Open")
    assert "| 中华人民共和国政府采购法 | 2014-08-31 | 第四十一条 | PROC-003 |" in read
    assert "条款待核 |" not in read
    assert "| 人民币银行结算账户管理办法 | 第四十五条 | PAY-008 |" in unread
    assert "政府采购法" not in unread
