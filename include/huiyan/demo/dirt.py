"""Rows that validation must catch, and the corrections that follow some of them."""

from collections.abc import Callable

from huiyan.demo import names
from huiyan.demo.days import iso, workday
from huiyan.demo.desk import Desk, Row, Sink, made
from huiyan.demo.district import District, Unit
from huiyan.demo.truth import Truth


class _Catch:
    """A sink that keeps rows back instead of delivering them."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, int, Row]] = []

    def put(self, feed: str, day: int, row: Row) -> None:
        self.rows.append((feed, day, row))

    def spoil(self, *_: object) -> None:
        """Nothing that is kept back is spoilt."""

    def repeat(self, *_: object) -> None:
        """Nothing that is kept back is repeated."""


def scatter(district: District, desk_of: Callable[[Unit], Desk], sink: Sink, truth: Truth) -> None:
    """Spoil a few rows: in the opening delivery, and at most one a day and feed afterwards."""
    days = district.options.business_days
    unit = next(u for u in district.covered if u.ordinary and u.kind == "school" and u.is_certain)
    opening, daily = days[0], days[1:]
    in_opening = workday(opening - 21)
    _payments_and_swipes(district, unit, in_opening, sink)
    if not daily:
        return
    _voucher_mended_next_day(desk_of(unit), daily, sink, truth)
    attachments = (
        ("attachment_type", "照片", "附件类型不在目录内"),
        ("uploaded_at", "", "缺少上传时间"),
        ("attachment_no", "两", "附件序号不是整数"),
        ("file_sha256", "abc", "文件摘要不足 64 位"),
        ("amount", "12.345", "金额多于两位小数"),
    )
    for place, (column, cell, what) in enumerate(attachments):
        day = daily[place] if place < len(daily) else in_opening
        row: Row = (
            unit.acct_set,
            2025,
            11,
            f"废{place:04d}",
            1,
            "other",
            None,
            None,
            f"{iso(day)} 10:00:00",
            "0" * 64,
            None,
            *[None] * 11,
        )
        sink.spoil("finance_attachments", day, row, column, cell, what)
    vouchers: tuple[tuple[str | None, str, str], ...] = (
        ("voucher_date", "2025-13-40", "日期不存在"),
        ("acct_period", "13", "会计期间超出 1–12"),
        ("amt", "壹佰元", "金额读不出"),
        (None, "", "单元格数不对"),
    )
    later = daily[1:]
    for place, (name, cell, what) in enumerate(vouchers):
        day = later[place] if place < len(later) else in_opening
        row = (
            names.DIVISION_CODE,
            unit.finance_code,
            unit.acct_set,
            2025,
            11,
            f"废{place:04d}",
            1,
            iso(day),
            "甲",
            iso(day),
            "乙",
            iso(day),
            "丙",
            iso(day),
            0,
            0,
            None,
            "购买办公用品",
            "5001",
            "业务活动费用",
            "D",
            100_00,
            "30201",
            *[None] * 9,
        )
        sink.spoil("finance_vouchers", day, row, name, cell, what)


def _voucher_mended_next_day(desk: Desk, daily: list[int], sink: Sink, truth: Truth) -> None:
    """One entry of a voucher cannot be read on the first day; the voucher comes again, right."""
    catch = _Catch()
    own, desk.sink = desk.sink, catch
    first = daily[0]
    slip = desk.spend(
        860_00,
        "30201",
        "购买办公用品",
        voucher_day=first,
        posting_day=first,
        bill=first - 3,
        declared=1,
    )
    desk.sink = own
    slip = made(slip)
    for place, (feed, day, row) in enumerate(catch.rows):
        if place == 0:
            sink.repeat(feed, day, row)
        if place == 1:
            sink.spoil(feed, day, row, "amt", "八百六", "金额读不出，次日更正")
        else:
            sink.put(feed, day, row)
    desk.invoice(slip, 860_00, None, first - 3, buyer=desk.unit.finance_name)
    if len(daily) > 1:
        desk.write(slip, deliver_on=daily[1])
        truth.near("VOU-004", slip.subject, "一条分录读不出，次日更正：先有疑点，后销除")
    else:
        truth.plant("VOU-004", slip.subject, "一条分录读不出，还没有更正")


def _payments_and_swipes(district: District, unit: Unit, day: int, sink: Sink) -> None:
    def payment(number: str, fen: int) -> Row:
        return (
            names.DIVISION_CODE,
            2025,
            number,
            iso(day),
            unit.treasury_code,
            unit.treasury_name,
            unit.function_code,
            "30201",
            "12",
            "2",
            "9",
            unit.zero_balance,
            unit.treasury_name,
            "9558000000000000001",
            "扬江废行测试有限公司",
            names.BANKS[0],
            "测试",
            fen,
            iso(day),
            fen,
            None,
            None,
            None,
            "void",
        )

    for place, (column, cell, what) in enumerate(
        (
            ("payee_acct_name", "", "缺少收款人"),
            ("status", "处理中", "状态不在目录内"),
            ("pay_amt", "1,2,3元", "金额读不出"),
        )
    ):
        row = payment(f"ZFBAD{place:04d}", 500_00)
        sink.spoil("treasury_payments", day, row, column, cell, what)
    twice = payment("ZFBAD0010", 410_00)
    sink.put("treasury_payments", day, twice)
    sink.repeat("treasury_payments", day, twice)
    for cell in ("600.00", "700.00"):
        row = payment("ZFBAD0009", 600_00)
        sink.spoil("treasury_payments", day, row, "pay_amt", cell, "同一编号两行不同")
    person = unit.staff[0]
    card = person.card_no or district.account_no("6229")[:16]

    def swipe(number: str) -> Row:
        return (
            number,
            card,
            person.person_id,
            person.name,
            unit.treasury_code,
            f"{iso(day)} 12:00:00",
            iso(day + 1),
            "purchase",
            88_00,
            None,
            "惠民超市",
            "5411",
            "扬江市",
            None,
            None,
        )

    for place, (column, cell, what) in enumerate(
        (
            ("card_no", "62299912", "卡号位数不对"),
            ("txn_type", "分期", "交易类型不在目录内"),
            ("txn_at", "中午", "时间读不出"),
        )
    ):
        sink.spoil("card_transactions", day + 1, swipe(f"KJBAD{place:04d}"), column, cell, what)
