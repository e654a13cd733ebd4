"""Official cards: cash, splits, odd times and places, and claims that do not fit the swipe."""

from dataclasses import replace
from datetime import date
from typing import Any

from huiyan.demo.cases.worker import Caseworker
from huiyan.demo.days import iso, workday
from huiyan.demo.desk import Desk, Slip, made
from huiyan.demo.district import Person
from huiyan.workdays import is_workday


class CardCases(Caseworker):
    """CARD-002 to CARD-012."""

    _merchants = 0

    def make(self) -> None:
        """All of them."""
        self._cash_advances()
        self._claimed_twice()
        self._claimed_too_much()
        self._refunded()
        self._leavers()
        self._splits()
        self._odd_times()
        self._not_claimed()
        self._naming_units()
        self._two_cities()
        self._again_and_again()
        self._cash_instead()

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
        person: Person | None = None,
        **fields: Any,
    ) -> str:
        number = desk.swipe(
            person or desk.unit.staff[0],
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
        self._claim(self.card_desk(), number, 430_00, self.back(80))
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

    def _colleague(self, desk: Desk, status: str = "in_post", left_on: int = 0) -> Person:
        """One more cardholder of the unit, who swipes only in cases."""
        person = self.district.person(self.rng)
        person.card_no = self.district.card_no()
        person.status, person.left_on = status, left_on
        desk.unit.further_staff.append(person)
        return person

    def _leavers(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        for status, left_ago, swiped_ago, note in (
            ("left", 40, 39, "离职次日刷卡"),
            ("retired", 55, 20, "退休一个多月后刷卡"),
            ("left", 200, 4, "离职半年后，最后几日刷卡"),
        ):
            desk = self.card_desk()
            person = self._colleague(desk, status, self.last - left_ago)
            number = self._swipe(desk, self.last - swiped_ago, 260_00, person=person)
            plant("CARD-009", number, note)
        for status, left_ago, swiped_ago, note in (
            ("left", 40, 40, "离职当日刷卡"),
            ("retired", 22, 35, "退休前刷卡"),
            ("in_post", 50, 30, "曾离开，现在在职"),
            ("left", 0, 30, "已离职，没有离任日期"),
        ):
            desk = self.card_desk()
            left_on = self.last - left_ago if left_ago else 0
            person = self._colleague(desk, status, left_on)
            number = self._swipe(desk, self.last - swiped_ago, 260_00, person=person)
            near("CARD-009", number, note)
        desk, merchant = self.card_desk(), self._merchant()
        person = self._colleague(desk, "left", self.last - 70)
        fields: dict[str, Any] = {"person": person, "merchant": merchant}
        number = self._swipe(desk, self.back(7), 260_00, **fields)
        self._swipe(desk, self.back(2), 260_00, kind="refund", **fields)
        near("CARD-009", number, "离职后刷卡，已退货：先有疑点，后销除")

    def _splits(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        for ago, parts, note in (
            (51, (2500_00, 2500_00), "两笔恰到 5000 元"),
            (37, (1800_00, 1800_00, 1800_00), "三笔合计 5400 元"),
            (26, (4999_99, 1, 5000_00), "5000 元的一笔不算，其余两笔恰到 5000 元"),
            (3, (4800_00, 4700_00), "最后几日拆分"),
        ):
            plant("CARD-003", self._same_day(self.back(ago), parts), note)
        for ago, parts, note in (
            (52, (2500_00, 2499_99), "合计 4999.99 元"),
            (38, (5000_00, 5200_00), "每笔都不低于 5000 元"),
            (27, (4900_00, 5000_00), "低于 5000 元的只有一笔"),
        ):
            near("CARD-003", self._same_day(self.back(ago), parts), note)
        day, desk, merchant = self.back(28), self.card_desk(), self._merchant()
        self._swipe(desk, day, 3000_00, merchant=merchant)
        self._swipe(desk, day + 1, 3000_00, merchant=merchant)
        self._swipe(desk, day, 3000_00, merchant=merchant, person=self._colleague(desk))
        self._swipe(desk, day, 3000_00)
        near("CARD-003", f"{self._card(desk)}:{merchant}:{iso(day)}", "两日、两卡、两商户各一笔")
        day, desk, merchant = self.back(6), self.card_desk(), self._merchant()
        self._swipe(desk, day, 2900_00, merchant=merchant)
        self._swipe(desk, day, 2800_00, merchant=merchant)
        self._swipe(desk, self.back(2), 2800_00, merchant=merchant, kind="refund")
        near(
            "CARD-003",
            f"{self._card(desk)}:{merchant}:{iso(day)}",
            "一笔已退货：先有疑点，后销除",
        )

    @staticmethod
    def _card(desk: Desk) -> str:
        """The card in subjects: its number, which the warehouse replaces by its token."""
        return desk.unit.staff[0].card_no

    def _same_day(self, day: int, parts: tuple[int, ...]) -> str:
        """Swipes of one card at one merchant; their subject."""
        desk, merchant = self.card_desk(), self._merchant()
        for turn, fen in enumerate(parts):
            self._swipe(desk, day, fen, merchant=merchant, minute=600 + 7 * turn)
        return f"{self._card(desk)}:{merchant}:{iso(day)}"

    def _free_day(self, ago: int, *, is_swapped: bool = False) -> int:
        """A day off before the last one, or a Saturday or Sunday that is worked."""
        day = self.last - ago
        while (
            date.fromordinal(day).weekday() < 5 or not is_workday(date.fromordinal(day))
            if is_swapped
            else is_workday(date.fromordinal(day))
        ):
            day -= 1
        return day

    def _odd_times(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        hotel, diner = ("云溪宾馆", "7011"), ("瑞丰餐厅", "5812")
        for day, minute, merchant, mcc, note in (
            (self.back(44), 23 * 60, "惠民超市", "5411", "23 点在超市"),
            (self.back(30), 5 * 60 + 59, "墨香文具店", "5943", "5 点 59 分"),
            (self.back(21), 30, *diner, "零点半在餐厅"),
            (self.back(3), 23 * 60 + 40, "溪畔茶楼", "5814", "最后几日深夜"),
            (self._free_day(16), 12 * 60, *diner, "休息日在餐厅"),
            (self._free_day(36), 18 * 60, "云溪快餐", "5814", "休息日在快餐店"),
            (self._free_day(23), 11 * 60, "喜宴包席", "5811", "休息日包席"),
        ):
            number = self._swipe(
                self.card_desk(), day, 96_00, merchant=merchant, mcc=mcc, minute=minute
            )
            plant("CARD-002", number, note)
        swapped = self._free_day(0, is_swapped=True)
        for day, minute, merchant, mcc, note in (
            (self.back(45), 22 * 60 + 59, "惠民超市", "5411", "22 点 59 分"),
            (self.back(31), 6 * 60, "墨香文具店", "5943", "6 点整"),
            (self.back(22), 120, *hotel, "深夜在宾馆"),
            (self.back(19), 23 * 60 + 30, "蓝天航空", "3499", "深夜买机票"),
            (self.back(12), 30, "溪畔加油站", "5541", "深夜加油"),
            (self.back(10), 12 * 60, *diner, "工作日在餐厅"),
            (self._free_day(9), 12 * 60, "惠民超市", "5411", "休息日在超市"),
            (swapped, 12 * 60, *diner, "调休上班的周末在餐厅"),
        ):
            desk = self.card_desk()
            number = self._swipe(desk, day, 96_00, merchant=merchant, mcc=mcc, minute=minute)
            if self.last - day > 60:
                self._claim(desk, number, 96_00, day)
            near("CARD-002", number, note)
        desk = self.card_desk()
        number = self._swipe(
            desk, self.back(6), 310_00, merchant="夜市百货", mcc="5311", minute=23 * 60 + 5
        )
        self._swipe(desk, self.back(2), 310_00, merchant="夜市百货", mcc="5311", kind="refund")
        near("CARD-002", number, "深夜刷卡，已退货：先有疑点，后销除")

    def _not_claimed(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        for ago, note in ((61, "61 天未报销"), (90, "三个月未报销"), (140, "四个多月未报销")):
            desk = self.card_desk()
            self._bought(desk, 30, 150_00)
            plant("CARD-005", self._swipe(desk, self.last - ago, 230_00), note)
        desk = self.card_desk()
        self._bought(desk, 30, 150_00)
        number, slip = self._bought(desk, 85, 230_00)
        desk.reverse(slip, workday(slip.posting_day + 1))
        plant("CARD-005", number, "报销凭证已红冲，没有重报")
        desk = self.card_desk()
        self._bought(desk, 30, 150_00)
        near("CARD-005", self._swipe(desk, self.last - 60, 230_00), "恰好 60 天")
        desk, day, merchant = self.card_desk(), self.back(88), self._merchant()
        self._bought(desk, 30, 150_00)
        number = self._swipe(desk, day, 230_00, merchant=merchant)
        self._swipe(desk, day + 4, 230_00, merchant=merchant, kind="refund")
        near("CARD-005", number, "已退货")
        desk, day = self.card_desk(), self.last - 75
        number = self._swipe(desk, day, 230_00)
        self._claim(desk, number, 230_00, day, self.back(2))
        near("CARD-005", number, "补报：先有疑点，后销除")
        desk, day = self.card_desk(), self.last - 80
        number = self._swipe(desk, day, 230_00)
        self._claim(self.card_desk(), number, 230_00, day)
        near("CARD-005", number, "由别的单位报销")
        unit = next(
            unit
            for unit in self.district.covered
            if unit.ordinary and unit.is_certain and not unit.fills_links and unit.staff[0].card_no
        )
        desk = self.desk_of(unit)
        near("CARD-005", self._swipe(desk, self.last - 100, 230_00), "该单位从不填交易流水号")

    def _naming_units(self) -> None:
        """Two units without a card in ordinary life, which last named a swipe a year ago."""
        for ago, note in ((364, "364 天前写过交易流水号"), (365, "365 天内没有写过交易流水号")):
            desk = self.desk(lambda unit: not unit.staff[0].card_no)
            person, day = self._colleague(desk), self.last - ago - 4
            number = self._swipe(desk, day, 150_00, person=person)
            self._claim(desk, number, 150_00, day, self.last - ago)
            number = self._swipe(desk, self.last - 100, 230_00, person=person)
            if ago < 365:
                self.truth.plant("CARD-005", number, note)
            else:
                self.truth.near("CARD-005", number, note)

    def _two_cities(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        for ago, minutes, note in (
            (49, 59, "59 分钟"),
            (29, 1, "1 分钟"),
            (18, 0, "同一时刻，编号在后的算"),
            (3, 35, "最后几日"),
        ):
            desk, day = self.card_desk(), self.back(ago)
            self._swipe(desk, day, 88_00, minute=1090, second=0)
            number = self._swipe(desk, day, 66_00, city="江州市", minute=1090 + minutes, second=0)
            plant("CARD-010", number, f"两地刷卡相隔{note}")
        desk, day = self.card_desk(), self.back(25)
        for turn, city in enumerate(("扬江市", "江州市", "扬江")):
            number = self._swipe(desk, day, 88_00, city=city, minute=1090 + 20 * turn)
            if turn:
                plant("CARD-010", number, "去了又回，两笔都算")
        number = self._swipe(desk, day, 88_00, city="扬江市", minute=1090 + 65)
        plant("CARD-010", number, "之前还有本地的一笔，一小时内仍有外地的")
        further: tuple[tuple[int, int, str | None, str, str, str], ...] = (
            (50, 60, "江州市", "5943", "purchase", "恰好 60 分钟"),
            (35, 20, "扬江", "5943", "purchase", "同一城市，一处没写市"),
            (33, 20, "江州市", "5816", "purchase", "网上商户"),
            (28, 20, None, "5943", "purchase", "没有商户城市"),
            (24, 20, "江州市", "5943", "fee", "费用，不是消费"),
        )
        for ago, minutes, other_city, mcc, kind, note in further:
            desk, day = self.card_desk(), self.back(ago)
            self._swipe(desk, day, 88_00, minute=1090, second=0)
            number = self._swipe(
                desk,
                day,
                66_00,
                mcc=mcc,
                city=other_city,
                minute=1090 + minutes,
                kind=kind,
                second=0,
            )
            near("CARD-010", number, note)
        desk, day = self.card_desk(), self.back(26)
        self._swipe(desk, day, 88_00, minute=1090)
        number = self._swipe(
            desk, day, 66_00, city="江州市", minute=1100, person=self._colleague(desk)
        )
        near("CARD-010", number, "两张卡")
        desk, day, merchant = self.card_desk(), self.back(7), self._merchant()
        self._swipe(desk, day, 88_00, minute=1090)
        number = self._swipe(desk, day, 66_00, city="江州市", minute=1110, merchant=merchant)
        self._swipe(desk, self.back(2), 66_00, merchant=merchant, kind="refund")
        near("CARD-010", number, "外地一笔已退货：先有疑点，后销除")

    def _again_and_again(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        for agos, fen, note in (
            ((55, 50, 44, 31, 25), 600_00, "首尾恰隔 30 天，恰到 3000 元"),
            ((20, 19, 18, 17, 16, 3), 980_00, "六笔"),
            ((100, 92, 85, 78, 71, 64, 57, 50, 43), 700_00, "窗口相叠，算一个"),
        ):
            plant("CARD-011", self._repeated(agos, (fen,) * len(agos)), note)
        near("CARD-011", self._repeated((56, 50, 44, 31, 25), (800_00,) * 5), "首尾相隔 31 天")
        near("CARD-011", self._repeated((40, 35, 30, 25), (1200_00,) * 4), "只有四笔")
        near(
            "CARD-011",
            self._repeated((40, 35, 30, 25, 20), (600_00,) * 4 + (599_99,)),
            "合计 2999.99 元",
        )
        near(
            "CARD-011",
            self._repeated((38, 33, 28, 23, 18), (900_00,) * 5, colleague=True),
            "其中一笔是另一张卡",
        )
        near(
            "CARD-011",
            self._repeated((23, 19, 15, 11, 7), (900_00,) * 5, refunded=True),
            "一笔已退货：先有疑点，后销除",
        )

    def _repeated(
        self,
        agos: tuple[int, ...],
        parts: tuple[int, ...],
        *,
        colleague: bool = False,
        refunded: bool = False,
    ) -> str:
        """Swipes of one card at one merchant on several days; the subject of the first."""
        desk, merchant = self.card_desk(), self._merchant("文印店")
        for turn, (ago, fen) in enumerate(zip(agos, parts, strict=True)):
            day = self.last - ago
            person = self._colleague(desk) if colleague and turn == 2 else None
            number = self._swipe(desk, day, fen, merchant=merchant, mcc="7338", person=person)
            if ago > 60:
                self._claim(desk, number, fen, day, eco="30202", words="印刷表册")
        if refunded:
            self._swipe(desk, self.back(2), parts[-1], merchant=merchant, mcc="7338", kind="refund")
        return f"{self._card(desk)}:{merchant}:{iso(self.last - agos[0])}"

    def _cash_instead(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        for ago, fen, eco, words, note in (
            (64, 200_00, "30201", "购买办公用品", "恰好 200 元"),
            (35, 999_99, "30213", "零星维修", "999.99 元"),
            (2, 460_00, "30202", "印刷表册", "最后几日付现金"),
        ):
            slip = self._cash(self.desk(), ago, [(fen, eco, words)])
            plant("CARD-008", slip.subject, note)
        desk = self.desk(lambda unit: unit.kind == "town_body")
        slip = self._cash(desk, 47, [(120_00, "30207", "邮寄费"), (300_00, "30201", "购买茶具")])
        plant("CARD-008", slip.subject, "两条现金分录，一条 300 元")
        for fen, eco, words, note in (
            (199_99, "30201", "购买办公用品", "199.99 元"),
            (1000_00, "30201", "购买办公用品", "恰好 1000 元，另见大额现金"),
            (500_00, "30299", "临时用工误餐", "代码不在目录内"),
            (500_00, "3020101", "购买办公用品", "明细代码不在目录内"),
            (500_00, "", "购买办公用品", "没有经济分类"),
        ):
            slip = self._cash(self.desk(), 33, [(fen, eco, words)])
            near("CARD-008", slip.subject, note)
            if fen >= 1000_00:
                self.truth.plant("VOU-009", slip.subject, note)
        parts = [(150_00, "30201", "购买办公用品"), (150_00, "30207", "邮寄费")]
        near("CARD-008", self._cash(self.desk(), 29, parts).subject, "两条各 150 元，各算各的")
        slip = self._cash(self.village(21), 29, [(500_00, "30201", "购买办公用品")])
        near("CARD-008", slip.subject, "村级没有公务卡")
        _, slip = self._bought(self.card_desk(), 29, 500_00)
        near("CARD-008", slip.subject, "刷了公务卡")
        desk = self.desk()
        slip = self._cash(desk, 12, [(500_00, "30201", "购买办公用品")])
        self.reverse_later(desk, slip)
        near("CARD-008", slip.subject, "现金报销已红冲：先有疑点，后销除")

    def _cash(self, desk: Desk, ago: int, parts: list[tuple[int, str, str]]) -> Slip:
        """Paid in cash, with an invoice."""
        day = self.back(ago)
        lines = [
            line
            for fen, eco, words in parts
            for line in desk.lines(
                fen, eco, words, bill=day - 3, party="扬江便民商店", mode="1", credit="1001"
            )
        ]
        slip = made(desk.post(day, day, lines, 1))
        self.invoice(desk, slip, sum(fen for fen, _, _ in parts), day - 3)
        return slip
