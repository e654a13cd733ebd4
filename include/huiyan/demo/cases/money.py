"""Cards, own accounts, payments not booked, split purchases."""

from typing import Any

from huiyan.demo import names
from huiyan.demo.cases.worker import Caseworker
from huiyan.demo.days import workday
from huiyan.demo.desk import Desk, Paid, made

# Of the barred merchants the one where a swipe is in Hong Kong dollars: it has no amount in yuan.
ABROAD = 2


class MoneyCases(Caseworker):
    """CARD-001, PAY-001, BOOK-002, PROC-001."""

    def make(self) -> None:
        """All of them."""
        self._cards()
        self._own_accounts()
        self._not_booked()
        self._splits()

    # --- cards -----------------------------------------------------------------------------

    def _swipe(
        self,
        desk: Desk,
        ago: int,
        fen: int,
        place: int,
        kind: str = "purchase",
        minute: int = 740,
        city: str | None = "扬江市",
        currency: str = "",
    ) -> str:
        merchant, mcc = names.BARRED[place % len(names.BARRED)]
        day, holder = self.back(ago), desk.unit.staff[0]
        number = desk.swipe(holder, day, minute, fen, merchant, mcc, city, kind, currency=currency)
        if kind == "purchase" and self.last - day > 60:
            self.with_invoice(
                desk,
                fen,
                event=day,
                posting=workday(day + 3),
                mode="3",
                swipe=number,
                credit="1011",
            )
        return number

    def _cards(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        for place in range(10):
            abroad: dict[str, Any] = {"city": None, "currency": "HKD"} if place == ABROAD else {}
            number = self._swipe(
                self.card_desk(), 3 + 13 * place, 388_00 + place * 100_00, place, **abroad
            )
            note = f"禁止类商户 {names.BARRED[place][1]}"
            plant("CARD-001", number, f"{note}，港元" if abroad else note)
        desk = self.card_desk()
        plant("CARD-001", self._swipe(desk, 40, 500_00, 1), "只退了一部分")
        near("CARD-001", self._swipe(desk, 38, 200_00, 1, "refund"), "退货本身")
        desk = self.card_desk()
        plant("CARD-001", self._swipe(desk, 70, 660_00, 2), "31 天以后才退")
        near(
            "CARD-001",
            desk.swipe(
                desk.unit.staff[0],
                self.back(70) + 31,
                700,
                660_00,
                *names.BARRED[2],
                "扬江市",
                "refund",
            ),
            "退货本身",
        )
        desk = self.card_desk()
        plant("CARD-001", self._swipe(desk, 20, 300_00, 0), "两笔相同只退一笔，先一笔仍在")
        near("CARD-001", self._swipe(desk, 19, 300_00, 0), "两笔相同只退一笔，退的是后一笔")
        self._swipe(desk, 17, 300_00, 0, "refund")
        desk = self.card_desk()
        near("CARD-001", self._swipe(desk, 30, 900_00, 3), "误刷，次日退货")
        self._swipe(desk, 29, 900_00, 3, "refund")
        desk = self.card_desk()
        near("CARD-001", self._swipe(desk, 9, 1280_00, 1), "先有疑点，退货后销除")
        self._swipe(desk, 2, 1280_00, 1, "refund")
        desk = self.card_desk()
        near("CARD-001", self._swipe(desk, 50, 2_00, 0, "fee"), "费用，不是消费")
        desk = self.card_desk()
        number = self._swipe(desk, 52, 500_00, 9, "cash_advance")
        near("CARD-001", number, "取现，不是消费")
        self.truth.plant("CARD-004", number, "在禁止类商户取现")
        desk = self.card_desk()
        number = desk.swipe(
            desk.unit.staff[0], self.back(25), 720, 420_00, "夜色酒吧旁餐厅", "5812", "扬江市"
        )
        near("CARD-001", number, "商户名像，类别码是餐饮")

    # --- treasury to own account -----------------------------------------------------------

    def _own(self, desk: Desk, kind: str) -> str:
        unit = desk.unit
        if kind == "basic":
            return unit.basic
        if kind not in unit.others:
            unit.others[kind] = self.district.account_no()
        return unit.others[kind]

    def _own_accounts(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        for kind, ago, note in (
            ("basic", 80, "转入本单位基本户"),
            ("special", 40, "转入本单位专户"),
            ("other", 15, "转入本单位其他户"),
            ("closed_basic", 33, "转入已销的本单位账户"),
            ("basic", 1, "最后一日前转入基本户"),
        ):
            desk = self.desk()
            paid = self.payment(
                desk, self.back(ago), 6_800_00, self._own(desk, kind), desk.unit.treasury_name
            )
            plant("PAY-001", paid.number, note)
        for kind, eco in (("canteen", "30229"), ("union", "30228")):
            desk = self.desk()
            paid = self.payment(
                desk,
                self.back(27),
                3000_00,
                self._own(desk, kind),
                desk.unit.treasury_name,
                eco=eco,
            )
            near("PAY-001", paid.number, "转入本单位食堂或工会")
        desk, other = self.desk(), self.unit()
        paid = self.payment(
            desk, self.back(26), 3000_00, other.basic, other.treasury_name, words="拨款"
        )
        near("PAY-001", paid.number, "转入别的单位基本户")
        desk = self.desk()
        paid = self.payment(
            desk,
            self.back(24),
            9000_00,
            desk.unit.basic,
            desk.unit.treasury_name,
            status="returned",
            booked=False,
        )
        near("PAY-001", paid.number, "已退回")
        desk = self.desk()
        paid = self.payment(
            desk,
            self.back(24),
            9000_00,
            self._own(desk, "special"),
            desk.unit.treasury_name,
            from_account=desk.unit.basic,
        )
        near("PAY-001", paid.number, "付款账户不是零余额账户")

    # --- payments not booked -----------------------------------------------------------------

    def _not_booked(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        for place, (ago, note) in enumerate(
            (
                (120, "支付近四个月未记账"),
                (31, "支付 31 天未记账"),
                (47, "支付后未记账"),
                (75, "支付后未记账"),
                (34, "逐日送达期间到期"),
            )
        ):
            plant("BOOK-002", self._unbooked(self.desk(), ago, place).number, note)
        desk = self.desk()
        paid = self._unbooked(desk, 62, 2)
        slip = self.book(desk, paid)
        slip = made(slip)
        desk.reverse(slip, workday(slip.posting_day + 2))
        plant("BOOK-002", paid.number, "记账凭证已红冲，没有重记")
        near("BOOK-002", self._unbooked(self.desk(), 30, 3).number, "恰好 30 天")
        desk = self.desk()
        paid = self._unbooked(desk, 45, 4)
        slip = self.book(desk, paid)
        slip = made(slip)
        desk.reverse(slip, workday(slip.posting_day + 1))
        self.book(desk, paid, workday(slip.posting_day + 2))
        near("BOOK-002", paid.number, "红冲后已重记")
        desk = self.desk()
        paid = self._unbooked(desk, 40, 5)
        self.book(desk, paid, self.back(2))
        near("BOOK-002", paid.number, "补记：先有疑点，后销除")
        for status, note in (("returned", "已退回"), ("void", "已作废")):
            paid = self._unbooked(self.desk(), 55, 1, status=status)
            near("BOOK-002", paid.number, note)
        desk = self.desk()
        account, payee = self._supplier(1)
        day = self.last - 50
        unpaid = desk.pay(
            day, 900_00, "30299", account, payee, "待清算", procured=False, actual_day=0
        )
        unpaid = made(unpaid)
        near("BOOK-002", unpaid.number, "没有实际支付日期")
        desk = self.desk_of(
            next(
                unit
                for unit in self.district.covered
                if unit.ordinary and not unit.fills_links and unit.is_certain
            )
        )
        near("BOOK-002", self._unbooked(desk, 58, 2).number, "该单位从不填支付凭证号")

    def _unbooked(self, desk: Desk, ago: int, place: int, status: str = "paid") -> Paid:
        account, payee = self._supplier(place)
        day = self.last - ago
        paid = desk.pay(
            day,
            4300_00 + 7_00 * place,
            "30227",
            account,
            payee,
            "委托业务费",
            status=status,
            procured=False,
            actual_day=day,
        )
        return made(paid)

    # --- split purchases -------------------------------------------------------------------

    def _splits(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        for parts, note in (
            (((70, 120_000_00), (50, 120_000_00)), "两笔合计 24 万"),
            (((61, 80_000_00), (45, 70_000_00), (31, 60_000_00)), "三笔合计 21 万"),
            (((40, 199_999_99), (40, 1)), "同日两笔恰到 20 万"),
            (((51, 100_000_00), (21, 100_000_00)), "首尾恰隔 30 天"),
            (((90, 110_000_00), (70, 110_000_00), (50, 110_000_00)), "窗口相叠，算一个"),
        ):
            plant("PROC-001", self._split(self.desk(), parts), note)
        desk = self.desk()
        # Money enough before, or the last weeks of a year would be its rush (PAY-006).
        account, payee = self._supplier(4)
        self.payment(
            desk,
            self.back(100),
            1_200_000_00,
            account,
            payee,
            eco="30905",
            words="工程款",
            procured=True,
        )
        parts = ((4, 150_000_00), (2, 90_000_00))
        plant("PROC-001", self._split(desk, parts), "最后几日拆分")
        desk = self.desk()
        near("PROC-001", self._split(desk, ((52, 100_000_00), (21, 100_000_00))), "相隔 31 天")
        near(
            "PROC-001",
            self._split(self.desk(), ((40, 99_999_99), (30, 100_000_00))),
            "合计 199999.99 元",
        )
        near(
            "PROC-001",
            self._split(self.desk(), ((40, 150_000_00), (30, 140_000_00)), method="1"),
            "走了公开招标",
        )
        near(
            "PROC-001",
            self._split(self.desk(), ((40, 150_000_00), (30, 140_000_00)), procured=True),
            "有政府采购交易识别码",
        )
        near(
            "PROC-001",
            self._split(self.desk(), ((40, 240_000_00), (30, 90_000_00))),
            "一笔本身已过限额",
        )
        near(
            "PROC-001",
            self._split(self.desk(), ((40, 120_000_00), (30, 110_000_00)), second_eco="30213"),
            "两个支出分类",
        )
        near(
            "PROC-001",
            self._split(
                self.desk(), ((40, 120_000_00), (30, 120_000_00)), second_status="returned"
            ),
            "一笔已退回",
        )
        near(
            "PROC-001",
            self._split(self.desk(), ((40, 120_000_00), (30, 120_000_00)), second_payee=True),
            "两个收款人",
        )
        near(
            "PROC-001",
            self._split(self.desk(), ((40, 120_000_00), (30, 120_000_00)), eco=""),
            "没有经济分类，不在范围",
        )

    def _split(
        self,
        desk: Desk,
        parts: tuple[tuple[int, int], ...],
        *,
        eco: str = "30227",
        second_eco: str = "",
        second_status: str = "paid",
        second_payee: bool = False,
        **fields: Any,
    ) -> str:
        """Payments to one new payee; the subject of the first."""
        account, payee = (
            self.district.account_no("9558"),
            f"扬江{self.rng.randrange(10**4)}号设计有限公司",
        )
        first = ""
        for turn, (ago, fen) in enumerate(parts):
            day = self.last - ago
            status = second_status if turn else "paid"
            to = self.district.account_no("9558") if turn and second_payee else account
            paid = self.payment(
                desk,
                day,
                fen,
                to,
                payee,
                eco=(second_eco if turn else "") or eco,
                words="设计服务费",
                status=status,
                booked=status == "paid",
                actual_day=day,
                **fields,
            )
            first = first or f"{desk.unit.treasury_code}:{account}:{paid.number}"
        return first
