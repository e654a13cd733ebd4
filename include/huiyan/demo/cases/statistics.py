"""One payee who takes it all."""

from typing import Any

from huiyan.demo.cases.worker import Caseworker
from huiyan.demo.days import ordinal
from huiyan.demo.desk import Desk, Paid

REGULAR = (200, 170, 141, 110, 80, 50, 21)  # days ago


class StatisticsCases(Caseworker):
    """STAT-003."""

    def make(self) -> None:
        """All of them."""
        self._companies = 0
        self._one_payee()

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
        desk, company = self.desk(), self._company()
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
