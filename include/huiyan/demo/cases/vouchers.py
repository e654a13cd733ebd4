"""Late, without attachments, with fewer than declared."""

from dataclasses import replace

from huiyan.demo.cases.worker import Caseworker
from huiyan.demo.days import workday
from huiyan.demo.desk import Desk, Line, Slip, made


class VoucherCases(Caseworker):
    """VOU-001, ATT-001, ATT-002."""

    def make(self) -> None:
        """All of them."""
        self._late()
        self._no_attachment()
        self._fewer_attachments()

    def _late(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        for days, ago, note in (
            (31, 60, "晚 31 天记账"),
            (91, 20, "晚 91 天记账，升为橙色"),
            (90, 31, "晚 90 天"),
            (37, 2, "最后几日才送达的迟记"),
            (46, 4, "逐日送达的迟记"),
            (64, 45, "晚 64 天"),
        ):
            posting = self.back(ago)
            slip = self.with_invoice(
                self.desk(), 860_00, event=posting - days, posting=posting, declared=1
            )
            plant("VOU-001", slip.subject, note)
        posting = self.back(25)
        desk = self.desk()
        slip = self.voucher(desk, 720_00, event=0, posting=posting, voucher_day=posting - 45)
        self.invoice(desk, slip, 720_00, posting - 46)
        plant("VOU-001", slip.subject, "没有票据日期，按凭证日期算已晚")
        desk = self.desk()
        lines = desk.lines(300_00, "30201", "购买办公用品", bill=posting - 10)
        lines += desk.lines(200_00, "30202", "印刷表册", bill=posting - 33)
        slip = self._posted(desk, posting, posting, lines)
        self.invoice(desk, slip, 500_00, posting - 10)
        plant("VOU-001", slip.subject, "多张票据，最早一张已过 30 天")
        desk = self.desk()
        lines = desk.lines(900_00, "30213", "空调维护", bill=posting - 31)
        lines[1] = replace(lines[1], posted=posting)
        slip = self._posted(desk, posting - 20, posting - 20, lines, deliver_on=posting)
        self.invoice(desk, slip, 900_00, posting - 31, posting)
        plant("VOU-001", slip.subject, "分录记账日不同，最迟的已晚")
        desk = self.desk()
        slip = self.voucher(
            desk,
            5600_00,
            event=posting - 40,
            posting=posting,
            debit="1601",
            asset="2010104",
            eco="30902",
            words="购置投影设备",
        )
        self.invoice(desk, slip, 5600_00, posting - 40)
        plant("VOU-001", slip.subject, "固定资产入账晚")
        desk = self.village(3)
        slip = self.voucher(
            desk, 460_00, event=posting - 60, posting=posting, eco="", words="沟渠清淤", mode="1"
        )
        desk.attach(slip, "payroll", fen=460_00)
        plant("VOU-001", slip.subject, "村账现金支出晚 60 天")

        for ago in (50, 12, 2):
            posting = self.back(ago)
            slip = self.with_invoice(
                self.desk(), 640_00, event=posting - 30, posting=posting, declared=1
            )
            near("VOU-001", slip.subject, "恰好 30 天")
        posting = self.back(70)
        desk = self.desk()
        slip = self.with_invoice(desk, 640_00, event=posting - 50, posting=posting)
        desk.reverse(slip, workday(posting + 1))
        near("VOU-001", slip.subject, "迟记的凭证已红冲")
        if not self.is_daily(self.back(2)):
            return
        desk = self.desk()
        posting = self.back(40)
        slip = self.with_invoice(desk, 880_00, event=posting - 39, posting=posting, declared=1)
        slip.lines = [replace(line, bill=line.bill and posting - 9) for line in slip.lines]
        desk.write(slip, deliver_on=self.back(2))
        near("VOU-001", slip.subject, "票据日期录错，后来更正：先有疑点，后销除")

    def _posted(
        self, desk: Desk, voucher_day: int, posting: int, lines: list[Line], deliver_on: int = 0
    ) -> Slip:
        slip = desk.post(voucher_day, posting, lines, 1, deliver_on=deliver_on)
        return made(slip)

    def _no_attachment(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        for fen, ago, declared, note in (
            (1000_00, 66, None, "恰好 1000 元，无附件"),
            (25_600_00, 33, 2, "申报 2 份，一份未传"),
            (3_480_50, 3, None, "记账满 3 天仍无附件"),
            (18_000_00, 100, 0, "金额大，无附件"),
        ):
            posting = self.settled(ago)
            slip = self.voucher(
                self.desk(), fen, event=posting - 5, posting=posting, declared=declared
            )
            plant("ATT-001", slip.subject, note)
        posting = self.back(28)
        desk = self.desk()
        lines = [
            Line("5001", "D", 4200_00, "支付劳务及补提", "30226"),
            Line("2201", "C", 3000_00, "补提"),
            Line("1002", "C", 1200_00, "支付劳务", mode="2"),
        ]
        plant("ATT-001", self._posted_bare(desk, posting, lines).subject, "贷方只有一部分是计提")
        desk = self.village(8)
        slip = self.voucher(
            desk, 2600_00, event=posting - 3, posting=posting, eco="", words="村道维修"
        )
        plant("ATT-001", slip.subject, "村账无附件")

        slip = self.voucher(self.desk(), 999_99, event=posting - 3, posting=posting)
        near("ATT-001", slip.subject, "999.99 元")
        slip = self.voucher(
            self.desk(), 5000_00, event=self.last - 4, posting=self.last - 2, declared=2
        )
        near("ATT-001", slip.subject, "记账第 2 天，还在宽限期内")
        desk = self.desk()
        lines = [
            Line("5001", "D", 9000_00, "计提折旧与摊销"),
            Line("1602", "C", 6000_00, "计提折旧"),
            Line("1702", "C", 3000_00, "计提摊销"),
        ]
        near("ATT-001", self._posted_bare(desk, posting, lines).subject, "折旧和摊销没有附件")
        desk = self.desk()
        slip = self.voucher(
            desk,
            7800_00,
            event=posting - 4,
            posting=posting,
            debit="1601",
            eco="30902",
            words="购置电脑",
            asset="2010104",
        )
        near("ATT-001", slip.subject, "固定资产，不是费用")
        desk = self.desk()
        slip = self.voucher(desk, 6400_00, event=posting - 4, posting=posting)
        desk.reverse(slip, workday(posting + 2), negative=False)
        near("ATT-001", slip.subject, "无附件的凭证已红冲")
        desk = self.desk()
        slip = self.voucher(desk, 3300_00, event=posting - 4, posting=posting, declared=1)
        self.invoice(desk, slip, 3300_00, posting - 4, self.back(2))
        near("ATT-001", slip.subject, "附件迟到多日：先有疑点，后销除")
        posting = self.back(90)
        desk = self.desk()
        slip = self.voucher(desk, 3300_00, event=posting - 4, posting=posting, declared=1)
        self.invoice(desk, slip, 3300_00, posting - 4, workday(posting + 20))
        near("ATT-001", slip.subject, "附件迟到 20 天，早已补上")

    def _posted_bare(self, desk: Desk, posting: int, lines: list[Line]) -> Slip:
        slip = desk.post(posting, posting, lines)
        return made(slip)

    def _fewer_attachments(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        for declared, papers, ago, fen, note in (
            (3, 2, 75, 2300_00, "申报 3 份，上传 2 份"),
            (5, 1, 18, 680_00, "申报 5 份，上传 1 份"),
            (2, 1, 3, 1500_00, "记账满 3 天仍缺一份"),
            (9, 8, 120, 12_000_00, "申报 9 份，上传 8 份"),
        ):
            slip = self._papers(self.desk(), self.settled(ago), fen, declared, papers)
            plant("ATT-002", slip.subject, note)
        posting = self.back(35)
        desk = self.desk()
        slip = self.voucher(
            desk,
            8800_00,
            event=posting - 6,
            posting=posting,
            debit="1601",
            eco="30902",
            words="购置空调",
            declared=3,
        )
        self.invoice(desk, slip, 8800_00, posting - 6)
        plant("ATT-002", slip.subject, "固定资产凭证也少附件")
        desk = self.village(11)
        slip = self.voucher(
            desk, 300_00, event=posting - 6, posting=posting, eco="", words="会议茶水", declared=2
        )
        desk.attach(slip, "payroll", fen=300_00)
        plant("ATT-002", slip.subject, "村账少附件")

        near("ATT-002", self._papers(self.desk(), posting, 2300_00, 3, 3).subject, "份数相符")
        near("ATT-002", self._papers(self.desk(), posting, 2300_00, 1, 3).subject, "多于申报")
        near("ATT-002", self._papers(self.desk(), posting, 2300_00, None, 2).subject, "没填附件数")
        near(
            "ATT-002",
            self._papers(self.desk(), self.last - 2, 2300_00, 3, 1).subject,
            "记账第 2 天，还在宽限期内",
        )
        slip = self._papers(self.desk(), posting, 640_00, 2, 0)
        near("ATT-002", slip.subject, "一份未传且不足 1000 元：不属本规则")
        desk = self.desk()
        slip = self._papers(desk, posting, 2300_00, 3, 1)
        desk.reverse(slip, workday(posting + 1))
        near("ATT-002", slip.subject, "已红冲")
        desk = self.desk()
        slip = self._papers(desk, posting, 2300_00, 3, 2)
        desk.attach(slip, "contract", self.back(1), document_no="HT-补传")
        near("ATT-002", slip.subject, "缺的一份补传：先有疑点，后销除")

    def _papers(
        self, desk: Desk, posting: int, fen: int, declared: int | None, papers: int
    ) -> Slip:
        slip = self.voucher(desk, fen, event=posting - 4, posting=posting, declared=declared)
        if papers:
            self.invoice(desk, slip, fen, posting - 4)
        for _ in range(papers - 1):
            desk.attach(slip, "other")
        return slip
