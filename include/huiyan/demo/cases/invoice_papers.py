"""Invoices that fail verification, run in series, are late, stale, too small or out of place."""

from dataclasses import replace
from typing import Any

from huiyan.demo.cases.worker import Caseworker
from huiyan.demo.days import workday
from huiyan.demo.desk import Desk, Slip, made
from huiyan.demo.district import Company

Amounts = tuple[int | None, ...]
# By voucher: place in the run and days before the last one of each invoice.
Carriers = tuple[tuple[tuple[int, int], ...], ...]


class InvoicePaperCases(Caseworker):
    """INV-003, INV-004, INV-006, INV-007, INV-008, REC-010."""

    _serial = 0

    def make(self) -> None:
        """All of them."""
        self._checks()
        self._after_posting()
        self._stale()
        self._less_invoiced()
        self._disguised()
        self._consecutive()

    def _one(self, ago: int, desk: Desk | None = None, fen: int = 430_00, **fields: Any) -> Slip:
        """A voucher with an invoice `fields` may spoil; `invoiced` days after posting, if given."""
        desk = desk or self.desk()
        posting = self.back(ago)
        slip = self.voucher(desk, fen, event=posting - 5, posting=posting)
        day = posting + fields.pop("invoiced", -5)
        self.invoice(desk, slip, fen, day, max(day, posting), **fields)
        return slip

    def _number(self) -> dict[str, Any]:
        """A number that a corrected row repeats."""
        self._serial += 1
        return {"invoice_code": None, "invoice_no": f"25327770{self._serial * 7:012d}", "number": 1}

    def _corrected(self, rule: str, fen: int, wrong: dict[str, Any], right: dict[str, Any]) -> None:
        """The invoice's row is delivered again, in order."""
        if not self.is_daily(self.back(2)):
            return
        desk, posting, paper = self.desk(), self.back(35), self._number()
        slip = self.voucher(desk, fen, event=posting - 5, posting=posting)
        for uploaded, fields in ((posting + 4, wrong), (self.back(2), right)):
            fields = {"fen": fen, "day": posting - 5, **fields}
            self.invoice(
                desk, slip, fields.pop("fen"), fields.pop("day"), uploaded, **paper, **fields
            )
        self.truth.near(rule, slip.subject, "登记错误，后来更正：先有疑点，后销除")

    def _checks(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        for ago, check, note in (
            (60, "mismatch", "查验不一致"),
            (33, "voided", "发票已作废"),
            (14, "reversed", "发票已红冲"),
            (1, "mismatch", "逐日送达的不一致"),
        ):
            plant("INV-003", self._one(ago, check=check).subject, note)
        slip = self._one(21, self.village(5), check="voided")
        plant("INV-003", slip.subject, "村账所附发票已作废")
        desk = self.desk(lambda unit: unit.kind == "school")
        slip = self._one(27, desk, check="ok")
        self.invoice(desk, slip, 30_00, slip.posting_day - 5, check="reversed")
        plant("INV-003", slip.subject, "两张发票，第二张已红冲")
        for ok, note in (("ok", "查验一致"), ("unchecked", "未查验"), (None, "没有查验结果")):
            near("INV-003", self._one(24, check=ok).subject, note)
        desk = self.desk()
        slip = self._one(40, desk, check="mismatch")
        desk.reverse(slip, workday(slip.posting_day + 1))
        near("INV-003", slip.subject, "已红冲的凭证")
        desk = self.desk()
        slip = self._one(26, desk, check="ok")
        desk.attach(slip, "bank_receipt", fen=430_00, check="voided")
        near("INV-003", slip.subject, "作废的是银行回单，不是发票")
        self._corrected("INV-003", 410_00, {"check": "mismatch"}, {"check": "ok"})

    def _after_posting(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        for ago, later, note in (
            (52, 1, "开票晚于记账 1 天"),
            (36, 30, "开票晚于记账 30 天"),
            (8, 3, "开票晚于记账 3 天"),
        ):
            plant("INV-004", self._one(ago, invoiced=later).subject, note)
        slip = self._one(30, self.village(12), invoiced=2)
        plant("INV-004", slip.subject, "村账先记账后开票")
        desk = self.desk()
        slip = self._one(25, desk)
        self.invoice(desk, slip, 30_00, slip.posting_day + 5, workday(slip.posting_day + 5))
        plant("INV-004", slip.subject, "两张发票，一张晚于记账")
        near("INV-004", self._one(31, invoiced=0).subject, "开票与记账同日")
        desk = self.desk()
        posting = self.back(29)
        lines = desk.lines(450_00, "30201", "购买办公用品", bill=posting - 3)
        lines[0] = replace(lines[0], posted=posting - 2)
        slip = made(desk.post(posting - 2, posting, lines, deliver_on=posting))
        self.invoice(desk, slip, 450_00, posting - 1, posting)
        near("INV-004", slip.subject, "分录记账日不同，不晚于最迟的")
        near("INV-004", self._undated(28).subject, "发票没有日期")
        desk = self.desk()
        slip = self._one(44, desk, invoiced=2)
        desk.reverse(slip, workday(slip.posting_day + 1))
        near("INV-004", slip.subject, "已红冲")
        late_day = self.back(35) + 4
        self._corrected("INV-004", 420_00, {"day": late_day}, {})

    def _undated(self, ago: int) -> Slip:
        desk, posting, number = self.desk(), self.back(ago), self._number()
        slip = self.voucher(desk, 440_00, event=posting - 5, posting=posting)
        self.invoice(desk, slip, 440_00, 0, posting, **number)
        return slip

    def _stale(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        for ago, age, note in (
            (47, 181, "开票后 181 天才报销"),
            (19, 400, "一年多前的发票"),
            (1, 200, "逐日送达的陈旧发票"),
        ):
            plant("INV-007", self._one(ago, invoiced=-age).subject, note)
        slip = self._one(23, self.village(15), invoiced=-260)
        plant("INV-007", slip.subject, "村账的陈旧发票")
        desk = self.desk(lambda unit: unit.kind == "hospital")
        slip = self._one(42, desk)
        self.invoice(desk, slip, 30_00, slip.posting_day - 190, slip.posting_day)
        plant("INV-007", slip.subject, "两张发票，一张陈旧")
        for ago in (46, 4):
            near("INV-007", self._one(ago, invoiced=-180).subject, "恰好 180 天")
        near("INV-007", self._undated(18).subject, "发票没有日期")
        desk = self.desk()
        slip = self._one(43, desk, invoiced=-220)
        desk.reverse(slip, workday(slip.posting_day + 1))
        near("INV-007", slip.subject, "已红冲")
        desk = self.desk()
        slip = self._one(38, desk)
        desk.attach(slip, "contract", document_day=slip.posting_day - 500)
        near("INV-007", slip.subject, "陈旧的是合同，不是发票")
        old = self.back(35) - 365
        self._corrected("INV-007", 425_00, {"day": old}, {})

    # --- invoices and the claim ------------------------------------------------------------

    def _claim(
        self,
        ago: int,
        fen: int,
        amounts: Amounts,
        declared: int | None,
        desk: Desk | None = None,
        eco: str = "30201",
        **fields: Any,
    ) -> Slip:
        """A voucher over `fen` with invoices over `amounts`."""
        desk = desk or self.desk()
        posting = self.settled(ago)
        slip = self.voucher(
            desk, fen, event=posting - 4, posting=posting, declared=declared, eco=eco, **fields
        )
        for amount in amounts:
            self.invoice(desk, slip, amount, posting - 4)
        return slip

    def _less_invoiced(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        short: tuple[tuple[int, int, Amounts, int, str], ...] = (
            (57, 900_02, (900_00,), 1, "发票少 0.02 元"),
            (34, 8_600_00, (5_000_00, 2_400_00), 2, "两张发票合计少 1200 元"),
            (16, 760_00, (500_00,), 0, "申报 0 份，实有一张不足额发票"),
            (1, 990_00, (900_00,), 1, "逐日送达的票少报多"),
        )
        for ago, fen, amounts, claimed, note in short:
            plant("INV-008", self._claim(ago, fen, amounts, claimed).subject, note)
        slip = self._claim(22, 640_00, (400_00,), 1, self.village(16), eco="", words="路灯电费")
        plant("INV-008", slip.subject, "村账票少报多，没有经济分类")
        enough: tuple[tuple[int, int, Amounts, int | None, str], ...] = (
            (57, 900_01, (900_00,), 1, "发票少 0.01 元"),
            (33, 900_00, (500_00, 400_00), 2, "两张发票合计相等"),
            (32, 900_00, (1200_00,), 1, "发票多于支出"),
            (31, 900_00, (400_00,), None, "没有填附件数"),
            (30, 900_00, (400_00, None), 2, "一张发票金额未知"),
        )
        for ago, fen, amounts, declared, note in enough:
            near("INV-008", self._claim(ago, fen, amounts, declared).subject, note)
        slip = self._claim(2, 900_00, (400_00,), 2)
        near("INV-008", slip.subject, "申报的附件还没有传全，也还在宽限期内")
        for eco, words in (
            ("30107", "绩效奖励"),
            ("30304", "慰问抚恤"),
            ("30226", "劳务费及材料"),
        ):
            slip = self._claim(29, 900_00, (400_00,), 1, eco=eco, words=words)
            near("INV-008", slip.subject, f"{words}可以没有发票")
        desk = self.desk()
        slip = self._claim(28, 900_00, (400_00,), 2, desk, eco="30211", words="差旅费")
        desk.attach(slip, "travel_approval", document_day=slip.posting_day - 9)
        near("INV-008", slip.subject, "差旅补助没有发票")
        desk = self.desk()
        posting = self.back(27)
        lines = desk.lines(500_00, "30218", "材料费", bill=posting - 4)
        lines += desk.lines(300_00, "30226", "工人劳务费", bill=posting - 4)
        slip = made(desk.post(posting, posting, lines, 1))
        self.invoice(desk, slip, 500_00, posting - 4)
        near("INV-008", slip.subject, "材料有发票，劳务没有")
        desk = self.desk()
        slip = self._claim(45, 900_00, (400_00,), 1, desk)
        desk.reverse(slip, workday(slip.posting_day + 1))
        near("INV-008", slip.subject, "已红冲")
        desk = self.desk()
        slip = self._claim(26, 900_00, (), 1, desk)
        desk.attach(slip, "payroll", fen=400_00)
        near("INV-008", slip.subject, "没有发票")
        desk = self.desk()
        slip = self._claim(
            25, 7_000_00, (400_00,), 1, desk, eco="30902", debit="1601", asset="2010104"
        )
        near("INV-008", slip.subject, "固定资产，不是费用")
        if not self.is_daily(self.back(2)):
            return
        desk = self.desk()
        slip = self._claim(24, 900_00, (400_00,), 1, desk)
        self.invoice(desk, slip, 500_00, slip.posting_day - 4, self.back(2))
        near("INV-008", slip.subject, "漏附的发票补上：先有疑点，后销除")

    # --- hotels and restaurants ------------------------------------------------------------

    def _dinner(
        self,
        ago: int,
        trade: str,
        eco: str,
        fen: int = 480_00,
        desk: Desk | None = None,
        **fields: Any,
    ) -> Slip:
        desk = desk or self.desk()
        posting = self.back(ago)
        slip = self.voucher(desk, fen, event=posting - 5, posting=posting, eco=eco, **fields)
        self._dined(desk, slip, trade, fen)
        return slip

    def _dined(self, desk: Desk, slip: Slip, trade: str, fen: int) -> None:
        seller = self.district.company(trade, self.rng)
        desk.invoice(slip, fen, seller, slip.posting_day - 5, buyer=desk.unit.finance_name)

    def _meeting_papers(self, desk: Desk, slip: Slip) -> None:
        desk.attach(slip, "meeting_notice", document_day=slip.posting_day - 12)
        desk.attach(slip, "attendee_list")

    def _disguised(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        for ago, trade, eco, words, note in (
            (59, "hotel", "30201", "购买办公用品", "酒店发票列办公费"),
            (37, "catering", "30202", "印刷表册", "餐饮发票列印刷费"),
            (17, "catering", "30203", "咨询服务", "餐饮发票列咨询费"),
            (3, "hotel", "30299", "其他服务", "酒店发票列其他支出"),
        ):
            plant("REC-010", self._dinner(ago, trade, eco, words=words).subject, note)
        desk, posting = self.desk(), self.back(31)
        farm = Company("望溪农家乐饭庄", "catering", "", "", "")
        slip = self.voucher(desk, 520_00, event=posting - 5, posting=posting)
        self.invoice(desk, slip, 300_00, posting - 5)
        desk.invoice(slip, 220_00, farm, posting - 5, buyer=desk.unit.finance_name)
        plant("REC-010", slip.subject, "两张发票，一张是农家乐的")
        desk = self.desk()
        slip = self._dinner(30, "hotel", "30215", words="工作会议费", desk=desk)
        self._meeting_papers(desk, slip)
        near("REC-010", slip.subject, "在酒店开的会议")
        desk = self.desk()
        slip = self._dinner(29, "hotel", "30211", words="出差住宿", desk=desk)
        desk.attach(slip, "travel_approval", document_day=slip.posting_day - 9)
        near("REC-010", slip.subject, "出差住酒店")
        near("REC-010", self._dinner(28, "hotel", "3020101").subject, "下级科目不在表中")
        near("REC-010", self._dinner(27, "catering", "30229").subject, "食堂外包，列福利费")
        near("REC-010", self._one(26).subject, "办公用品公司开的票")
        desk = self.desk()
        slip = self._one(25, desk)
        desk.attach(slip, "contract", seller="扬江云帆大酒店有限公司", fen=430_00)
        near("REC-010", slip.subject, "酒店名称在合同上，不在发票上")
        slip = self._dinner(24, "hotel", "30201", debit="1218")
        near("REC-010", slip.subject, "预付酒店款，还不是支出")
        desk = self.desk()
        slip = self._dinner(41, "catering", "30201", desk=desk)
        desk.reverse(slip, workday(slip.posting_day + 1))
        near("REC-010", slip.subject, "已红冲")
        if not self.is_daily(self.back(2)):
            return
        desk = self.desk()
        slip = self._dinner(23, "hotel", "30201", words="工作会议费", desk=desk)
        self._meeting_papers(desk, slip)
        slip.lines = [replace(line, eco=line.eco and "30215") for line in slip.lines]
        desk.write(slip, deliver_on=self.back(2))
        near("REC-010", slip.subject, "科目记错，后来更正：先有疑点，后销除")

    # --- consecutive numbers ---------------------------------------------------------------

    def _run(
        self,
        vouchers: Carriers,
        *,
        code: str | None = "",
        desk: Desk | None = None,
        seller: str = "",
        first: int = 0,
        digits: int = 8,
    ) -> tuple[str, list[Slip]]:
        """The run's subject and its vouchers.

        Days of 0 leave an invoice undated; code "" is a code of this run's own.
        """
        desk = desk or self.desk()
        self._serial += 1
        if code == "":
            code = f"32002199{self._serial:02d}"
        # The third number carries over.
        first = first or int(f"{self._serial:03d}998".rjust(digits, "1"))
        seller = seller or f"扬江第{self._serial}便民商行"
        company = Company(seller, "office", "", "", "")
        slips = []
        for turn, papers in enumerate(vouchers):
            dated = [ago for _, ago in papers if ago]
            posting = workday(self.last - min(dated) + 2)
            fen = 37_00 + turn * 100
            slip = self.voucher(
                desk, fen * len(papers), event=posting - 2, posting=posting, declared=len(papers)
            )
            for place, ago in papers:
                desk.invoice(
                    slip,
                    fen,
                    company,
                    self.last - ago if ago else 0,
                    posting,
                    buyer=desk.unit.finance_name,
                    invoice_code=code,
                    invoice_no=f"{first + place:0{digits}d}",
                )
            slips.append(slip)
        lowest = min(place for papers in vouchers for place, _ in papers)
        return f"{desk.unit.finance_code}:{seller}:{first + lowest:0{digits}d}", slips

    def _consecutive(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        planted: tuple[tuple[str | None, int, Carriers, str], ...] = (
            ("", 8, (((0, 40), (1, 40)), ((2, 33),)), "三张连号分两次报销"),
            (None, 20, (((0, 71),), ((1, 64),), ((2, 8),)), "三张数电票连号，三次报销"),
            ("", 8, (((0, 100), (1, 55)), ((2, 10),)), "前后恰好相隔 90 天"),
            ("", 8, (((0, 130), (1, 60), (2, 60)), ((3, 52),)), "四张连号，后三张在 90 天内"),
        )
        for code, digits, vouchers, note in planted:
            plant("INV-006", self._run(vouchers, code=code, digits=digits)[0], note)
        two = (((0, 44), (1, 44)), ((2, 30),))
        plant("INV-006", self._run(two, desk=self.village(8))[0], "村账连号发票")
        school = self.desk(lambda unit: unit.kind == "school")
        five = (((0, 29), (2, 29)), ((1, 22), (4, 22)), ((3, 15),))
        plant("INV-006", self._run(five, desk=school)[0], "五张连号交错报销")

        missed: tuple[tuple[Carriers, str], ...] = (
            ((((0, 40),), ((1, 33),)), "只有两张连号"),
            ((((0, 40), (1, 40), (2, 40)),), "一次采购的三张连号在同一张凭证"),
            ((((0, 101), (1, 55)), ((2, 10),)), "前后相隔 91 天"),
            ((((0, 40), (1, 40)), ((3, 33),)), "中间缺一号"),
            ((((0, 140),), ((1, 40), (2, 40), (3, 40))), "任何三张都不同时满足"),
            ((((0, 40), (1, 0)), ((2, 33),)), "中间一张没有日期"),
        )
        for vouchers, note in missed:
            near("INV-006", self._run(vouchers)[0], note)
        desk = self.desk()
        subject, slips = self._run(two, desk=desk)
        desk.reverse(slips[1], workday(slips[1].posting_day + 1))
        near("INV-006", subject, "第三张所在的凭证已红冲")
        elsewhere: tuple[tuple[str, dict[str, Any]], ...] = (
            ("号码相连而代码不同", {"code": "3200219801"}),
            ("号码相连而销方不同", {"seller": "扬江同号商行"}),
            ("号码相连而单位不同", {"desk": self.desk()}),
        )
        for place, (note, other) in enumerate(elsewhere):
            same: dict[str, Any] = {"seller": "扬江同名商行", "code": "3200219800"}
            same |= {"desk": self.desk(), "first": 55010101 + 100 * place}
            near("INV-006", self._run((((0, 40),), ((1, 33),)), **same)[0], note)
            near("INV-006", self._run((((2, 26),),), **{**same, **other})[0], note)
        if not self.is_daily(self.back(2)):
            return
        desk = self.desk()
        subject, slips = self._run((((0, 30), (1, 30)), ((2, 22),)), desk=desk)
        desk.reverse(slips[1], self.back(2))
        near("INV-006", subject, "其中一张红冲：先有疑点，后销除")
