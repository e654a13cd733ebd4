"""Receptions with too many at the table, too dear, on the wrong day, in cash, all at once."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from huiyan.demo.cases.worker import Caseworker
from huiyan.demo.days import workday, workday_until, year_month
from huiyan.demo.desk import Desk, Line, Slip, made
from huiyan.workdays import is_workday

VISITOR = "湖东县水利局"
STANDARD = 150_00
_OWN = -1


@dataclass(frozen=True)
class Visit:
    """A visit as its papers tell it; days are ordinals, 0 leaves a cell empty, _OWN is `day`."""

    day: int
    visitors: int | None = 6
    companions: int | None = 2
    letter_no: str | None = ""
    visit_unit: str | None = VISITOR
    letter_day: int = _OWN
    letter_visit: int = _OWN
    list_visit: int = _OWN
    more_lists: tuple[tuple[int | None, int | None], ...] = ()


class ReceptionPaperCases(Caseworker):
    """REC-003 to REC-008 and REC-011."""

    _serial = 0

    def make(self) -> None:
        """All of them."""
        self._companions()
        self._standard()
        self._letters_again()
        self._letter_days()
        self._cash()
        self._days_off()
        self._spikes()

    def _receive(
        self,
        visit: Visit,
        fen: int = 700_00,
        desk: Desk | None = None,
        *,
        eco: str = "30217",
        posting: int = 0,
        **fields: Any,
    ) -> Slip:
        """A reception with letter, list and invoice."""
        desk = desk or self.desk()
        posting = posting or workday(visit.day + 4)
        fields.setdefault("words", "公务接待餐费")
        slip = self.voucher(desk, fen, event=visit.day, posting=posting, eco=eco, **fields)
        self.invoice(desk, slip, fen, visit.day)
        self._papers(desk, slip, visit)
        return slip

    def _papers(self, desk: Desk, slip: Slip, visit: Visit, uploaded: int = 0) -> None:
        """Letter and lists; with `uploaded` the rows of the voucher's first two again."""
        if not uploaded:
            self._serial += 1
        own = {0: 0, _OWN: visit.day}
        desk.attach(
            slip,
            "official_letter",
            uploaded,
            number=11,
            document_no=f"函字〔{self._serial:03d}〕号"
            if visit.letter_no == ""
            else visit.letter_no,
            document_day=visit.day - 3 if visit.letter_day == _OWN else visit.letter_day,
            visit_unit=visit.visit_unit,
            visit_day=own.get(visit.letter_visit, visit.letter_visit),
        )
        lists = ((visit.visitors, visit.companions), *visit.more_lists)
        for place, (visitors, companions) in enumerate(lists):
            desk.attach(
                slip,
                "reception_list",
                uploaded,
                number=12 + place,
                visit_day=own.get(visit.list_visit, visit.list_visit),
                visitors=visitors,
                companions=companions,
            )

    def _day(self, ago: int) -> int:
        """A working day about `ago` days before the last one."""
        return workday_until(self.last - ago)

    def _reversed(self, rule: str, visit: Visit, fen: int = 700_00, **fields: Any) -> None:
        desk = self.desk()
        slip = self._receive(visit, fen, desk, **fields)
        desk.reverse(slip, workday(slip.posting_day + 1))
        self.truth.near(rule, slip.subject, "已红冲")

    def _corrected(self, rule: str, wrong: Visit, right: Visit, fen: int = 700_00) -> None:
        """Letter and list are delivered again, in order."""
        if not self.is_daily(self.back(2)):
            return
        desk = self.desk()
        slip = self._receive(wrong, fen, desk)
        self._papers(desk, slip, right, self.back(2))
        self.truth.near(rule, slip.subject, "登记错误，后来更正：先有疑点，后销除")

    # --- people ----------------------------------------------------------------------------

    def _companions(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        visitors: int | None
        companions: int | None
        for ago, visitors, companions, note in (
            (60, 10, 4, "来访 10 人，陪同 4 人"),
            (41, 11, 4, "来访 11 人，陪同 4 人，超过三分之一"),
            (22, 30, 11, "来访 30 人，陪同 11 人"),
            (6, 1, 5, "来访 1 人，陪同 5 人"),
        ):
            visit = Visit(self._day(ago), visitors, companions)
            plant("REC-003", self._receive(visit).subject, note)
        slip = self._receive(Visit(self._day(33), 4, 6), desk=self.village(2))
        plant("REC-003", slip.subject, "村里接待陪同过多")
        visit = Visit(self._day(29), 12, 2, more_lists=((3, 4),))
        plant("REC-003", self._receive(visit).subject, "两份清单，第二份超标")
        slip = self._receive(Visit(self._day(27), 5, 4), eco="30299", words="业务工作餐")
        plant("REC-003", slip.subject, "费用没有列接待费，清单照样超标")
        for visitors, companions, note in (
            (10, 3, "来访 10 人，陪同 3 人"),
            (1, 3, "来访 1 人，陪同 3 人"),
            (11, 3, "来访 11 人，陪同 3 人"),
            (12, 4, "来访 12 人，陪同恰为三分之一"),
            (5, None, "没填陪同人数"),
        ):
            visit = Visit(self._day(26), visitors, companions)
            near("REC-003", self._receive(visit, 580_00).subject, note)
        visit = Visit(self._day(25), 4, 3, more_lists=((4, 3),))
        near("REC-003", self._receive(visit).subject, "两份清单各自不超")
        self._reversed("REC-003", Visit(self._day(44), 5, 9))
        self._corrected(
            "REC-003", Visit(self._day(20), 5, 4), Visit(self._day(20), 5, 3), fen=900_00
        )

    def _standard(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        visitors: int | None
        companions: int | None
        for ago, fen, visitors, companions, note in (
            (58, 8 * STANDARD + 1, 6, 2, "人均超出标准 0.01 元"),
            (35, 4_800_00, 10, 3, "人均 369 元"),
            (7, 460_00, 3, 0, "没有陪同，人均超标"),
        ):
            visit = Visit(self._day(ago), visitors, companions)
            plant("REC-004", self._receive(visit, fen).subject, note)
        slip = self._receive(Visit(self._day(31), 2, 1), 480_00, self.village(4))
        plant("REC-004", slip.subject, "村里接待人均 160 元")
        hospital = self.desk(lambda unit: unit.kind == "hospital")
        visit = Visit(self._day(28), 4, 1, more_lists=((3, 1),))
        plant("REC-004", self._receive(visit, 1_400_00, hospital).subject, "两份清单合计仍超")
        for ago in (57, 9):
            visit = Visit(self._day(ago))
            near("REC-004", self._receive(visit, 8 * STANDARD).subject, "恰好人均 150 元")
        visit = Visit(self._day(26), 5, 2, more_lists=((5, 2),))
        near("REC-004", self._receive(visit, 2_000_00).subject, "两餐两份清单，人数合计")
        for visitors, companions in ((None, 2), (6, None)):
            visit = Visit(self._day(24), visitors, companions)
            near("REC-004", self._receive(visit, 3_000_00).subject, "清单人数没有填全")
        desk, day = self.desk(), self._day(23)
        lines = desk.lines(900_00, "30217", "公务接待餐费", bill=day)
        lines += desk.lines(2_600_00, "30201", "购买办公用品", bill=day)
        slip = self._posted(desk, workday(day + 4), lines)
        self.invoice(desk, slip, 3_500_00, day)
        self._papers(desk, slip, Visit(day))
        near("REC-004", slip.subject, "一张凭证还有办公费，只看接待费")
        slip = self._receive(Visit(self._day(21)), 1_500_00, debit="1218")
        near("REC-004", slip.subject, "预借接待费，还不是支出")
        self._reversed("REC-004", Visit(self._day(43)), 2_700_00)
        self._corrected(
            "REC-004", Visit(self._day(19), 2, 1), Visit(self._day(19), 7, 3), fen=950_00
        )

    def _posted(self, desk: Desk, posting: int, lines: list[Line]) -> Slip:
        return made(desk.post(posting, posting, lines))

    # --- letters ---------------------------------------------------------------------------

    def _letters_again(self) -> None:
        plant, near = self.truth.plant, self.truth.near

        def uses(*parts: tuple[Desk, int], spellings: tuple[str, ...] = (VISITOR,)) -> str:
            self._serial += 1
            number = f"函重〔{self._serial:03d}〕号"
            for place, (desk, ago) in enumerate(parts):
                unit = spellings[place % len(spellings)]
                visit = Visit(self._day(ago), letter_no=number, visit_unit=unit)
                self.shares(number, self._receive(visit, 610_00 + place * 100, desk))
            return number

        desk = self.desk
        plant("REC-005", f"{uses((desk(), 40), (desk(), 40))}:{VISITOR}", "两个单位用同一公函")
        same = desk()
        plant("REC-005", f"{uses((same, 48), (same, 20))}:{VISITOR}", "同一单位隔 28 天再用")
        number = uses((desk(), 50), (self.village(6), 33), (desk(), 8))
        plant("REC-005", f"{number}:{VISITOR}", "三个单位，其中一个是村")
        number = uses((desk(), 37), (desk(), 36), spellings=("邻水区财政局", "邻水区 财政局"))
        plant("REC-005", f"{number}:邻水区财政局", "来访单位写法不同")
        number = uses((desk(), 30), (desk(), 12), spellings=("扬江市审计局", "审计局"))
        plant("REC-005", f"{number}:审计局", "来访单位写全称和简称")
        self._apart(8, "同一单位相隔 8 天", plant)
        self._apart(7, "用餐和住宿相隔 7 天", near)
        for word in ("用餐", "住宿"):
            self._apart(0, f"同一次来访，同日{word}", near)
        number = f"函同〔{self._serial:03d}〕号"
        for unit in (VISITOR, "平川市商务局"):
            visit = Visit(self._day(35), letter_no=number, visit_unit=unit)
            self._receive(visit, desk=desk())
            near("REC-005", f"{number}:{unit}", "文号相同，来访单位不同")
        for number_only, unit_only in ((None, VISITOR), (f"函无〔{self._serial}〕号", None)):
            for _ in range(2):
                visit = Visit(self._day(34), letter_no=number_only, visit_unit=unit_only)
                self._receive(visit, desk=desk())
        near("REC-005", f"函无〔{self._serial}〕号:", "没填来访单位")
        second, number = desk(), f"函销〔{self._serial:03d}〕号"
        self._receive(Visit(self._day(42), letter_no=number))
        slip = self._receive(Visit(self._day(41), letter_no=number), desk=second)
        second.reverse(slip, workday(slip.posting_day + 1))
        near("REC-005", f"{number}:{VISITOR}", "第二张已红冲")
        if not self.is_daily(self.back(2)):
            return
        number = f"函错〔{self._serial:03d}〕号"
        self._receive(Visit(self._day(39), letter_no=number))
        wrong = Visit(self._day(22), letter_no=number)
        slip = self._receive(wrong, desk=second)
        self._papers(second, slip, replace(wrong, letter_no=f"{number}之二"), self.back(2))
        near("REC-005", f"{number}:{VISITOR}", "文号登记错误，后来更正：先有疑点，后销除")

    def _apart(self, days: int, note: str, put: Callable[[str, str, str], None]) -> None:
        """One letter with two vouchers of one unit, booked for bills `days` apart."""
        self._serial += 1
        desk, number, day = self.desk(), f"函隔〔{self._serial:03d}〕号", self._day(32)
        for later, words in ((0, "公务接待用餐"), (days, "公务接待住宿")):
            visit = Visit(day, letter_no=number)
            slip = self.voucher(
                desk,
                620_00 + later,
                event=day + later,
                posting=workday(day + 12),
                eco="30217",
                words=words,
            )
            self.invoice(desk, slip, 620_00 + later, day + later)
            self._papers(desk, slip, visit)
            self.shares(number, slip)
        put("REC-005", f"{number}:{VISITOR}", note)

    def _letter_days(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        for ago, later, note in (
            (55, 1, "公函晚于来访 1 天"),
            (34, 20, "公函晚于来访 20 天"),
            (8, 2, "公函晚于来访 2 天"),
        ):
            day = self._day(ago)
            visit = Visit(day, letter_day=day + later)
            slip = self._receive(visit, posting=workday(day + max(later, 2)))
            plant("REC-006", slip.subject, note)
        day = self._day(30)
        slip = self._receive(Visit(day, letter_day=day + 3), desk=self.village(12))
        plant("REC-006", slip.subject, "村里接待，事后补函")
        day = self._day(29)
        slip = self._receive(Visit(day, letter_day=day + 1), eco="30299", words="业务工作餐")
        plant("REC-006", slip.subject, "费用没有列接待费，公函照样晚于来访")
        for ago in (54, 9):
            day = self._day(ago)
            slip = self._receive(Visit(day, letter_day=day))
            near("REC-006", slip.subject, "公函与来访同日")
        day = self._day(28)
        slip = self._receive(Visit(day, letter_day=day + 2, letter_visit=0))
        near("REC-006", slip.subject, "公函没写来访日期，清单上的不算")
        near("REC-006", self._receive(Visit(day, letter_day=0)).subject, "公函没有日期")
        desk = self.desk()
        slip = self._receive(Visit(day), desk=desk)
        desk.attach(slip, "approval", document_day=day + 9, visit_day=day)
        near("REC-006", slip.subject, "晚于来访的是审批单，不是公函")
        self._reversed("REC-006", Visit(self._day(42), letter_day=self._day(42) + 3))
        day = self._day(18)
        self._corrected("REC-006", Visit(day, letter_day=day + 4), Visit(day, letter_day=day - 4))

    # --- cash ------------------------------------------------------------------------------

    def _cash(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        cash: dict[str, Any] = {"mode": "1", "credit": "1001"}
        small = Visit(self._day(53), 2, 1)
        for place, fen, note in (
            (15, 380_00, "村里现金付接待费"),
            (16, 430_00, "村里现金付招待餐费"),
        ):
            slip = self._receive(small, fen, self.village(place), mode="1")
            plant("REC-007", slip.subject, note)
        for ago, fen, eco, note in (
            (40, 199_00, "30217", "现金付 199 元接待费"),
            (20, 160_00, "3021701", "现金付，列下级科目"),
            (5, 120_00, "30217", "逐日送达的现金接待费"),
        ):
            slip = self._receive(Visit(self._day(ago), 2, 1), fen, eco=eco, **cash)
            plant("REC-007", slip.subject, note)
        desk, day = self.desk(), self._day(36)
        lines = desk.lines(300_00, "30217", "公务接待餐费", bill=day)
        lines += desk.lines(80_00, "30217", "公务接待茶水", bill=day, **cash)
        slip = self._posted(desk, workday(day + 3), lines)
        self.invoice(desk, slip, 380_00, day)
        self._papers(desk, slip, Visit(day))
        plant("REC-007", slip.subject, "部分转账、部分现金")
        for mode, note in (("2", "转账"), ("3", "公务卡"), ("4", "财政支付"), ("", "没填结算方式")):
            slip = self._receive(Visit(self._day(24), 2, 1), 180_00, mode=mode)
            near("REC-007", slip.subject, note)
        desk, day = self.desk(), self._day(23)
        lines = desk.lines(300_00, "30217", "公务接待餐费", bill=day)
        lines += desk.lines(90_00, "30201", "购买办公用品", bill=day, **cash)
        slip = self._posted(desk, workday(day + 3), lines)
        self.invoice(desk, slip, 390_00, day)
        self._papers(desk, slip, Visit(day))
        near("REC-007", slip.subject, "现金付的是办公用品")
        slip = self._receive(Visit(self._day(22), 2, 1), 190_00, debit="1218", **cash)
        near("REC-007", slip.subject, "现金预借接待费，还不是支出")
        self._reversed("REC-007", Visit(self._day(41), 2, 1), 170_00, **cash)
        if not self.is_daily(self.back(2)):
            return
        desk = self.desk()
        slip = self._receive(Visit(self._day(21), 2, 1), 150_00, desk, **cash)
        slip.lines = [replace(line, mode=line.mode and "2") for line in slip.lines]
        desk.write(slip, deliver_on=self.back(2))
        near("REC-007", slip.subject, "结算方式录错，后来更正：先有疑点，后销除")

    # --- days off --------------------------------------------------------------------------

    def _latest(self, wanted: Callable[[date], bool], ago: int) -> int:
        """The latest day that is `wanted`, `ago` days or more before the last one."""
        day = self.last - ago
        while not wanted(date.fromordinal(day)):
            day -= 1
        return day

    def _days_off(self) -> None:
        plant, near = self.truth.plant, self.truth.near

        def weekend(weekday: int) -> Callable[[date], bool]:
            return lambda day: day.weekday() == weekday and not is_workday(day)

        def holiday(day: date) -> bool:
            return day.weekday() < 5 and not is_workday(day)

        def swapped(day: date) -> bool:
            return day.weekday() >= 5 and is_workday(day)

        for wanted, ago, note in (
            (weekend(5), 50, "周六接待"),
            (weekend(6), 25, "周日接待"),
            (weekend(5), 5, "逐日送达的周六接待"),
            (holiday, 12, "法定节假日接待"),
        ):
            visit = Visit(self._latest(wanted, ago))
            plant("REC-008", self._receive(visit).subject, note)
        sunday = self._latest(weekend(6), 32)
        slip = self._receive(Visit(sunday), desk=self.village(5))
        plant("REC-008", slip.subject, "村里周日接待")
        monday = workday(sunday + 1)
        for visit, note in (
            (Visit(monday, letter_visit=sunday), "公函写周日来访，清单写工作日"),
            (Visit(monday, list_visit=sunday), "清单写周日来访，公函写工作日"),
        ):
            plant("REC-008", self._receive(visit).subject, note)
        friday = self._latest(lambda day: day.weekday() == 4 and is_workday(day), 30)
        near("REC-008", self._receive(Visit(friday)).subject, "周五接待")
        visit = Visit(self._latest(swapped, 12))
        near("REC-008", self._receive(visit).subject, "调休上班的周末")
        visit = Visit(friday, letter_visit=0, list_visit=0)
        near("REC-008", self._receive(visit).subject, "没填来访日期")
        desk = self.desk()
        visit = Visit(friday, letter_day=self._latest(weekend(6), self.last - friday))
        slip = self._receive(visit, desk=desk)
        self.invoice(desk, slip, 1_00, self._latest(weekend(6), self.last - friday))
        near("REC-008", slip.subject, "落款和开票在周日，来访在周五")
        self._reversed("REC-008", Visit(sunday))
        self._corrected("REC-008", Visit(sunday), Visit(workday_until(sunday)))

    # --- quarters --------------------------------------------------------------------------

    def _in_quarter(self, back: int, offset: int = 20) -> int:
        """A working day of the quarter `back` quarters before that of the cases."""
        year, month = year_month(self.back(10))
        place = year * 4 + (month - 1) // 3 - back
        return workday(date(place // 4, place % 4 * 3 + 1, 1).toordinal() + offset)

    def _subject(self, desk: Desk, back: int = 0) -> str:
        year, month = year_month(self._in_quarter(back) if back else self.back(10))
        return f"{desk.unit.finance_code}:{year}-{(month + 2) // 3}"

    def _spent(self, desk: Desk, day: int, fen: int) -> Slip:
        """A reception for as many guests as the standard allows."""
        people = -(-fen // STANDARD)
        visit = Visit(day, people - people // 5, people // 5)
        return self._receive(visit, fen, desk, posting=workday(day + 3), voucher_day=day)

    def _begin(self, desk: Desk, quarters: int) -> None:
        """Books that begin that many quarters before."""
        day = self._in_quarter(quarters)
        self.with_invoice(desk, 260_00, event=day, posting=workday(day + 3), voucher_day=day)

    def _spikes(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        now = self.back(10)
        desk = self.village(18)
        self._begin(desk, 5)
        self._spent(desk, now, 5_000_00)
        plant("REC-011", self._subject(desk), "前四个季度没有接待费，本季恰好 5000 元")
        desk = self.village(19)
        self._begin(desk, 6)
        self._spent(desk, self._in_quarter(4), 4_666_66)
        self._spent(desk, self._in_quarter(1), 2_000_00)
        for fen in (3_000_00, 2_000_00):
            self._spent(desk, now, fen)
        plant("REC-011", self._subject(desk), "刚刚超过前四季平均数的 3 倍")
        desk = self.desk()
        desk.unit.ordinary = False  # its quarters are told here
        self._begin(desk, 7)
        for back in (1, 2, 3, 4):
            self._spent(desk, self._in_quarter(back), 300_00)
        for fen in (9_000_00, 7_800_00):
            self._spent(desk, now, fen)
        plant("REC-011", self._subject(desk), "平时每季几百元，本季一万六千多元")
        desk = self.village(20)
        self._begin(desk, 9)
        self._spent(desk, self._in_quarter(4), 900_00)
        self._spent(desk, self._in_quarter(2), 6_000_00)
        self._spent(desk, now, 5_100_00)
        plant("REC-011", self._subject(desk, 2), "前年就有账，两个季度前突增")
        near("REC-011", self._subject(desk), "上次突增之后，本季不到平均数的 3 倍")

        desk = self.village(22)
        self._begin(desk, 5)
        self._spent(desk, self._in_quarter(3), 6_666_68 - 4_999_98)
        self._spent(desk, self._in_quarter(2), 4_999_98)
        self._spent(desk, now, 5_000_01)
        near("REC-011", self._subject(desk), "恰为前四季平均数的 3 倍")
        desk = self.village(23)
        self._begin(desk, 5)
        self._spent(desk, now, 4_999_99)
        near("REC-011", self._subject(desk), "4999.99 元")
        if self.district.options.months <= 12:
            desk = self.village(24)
            self._begin(desk, 4)
            self._spent(desk, now, 8_000_00)
            near("REC-011", self._subject(desk), "账套在前四季的头一季才启用")
        desk = self.village(25)
        self._begin(desk, 5)
        self._spent(desk, now, 3_000_00)
        slip = self._spent(desk, now, 4_000_00)
        desk.reverse(slip, slip.posting_day, negative=False)
        near("REC-011", self._subject(desk), "一张已红冲，余下不到 5000 元")
        desk = self.village(26)
        self._begin(desk, 8)
        self._spent(desk, self._in_quarter(5), 9_000_00)
        self._spent(desk, now, 5_300_00)
        plant("REC-011", self._subject(desk), "五个季度前花得多，不算在平均数里")
        if not self.is_daily(self.back(2)):
            return
        desk = self.village(27)
        self._begin(desk, 5)
        slip = self._spent(desk, now, 5_200_00)
        desk.reverse(slip, self.back(2))
        near("REC-011", self._subject(desk), "报错的一张后来红冲：先有疑点，后销除")
