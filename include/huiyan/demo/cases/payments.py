"""Payments: to whom, on what account and code, twice, in a rush, over budget."""

from datetime import date
from typing import Any

from huiyan.demo.cases.worker import Caseworker
from huiyan.demo.days import iso, workday, year_month
from huiyan.demo.desk import Desk, Paid
from huiyan.demo.district import Budget

WRITTEN_SHORT = "云溪区妇联"


class PaymentCases(Caseworker):
    """PAY-002 to PAY-011."""

    def make(self) -> None:
        """All of them."""
        self._to_persons()
        self._to_other_accounts()
        self._twice()
        self._purposes()
        self._rushes()
        self._shared_accounts()
        self._returned()
        self._budgets()

    def _payee(self) -> tuple[str, str]:
        """Account and name of a company that nobody else pays."""
        account = self.district.account_no("9558")
        return account, f"扬江第{self.rng.randrange(10**6)}文化传媒有限公司"

    def _pay(self, desk: Desk, ago: int, fen: int, **fields: Any) -> Paid:
        """A payment made `ago` calendar days before the last day, to a payee of its own."""
        account, payee = self._payee()
        day = self.last - ago
        fields.setdefault("booked", fields.get("status", "paid") == "paid")
        return self.payment(
            desk,
            day,
            fen,
            fields.pop("account", account),
            fields.pop("payee", payee),
            words=fields.pop("words", "宣传制作费"),
            actual_day=fields.pop("actual_day", day),
            **fields,
        )

    def _comes_back(self, rule: str, desk: Desk, ago: int, fen: int, **fields: Any) -> None:
        """A payment that is a hit until it is sent again on the last day, returned."""
        if not self.is_daily(self.last):
            return
        paid = self._pay(desk, ago, fen, booked=False, **fields)
        again = dict(zip(("account", "payee"), (paid.row[13], paid.row[14]), strict=True))
        self._pay(
            desk,
            ago,
            fen,
            **{**fields, **again, "status": "returned"},
            number=paid.number,
            deliver_on=self.last,
        )
        self.truth.near(rule, paid.number, "付款后来退回：先有疑点，后销除")

    # --- to whom ---------------------------------------------------------------------------

    def _to_persons(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        for payee, fen, ago, note in (
            ("王建国", 10_000_00, 88, "户名是个人，恰好 1 万元"),
            ("欧阳志远", 26_500_00, 41, "四个字的人名"),
            ("李 梅", 12_000_00, 12, "人名中间有空格"),
        ):
            paid = self._pay(self.desk(), ago, fen, payee=payee, words="设备款")
            plant("PAY-002", paid.number, note)
        desk, other = self.desk(), self.desk(lambda unit: len(unit.staff) > 2)
        for person, ago, note in (
            (desk.unit.staff[0], 57, "户名是公司，账号是本单位职工工资账户"),
            (other.unit.staff[1], 23, "户名是公司，账号是别单位职工工资账户"),
        ):
            paid = self._pay(desk, ago, 18_000_00, account=person.salary_account)
            plant("PAY-002", paid.number, note)
        for payee, note in (
            ("便民店", "户名里有店字"),
            ("二中学", "户名里有学字"),
            ("阿依古丽丽", "五个字"),
            ("金", "一个字"),
        ):
            paid = self._pay(self.desk(), 35, 20_000_00, payee=payee, words="物资款")
            near("PAY-002", paid.number, note)
        paid = self._pay(self.desk(), 50, 9_999_99, payee="周大伟", words="设备款")
        near("PAY-002", paid.number, "9999.99 元")
        for eco, words, note in (
            ("30226", "专家劳务费", "劳务费"),
            ("30301", "离休人员补贴", "对个人的补助"),
            ("30103", "年度奖励", "工资福利"),
            ("", "往来结算", "没有经济分类，不在范围"),
        ):
            paid = self._pay(self.desk(), 46, 24_000_00, payee="陈雅琴", eco=eco, words=words)
            near("PAY-002", paid.number, note)
        paid = self._pay(self.desk(), 38, 30_000_00, payee="赵家豪", status="returned")
        near("PAY-002", paid.number, "已退回")
        bare = next(unit for unit in self.district.covered if unit.treasury_name == WRITTEN_SHORT)
        paid = self._pay(
            self.desk(), 33, 15_000_00, account=bare.basic, payee="妇联", words="活动补助"
        )
        near("PAY-002", paid.number, "户名很短，却是在册单位")
        self._comes_back("PAY-002", self.desk(), 9, 11_000_00, payee="孙月娥")

    def _to_other_accounts(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        for ago, note in (
            (77, "付到另一账号"),
            (29, "付到另一账号"),
            (1, "最后一日前付到另一账号"),
        ):
            other, _ = self._payee()
            paid = self._pay(self.desk(), ago, 3_600_00, actual_account=other)
            plant("PAY-003", paid.number, note)
        other, name = self._payee()
        paid = self._pay(self.desk(), 44, 60_00, actual_account=other, actual_payee=name)
        plant("PAY-003", paid.number, "账号和户名都换了，60 元")
        paid = self._pay(self.desk(), 43, 4_100_00, actual_payee="扬江某某文化传媒有限公司")
        near("PAY-003", paid.number, "账号一致，只是户名写法不同")
        other, _ = self._payee()
        paid = self._pay(self.desk(), 31, 4_100_00, actual_account=other, status="returned")
        near("PAY-003", paid.number, "已退回")
        paid = self._pay(self.desk(), 26, 4_100_00, actual_day=0)
        near("PAY-003", paid.number, "还没有实际收款账号")
        other, _ = self._payee()
        self._comes_back("PAY-003", self.desk(), 8, 2_700_00, actual_account=other)

    # --- twice -----------------------------------------------------------------------------

    def _pair(self, agos: tuple[int, ...], fen: int = 4_860_00, **second: Any) -> list[Paid]:
        """Payments of one sum to one account; all but the first differ by `second`.

        Each is booked on an invoice of its own: to the books they are two purchases.
        """
        desk = self.desk()
        account, payee = self._payee()
        made_payments = []
        for place, ago in enumerate(agos):
            fields: dict[str, Any] = {"account": account, "payee": payee}
            fields |= second if place else {}
            paid = self._pay(desk, ago, fields.pop("second_fen", fen), booked=False, **fields)
            if fields.get("status", "paid") == "paid":
                desk.invoice(self.book(desk, paid), paid.fen, None, paid.day)
            made_payments.append(paid)
        return made_payments

    def _twice(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        alike: tuple[tuple[tuple[int, ...], int, dict[str, Any], str], ...] = (
            ((60, 50), 4_860_00, {}, "相隔 10 天"),
            ((39, 39), 4_860_00, {}, "同日"),
            ((25, 19), 4_860_00, {"eco": "30227", "words": "代理费"}, "科目和用途不同"),
            ((15, 14), 1_000_00, {}, "恰好 1000 元"),
        )
        for agos, fen, fields, note in alike:
            payments = self._pair(agos, fen, **fields)
            near("PAY-004", payments[0].number, "前一笔不算")
            plant("PAY-004", payments[1].number, note)
        payments = self._pair((84, 76, 68))
        near("PAY-004", payments[0].number, "三笔中的第一笔")
        plant("PAY-004", payments[1].number, "三笔中的第二笔")
        plant("PAY-004", payments[2].number, "三笔中的第三笔，距第一笔 16 天")
        other, _ = self._payee()
        different: tuple[tuple[tuple[int, ...], int, dict[str, Any], str], ...] = (
            ((61, 50), 4_860_00, {}, "相隔 11 天"),
            ((40, 38), 999_99, {}, "999.99 元"),
            ((40, 38), 4_860_00, {"second_fen": 4_860_01}, "相差 1 分"),
            ((40, 38), 4_860_00, {"account": other}, "两个账号"),
            ((40, 38), 4_860_00, {"status": "returned"}, "一笔已退回"),
            ((40, 38), 4_860_00, {"eco": "30103", "words": "年度奖励"}, "一笔是工资福利"),
            ((40, 38), 4_860_00, {"eco": "", "words": "往来"}, "一笔没有经济分类"),
        )
        for days_ago, fen, fields, note in different:
            payments = self._pair(days_ago, fen, **fields)
            near("PAY-004", payments[1].number, note)
        account, payee = self._payee()
        for _ in range(2):
            paid = self._pay(self.desk(), 37, 5_200_00, account=account, payee=payee)
            near("PAY-004", paid.number, "两个单位各付一笔")
        account, payee = self._payee()
        desk = self.desk()
        self._pay(desk, 12, 6_050_00, account=account, payee=payee)
        self._comes_back("PAY-004", desk, 6, 6_050_00, account=account, payee=payee)

    # --- purpose and code ------------------------------------------------------------------

    def _purposes(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        for words, eco, note in (
            ("干部培训费", "30201", "培训列办公费"),
            ("年中会议费", "30211", "会议列差旅费"),
            ("公务接待用餐", "30299", "接待列其他"),
            ("会议及培训费", "30227", "两个关键词都不符"),
            ("办公楼维修", "302", "科目只到款级"),
        ):
            paid = self._pay(self.desk(), 20 + len(words), 2_400_00, words=words, eco=eco)
            plant("PAY-005", paid.number, note)
        for words, eco, status, note in (
            ("会议及培训费", "30215", "paid", "符合其中一个关键词"),
            ("培训中心场地租赁费", "30214", "paid", "符合其中一个关键词"),
            ("干部培训费", "3021601", "paid", "对应科目的下级"),
            ("临聘人员工资", "30107", "paid", "301 的下级"),
            ("宣传制作费", "30201", "paid", "没有关键词"),
            ("干部培训费", "", "paid", "没有经济分类，不在范围"),
            ("干部培训费", "30201", "returned", "已退回"),
        ):
            paid = self._pay(self.desk(), 34, 2_600_00, words=words, eco=eco, status=status)
            near("PAY-005", paid.number, note)
        self._comes_back("PAY-005", self.desk(), 7, 900_00, words="干部培训费", eco="30201")

    # --- the year's end --------------------------------------------------------------------

    def _rushes(self) -> None:
        """Units in the last weeks of the year before the last day's."""
        year = year_month(self.last)[0] - 1
        half, full = (1, 3, 5, 7, 9, 11), tuple(range(1, 12))
        whole = (2_000_00,) + (1_000_00,) * 10

        def unit_year(monthly: tuple[int, ...], amounts: tuple[int, ...], *late: Any) -> str:
            desk = self.desk()
            desk.unit.ordinary = False  # its year is told here, month by month
            for month, fen in zip(monthly, amounts, strict=False):
                self._on(desk, date(year, month, 3 + month), fen)
            for month, day, fen, *more in late:
                self._on(desk, date(year, month, day), fen, **dict(*more))
            return f"{desk.unit.treasury_code}:{year}"

        plant, near = self.truth.plant, self.truth.near
        thousand = (1_000_00,) * 11
        for subject, note in (
            (unit_year(full, whole, (12, 20, 4_000_01)), "比四分之一多 1 分"),
            (unit_year(half, thousand, (12, 20, 3_000_01)), "6 个月有支付，比月均三倍多 1 分"),
            (
                unit_year(full, thousand, (12, 16, 3_900_00), (12, 31, 4_200_00)),
                "16 日和 31 日两笔",
            ),
        ):
            plant("PAY-006", subject, note)
        for subject, note in (
            (unit_year(full, whole, (12, 20, 4_000_00)), "恰好四分之一"),
            (unit_year(half, thousand, (12, 20, 3_000_00)), "恰好月均三倍"),
            (unit_year(half[:5], thousand, (12, 20, 9_000_00)), "只有 5 个月有支付"),
            (unit_year(full, thousand, (12, 15, 9_000_00)), "12 月 15 日支付"),
            (
                unit_year(full, thousand, (12, 20, 9_000_00, {"status": "returned"})),
                "已退回",
            ),
            (
                unit_year(
                    full,
                    thousand,
                    (12, 30, 9_000_00, {"actual_day": date(year + 1, 1, 4).toordinal()}),
                ),
                "年底申请，次年实际支付",
            ),
        ):
            near("PAY-006", subject, note)

    def _on(self, desk: Desk, day: date, fen: int, **fields: Any) -> Paid:
        """A payment on a calendar day."""
        fields.setdefault("actual_day", day.toordinal())
        return self._pay(desk, self.last - day.toordinal(), fen, **fields)

    # --- accounts --------------------------------------------------------------------------

    def _named(self, account: str, *payments: tuple[Desk, int, str, str]) -> None:
        for place, (desk, ago, payee, status) in enumerate(payments):
            fen = 700_00 + 10_00 * place
            self._pay(desk, ago, fen, account=account, payee=payee, status=status)

    def _shared_accounts(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        new = self.district.account_no
        one, other = "扬江远景策划有限公司", "扬江近山策划有限公司"
        pairs: tuple[tuple[str, tuple[tuple[int, str, str], ...], str], ...] = (
            ("plant", ((190, one, "paid"), (10, other, "paid")), "恰隔 180 天"),
            ("plant", ((30, one, "paid"), (30, other, "paid")), "同日两个户名"),
            ("plant", ((70, one, "paid"), (52, "刘志远", "paid")), "公司和个人"),
            (
                "plant",
                ((95, one, "paid"), (66, one, "paid"), (41, other, "paid"), (13, one, "paid")),
                "两个户名轮流",
            ),
            ("near", ((191, one, "paid"), (10, other, "paid")), "相隔 181 天"),
            ("near", ((80, one, "paid"), (40, one, "paid")), "一个户名两笔"),
            ("near", ((60, one, "paid"), (50, other, "returned")), "另一户名的已退回"),
            (
                "near",
                ((60, "扬江远景策划（集团）公司", "paid"), (20, "扬江远景策划(集团) 公司", "paid")),
                "括号和空格写法不同",
            ),
        )
        for kind, payments, note in pairs:
            account = new("9558")
            desks = (self.desk(), self.desk())
            self._named(account, *((desks[n % 2], *each) for n, each in enumerate(payments)))
            (plant if kind == "plant" else near)("PAY-008", account, note)
        school = self.district.by_name["第一中学"]
        desk = self.desk()
        self._named(
            school.basic,
            (desk, 45, "云溪区第一中学", "paid"),
            (desk, 24, "第一中学", "paid"),
        )
        near("PAY-008", school.basic, "区名在前或不写")
        if self.is_daily(self.last):
            account, desk = new("9558"), self.desk()
            self._named(account, (desk, 22, one, "paid"))
            fields: dict[str, Any] = {"account": account, "payee": other, "booked": False}
            paid = self._pay(desk, 9, 840_00, **fields)
            self._pay(
                desk,
                9,
                840_00,
                **fields,
                status="returned",
                number=paid.number,
                deliver_on=self.last,
            )
            near("PAY-008", account, "户名填错，后来退回：先有疑点，后销除")

    def _returned(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        for agos, note in (
            ((49, 19), "退回 30 天后付到另一账号"),
            ((36, 36), "退回当日付到另一账号"),
            ((28, 24), "退回 4 天后付到另一账号"),
        ):
            plant("PAY-009", self._again(agos).number, note)
        paid = self._again((58, 48), payee="扬江远山（集团）公司", again="扬江远山(集团)公司")
        plant("PAY-009", paid.number, "户名括号写法不同")
        for agos, fields, note in (
            ((50, 19), {}, "退回 31 天后"),
            ((35, 36), {}, "先付后退"),
            ((35, 30), {"same_account": True}, "退回后仍付原账号"),
            ((35, 30), {"fen": 2_950_01}, "金额不同"),
            ((35, 30), {"again": "扬江另一文化传媒有限公司"}, "收款人不同"),
            ((35, 30), {"other_unit": True}, "另一单位付的"),
            ((35, 30), {"status": "void"}, "前一笔是作废，不是退回"),
            ((35, 30), {"second_status": "returned"}, "后一笔也退回了"),
        ):
            near("PAY-009", self._again(agos, **fields).number, note)
        desk = self.desk()
        _, payee = self._payee()
        self._pay(desk, 11, 3_300_00, payee=payee, status="returned")
        self._comes_back("PAY-009", desk, 7, 3_300_00, payee=payee)

    def _again(
        self,
        agos: tuple[int, int],
        *,
        payee: str = "",
        again: str = "",
        same_account: bool = False,
        other_unit: bool = False,
        fen: int = 2_950_00,
        status: str = "returned",
        second_status: str = "paid",
    ) -> Paid:
        """A payment that did not stay, and the one after it."""
        desk = self.desk()
        account, name = self._payee()
        payee = payee or name
        self._pay(desk, agos[0], 2_950_00, account=account, payee=payee, status=status)
        fields: dict[str, Any] = {"account": account} if same_account else {}
        return self._pay(
            self.desk() if other_unit else desk,
            agos[1],
            fen,
            payee=again or payee,
            status=second_status,
            **fields,
        )

    # --- budgets ---------------------------------------------------------------------------

    def _budgets(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        for eco, amounts, budget, note in (
            ("30203", (1_200_00, 800_01), 2_000_00, "超出 1 分"),
            ("30204", (5_000_00,), 3_000_00, "一笔就超"),
            ("30208", (900_00, 900_00 + 1, 900_00 + 2), 2_000_00, "三笔合计超"),
        ):
            plant("PAY-011", self._against(eco, amounts, budget), note)
        for eco, amounts, budget, fields, note in (
            ("30203", (1_200_00, 800_00), 2_000_00, {}, "恰好用完"),
            ("30204", (1_200_00, 900_00), 2_000_00, {"status": "returned"}, "一笔已退回"),
            ("30208", (1_200_00, 900_00), 2_000_00, {"eco": "3020801"}, "一笔列在下级科目"),
            ("30225", (1_200_00, 900_00), 0, {}, "没有这一科目的预算"),
        ):
            near("PAY-011", self._against(eco, amounts, budget, fields), note)
        desk = self.desk()
        year = year_month(self.last)[0]
        self.district.budgets.append(Budget(desk.unit, year - 1, "30204", 2_000_00))
        self.district.budgets.append(Budget(desk.unit, year, "30204", 2_000_00))
        self._on(desk, date(year - 1, 11, 6), 1_500_00, eco="30204")
        january = workday(date(year, 1, 3).toordinal())
        self._on(desk, date(year - 1, 12, 30), 900_00, eco="30204", actual_day=january)
        self._pay(desk, 26, 1_500_00, eco="30204")
        plant("PAY-011", f"{desk.unit.treasury_code}:{year - 1}:30204", "上年预算，次年初才实付")
        near("PAY-011", f"{desk.unit.treasury_code}:{year}:30204", "算在上年的一笔不算今年")
        if self.is_daily(self.last):
            desk = self.desk()
            self.district.budgets.append(Budget(desk.unit, year, "30225", 2_000_00))
            self._pay(desk, 30, 1_500_00, eco="30225")
            paid = self._pay(desk, 8, 700_00, eco="30225", booked=False)
            self._pay(
                desk,
                8,
                700_00,
                eco="30225",
                account=paid.row[13],
                payee=paid.payee,
                status="returned",
                number=paid.number,
                deliver_on=self.last,
            )
            subject = f"{desk.unit.treasury_code}:{iso(paid.day)[:4]}:30225"
            near("PAY-011", subject, "超出的一笔后来退回：先有疑点，后销除")

    def _against(
        self, eco: str, amounts: tuple[int, ...], budget: int, last: dict[str, Any] | None = None
    ) -> str:
        """Payments of this year on a code that ordinary life does not use; their subject."""
        desk = self.desk()
        year = year_month(self.last)[0]
        if budget:
            self.district.budgets.append(Budget(desk.unit, year, eco, budget))
        for place, fen in enumerate(amounts):
            fields = last or {} if place == len(amounts) - 1 else {}
            self._pay(desk, 60 - 17 * place, fen, **{"eco": eco, **fields})
        return f"{desk.unit.treasury_code}:{year}:{eco}"
