"""Problems that an inspection found, and whether the unit goes on after it claimed to be done."""

import csv
from collections.abc import Callable

from huiyan.demo.cases.worker import Caseworker
from huiyan.demo.days import workday
from huiyan.demo.desk import Desk
from huiyan.demo.district import District, Rectification, Unit
from huiyan.demo.systemic import Owners, counts
from huiyan.demo.truth import Truth
from huiyan.settings import REPOSITORY

RULE, PLACE = "LOOP-003", 19 * 37
LONG_AGO = 800
_CLASSES = REPOSITORY / "dbt_project" / "seeds" / "supervision" / "rule_matter_class.csv"
_ORDINARY = (
    ("reception", "公务接待清单不全，个别接待没有公函", "完善接待审批，一事一函一单"),
    ("bookkeeping", "记账不及时，附件不齐", "补齐附件，按月对账"),
    ("asset", "固定资产没有登记入账", "盘点登记，建立卡片"),
    ("procurement", "零星采购没有比价", "修订采购内控制度"),
)


def plant_rectifications(district: District, desk_of: Callable[[Unit], Desk], truth: Truth) -> None:
    """Plant LOOP-003 among the problems of units; call it when all other cases are known."""
    worker = _Rectifications(district, desk_of, truth)
    worker.begin_at(PLACE)
    worker.make()


def matter_classes() -> dict[str, str]:
    """The class of matter of each rule that has one."""
    with _CLASSES.open(encoding="utf-8", newline="") as handle:
        return {row["rule_id"]: row["matter_class"] for row in csv.DictReader(handle)}


class _Rectifications(Caseworker):
    def make(self) -> None:
        """All of them."""
        classes = matter_classes()
        owners = Owners(self.district, self.truth)
        self._busy: dict[tuple[int, str], Unit] = {}
        for case in self.truth.cases:
            # Also what passes: it may be open on the way.
            if counts(case.rule_id) and case.kind == "planted":
                unit = owners.of(case)
                self._busy[unit.index, classes[case.rule_id]] = unit
        self._after_the_claim()
        self._of_others()

    def _problem(self, unit: Unit, kind: int, claimed: int, due: int = 0) -> str:
        matter, problem, measure = _ORDINARY[kind]
        number = f"XC2025-{len(self.district.rectifications) + 1:03d}"
        due = due or claimed
        self.district.rectifications.append(
            Rectification(number, unit, matter, problem, measure, due - 120, due, claimed)
        )
        return number

    def _free(self, matter: str) -> Unit:
        """A unit in which nothing is planted of that class."""
        return self.unit(lambda unit: (unit.index, matter) not in self._busy)

    def _after_the_claim(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        posting = self.settled(40)
        event = workday(posting - 4)
        for claimed, note in (
            (event - 1, "申报完成次日又没有附件"),
            (event, "申报完成当日没有附件"),
        ):
            unit = self._free("bookkeeping")
            self._busy[unit.index, "bookkeeping"] = unit
            slip = self.voucher(
                self.desk_of(unit), 1630_00, event=event, posting=posting, words="购买档案柜"
            )
            plant("ATT-001", slip.subject, "整改后又没有附件")
            number = self._problem(unit, 1, claimed)
            (plant if claimed < event else near)(RULE, number, note)

    def _of_others(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        hosts = [
            unit
            for (_, matter), unit in sorted(self._busy.items())
            if matter == "reception" and unit.finance_code and unit.is_certain
        ]
        plant(RULE, self._problem(hosts[0], 0, self.last - LONG_AGO), "早已申报完成，接待仍有疑点")
        near(RULE, self._problem(hosts[1], 0, 0, self.last - 30), "超期没有申报完成")
        near(RULE, self._problem(hosts[1], 0, self.last), "今日申报完成，疑点都在之前")
        near(RULE, self._problem(hosts[2], 0, self.last + 1, self.last), "申报的完成日期在明日")
        other = next(unit for unit in hosts if (unit.index, "procurement") not in self._busy)
        near(RULE, self._problem(other, 3, self.last - LONG_AGO), "另一类问题有疑点")
        clean = self._free("asset")
        near(RULE, self._problem(clean, 2, self.last - LONG_AGO), "整改后没有同类疑点")
