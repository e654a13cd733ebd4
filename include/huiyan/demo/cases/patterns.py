"""Cases of the rules that read other rules' hits: systemic, reversed after the alert, a score.

Villages are set apart for them: what the other families plant there would change a sum.
"""

from typing import Any

from huiyan.demo.cases.worker import Caseworker
from huiyan.demo.days import workday_until
from huiyan.demo.desk import Desk, Slip
from huiyan.demo.district import Unit

EXACT, SHORT, TWO_RULES, PASSING, OTHERS = 7, 9, 10, 13, (28, 30, 31, 34, 36)
REGULATOR_OF_VILLAGES = "RG05"


class PatternCases(Caseworker):
    """LOOP-001, LOOP-004 and SCF-008."""

    _made = 0

    def make(self) -> None:
        """All of them."""
        self.later = self.district.options.business_days[1:]
        self._scores()
        self._systemic()
        if self.later:
            self._reversed()

    def _after(self, place: int) -> int:
        """The business date `place` after the opening one, or the last."""
        return self.later[min(place, len(self.later)) - 1]

    def _spent(self, desk: Desk, *, card: bool = False, check: str = "ok", **paper: Any) -> Slip:
        """A village's purchase with its invoice, each on another day at another price."""
        self._made += 1
        posting = self.back(40 + self._made % 23)
        fen = 1010_00 + 37_00 * self._made
        words = f"购买提货卡{self._made}" if card else f"购买路灯配件{self._made}"
        slip = self.voucher(
            desk, fen, event=posting - 3, posting=posting, eco="", words=words, declared=1
        )
        self.invoice(desk, slip, fen, posting - 3, check=check, **paper)
        return slip

    def _irregular(self, desk: Desk, *, card: bool = False, check: str = "ok") -> Slip:
        """One with a number that no invoice has."""
        number = f"{700_000 + 37 * self._made}"
        slip = self._spent(desk, card=card, check=check, invoice_no=number)
        self.truth.plant("INV-001", slip.subject, "村里的发票号码位数不对")
        return slip

    def _card(self, slip: Slip) -> Slip:
        self.truth.plant("SCF-006", slip.subject, "村里买提货卡")
        return slip

    def _voided(self, slip: Slip) -> Slip:
        self.truth.plant("INV-003", slip.subject, "村里的发票已作废")
        return slip

    # --- small-coffer score ----------------------------------------------------------------

    def _scores(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        desk = self.village(EXACT)
        self._three_rules(desk, 5)
        plant("SCF-008", self._id(desk), "三条规则，恰满 30 分；每条疑点各计一次")
        desk = self.village(SHORT)
        self._three_rules(desk, 4)
        near("SCF-008", self._id(desk), "三条规则，29 分")
        desk = self.village(TWO_RULES)
        for _ in range(4):
            self._card(self._spent(desk, card=True))
        for _ in range(3):
            self._voided(self._spent(desk, check="voided"))
        inputer, _, poster = desk.people
        posting = self.back(26)
        slip = self.voucher(
            desk,
            730_00,
            event=posting - 3,
            posting=posting,
            eco="",
            words="清理河道人工费",
            declared=1,
            people=(inputer, inputer, poster),
        )
        desk.attach(slip, "payroll", fen=730_00)
        plant("VOU-002", slip.subject, "村会计自己审核")
        near("SCF-008", self._id(desk), "35 分，只有两条规则；凭证类疑点不计分")
        if self.later:
            desk = self.village(PASSING)
            self._three_rules(desk, 4)
            slip = self._spent(desk, card=True)
            desk.reverse(slip, self._after(1))
            self.truth.near("SCF-006", slip.subject, "预警后冲销：先有疑点，后销除")
            plant("LOOP-004", slip.subject, "提货卡的预警推送次日红冲")
            near("SCF-008", self._id(desk), "冲销一笔后 29 分：先有疑点，后销除")

    def _three_rules(self, desk: Desk, irregular: int) -> None:
        """Three cards, two voided invoices, some irregular numbers: 25 points and one for each."""
        for place in range(irregular):
            if place < 3:
                self._card(self._irregular(desk, card=True))
            else:
                self._voided(self._irregular(desk, check="voided"))
        for _ in range(irregular, 5):
            self._voided(self._spent(desk, check="voided"))

    @staticmethod
    def _id(desk: Desk) -> str:
        return f"F{desk.unit.finance_code}"

    # --- systemic --------------------------------------------------------------------------

    def _systemic(self) -> None:
        desks = [self.village(place) for place in OTHERS]
        # With the two or three villages of the scores they are five.
        for desk in desks[: 2 if self.later else 3]:
            self._irregular(desk)
        subject = f"{REGULATOR_OF_VILLAGES}:INV-001"
        self.truth.plant("LOOP-001", subject, "恰有五个村的发票号码不规范")
        for desk in (*desks[:4], desks[0], self.desk(_is_school)):
            self._wrong_buyer(desk)
        if self.later:
            slip = self._wrong_buyer(desks[4], plant=False)
            desks[4].reverse(slip, self._after(1))
            self.truth.near("INV-002", slip.subject, "预警后冲销：先有疑点，后销除")
            self.truth.plant("LOOP-004", slip.subject, "抬头不符的预警推送次日红冲")
        subject = f"{REGULATOR_OF_VILLAGES}:INV-002"
        passing = "第五个村的已冲销：先有疑点，后销除" if self.later else "另有一所学校"
        self.truth.near("LOOP-001", subject, f"四个村五张发票抬头不符；{passing}")

    def _wrong_buyer(self, desk: Desk, *, plant: bool = True) -> Slip:
        self._made += 1
        posting = self.back(20 + self._made % 11)
        fen = 620_00 + 7_00 * self._made
        slip = self.voucher(
            desk, fen, event=posting - 3, posting=posting, words="购买办公用品", declared=1
        )
        self.invoice(desk, slip, fen, posting - 3, buyer="扬江云帆办公用品有限公司")
        if plant:
            self.truth.plant("INV-002", slip.subject, "抬头是公司")
        return slip

    # --- reversed after the alert ----------------------------------------------------------

    def _reversed(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        desk = self.desk()
        desk.reverse(slip := self._without_papers(desk), self._after(1))
        plant("LOOP-004", slip.subject, "推送次日红冲")
        desk = self.desk()
        desk.reverse(slip := self._without_papers(desk), self.last)
        again = self.with_invoice(
            desk, 1450_00, event=slip.posting_day - 3, posting=self.last, declared=1
        )
        plant("LOOP-004", slip.subject, "红冲后补齐发票重记，是正常纠错，也要核实")
        near("LOOP-004", again.subject, "重记的那张")
        desk = self.desk()
        day = self.back(9)
        slip = self.with_invoice(desk, 560_00, event=day - 3, posting=day, declared=1)
        desk.reverse(slip, self._after(1))
        near("LOOP-004", slip.subject, "没有预警的凭证被红冲")
        desk = self.desk()
        slip = self._without_papers(desk)
        eve = workday_until(self.district.options.business_days[0] - 1)
        desk.reverse(slip, eve, deliver_on=self._after(1))
        near("LOOP-004", slip.subject, "推送前一日已红冲，晚送达")
        if len(self.later) < 2:
            return
        desk = self.desk()
        slip = self._without_papers(desk)
        desk.attach(slip, "contract", self._after(1))
        desk.reverse(slip, self._after(2))
        plant("LOOP-004", slip.subject, "补传附件销除疑点之后又红冲")
        desk = self.desk()
        inputer, _, poster = desk.people
        day = self._after(1)
        slip = self.with_invoice(
            desk,
            480_00,
            event=day - 3,
            posting=day,
            declared=1,
            people=(inputer, inputer, poster),
        )
        desk.reverse(slip, day, deliver_on=self._after(2))
        near("VOU-002", slip.subject, "当日冲销：先有疑点，后销除")
        near("LOOP-004", slip.subject, "推送当日红冲，晚送达")

    def _without_papers(self, desk: Desk) -> Slip:
        """An expense without attachment, out of grace on the opening day."""
        day = self.settled(12)
        slip = self.voucher(desk, 1450_00, event=day - 3, posting=day, words="购买会议桌")
        self.truth.near("ATT-001", slip.subject, "预警后冲销：先有疑点，后销除")
        return slip


def _is_school(unit: Unit) -> bool:
    return unit.kind == "school"
