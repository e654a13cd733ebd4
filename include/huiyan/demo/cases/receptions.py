"""Receptions without letter or list."""

from huiyan.demo import names
from huiyan.demo.cases.worker import Caseworker
from huiyan.demo.days import workday_until
from huiyan.demo.desk import Desk, Line, Slip, made


class ReceptionCases(Caseworker):
    """REC-001 and REC-002: 29 without letter, 23 without list, as in the paper."""

    def make(self) -> None:
        """All of them."""
        both, letter_only, list_only = 12, 17, 11
        place = 0
        for turn in range(both):
            bare = turn < 6
            fen = (680_00 if turn < 2 else 1180_00) + turn * 7_00
            slip = self._reception(place, fen, letter=False, guests=False, invoice=not bare)
            self._missing(slip, True, True)
            if bare and fen >= 1000_00:
                self.truth.plant("ATT-001", slip.subject, "公务接待无任何附件")
            place += 1
        for turn in range(letter_only):
            declared = 3 if turn % 4 == 1 else None
            slip = self._reception(place, 900_00 + turn * 31_00, letter=False, declared=declared)
            self._missing(slip, True, False)
            if not declared:
                self.truth.marks.setdefault("missing_letter", slip.subject)
            if declared:
                self.truth.plant("ATT-002", slip.subject, "缺公函，少于申报份数")
            place += 1
        for turn in range(list_only):
            eco = "3021701" if turn == 3 else "30217"
            slip = self._reception(place, 840_00 + turn * 17_00, guests=False, eco=eco)
            self._missing(slip, False, True)
            place += 1
        self._near()

    def _missing(self, slip: Slip, letter: bool, guests: bool) -> None:
        if letter:
            self.truth.plant("REC-001", slip.subject, "公务接待未上传公函")
        if guests:
            self.truth.plant("REC-002", slip.subject, "公务接待未上传接待清单")

    def _reception(
        self,
        place: int,
        fen: int,
        *,
        letter: bool = True,
        guests: bool = True,
        invoice: bool = True,
        declared: int | None = None,
        eco: str = "30217",
        posting: int = 0,
        late_letter: int = 0,
        desk: Desk | None = None,
        debit: str = "",
    ) -> Slip:
        if desk is None:
            desk = self.village(place * 3) if place % 10 == 7 else self.desk()
        # Spread over the months, the last ones just out of grace.
        posting = posting or self.settled(max(3, 143 - place * 7 // 2))
        event = workday_until(posting - 6)
        slip = self.voucher(
            desk,
            fen,
            event=event,
            posting=posting,
            eco=eco,
            words="公务接待餐费",
            declared=declared,
            debit=debit,
        )
        visit = {"visit_day": event, "visitors": 8, "companions": 2}
        if letter:
            desk.attach(
                slip,
                "official_letter",
                late_letter,
                document_day=event - 3,
                document_no=f"来函〔2025〕{place}号",
                visit_unit=names.VISITING_UNITS[place % 10],
                visit_day=event,
            )
        if guests:
            desk.attach(slip, "reception_list", **visit)
        if invoice:
            self.invoice(desk, slip, fen, event)
        return slip

    def _near(self) -> None:
        near = self.truth.near
        slip = self._reception(50, 900_00, letter=False, guests=False, posting=self.last - 2)
        near("REC-001", slip.subject, "记账第 2 天，还在宽限期内")
        near("REC-002", slip.subject, "记账第 2 天，还在宽限期内")
        for place in (51, 52, 53):
            slip = self._reception(
                place,
                1000_00,
                posting=self.back(30 - place % 5),
                late_letter=self.back(2 - place % 2),
            )
            self.truth.marks.setdefault("late_letter", slip.subject)
            near("REC-001", slip.subject, "公函迟到：先有疑点，后销除")
        desk = self.desk()
        slip = self._reception(
            54, 960_00, letter=False, guests=False, desk=desk, posting=self.back(44)
        )
        desk.reverse(slip, self.back(43))
        near("REC-001", slip.subject, "已红冲")
        near("REC-002", slip.subject, "已红冲")
        slip = self._reception(
            55, 500_00, letter=False, guests=False, debit="1218", posting=self.back(36)
        )
        near("REC-001", slip.subject, "预借接待费，还不是支出")
        near("REC-002", slip.subject, "预借接待费，还不是支出")
        slip = self._reception(
            56, 500_00, letter=False, guests=False, eco="30215", posting=self.back(36)
        )
        near("REC-001", slip.subject, "摘要提到接待，代码是会议费")
        self.truth.plant("ATT-003", slip.subject, "会议费没有会议通知和签到表")
        desk = self.desk()
        posting = self.back(33)
        lines = [
            Line("1002", "D", 300_00, "退回多收接待餐费"),
            Line("5001", "C", 300_00, "退回多收接待餐费", "30217"),
        ]
        refund = desk.post(posting, posting, lines, 1)
        desk.attach(refund, "bank_receipt", fen=300_00)
        refund = made(refund)
        near("REC-001", refund.subject, "贷方冲回，不是新的接待")
        # One visit, one letter: the meal and the lodging each carry it.
        desk = self.desk()
        for fen, words in ((800_00, "用餐"), (640_00, "住宿")):
            slip = self._reception(57, fen, posting=posting, desk=desk)
            near("REC-001", slip.subject, f"同一公函下的{words}")
            near("REC-002", slip.subject, f"同一公函下的{words}")
