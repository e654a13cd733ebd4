"""Gifts before festivals, the three public expenses, equipment that became no asset."""

import csv
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import Any

from huiyan.demo import names
from huiyan.demo.cases.worker import Caseworker
from huiyan.demo.days import ordinal, workday, year_month
from huiyan.demo.desk import Desk, Line, Slip, made
from huiyan.settings import REPOSITORY

FESTIVALS = REPOSITORY / "dbt_project" / "seeds" / "rules" / "festival.csv"
SEASON_DAYS = 15


@cache
def festivals() -> tuple[tuple[int, str], ...]:
    """Day and name of every festival known, in order."""
    with FESTIVALS.open(encoding="utf-8", newline="") as handle:
        return tuple((ordinal(row["date"]), row["name_zh"]) for row in csv.DictReader(handle))


def is_season(day: int) -> bool:
    """Whether a festival is 1 to 15 days after the day."""
    return any(1 <= festival - day <= SEASON_DAYS for festival, _ in festivals())


class ExpenseCases(Caseworker):
    """EXP-001, EXP-002, EXP-005."""

    def make(self) -> None:
        """All of them."""
        self._gifts()
        self._not_an_asset()
        self._three_expenses()

    # --- festivals -------------------------------------------------------------------------

    def _festival(self, name: str) -> int:
        """The last festival of a name whose papers are all in by the last day."""
        return max(day for day, each in festivals() if each == name and day < self.last - 20)

    def _gift(self, event: int, words: str, fen: int = 1200_00, desk: Desk | None = None) -> Slip:
        return self.with_invoice(
            desk or self.desk(),
            fen,
            event=event,
            posting=workday(event + 6),
            declared=1,
            eco="30299",
            words=words,
        )

    def _gifts(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        spring, dragon = self._festival("春节"), self._festival("端午节")
        autumn, national = self._festival("中秋节"), self._festival("国庆节")
        for event, words, note in (
            (autumn - 15, "购买月饼", "中秋前 15 天买月饼"),
            (dragon - 1, "购粽子及咸蛋", "端午前一天买粽子"),
            (national - 6, "购茶叶", "国庆前买茶叶"),
            (spring - 15, "购买礼盒", "春节前 15 天买礼盒"),
            (spring - 8, "春节走访购买白酒、香烟", "春节前买烟酒"),
        ):
            plant("EXP-001", self._gift(event, words).subject, note)
        desk = self.village(27)
        slip = self.voucher(
            desk,
            640_00,
            event=autumn - 4,
            posting=workday(autumn + 3),
            eco="",
            words="中秋慰问购月饼",
            mode="1",
        )
        self.invoice(desk, slip, 640_00, autumn - 4)
        plant("EXP-001", slip.subject, "村账现金买月饼")
        for event, words, note in (
            (dragon - 16, "购粽子及咸蛋", "端午前 16 天"),
            (dragon, "购粽子及咸蛋", "端午当天"),
            (spring - 16, "购买礼盒", "春节前 16 天"),
            (autumn - 5, "购买保洁用品", "节前的普通支出"),
            (self._quiet_day(), "购会议用茶叶", "平时买茶叶"),
        ):
            near("EXP-001", self._gift(event, words).subject, note)
        posting = workday(dragon + 2)
        lines = [
            Line("1218", "D", 900_00, "预借款购粽子", bill=dragon - 3),
            Line("1002", "C", 900_00, "预借款购粽子", mode="2"),
        ]
        desk = self.desk()
        slip = made(desk.post(posting, posting, lines, 1))
        desk.attach(slip, "approval", document_no="借字001号")
        near("EXP-001", slip.subject, "预借款，还不是支出")
        slip = self._gift(autumn - 3, "购买月饼", desk=(desk := self.desk()))
        desk.reverse(slip, workday(slip.posting_day + 1))
        near("EXP-001", slip.subject, "已红冲")
        slip = self._gift(national - 2, "购买红酒", desk=(desk := self.desk()))
        self.reverse_later(desk, slip)
        near("EXP-001", slip.subject, "退款冲回：先有疑点，后销除")

    def _quiet_day(self) -> int:
        """A working day that is no festival season, out of grace by now."""
        day = self.back(16)
        while is_season(day):
            day -= 1
        return day

    # --- equipment -------------------------------------------------------------------------

    def _equipment(
        self, parts: Iterable[tuple[int, str]], ago: int = 33, desk: Desk | None = None
    ) -> Slip:
        """Bought for expense, entry by entry, with an invoice."""
        desk = desk or self.desk()
        parts = list(parts)
        posting = self.back(ago)
        lines = [
            line
            for fen, words in parts
            for line in desk.lines(fen, "30201", words, bill=posting - 5)
        ]
        slip = made(desk.post(posting, posting, lines, 1))
        self.invoice(desk, slip, sum(fen for fen, _ in parts), posting - 5)
        return slip

    def _not_an_asset(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        for ago, parts, note in (
            (70, [(5000_00, "购置电脑一台")], "恰好 5000 元"),
            (44, [(18_600_00, "购打印机及复印机")], "18600 元"),
            (21, [(2600_00, "购置空调"), (2400_00, "购置投影仪")], "两条分录合计 5000 元"),
            (2, [(6200_00, "购办公家具一批"), (900_00, "电脑维修")], "设备 6200 元，另有维修"),
        ):
            plant("EXP-005", self._equipment(parts, ago).subject, note)
        desk, posting = self.village(33), self.back(39)
        slip = self.with_invoice(
            desk, 7300_00, event=posting - 4, posting=posting, eco="", words="村部购置照相机和空调"
        )
        plant("EXP-005", slip.subject, "村账买设备不入资产")
        for parts, note in (
            ([(4999_99, "购置电脑一台")], "4999.99 元"),
            ([(8800_00, "空调维修")], "维修"),
            ([(6600_00, "打印机耗材")], "耗材"),
            ([(9900_00, "服务器租赁费")], "租赁"),
            ([(3000_00, "购置电脑一台"), (4000_00, "空调维护")], "设备只有 3000 元，其余是维护"),
            ([(8000_00, "采购办公桌椅")], "没有设备字样"),
        ):
            near("EXP-005", self._equipment(parts).subject, note)
        desk, posting = self.desk(), self.back(37)
        fields: dict[str, Any] = {"event": posting - 4, "posting": posting, "words": "购置服务器"}
        slip = self.with_invoice(desk, 26_000_00, debit="1601", asset="2010104", **fields)
        near("EXP-005", slip.subject, "记入固定资产")
        slip = self.with_invoice(self.desk(), 26_000_00, asset="2010104", **fields)
        near("EXP-005", slip.subject, "填了资产分类代码")
        desk = self.desk()
        lines = desk.lines(6000_00, "30201", "购置电脑", bill=posting - 4)
        lines += desk.lines(
            4000_00, "30902", "购置电脑", bill=posting - 4, debit="160101", budget=False
        )
        slip = made(desk.post(posting, posting, lines, 1))
        self.invoice(desk, slip, 10_000_00, posting - 4)
        near("EXP-005", slip.subject, "同一凭证借记固定资产明细")
        slip = self._equipment([(9000_00, "购置摄像机")], desk=(desk := self.desk()))
        desk.reverse(slip, workday(slip.posting_day + 1))
        near("EXP-005", slip.subject, "已红冲")
        if not self.is_daily(self.back(2)):
            return
        slip = self._equipment([(9400_00, "购置摄像机")], desk=(desk := self.desk()))
        slip.lines = [replace(slip.lines[0], asset="2010104"), *slip.lines[1:]]
        desk.write(slip, deliver_on=self.back(2))
        near("EXP-005", slip.subject, "补填资产分类代码：先有疑点，后销除")

    # --- budgets ---------------------------------------------------------------------------

    def _three_expenses(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        desks = iter([self.desk_of(unit) for unit in self.district.only("budgeted")])

        def spent(
            budget: dict[str, int], *parts: tuple[str, int], ago: int = 26
        ) -> tuple[Desk, list[Slip], str]:
            desk = next(desks)
            desk.unit.own_budget = budget
            slips = [self._public_expense(desk, eco, fen, ago) for eco, fen in parts]
            year, _ = year_month(slips[0].voucher_day)
            return desk, slips, f"{desk.unit.finance_code}:{year}"

        three = {"30212": 1000_00, "30217": 2000_00, "30231": 3000_00, "30201": 9000_00}
        *_, subject = spent(three, ("30212", 900_00), ("30217", 1600_00), ("30231", 3500_01))
        plant("EXP-002", subject, "三项合计超预算 0.01 元")
        *_, subject = spent({"30231": 4000_00}, ("30231", 2600_00), ("3023101", 2400_00))
        plant("EXP-002", subject, "公务用车超预算，含明细代码")
        *_, subject = spent({"30201": 50_000_00}, ("30217", 700_00))
        plant("EXP-002", subject, "预算里没有三公经费")
        *_, subject = spent(three, ("30231", 4800_00), ("30217", 1900_00), ago=3)
        plant("EXP-002", subject, "最后几日超出")
        *_, subject = spent(three, ("30212", 900_00), ("30217", 1600_00), ("30231", 3500_00))
        near("EXP-002", subject, "恰好用完三项预算")
        *_, subject = spent(three, ("30217", 2900_00), ("30211", 8000_00))
        near("EXP-002", subject, "接待超了，三项合计没有超；差旅不算")
        *_, subject = spent({}, ("30231", 2800_00))
        near("EXP-002", subject, "没有预算，不比")
        desk, slips, subject = spent(three, ("30231", 3000_00), ("30231", 3100_00))
        desk.reverse(slips[1], workday(slips[1].posting_day + 1), negative=False)
        near("EXP-002", subject, "超出的一笔已红冲")
        desk, slips, subject = spent(three, ("30231", 3300_00), ("30231", 3400_00), ago=9)
        desk.reverse(slips[1], self.back(2))
        near("EXP-002", subject, "冲回后不超：先有疑点，后销除")
        *_, subject = spent(three, ("30231", 7000_00), ago=400)
        near("EXP-002", subject, "上年的支出，没有上年预算")

    def _public_expense(self, desk: Desk, eco: str, fen: int, ago: int) -> Slip:
        """One of the three expenses (or travel), with the papers it needs."""
        day = self.back(ago)
        event = workday(day - 7)
        words = {"30217": "公务接待用餐", "30212": "因公出国交通费", "30211": "出差交通费"}
        slip = self.with_invoice(
            desk, fen, event=event, posting=day, eco=eco, words=words.get(eco, "公务用车保养")
        )
        if eco == "30217":
            desk.attach(
                slip,
                "official_letter",
                document_no=f"函〔2025〕{desk.unit.index}-{fen}号",
                visit_unit=names.VISITING_UNITS[desk.unit.index % 10],
                document_day=event - 3,
                visit_day=event,
            )
            desk.attach(slip, "reception_list", visit_day=event, visitors=24, companions=3)
        if eco in ("30211", "30212"):
            desk.attach(slip, "travel_approval", document_day=event - 5)
        return slip
