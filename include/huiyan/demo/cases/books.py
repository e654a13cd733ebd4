"""Units that keep no books, and those that only seem so."""

from collections.abc import Iterable

from huiyan.demo.cases.worker import Caseworker
from huiyan.demo.desk import Paid, made
from huiyan.demo.district import Unit


class BookCases(Caseworker):
    """BOOK-001: units paid through the treasury that keep no books, and those that seem so."""

    def make(self) -> None:
        """All of them."""
        plant, near, district = self.truth.plant, self.truth.near, self.district
        for place, unit in enumerate(district.only("no_books")):
            self._stipends(unit, (130, 95, 64, 33, 5 + place))
            plant("BOOK-001", unit.treasury_code, "经国库支付，财务平台没有用户")
        for place, last_posting in enumerate((0, 119, 106, 91)):
            unit = self.unit(lambda each: each.kind in ("institution", "town_body"))
            unit.ordinary = False
            desk = self.desk_of(unit)
            if last_posting:
                posting = self.last - last_posting
                self.with_invoice(desk, 500_00, event=posting - 5, posting=posting)
            self._stipends(unit, (125, 66, 38, 12 + place))
            note = f"已 {last_posting} 天不记账" if last_posting else "有用户，从不记账"
            plant("BOOK-001", unit.treasury_code, note)
        unit = self.unit(lambda each: each.kind == "town_body")
        unit.ordinary, unit.fills_links = False, False
        posting = self.last - 90
        self.with_invoice(self.desk_of(unit), 500_00, event=posting - 5, posting=posting)
        self._stipends(unit, (125, 66, 38, 12))
        near("BOOK-001", unit.treasury_code, "恰好 90 天没有记账")
        centre = self.desk_of(district.by_name["会计核算中心"])
        for unit in district.only("kept"):
            for paid in self._stipends(unit, (140, 110, 72, 41, 10)):
                self.book(centre, paid)
            near("BOOK-001", unit.treasury_code, "由会计核算中心代为记账")
        for unit in district.only("twin"):
            self._stipends(unit, (60, 30, 8))
            near("BOOK-001", unit.treasury_code, "两平台同名而信用代码不同，待人工核对")
        closed = district.only("closed")
        self._stipends(closed[0], (135, 90))
        near("BOOK-001", closed[0].treasury_code, "撤销单位，最后一笔在 90 天以前")
        self._stipends(closed[1], (136,))
        for status in ("returned", "void"):
            account, payee = self._supplier(3)
            self.desk_of(closed[1]).pay(
                self.back(20),
                700_00,
                "30299",
                account,
                payee,
                "尾款",
                status=status,
                procured=False,
            )
        near("BOOK-001", closed[1].treasury_code, "90 天内只有退回和作废的支付")
        gone = self.unit(lambda each: each.kind == "institution")
        gone.ordinary, gone.closed_on = False, self.last - 100
        posting = self.last - 101
        self.with_invoice(self.desk_of(gone), 900_00, event=posting - 3, posting=posting)
        self._stipends(gone, (112,))
        near("BOOK-001", gone.treasury_code, "撤并单位，两边都停了")

    def _stipends(self, unit: Unit, agos: Iterable[int]) -> list[Paid]:
        """Small payments `agos` calendar days before the last day (not moved to working days)."""
        desk = self.desk_of(unit)
        payments = []
        for turn, ago in enumerate(agos):
            account, payee = self._supplier(unit.index + turn)
            day = self.last - ago
            paid = desk.pay(
                day,
                1800_00 + 10_00 * turn,
                "30299",
                account,
                payee,
                "日常经费",
                procured=False,
                actual_day=day,
            )
            paid = made(paid)
            payments.append(paid)
        return payments
