"""First digits, far above the peers, one payee who takes it all."""

from dataclasses import replace
from typing import Any

from huiyan.demo.cases.worker import Caseworker
from huiyan.demo.days import ordinal, workday
from huiyan.demo.desk import Desk, Line, Paid, Slip, made

STEPS = tuple(1000_00 + 100_00 * step for step in range(9))
REGULAR = (200, 170, 141, 110, 80, 50, 21)  # days ago


class StatisticsCases(Caseworker):
    """STAT-001, STAT-002, STAT-003."""

    def make(self) -> None:
        """All of them."""
        self._companies = 0
        self._first_digits()
        self._above_peers()
        self._one_payee()

    # --- first digits ----------------------------------------------------------------------

    def _many(self, desk: Desk, amounts: tuple[int, ...], *, reverse: bool = False) -> str:
        """Deposits that come in, two hundred to a voucher; the subject."""
        debit, credit = ("102", "201") if desk.unit.is_village else ("1002", "2307")
        for start in range(0, len(amounts), 200):
            day = self.back(130 - start // 200)
            part = amounts[start : start + 200]
            lines = [Line(debit, "D", fen, "收代收款") for fen in part]
            lines.append(Line(credit, "C", sum(part), "收代收款"))
            slip = made(desk.post(day, day, lines, 1))
            desk.attach(slip, "bank_receipt", fen=sum(part))
            if reverse:
                desk.reverse(slip, workday(day + 1), negative=False)
        return f"{desk.unit.acct_set}:{slip.year}"

    def _first_digits(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        district = self.district
        below = tuple(490_00 + 7 * turn % 900 for turn in range(620))
        even = tuple(100_00 + 1_800_00 * turn // 500 for turn in range(500))
        # On one platform only and without ordinary life; the second has one cash voucher already.
        quiet = [
            self.desk_of(unit)
            for unit in district.units
            if unit.finance_code and not unit.treasury_code and not unit.is_village
        ]
        villages = district.villages
        plant("STAT-001", self._many(self.desk(), below), "金额集中在 500 元以下一点")
        plant("STAT-001", self._many(quiet[0], even), "恰好 500 笔，均匀分布")
        plant(
            "STAT-001", self._many(self.desk_of(villages[-3]), (300_00,) * 700), "村账，全是 300 元"
        )

        benford = tuple(round(100_00 * 10 ** (2 * (turn + 0.5) / 3000)) for turn in range(3000))
        near("STAT-001", self._many(self.desk(), benford), "合乎本福特定律")
        near("STAT-001", self._many(quiet[1], below[:498]), "只有 499 笔")
        near("STAT-001", self._many(self.desk_of(villages[-4]), below, reverse=True), "已全部红冲")

    # --- far above the peers ---------------------------------------------------------------

    def _bureaus(
        self, eco: str, ago: int, amounts: tuple[int, ...]
    ) -> tuple[str, list[tuple[Desk, Slip]]]:
        """Bureaus that spend on one code in one month; the subject of the last, all vouchers.

        Nothing else is spent on these codes, so that the quartiles are known.
        """
        posting = self.back(ago)
        slips = []
        for fen in amounts:
            desk = self.desk(lambda unit: unit.kind == "bureau" and unit.name.endswith("局"))
            slip = self.with_invoice(
                desk, fen, event=posting - 4, posting=posting, eco=eco, words="购置用品一批"
            )
            slips.append((desk, slip))
        desk, slip = slips[-1]
        return f"{desk.unit.finance_code}:{slip.year}-{slip.period:02d}:{eco}", slips

    def _above_peers(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        eight = STEPS[:8]  # with one more above them: quartiles 1200 and 1600, limit 2800
        for eco, ago, amounts, note in (
            ("30224", 15, (*STEPS, 9_800_00), "远超九个同类单位"),
            ("30208", 48, (*eight, 2_800_01), "比上限多一分，恰有八个同类"),
            ("30240", 108, (*STEPS, 5_600_00), "三个多月以前的一笔"),
        ):
            plant("STAT-002", self._bureaus(eco, ago, amounts)[0], note)
        subject, slips = self._bureaus("30240", 78, (*eight, 1_900_00))
        desk, slip = slips[-1]
        day = slip.posting_day
        self.with_invoice(desk, 1_900_00, event=day - 2, posting=day, eco="30240", words="购置用品")
        plant("STAT-002", subject, "同月两张凭证合计超过上限")

        near("STAT-002", self._bureaus("30240", 48, (*eight, 2_800_00))[0], "恰在上限")
        near("STAT-002", self._bureaus("30224", 48, (*STEPS[:7], 9_800_00))[0], "只有七个同类")
        same = (1000_00,) * 8
        near("STAT-002", self._bureaus("30208", 15, (*same, 9_000_00))[0], "四分位距为零")
        subject, slips = self._bureaus("30224", 78, (*STEPS, 9_800_00))
        desk, slip = slips[-1]
        desk.reverse(slip, workday(slip.posting_day + 1), negative=False)
        near("STAT-002", subject, "已红冲")
        if not self.is_daily(self.back(2)):
            return
        subject, slips = self._bureaus("30240", 12, (*STEPS, 98_000_00))
        desk, slip = slips[-1]
        slip.lines = [replace(line, fen=980_00) for line in slip.lines]
        desk.write(slip, deliver_on=self.back(2))
        near("STAT-002", subject, "金额录错，后来更正：先有疑点，后销除")

    # --- one payee -------------------------------------------------------------------------

    def _company(self) -> tuple[str, str]:
        """Account and name of a supplier whom nobody else pays."""
        self._companies += 1
        name = f"扬江{self._companies}号信息服务有限公司"
        return self.district.account_no("9558"), name

    def _pay(
        self, desk: Desk, ago: int, fen: int, company: tuple[str, str], eco: str, **fields: Any
    ) -> Paid:
        day = self.last - ago
        account, name = company
        return self.payment(
            desk, day, fen, account, name, eco=eco, words="运维服务费", actual_day=day, **fields
        )

    def _taken(
        self,
        amounts: tuple[int, ...],
        *,
        other: int = 0,
        eco: str = "30203",
        agos: tuple[int, ...] = REGULAR,
        last_status: str = "paid",
        last_booked: bool = True,
    ) -> tuple[str, Desk, tuple[str, str], Paid]:
        """One payee is paid `amounts`, another `other`; the subject and the last payment."""
        # Not one of those whose spending against a budget is planted to the fen.
        budgeted = {budget.unit.index for budget in self.district.budgets}
        desk, company = self.desk(lambda unit: unit.index not in budgeted), self._company()
        if other:
            self._pay(desk, 95, other, self._company(), eco)
        for place, (ago, fen) in enumerate(zip(agos, amounts, strict=False), 1):
            is_last = place == len(amounts)
            status = last_status if is_last else "paid"
            booked = status == "paid" and (last_booked or not is_last)
            paid = self._pay(desk, ago, fen, company, eco, status=status, booked=booked)
        subject = f"{desk.unit.treasury_code}:{paid.row[1]}:{eco}:{company[1]}"
        return subject, desk, company, paid

    def _one_payee(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        six = (10_000_00,) * 6
        seven = (9_100_00, 9_200_00, 12_300_00, 9_400_00, 9_500_00, 9_600_00, 9_700_00)
        plant("STAT-003", self._taken(seven)[0], "七笔全付给一家")
        plant("STAT-003", self._taken(six, other=40_000_00)[0], "恰好六成")
        plant("STAT-003", self._taken((5_000_00, *(9_000_00,) * 5))[0], "六笔恰好 5 万元")
        recent = (150, 120, 90, 60, 30, 2)
        plant("STAT-003", self._taken(six, eco="30225", agos=recent)[0], "最后几日付到第六笔")

        near("STAT-003", self._taken(six, other=40_000_01)[0], "不足六成")
        near("STAT-003", self._taken((4_999_99, *(9_000_00,) * 5))[0], "49999.99 元")
        near("STAT-003", self._taken((16_000_00,) * 5)[0], "只有五笔")
        near("STAT-003", self._taken(six, last_status="returned")[0], "第六笔已退回")
        near("STAT-003", self._taken(six, eco="30206")[0], "电费，本来就只有一家")
        near("STAT-003", self._taken(six, eco="")[0], "没有经济分类，不在范围")
        subject, desk, company, _ = self._taken((12_000_00,) * 5)
        day = ordinal("2024-12-20")
        self._pay(desk, self.last - day, 12_000_00, company, "30203")
        near("STAT-003", subject, "第六笔在上一年")
        subject, desk, company, _ = self._taken((12_000_00,) * 5)
        self._pay(desk, 36, 12_000_00, company, "30227")
        near("STAT-003", subject, "第六笔是别的科目")
        if not self.is_daily(self.back(2)):
            return
        agos = (160, 130, 100, 70, 40, 12)
        subject, desk, _, paid = self._taken(six, agos=agos, last_booked=False)
        near("STAT-003", subject, "第六笔被银行退回：先有疑点，后销除")
        desk.sink.put("treasury_payments", self.back(2), (*paid.row[:-1], "returned"))
