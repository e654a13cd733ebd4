"""Number gaps, advances that stay open, like claims within days."""

from collections.abc import Iterable

from huiyan.demo.cases.worker import Caseworker
from huiyan.demo.days import workday, year_month
from huiyan.demo.desk import Desk, Line, Slip, made


class LedgerCases(Caseworker):
    """VOU-003, VOU-006, VOU-008."""

    def make(self) -> None:
        """All of them."""
        self._gaps()
        self._advances()
        self._like_claims()

    # --- number gaps -----------------------------------------------------------------------

    def _gaps(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        for ago, missing, note in (
            (108, 1, "缺一个号"),
            (76, 3, "连缺三个号"),
            (45, 1, "上一期间缺号"),
        ):
            plant("VOU-003", self._numbered(self._monthly(), self.back(ago), missing), note)
        desk = self._monthly()
        day = self.back(80)
        for missing in (1, 2):
            subject = self._numbered(desk, day, missing)
        plant("VOU-003", subject, "同一期间两处缺号")
        desk = self._monthly()
        desk.skip_number(day, "付")
        plant("VOU-003", self._numbered(desk, day, 0, "付"), "付字凭证没有 1 号")
        desk = self.desk(lambda unit: unit.numbering == "year")
        plant("VOU-003", self._numbered(desk, day, 1), "按年编号的账套缺号")
        villages = [unit for unit in self.district.villages if unit.numbering == "period"]
        desk = self.desk_of(villages[1])
        plant("VOU-003", self._numbered(desk, self.back(50), 1), "村账缺号")

        subject = self._numbered(self._monthly(), self.back(4), 2)
        near("VOU-003", subject, "期间刚结束或尚未结束，号码还会补上")
        desk = self._monthly()
        day = self.back(72)
        slip = self._small(desk, day)
        desk.reverse(slip, slip.posting_day)
        self._small(desk, day)
        near("VOU-003", self._period(desk, day), "中间的凭证已红冲，号码还在")
        desk = self._monthly()
        self._numbered(desk, day, 0, "付")
        near("VOU-003", self._numbered(desk, day, 0, "转"), "付字、转字各自从 1 号起")
        desk = self.desk(lambda unit: unit.numbering == "year")
        near("VOU-003", self._numbered(desk, day, 0), "按年编号，期间里没有 1 号")
        if not self.is_daily(self.back(2)):
            return
        desk = self._monthly()
        lines = desk.lines(430_00, "30201", "购买办公用品", bill=day - 3)
        slip = made(desk.post(day, day, lines, 1, deliver_on=self.back(2)))
        self.invoice(desk, slip, 430_00, day - 3, self.back(2))
        self._small(desk, day)
        near("VOU-003", self._period(desk, day), "漏传的凭证补传：先有疑点，后销除")

    def _monthly(self) -> Desk:
        """The desk of a unit that numbers its vouchers anew each period."""
        return self.desk(lambda unit: unit.numbering == "period")

    def _small(self, desk: Desk, day: int, word: str = "记") -> Slip:
        eco = "" if desk.unit.is_village else "30201"
        lines = desk.lines(430_00, eco, "购买办公用品", bill=day - 3)
        slip = made(desk.post(day, day, lines, 1, word=word))
        self.invoice(desk, slip, 430_00, day - 3)
        return slip

    def _numbered(self, desk: Desk, day: int, missing: int, word: str = "记") -> str:
        """Two vouchers with `missing` numbers between them; their period."""
        self._small(desk, day, word)
        for _ in range(missing):
            desk.skip_number(day, word)
        self._small(desk, day, word)
        return self._period(desk, day)

    @staticmethod
    def _period(desk: Desk, day: int) -> str:
        year, period = year_month(day)
        return f"{desk.unit.acct_set}/{year}/{period:02d}"

    # --- advances --------------------------------------------------------------------------

    def _advances(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        for account, moves, note in (
            ("1218", ((181, 5_000_00),), "借款 181 天未还"),
            ("1214", ((330, 42_000_00), (120, -30_000_00)), "预付款核销了一部分"),
            ("1218", ((240, 8_000_00), (30, 2_000_00)), "旧账未清又借新款"),
            ("121801", ((200, 3_600_00),), "明细科目挂账"),
            ("1218", ((260, 6_000_00), (150, -6_000_00), (150, 4_000_00)), "当日还清又借出"),
        ):
            desk, party = self.desk(), self._party("往来")
            plant("VOU-006", self._moves(desk, account, party, moves), note)
        desk, party = self.desk(), self._party("往来")
        self._moves(desk, "1218", party, ((210, 7_500_00),))
        slip = self._move(desk, "1218", party, 90, -7_500_00)
        desk.reverse(slip, workday(slip.posting_day + 1))
        plant("VOU-006", f"{desk.unit.acct_set}:1218:{party}", "还款凭证已红冲")

        for account, moves, note in (
            ("1218", ((180, 5_000_00),), "恰好 180 天"),
            ("1218", ((300, 9_000_00), (170, -9_000_00), (160, 9_000_00)), "还清后再借"),
            ("1214", ((260, 12_000_00), (40, -12_000_00)), "已全部核销"),
            ("1218", ((250, 4_000_00), (150, -6_000_00), (100, 3_000_00)), "多还过，中间为负"),
            ("2307", ((270, -8_000_00),), "收到的押金是负债"),
        ):
            desk, party = self.desk(), self._party("往来")
            near("VOU-006", self._moves(desk, account, party, moves), note)
        desk, party = self.desk(), self._party("往来")
        slip = self._move(desk, "1218", party, 220, 6_600_00)
        desk.reverse(slip, workday(slip.posting_day + 1))
        near("VOU-006", f"{desk.unit.acct_set}:1218:{party}", "借款凭证已红冲")
        desk = self.desk()
        self._move(desk, "1218", "", 220, 2_000_00)
        near("VOU-006", f"{desk.unit.acct_set}:1218:", "没有填往来对象")
        if not self.is_daily(self.back(2)):
            return
        desk, party = self.desk(), self._party("往来")
        moves = ((280, 5_500_00), (self.last - self.back(2), -5_500_00))
        near(
            "VOU-006",
            self._moves(desk, "1218", party, moves),
            "挂账多日后还清：先有疑点，后销除",
        )

    def _party(self, trade: str) -> str:
        return f"扬江{trade}{self.rng.randrange(10**8):08d}号"

    def _moves(self, desk: Desk, account: str, party: str, moves: Iterable[tuple[int, int]]) -> str:
        """Sums lent (or, negative, paid back) so many days ago; the subject."""
        for ago, fen in moves:
            self._move(desk, account, party, ago, fen)
        return f"{desk.unit.acct_set}:{account[:4]}:{party}"

    def _move(self, desk: Desk, account: str, party: str, ago: int, fen: int) -> Slip:
        day = self.last - ago
        words = "支付往来款" if fen > 0 else "收回往来款"
        sides = ("D", "C") if fen > 0 else ("C", "D")
        lines = [
            Line(account, sides[0], abs(fen), words, party=party),
            Line("1002", sides[1], abs(fen), words, party=party),
        ]
        slip = made(desk.post(day, max(day, min(workday(day), self.last)), lines, 1))
        desk.attach(slip, "bank_receipt", fen=abs(fen))
        return slip

    # --- like claims -----------------------------------------------------------------------

    def _like_claims(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        desk, party = self.desk(), self._party("劳务")
        first = self._claim(desk, party, 63, 860_00)
        near("VOU-008", first.subject, "两张里先发生的一张")
        plant("VOU-008", self._claim(desk, party, 60, 860_00).subject, "三天后同额再报")
        desk, party = self.desk(), self._party("劳务")
        self._claim(desk, party, 47, 500_00)
        slip = self._claim(desk, party, 40, 500_00)
        plant("VOU-008", slip.subject, "恰隔 7 天，恰好 500 元")
        desk, party = self.desk(), self._party("劳务")
        self._claim(desk, party, 30, 1230_00)
        for ago, note in ((26, "第二次"), (20, "第三次，与第二次隔 6 天")):
            plant("VOU-008", self._claim(desk, party, ago, 1230_00).subject, note)
        desk, party = self.desk(), self._party("维修")
        number = f"2532977{self.rng.randrange(10**13):013d}"
        for ago in (55, 52):
            slip = self._claim(desk, party, ago, 940_00, number=number, amount=1880_00)
        plant("VOU-008", slip.subject, "两张凭证附同一张发票")
        desk, party = self.desk(), self._party("维修")
        self._claim(desk, party, 36, 770_00, number="")
        slip = self._claim(desk, party, 35, 770_00, eco="30213")
        plant("VOU-008", slip.subject, "一张有发票，另一张没有")
        desk, party = self.desk(), self._party("劳务")
        self._claim(desk, party, 18, 750_00)
        day = self.back(12)
        lines = desk.lines(300_00, "30226", "清运人工费", bill=self.last - 17, party=party)
        lines += desk.lines(450_00, "30226", "装卸人工费", bill=self.last - 17, party=party)
        slip = made(desk.post(day, day, lines, 1))
        desk.attach(slip, "payroll", fen=750_00)
        plant("VOU-008", slip.subject, "拆成两条分录，合计同额")
        desk, party = self.village(38), self._party("劳务")
        self._claim(desk, party, 41, 640_00)
        plant("VOU-008", self._claim(desk, party, 41, 640_00).subject, "村里同一天报两次")

        for (ago, fen, eco), note in (
            ((42, 1360_00, "30226"), "相隔 8 天"),
            ((48, 1360_01, "30226"), "差一分钱"),
            ((48, 1360_00, "3022601"), "科目不同"),
        ):
            desk, party = self.desk(), self._party("劳务")
            self._claim(desk, party, 50, 1360_00)
            near("VOU-008", self._claim(desk, party, ago, fen, eco=eco).subject, note)
        desk, party = self.desk(), self._party("劳务")
        for _ in range(2):
            slip = self._claim(desk, party, 33, 499_99)
        near("VOU-008", slip.subject, "两笔各 499.99 元")
        desk, party = self.desk(), self._party("维修")
        for ago in (34, 31):
            slip = self._claim(desk, party, ago, 1480_00, number="")
        near("VOU-008", slip.subject, "两张发票各不相同")
        desk = self.desk()
        for _ in range(2):
            slip = self._claim(desk, self._party("劳务"), 29, 920_00)
        near("VOU-008", slip.subject, "付给两个人")
        party = self._party("劳务")
        for _ in range(2):
            slip = self._claim(self.desk(), party, 28, 1120_00)
        near("VOU-008", slip.subject, "两个单位付给同一人")
        desk = self.desk()
        for _ in range(2):
            slip = self._claim(desk, "", 27, 990_00)
        near("VOU-008", slip.subject, "没有填往来对象")
        desk, party = self.desk(), self._party("劳务")
        slip = self._claim(desk, party, 45, 1050_00)
        desk.reverse(slip, slip.posting_day)
        slip = self._claim(desk, party, 44, 1050_00)
        near("VOU-008", slip.subject, "先一张已红冲，重报一次")
        desk, party = self.desk(), self._party("维修")
        self._claim(desk, party, 25, 1310_00, number="")
        slip = self._claim(desk, party, 24, 1310_00, eco="30213")
        self.invoice(desk, slip, 1310_00, self.last - 24, self.back(1))
        near("VOU-008", slip.subject, "另一张发票补传：先有疑点，后销除")

    def _claim(
        self,
        desk: Desk,
        party: str,
        ago: int,
        fen: int,
        *,
        eco: str = "30226",
        number: str | None = None,
        amount: int = 0,
    ) -> Slip:
        """Paid to a party for what was done `ago` days ago: with a list, or with an invoice.

        `number` is the invoice's, "" for a new one, None for a list instead.
        """
        event = self.last - ago
        slip = self.voucher(
            desk,
            fen,
            event=event,
            posting=workday(event + 4),
            eco=eco if number is None else "30213",
            words="临时用工劳务费" if number is None else "零星维修费",
            declared=1,
            party=party,
        )
        if number is None:
            desk.attach(slip, "payroll", fen=fen)
        elif number:
            self.invoice(desk, slip, amount, event, invoice_code=None, invoice_no=number)
        else:
            self.invoice(desk, slip, fen, event)
        return slip
