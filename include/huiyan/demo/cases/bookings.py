"""Payments and the vouchers that name them, purchases under the threshold."""

from dataclasses import replace
from typing import Any

from huiyan.demo.cases.worker import Caseworker
from huiyan.demo.days import workday
from huiyan.demo.desk import Desk, Line, Paid, Slip, made


class BookingCases(Caseworker):
    """BOOK-003, BOOK-005, BOOK-006, PROC-002, PROC-003."""

    def make(self) -> None:
        """All of them."""
        self._other_amounts()
        self._no_real_payments()
        self._other_units()
        self._just_under()
        self._acceptances()

    def _paid(self, desk: Desk, ago: int, fen: int = 5_100_00, **fields: Any) -> Paid:
        """A payment `ago` calendar days before the last day that nobody has booked yet."""
        day = self.last - ago
        return self.payment(
            desk,
            day,
            fen,
            self.district.account_no("9558"),
            f"扬江第{self.rng.randrange(10**6)}科技服务有限公司",
            words=fields.pop("words", "技术服务费"),
            actual_day=fields.pop("actual_day", day),
            booked=False,
            **fields,
        )

    def _booked(
        self,
        desk: Desk,
        paid: Paid,
        fen: int = 0,
        posting: int = 0,
        number: str = "",
        **fields: Any,
    ) -> Slip:
        """A voucher that names a payment, with a bank receipt."""
        posting = posting or workday(paid.day + 2)
        slip = desk.spend(
            fen or paid.fen,
            paid.eco,
            paid.summary,
            voucher_day=posting,
            posting_day=posting,
            declared=1,
            bill=max(paid.day, posting - 20),
            party=paid.payee,
            payment=number or paid.number,
            **fields,
        )
        slip = made(slip)
        desk.attach(slip, "bank_receipt", fen=fen or paid.fen)
        return slip

    # --- BOOK-003 --------------------------------------------------------------------------

    def _other_amounts(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        for ago, more, note in (
            (66, 2, "多记 2 分"),
            (48, -1_000_00, "少记 1000 元"),
            (5, 900_00, "最后几日多记"),
        ):
            desk = self.desk()
            paid = self._paid(desk, ago)
            self._booked(desk, paid, paid.fen + more)
            plant("BOOK-003", paid.number, note)
        desk = self.desk()
        paid = self._paid(desk, 37)
        self._booked(desk, paid, 3_000_00)
        half = self._booked(desk, paid, 2_100_00)
        desk.reverse(half, workday(half.posting_day + 3))
        plant("BOOK-003", paid.number, "两张合计相等，其中一张已红冲")
        desk = self.desk()
        paid = self._paid(desk, 29)
        self._parallel(desk, paid, budget_fen=paid.fen - 700_00)
        plant("BOOK-003", paid.number, "费用相等，预算会计少记")

        for more in (1, -1):
            desk = self.desk()
            paid = self._paid(desk, 33)
            self._booked(desk, paid, paid.fen + more)
            near("BOOK-003", paid.number, "相差 1 分")
        desk = self.desk()
        paid = self._paid(desk, 41)
        self._booked(desk, paid, 3_000_00)
        self._booked(desk, paid, 2_100_00)
        near("BOOK-003", paid.number, "分两张凭证记，合计相等")
        desk = self.desk()
        paid = self._paid(desk, 39)
        self._parallel(desk, paid, expense_fen=paid.fen - 700_00)
        near("BOOK-003", paid.number, "一部分先作预付，预算会计相等")
        desk = self.desk()
        paid = self._paid(desk, 27)
        self._booked(desk, paid, budget=False)
        near("BOOK-003", paid.number, "没有预算会计分录，费用相等")
        desk = self.desk()
        paid = self._paid(desk, 25)
        self._booked(desk, paid, 1_000_00, budget=False, debit="1214")
        near("BOOK-003", paid.number, "只记往来，看不出记账金额")
        desk = self.desk()
        paid = self._paid(desk, 22, actual_day=0)
        self._booked(desk, paid, 100_00)
        near("BOOK-003", paid.number, "没有实际支付日期")
        desk = self.desk()
        paid = self._paid(desk, 12)
        wrong = self._booked(desk, paid, 1_500_00)
        right = max(self.last, wrong.posting_day)
        desk.reverse(wrong, right)
        self._booked(desk, paid, posting=right)
        near("BOOK-003", paid.number, "记错后更正：先有疑点，后销除")

    def _parallel(self, desk: Desk, paid: Paid, expense_fen: int = 0, budget_fen: int = 0) -> None:
        """A voucher whose expense and budget entries do not say the same."""
        posting = workday(paid.day + 2)
        expense, credit, spent, source = desk.lines(
            paid.fen, paid.eco, paid.summary, bill=paid.day, party=paid.payee, payment=paid.number
        )
        lines = [credit, replace(spent, fen=budget_fen or paid.fen)]
        lines.append(replace(source, fen=budget_fen or paid.fen))
        lines.append(replace(expense, fen=expense_fen or paid.fen))
        if expense_fen:
            lines.append(Line("1214", "D", paid.fen - expense_fen, paid.summary))
        slip = desk.post(posting, posting, lines, 1)
        desk.attach(slip, "bank_receipt", fen=paid.fen)

    # --- BOOK-005 --------------------------------------------------------------------------

    def _no_real_payments(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        for ago, status, note in (
            (53, "returned", "写明的支付已退回"),
            (18, "void", "写明的支付已作废"),
            (4, "returned", "最后几日，写明的支付已退回"),
        ):
            desk = self.desk()
            paid = self._paid(desk, ago, status=status)
            plant("BOOK-005", self._booked(desk, paid, posting=self.last - ago + 1).subject, note)
        for posted, kind, note in (
            (11, plant, "国库没有这笔支付，记账已 11 天"),
            (45, plant, "国库没有这笔支付"),
            (10, near, "国库没有这笔支付，记账才 10 天"),
        ):
            desk = self.desk()
            unreal = Paid("", self.last - posted, 2_300_00, "30299", "扬江某服务有限公司", "服务费")
            number = f"ZF{self.rng.randrange(10**4):04d}NONE{posted:03d}"
            slip = self._booked(desk, unreal, posting=self.last - posted, number=number)
            kind("BOOK-005", slip.subject, note)
        desk = self.desk()
        paid = self._paid(desk, 40, status="returned")
        slip = self._booked(desk, paid)
        desk.reverse(slip, workday(slip.posting_day + 2))
        near("BOOK-005", slip.subject, "退回后已红冲")
        desk = self.desk()
        paid = self._paid(desk, 32)
        near("BOOK-005", self._booked(desk, paid).subject, "支付确已办理")
        desk = self.desk()
        paid = self._paid(desk, 24, deliver_on=self.last)
        slip = self._booked(desk, paid, posting=self.last - 19)
        near("BOOK-005", slip.subject, "支付数据迟来：先有疑点，后销除")

    # --- BOOK-006 --------------------------------------------------------------------------

    def _other_units(self) -> None:
        plant, near, district = self.truth.plant, self.truth.near, self.district
        for ago in (64, 35, 6):
            desk, other = self.desk(), self.desk()
            paid = self._paid(desk, ago)
            self._booked(other, paid)
            plant("BOOK-006", paid.number, "由另一单位记账")
        desk, other = self.desk(), self.desk()
        paid = self._paid(desk, 43)
        self._booked(desk, paid)
        self._booked(other, paid)
        plant("BOOK-006", paid.number, "两个单位都记了")
        plant("BOOK-003", paid.number, "两个单位都记了，合计多一倍")
        kept, unmatched = district.only("kept")[0], district.only("no_books")[0]
        paid = self._paid(self.desk_of(kept), 30)
        self._booked(self.desk(), paid)
        plant("BOOK-006", paid.number, "报账制单位，记账的不是代理它的核算中心")
        paid = self._paid(self.desk_of(unmatched), 21)
        self._booked(self.desk(), paid)
        plant("BOOK-006", paid.number, "国库单位没有对应的记账单位，由别的单位记账")

        centre = self.desk_of(district.by_name["会计核算中心"])
        paid = self._paid(self.desk_of(kept), 38)
        self._booked(centre, paid)
        near("BOOK-006", paid.number, "报账制单位，由核算中心记账")
        desk = self.desk()
        paid = self._paid(desk, 38)
        self._booked(desk, paid)
        near("BOOK-006", paid.number, "自己记账")
        desk, other = self.desk(), self.desk()
        paid = self._paid(desk, 44)
        slip = self._booked(other, paid)
        other.reverse(slip, workday(slip.posting_day + 1))
        self._booked(desk, paid, posting=workday(slip.posting_day + 2))
        near("BOOK-006", paid.number, "另一单位记错，已红冲并由本单位记账")
        desk, other = self.desk(), self.desk()
        paid = self._paid(desk, 26, status="returned")
        slip = self._booked(other, paid)
        near("BOOK-006", paid.number, "支付已退回，看凭证不看支付")
        plant("BOOK-005", slip.subject, "写明的支付已退回，还是别的单位的")
        desk, other = self.desk(), self.desk()
        paid = self._paid(desk, 15)
        slip = self._booked(other, paid)
        other.reverse(slip, self.last)
        self._booked(desk, paid, posting=self.last)
        near("BOOK-006", paid.number, "更正到本单位：先有疑点，后销除")

    # --- PROC-002 --------------------------------------------------------------------------

    def _just_under(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        third = 194_000_00
        under: tuple[tuple[tuple[tuple[int, int], ...], str], ...] = (
            (((200, 190_000_00), (120, 199_999_99), (20, third)), "首尾恰隔 180 天，恰在两端"),
            (((90, 198_000_00), (60, 192_000_00), (30, 196_000_00)), "三个月三笔"),
            (
                ((290, 191_000_00), (210, 193_000_00), (130, 195_000_00), (40, 197_000_00)),
                "窗口相叠，算一个",
            ),
        )
        for parts, note in under:
            plant("PROC-002", self._series(parts), note)
        usual = ((150, 191_000_00), (100, 193_000_00), (50, 195_000_00))
        others: tuple[tuple[tuple[tuple[int, int], ...], dict[str, Any], str], ...] = (
            (((201, 190_000_00), (120, 199_999_99), (20, third)), {}, "首尾相隔 181 天"),
            (usual[:2], {}, "只有两笔"),
            ((*usual[:2], (50, 189_999_99)), {}, "一笔不到 95%"),
            ((*usual[:2], (50, 200_000_00)), {}, "一笔恰到限额"),
            (usual, {"procured": True}, "一笔走了采购"),
            (usual, {"method": "2"}, "一笔走了邀请招标"),
            (usual, {"status": "returned"}, "一笔已退回"),
            (usual, {"eco": "30213"}, "一笔列在另一科目"),
            (usual, {"eco": ""}, "一笔没有经济分类"),
        )
        for parts, fields, note in others:
            near("PROC-002", self._series(parts, **fields), note)
        if self.is_daily(self.last):
            desk = self.desk()
            subject = self._series(usual[:2], desk=desk)
            paid = self._paid(desk, 18, 196_000_00, eco="30218")
            account, payee = paid.row[13], paid.row[14]
            day = self.last - 18
            self.payment(
                desk,
                day,
                paid.fen,
                account,
                payee,
                eco="30218",
                words=paid.summary,
                actual_day=day,
                booked=False,
                status="returned",
                number=paid.number,
                deliver_on=self.last,
            )
            near("PROC-002", subject, "一笔后来退回：先有疑点，后销除")

    def _series(
        self, parts: tuple[tuple[int, int], ...], desk: Desk | None = None, **last: Any
    ) -> str:
        """Payments on one code to different payees, the last one as told; their subject."""
        desk = desk or self.desk()
        first = ""
        for place, (ago, fen) in enumerate(parts):
            fields = last if place == len(parts) - 1 else {}
            paid = self._paid(desk, ago, fen, **{"eco": "30218", **fields})
            if fields.get("status", "paid") == "paid":
                self._booked(desk, paid)
            first = first or f"{desk.unit.treasury_code}:30218:{paid.number}"
        return first

    # --- PROC-003 --------------------------------------------------------------------------

    def _acceptances(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        too_late: tuple[tuple[int, tuple[int, ...], str], ...] = (
            (56, (1,), "付款次日才验收"),
            (47, (9,), "付款 9 天后验收"),
            (36, (3, 12), "两张验收单都在付款以后"),
        )
        for ago, accepted, note in too_late:
            desk = self.desk()
            paid = self._paid(desk, ago)
            slip = self._booked(desk, paid, posting=workday(paid.day + 14))
            for days in accepted:
                desk.attach(slip, "acceptance", document_day=paid.day + days)
            plant("PROC-003", paid.number, note)
        in_time: tuple[tuple[str, tuple[int, ...], str], ...] = (
            ("acceptance", (0,), "当日验收"),
            ("acceptance", (-6, 12), "首次验收在付款以前"),
            ("acceptance", (), "没有验收单"),
            ("contract", (5,), "日期在后的是合同"),
        )
        for kind, accepted, note in in_time:
            desk = self.desk()
            paid = self._paid(desk, 42)
            slip = self._booked(desk, paid, posting=workday(paid.day + 14))
            for days in accepted:
                desk.attach(slip, kind, document_day=paid.day + days)
            near("PROC-003", paid.number, note)
        desk = self.desk()
        paid = self._paid(desk, 45)
        slip = self._booked(desk, paid, posting=workday(paid.day + 5))
        desk.attach(slip, "acceptance", document_day=paid.day + 4)
        desk.reverse(slip, workday(slip.posting_day + 1))
        self._booked(desk, paid, posting=workday(slip.posting_day + 2))
        near("PROC-003", paid.number, "附验收单的凭证已红冲，重记的没有验收单")
        desk = self.desk()
        paid = self._paid(desk, 51)
        slip = self._booked(desk, paid, posting=workday(paid.day + 5))
        desk.attach(slip, "acceptance", document_day=paid.day - 1)
        desk.reverse(slip, workday(slip.posting_day + 1))
        again = self._booked(desk, paid, posting=workday(slip.posting_day + 2))
        desk.attach(again, "acceptance", document_day=paid.day + 4)
        plant("PROC-003", paid.number, "付款前的验收单在已红冲的凭证上")
        desk = self.desk()
        paid = self._paid(desk, 31, actual_day=0)
        slip = self._booked(desk, paid, posting=workday(paid.day + 5))
        desk.attach(slip, "acceptance", document_day=paid.day + 3)
        near("PROC-003", paid.number, "没有实际支付日期")
        desk = self.desk()
        paid = self._paid(desk, 17)
        slip = self._booked(desk, paid, posting=workday(paid.day + 5))
        desk.attach(slip, "acceptance", document_day=paid.day + 4)
        desk.attach(slip, "acceptance", self.last, document_day=paid.day - 2)
        near("PROC-003", paid.number, "补传了付款前的验收单：先有疑点，后销除")
