"""Who reviewed, what does not balance, vague words, cash."""

from dataclasses import replace

from huiyan.demo.cases.worker import Caseworker
from huiyan.demo.days import workday
from huiyan.demo.desk import Desk, Line, Slip, made


class FurtherVoucherCases(Caseworker):
    """VOU-002, VOU-004, VOU-005, VOU-009."""

    def make(self) -> None:
        """All of them."""
        self._self_reviewed()
        self._unbalanced()
        self._vague()
        self._cash()

    def _posted(
        self, desk: Desk, posting: int, lines: list[Line], fen: int, deliver_on: int = 0
    ) -> Slip:
        """A voucher of several lines with one invoice of `fen`."""
        slip = made(desk.post(posting, posting, lines, 1, deliver_on=deliver_on))
        self.invoice(desk, slip, fen, posting - 4)
        return slip

    # --- one person prepares and reviews ---------------------------------------------------

    def _self_reviewed(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        for ago, fen, note in (
            (88, 930_00, "制单人自己审核"),
            (34, 2650_00, "制单人自己审核，附件齐全"),
            (1, 480_00, "最后一日前制单人自己审核"),
        ):
            desk = self.desk()
            plant("VOU-002", self._signed(desk, self.back(ago), fen, (0, 0, 2)).subject, note)
        desk = self.desk()
        slip = self._signed(desk, self.back(52), 760_00, (1, 1, 1))
        plant("VOU-002", slip.subject, "一个人制单、审核、记账")
        posting = self.back(27)
        desk = self.desk()
        inputer, _, poster = desk.people
        slip = self.voucher(
            desk,
            9200_00,
            event=posting - 5,
            posting=posting,
            debit="1601",
            asset="2010104",
            eco="30902",
            words="购置会议桌椅",
            people=(inputer, inputer, poster),
        )
        self.invoice(desk, slip, 9200_00, posting - 5)
        plant("VOU-002", slip.subject, "没有支出分录的凭证也要有人复核")
        desk = self.village(14)
        inputer, _, poster = desk.people
        slip = self.voucher(
            desk,
            320_00,
            event=posting - 2,
            posting=posting,
            eco="",
            words="路灯维修人工费",
            mode="1",
            people=(inputer, inputer, poster),
        )
        desk.attach(slip, "payroll", fen=320_00)
        plant("VOU-002", slip.subject, "村会计自己审核")

        for signers, note in (
            ((0, 1, 1), "审核人自己记账，制单是别人"),
            ((0, 1, 0), "制单人自己记账，审核是别人"),
        ):
            slip = self._signed(self.desk(), self.back(41), 610_00, signers)
            near("VOU-002", slip.subject, note)
        desk = self.desk()
        inputer, _, poster = desk.people
        slip = self.with_invoice(
            desk, 570_00, event=posting - 3, posting=posting, people=(inputer, None, poster)
        )
        near("VOU-002", slip.subject, "没有填审核人")
        desk = self.desk()
        slip = self._signed(desk, self.back(48), 840_00, (2, 2, 0))
        desk.reverse(slip, workday(slip.posting_day + 1))
        near("VOU-002", slip.subject, "已红冲")
        if not self.is_daily(self.back(2)):
            return
        desk = self.desk()
        slip = self._signed(desk, self.back(30), 690_00, (0, 0, 2))
        slip.people = desk.people
        desk.write(slip, deliver_on=self.back(2))
        near("VOU-002", slip.subject, "审核人录错，后来更正：先有疑点，后销除")

    def _signed(self, desk: Desk, posting: int, fen: int, signers: tuple[int, int, int]) -> Slip:
        """A voucher that the unit's people of these places prepared, reviewed and posted."""
        inputer, auditor, poster = (desk.people[place] for place in signers)
        return self.with_invoice(
            desk,
            fen,
            event=posting - 3,
            posting=posting,
            people=(made(inputer), auditor, made(poster)),
        )

    # --- does not balance ------------------------------------------------------------------

    def _unbalanced(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        posting = self.back(43)
        desk = self.desk()
        lines = self._bill(desk, posting, 1260_00)
        lines[1] = replace(lines[1], fen=1260_01)
        plant("VOU-004", self._posted(desk, posting, lines, 1260_00).subject, "贷方多 0.01 元")
        desk = self.desk()
        lines = self._bill(desk, posting, 880_00)[:-1]
        plant("VOU-004", self._posted(desk, posting, lines, 880_00).subject, "预算会计只有借方")
        desk = self.desk()
        lines = self._bill(desk, posting, 1900_00)
        lines[1] = replace(lines[1], fen=1800_00)
        lines[3] = replace(lines[3], fen=2000_00)
        slip = self._posted(desk, posting, lines, 1900_00)
        plant("VOU-004", slip.subject, "财务会计少 100 元，预算会计多 100 元")
        desk = self.desk()
        lines = self._bill(desk, posting, 740_00)
        lines[1] = replace(lines[1], side="D")
        slip = self._posted(desk, posting, lines, 740_00)
        plant("VOU-004", slip.subject, "方向录反，全是借方")
        desk = self.village(17)
        posting = self.back(2)
        lines = desk.lines(560_00, "", "水渠清淤人工费", bill=posting - 4, mode="1")
        lines[1] = replace(lines[1], fen=650_00)
        slip = made(desk.post(posting, posting, lines, 1))
        desk.attach(slip, "payroll", fen=560_00)
        plant("VOU-004", slip.subject, "村账数字颠倒，借贷不平")

        posting = self.back(39)
        desk = self.desk()
        lines = self._bill(desk, posting, 1340_00)[:2]
        near("VOU-004", self._posted(desk, posting, lines, 1340_00).subject, "没有预算会计分录")
        desk = self.desk()
        lines = self._bill(desk, posting, 700_00) + self._bill(desk, posting, 500_00)
        lines = [lines[0], lines[4], replace(lines[1], fen=1200_00), lines[2], lines[6]]
        lines.append(Line("8001", "C", 1200_00, "支付办公用品款"))
        near("VOU-004", self._posted(desk, posting, lines, 1200_00).subject, "两借一贷")
        desk = self.desk()
        lines = [
            *self._bill(desk, posting, 900_00)[:2],
            Line("5001", "D", -150_00, "退货冲减"),
            Line("1002", "C", -150_00, "退货冲减"),
        ]
        near("VOU-004", self._posted(desk, posting, lines, 750_00).subject, "负数分录两边相等")
        desk = self.desk()
        lines = self._bill(desk, posting, 1150_00)
        lines[1] = replace(lines[1], fen=1510_00)
        slip = self._posted(desk, posting, lines, 1150_00)
        desk.reverse(slip, workday(posting + 1))
        near("VOU-004", slip.subject, "已红冲")
        if not self.is_daily(self.back(2)):
            return
        desk = self.desk()
        lines = self._bill(desk, posting, 990_00)
        slip = self._posted(desk, posting, lines[:1] + lines[2:], 990_00)
        slip.lines = [lines[0], *lines[2:], lines[1]]
        desk.write(slip, deliver_on=self.back(2))
        near("VOU-004", slip.subject, "漏传的贷方分录补上：先有疑点，后销除")

    def _bill(self, desk: Desk, posting: int, fen: int) -> list[Line]:
        return desk.lines(fen, "30201", "支付办公用品款", bill=posting - 4)

    # --- large and vague -------------------------------------------------------------------

    def _vague(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        for ago, fen, words, note in (
            (77, 10_000_00, "付款", "恰好 1 万元，摘要“付款”"),
            (46, 26_300_00, "电费", "摘要两个字"),
            (12, 14_800_00, "款", "摘要一个字"),
            (2, 31_250_00, "其它", "最后几日才送达"),
        ):
            slip = self._said(self.desk(), self.back(ago), fen, words)
            plant("VOU-005", slip.subject, note)
        posting = self.back(23)
        desk = self.desk()
        lines = desk.lines(6200_00, "30227", "经费", bill=posting - 4)
        lines += desk.lines(7100_00, "30213", "报销", bill=posting - 4)
        slip = self._posted(desk, posting, lines, 13_300_00)
        plant("VOU-005", slip.subject, "两条支出分录都含糊，合计过 1 万元")
        desk = self.desk()
        lines = desk.lines(12_400_00, "30227", "往来", bill=posting - 4)
        lines[1] = replace(lines[1], desc="支付评估公司服务费")
        slip = self._posted(desk, posting, lines, 12_400_00)
        plant("VOU-005", slip.subject, "只有贷方摘要写清楚")
        desk = self.village(20)
        slip = self._said(desk, posting, 15_600_00, "开支", eco="")
        plant("VOU-005", slip.subject, "村账大额支出摘要含糊")

        posting = self.back(36)
        for fen, words, note in (
            (9_999_99, "费用", "9999.99 元"),
            (12_700_00, "维修费", "三个字"),
            (18_200_00, "报销培训教材款", "泛称只是摘要的一部分"),
        ):
            near("VOU-005", self._said(self.desk(), posting, fen, words).subject, note)
        desk = self.desk()
        lines = desk.lines(9400_00, "30227", "付款", bill=posting - 4)
        lines += desk.lines(2600_00, "30202", "印制应急手册", bill=posting - 4)
        slip = self._posted(desk, posting, lines, 12_000_00)
        near("VOU-005", slip.subject, "有一条支出分录写明用途")
        desk = self.desk()
        slip = self._said(
            desk, posting, 21_000_00, "付款", debit="1601", eco="30902", asset="2010104"
        )
        near("VOU-005", slip.subject, "固定资产，不是支出")
        desk = self.desk()
        slip = self._said(desk, posting, 16_400_00, "转账")
        desk.reverse(slip, workday(posting + 1))
        near("VOU-005", slip.subject, "已红冲")
        if not self.is_daily(self.back(2)):
            return
        desk = self.desk()
        slip = self._said(desk, posting, 11_900_00, "报账")
        slip.lines = [replace(line, desc="支付消防检测服务费") for line in slip.lines]
        desk.write(slip, deliver_on=self.back(2))
        near("VOU-005", slip.subject, "摘要后来补写清楚：先有疑点，后销除")

    def _said(
        self, desk: Desk, posting: int, fen: int, words: str, eco: str = "30227", **fields: str
    ) -> Slip:
        return self.with_invoice(
            desk, fen, event=posting - 4, posting=posting, eco=eco, words=words, **fields
        )

    # --- large cash ------------------------------------------------------------------------

    def _cash(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        for ago, fen, note in (
            (69, 1000_00, "恰好 1000 元现金"),
            (31, 6400_00, "现金付劳务费"),
            (2, 2300_00, "最后几日的大额现金"),
        ):
            plant("VOU-009", self._handed(self.desk(), self.back(ago), fen).subject, note)
        posting = self.back(26)
        desk = self.desk()
        lines = desk.lines(1400_00, "30226", "清运人工费", bill=posting - 4, mode="1")
        lines += desk.lines(5200_00, "30226", "评审劳务费", bill=posting - 4)
        slip = made(desk.post(posting, posting, lines, 1))
        desk.attach(slip, "payroll", fen=6600_00)
        plant("VOU-009", slip.subject, "一笔现金，一笔转账")

        slip = self._handed(self.desk(), posting, 999_99)
        near("VOU-009", slip.subject, "999.99 元现金")
        desk = self.desk()
        lines = desk.lines(600_00, "30226", "清运人工费", bill=posting - 4, mode="1")
        lines += desk.lines(700_00, "30226", "搬运人工费", bill=posting - 4, mode="1")
        slip = made(desk.post(posting, posting, lines, 1))
        desk.attach(slip, "payroll", fen=1300_00)
        near("VOU-009", slip.subject, "两笔现金各不足 1000 元")
        slip = self._handed(self.desk(), posting, 3200_00, mode="2")
        near("VOU-009", slip.subject, "转账支付")
        slip = self._handed(self.village(23), posting, 4600_00, eco="")
        near("VOU-009", slip.subject, "村没有公务卡，用现金")
        desk = self.desk_of(self.district.by_name["第三十七中学"])
        near("VOU-009", self._handed(desk, posting, 2100_00).subject, "没有财政支付渠道的单位")
        slip = self._handed(
            self.desk(), posting, 1800_00, debit="1218", eco="30226", words="支取备用金"
        )
        near("VOU-009", slip.subject, "支取备用金，还不是支出")
        desk = self.desk()
        slip = self._handed(desk, posting, 1750_00)
        desk.reverse(slip, workday(posting + 1))
        near("VOU-009", slip.subject, "已红冲")
        if not self.is_daily(self.back(2)):
            return
        desk = self.desk()
        slip = self._handed(desk, posting, 2480_00)
        slip.lines = [replace(line, mode=line.mode and "2") for line in slip.lines]
        desk.write(slip, deliver_on=self.back(2))
        near("VOU-009", slip.subject, "结算方式录错，后来更正：先有疑点，后销除")

    def _handed(
        self,
        desk: Desk,
        posting: int,
        fen: int,
        *,
        eco: str = "30226",
        mode: str = "1",
        words: str = "临时用工劳务费",
        debit: str = "",
    ) -> Slip:
        """Fees handed out in cash, with a signed list."""
        slip = self.voucher(
            desk,
            fen,
            event=posting - 4,
            posting=posting,
            eco=eco,
            words=words,
            declared=1,
            mode=mode,
            debit=debit,
        )
        desk.attach(slip, "payroll", fen=fen)
        return slip
