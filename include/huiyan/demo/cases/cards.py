"""Official cards: cash, splits, odd times and places, and claims that do not fit the swipe."""

from dataclasses import replace
from typing import Any

from huiyan.demo.cases.worker import Caseworker
from huiyan.demo.days import workday
from huiyan.demo.desk import Desk, Slip, made


class CardCases(Caseworker):
    """CARD-002 to CARD-012."""

    _merchants = 0

    def make(self) -> None:
        """All of them."""
        self._cash_advances()
        self._claimed_twice()
        self._claimed_too_much()
        self._refunded()

    # --- papers ----------------------------------------------------------------------------

    def _merchant(self, ending: str = "文具店") -> str:
        """A new one, so that no other swipe of the card counts with a case's."""
        self._merchants += 1
        return f"扬江{self._merchants}号{ending}"

    def _swipe(
        self,
        desk: Desk,
        day: int,
        fen: int,
        *,
        merchant: str = "",
        mcc: str = "5943",
        city: str | None = "扬江市",
        minute: int = 610,
        kind: str = "purchase",
        **fields: Any,
    ) -> str:
        number = desk.swipe(
            desk.unit.staff[0],
            day,
            minute,
            fen,
            merchant or self._merchant(),
            mcc,
            city,
            kind,
            **fields,
        )
        return made(number or None)

    def _claim(
        self, desk: Desk, number: str, fen: int, day: int, posting: int = 0, **fields: Any
    ) -> Slip:
        """The voucher that names a swipe of `day`, with an invoice."""
        posting = posting or workday(day + 3)
        fields = {"party": "扬江综合商行", "mode": "3", "credit": "1011", **fields}
        return self.with_invoice(
            desk,
            fen,
            event=max(day, posting - 20),
            posting=posting,
            declared=1,
            swipe=number,
            **fields,
        )

    def _bought(self, desk: Desk, ago: int, fen: int, **fields: Any) -> tuple[str, Slip]:
        """A swipe and the voucher that claims it, as it should be."""
        day = self.back(ago)
        number = self._swipe(desk, day, fen, **fields)
        return number, self._claim(desk, number, fen, day)

    # --- the rules -------------------------------------------------------------------------

    def _cash_advances(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        for ago, fen, note in (
            (110, 2000_00, "取现 2000 元"),
            (33, 100_00, "取现 100 元"),
            (3, 5000_00, "最后几日取现"),
        ):
            number = self._swipe(
                self.card_desk(),
                self.back(ago),
                fen,
                merchant="扬江银行自助取款机",
                mcc="6011",
                kind="cash_advance",
            )
            plant("CARD-004", number, note)
        desk = self.card_desk()
        number = self._swipe(
            desk, self.back(33), 20_00, merchant="扬江银行自助取款机", mcc="6011", kind="fee"
        )
        near("CARD-004", number, "手续费，不是取现")
        number, _ = self._bought(self.card_desk(), 40, 500_00, merchant="自助取款机旁便利店")
        near("CARD-004", number, "消费 500 元，商户名里有取款机")

    def _claimed_twice(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        desk = self.card_desk()
        number, _ = self._bought(desk, 50, 860_00)
        self._claim(desk, number, 860_00, self.back(44), eco="30202", words="印刷表册")
        plant("CARD-006", number, "同一单位报了两次")
        desk = self.card_desk()
        number, _ = self._bought(desk, 95, 430_00)
        self._claim(self.desk(), number, 430_00, self.back(80))
        plant("CARD-006", number, "另一个单位又报一次")
        desk = self.card_desk()
        number, _ = self._bought(desk, 36, 900_00)
        for eco, words in (("30202", "印刷表册"), ("30207", "邮寄费")):
            self._claim(desk, number, 300_00, self.back(20), eco=eco, words=words)
        plant("CARD-006", number, "三张凭证写着同一笔刷卡")
        desk = self.card_desk()
        number, slip = self._bought(desk, 48, 770_00)
        desk.reverse(slip, workday(slip.posting_day + 1))
        self._claim(desk, number, 770_00, slip.posting_day)
        near("CARD-006", number, "先报的已红冲，更正后重报")
        desk = self.card_desk()
        day = self.back(42)
        number = self._swipe(desk, day, 600_00)
        posting = workday(day + 2)
        lines = [
            line
            for eco, words in (("30201", "购买办公用品"), ("30202", "印刷表册"))
            for line in desk.lines(300_00, eco, words, bill=day, mode="3", swipe=number)
        ]
        slip = made(desk.post(posting, posting, lines, 1))
        self.invoice(desk, slip, 600_00, day)
        near("CARD-006", number, "一张凭证的两条分录")
        near("CARD-007", number, "两条分录合计等于刷卡金额")
        desk = self.card_desk()
        number, _ = self._bought(desk, 34, 510_00)
        again = self._claim(desk, number, 510_00, self.back(25), eco="30202", words="印刷表册")
        desk.reverse(again, self.back(2))
        near("CARD-006", number, "重复的凭证已红冲：先有疑点，后销除")

    def _claimed_too_much(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        for ago, fen, booked, note in (
            (70, 880_00, 880_02, "多报 0.02 元"),
            (41, 350_00, 530_00, "350 元报成 530 元"),
            (9, 120_00, 1200_00, "120 元报成 1200 元"),
        ):
            desk, day = self.card_desk(), self.back(ago)
            number = self._swipe(desk, day, fen)
            self._claim(desk, number, booked, day)
            plant("CARD-007", number, note)
        number = self._parallel(expense=400_00, budget=460_00)
        plant("CARD-007", number, "费用 400 元，预算支出 460 元，按预算支出算")
        number = self._parallel(expense=460_00, budget=400_00)
        near("CARD-007", number, "费用 460 元，预算支出 400 元，按预算支出算")
        for ago, fen, booked, note in (
            (55, 880_00, 880_01, "恰好多 0.01 元"),
            (39, 640_00, 500_00, "报得比刷卡少"),
        ):
            desk, day = self.card_desk(), self.back(ago)
            number = self._swipe(desk, day, fen)
            self._claim(desk, number, booked, day)
            near("CARD-007", number, note)
        desk, day = self.card_desk(), self.back(29)
        number = self._swipe(desk, day, 468_00, merchant=self._merchant("宾馆"), mcc="7011")
        posting = workday(day + 3)
        lines = desk.lines(468_00, "30211", "出差住宿", bill=day, mode="3", swipe=number)
        lines += desk.lines(200_00, "30211", "出差伙食补助", bill=day)
        slip = made(desk.post(posting, posting, lines, 2))
        desk.attach(slip, "travel_approval", document_day=day - 2)
        self.invoice(desk, slip, 468_00, day)
        near("CARD-007", number, "同一凭证另有补助，不写流水号")
        desk, day = self.card_desk(), self.back(31)
        number = self._swipe(desk, day, 99_00, mcc="5817", city=None, currency="USD")
        self._claim(desk, number, 708_00, day)
        near("CARD-007", number, "外币消费，金额不能直接比")

    def _parallel(self, *, expense: int, budget: int) -> str:
        """A swipe of 400 yuan whose voucher books two sums in the two accountings."""
        desk, day = self.card_desk(), self.back(27)
        number = self._swipe(desk, day, 400_00)
        lines = desk.lines(expense, "30201", "购买办公用品", bill=day, mode="3", swipe=number)
        lines[2:] = [replace(line, fen=budget) for line in lines[2:]]
        posting = workday(day + 2)
        slip = made(desk.post(posting, posting, lines, 1))
        self.invoice(desk, slip, max(expense, budget), day)
        return number

    def _refunded(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        for ago, claimed_after, refunded_after, note in (
            (60, 4, 9, "先报销，后退货"),
            (45, 12, 2, "先退货，后报销"),
            (100, 5, 30, "第 30 天退货"),
            (14, 3, 5, "最后几日退货"),
        ):
            desk, day, merchant = self.card_desk(), self.back(ago), self._merchant()
            number = self._swipe(desk, day, 720_00, merchant=merchant)
            self._swipe(desk, day + refunded_after, 720_00, merchant=merchant, kind="refund")
            self._claim(desk, number, 720_00, day, workday(day + claimed_after))
            plant("CARD-012", number, note)
        desk, day, merchant = self.card_desk(), self.back(90), self._merchant()
        number = self._swipe(desk, day, 540_00, merchant=merchant)
        self._swipe(desk, day + 31, 540_00, merchant=merchant, kind="refund")
        self._claim(desk, number, 540_00, day)
        near("CARD-012", number, "31 天以后的退货不对应这一笔")
        desk, day, merchant = self.card_desk(), self.back(52), self._merchant()
        first = self._swipe(desk, day, 380_00, merchant=merchant)
        second = self._swipe(desk, day + 1, 380_00, merchant=merchant)
        self._swipe(desk, day + 2, 380_00, merchant=merchant, kind="refund")
        self._claim(desk, first, 380_00, day)
        near("CARD-012", first, "两笔相同，退的是后一笔，报的是前一笔")
        near("CARD-012", second, "退了货，没有报销")
        desk, day, merchant = self.card_desk(), self.back(32), self._merchant()
        number = self._swipe(desk, day, 410_00, merchant=merchant)
        self._swipe(desk, day + 6, 400_00, merchant=merchant, kind="refund")
        self._claim(desk, number, 410_00, day)
        near("CARD-012", number, "只退了一部分")
        desk, day, merchant = self.card_desk(), self.back(24), self._merchant()
        number = self._swipe(desk, day, 690_00, merchant=merchant)
        self._swipe(desk, day + 7, 690_00, merchant=merchant, kind="refund")
        slip = self._claim(desk, number, 690_00, day)
        desk.reverse(slip, self.back(2))
        near("CARD-012", number, "退货后冲回报销：先有疑点，后销除")
