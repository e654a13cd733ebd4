"""Papers that meetings, trainings and journeys need, shared files, approvals after the event."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from huiyan.demo.cases.worker import Caseworker
from huiyan.demo.days import workday
from huiyan.demo.desk import Desk, Slip, made

MEETING, TRAINING, JOURNEY = "30215", "30216", "30211"
WORDS = {MEETING: "工作会议场租费", TRAINING: "业务培训场地费", JOURNEY: "出差交通费"}
NOTICE = {MEETING: "meeting_notice", TRAINING: "training_notice", JOURNEY: "travel_approval"}


class AttachmentCases(Caseworker):
    """ATT-003, ATT-004, ATT-005."""

    def make(self) -> None:
        """All of them."""
        self._incomplete()
        self._shared_files()
        self._approved_afterwards()

    def _event(
        self,
        desk: Desk,
        eco: str,
        posting: int,
        papers: Iterable[str],
        fen: int = 1640_00,
        noticed: int = 0,
        **fields: Any,
    ) -> Slip:
        """A meeting, training or journey with an invoice and these papers.

        `noticed` is the day of its notice or approval, some days before the event by default.
        """
        event = posting - 6
        slip = self.with_invoice(
            desk, fen, event=event, posting=posting, eco=eco, words=WORDS[eco[:5]], **fields
        )
        for kind in papers:
            day = 0 if kind == "attendee_list" else noticed or event - 4
            desk.attach(slip, kind, document_day=day)
        return slip

    # --- the set is incomplete -------------------------------------------------------------

    def _incomplete(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        for ago, eco, papers, note in (
            (82, MEETING, ("meeting_notice",), "会议没有签到表"),
            (57, MEETING, ("attendee_list",), "会议没有通知"),
            (33, TRAINING, (), "培训没有通知和签到表"),
            (21, TRAINING, ("meeting_notice", "attendee_list"), "培训用的是会议通知"),
            (46, JOURNEY, ("approval",), "出差只有报销审批单"),
            (29, "3021502", ("meeting_notice",), "会议费明细代码"),
            (3, JOURNEY, (), "记账满 3 天，出差没有审批单"),
        ):
            slip = self._event(self.desk(), eco, self.settled(ago), papers)
            plant("ATT-003", slip.subject, note)
        posting = self.back(25)
        desk = self.desk()
        lines = desk.lines(820_00, MEETING, "会议资料费", bill=posting - 6)
        lines += desk.lines(640_00, JOURNEY, "出差车票", bill=posting - 6)
        slip = made(desk.post(posting, posting, lines, 3))
        self.invoice(desk, slip, 1460_00, posting - 6)
        for kind in ("meeting_notice", "attendee_list"):
            desk.attach(slip, kind)
        plant("ATT-003", slip.subject, "会议附件齐全，同一凭证的出差没有审批单")
        desk = self.village(26)
        slip = self._event(desk, MEETING, posting, ("meeting_notice",), 460_00)
        plant("ATT-003", slip.subject, "村里开会没有签到表")

        posting = self.back(37)
        for eco, papers, note in (
            (MEETING, ("attendee_list", "meeting_notice"), "会议附件齐全"),
            (TRAINING, ("training_notice", "attendee_list"), "培训附件齐全"),
            (JOURNEY, ("travel_approval",), "出差附件齐全"),
        ):
            near("ATT-003", self._event(self.desk(), eco, posting, papers).subject, note)
        slip = self._event(self.desk(), MEETING, self.last - 2, ())
        near("ATT-003", slip.subject, "记账第 2 天，还在宽限期内")
        slip = self.voucher(
            self.desk(), 780_00, event=posting - 4, posting=posting, eco=JOURNEY, words="出差补助"
        )
        near("ATT-003", slip.subject, "一份附件都没有：不属本规则")
        slip = self._event(self.desk(), TRAINING, posting, (), debit="1214")
        near("ATT-003", slip.subject, "预付培训费，还不是支出")
        slip = self.with_invoice(
            self.desk(), 930_00, event=posting - 4, posting=posting, words="会议室保洁用品"
        )
        near("ATT-003", slip.subject, "摘要提到会议，代码是办公费")
        desk = self.desk()
        slip = self._event(desk, MEETING, posting, ())
        desk.reverse(slip, workday(posting + 1))
        near("ATT-003", slip.subject, "已红冲")
        desk = self.desk()
        slip = self._event(desk, MEETING, posting, ("meeting_notice",))
        desk.attach(slip, "attendee_list", self.back(1))
        near("ATT-003", slip.subject, "签到表补传：先有疑点，后销除")

    # --- one file, several vouchers --------------------------------------------------------

    def _shared_files(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        other = self.desk()
        for kind, parts, note in (
            ("payroll", ((self.desk(), 61), (None, 31)), "同一张发放表用了两个月"),
            ("payroll", ((self.desk(), 48), (self.desk(), 12), (self.desk(), 2)), "三个单位"),
            ("payroll", ((self.village(29), 35), (self.village(32), 34)), "两个村同一张发放表"),
            ("attendee_list", ((other, 40), (None, 19)), "两次培训同一张签到表"),
        ):
            plant("ATT-004", self._sharing(kind, parts), note)
        plant("ATT-004", self._receptions(), "两个单位同一份接待清单")
        parts = ((self.desk(), 27), (self.desk(), 26))
        plant(
            "ATT-004",
            self._sharing("invoice", parts, invoice_code=None, invoice_no=None, buyer=None),
            "没有号码的收据报了两次",
        )

        parts = ((self.desk(), 45), (None, 24))
        for kind, note in (
            ("contract", "一份合同多次付款"),
            ("approval", "一份审批多次付款"),
            ("other", "同一份说明"),
            ("acceptance", "同一份验收单"),
        ):
            near("ATT-004", self._sharing(kind, parts), note)
        number = f"2532966{self.rng.randrange(10**13):013d}"
        fields = {"invoice_code": None, "invoice_no": number, "amount": 9000_00}
        near("ATT-004", self._sharing("invoice", parts, **fields), "有号码的发票分期付款")
        sha = self._sha()
        desk = self.desk()
        slip = self._paid_out(desk, self.back(22), sha)
        desk.attach(slip, "payroll", sha=sha)
        near("ATT-004", sha, "同一凭证上传了两遍")
        sha = self._sha()
        desk = self.desk()
        slip = self._paid_out(desk, self.back(22), sha)
        desk.reverse(slip, workday(slip.posting_day + 1))
        self._paid_out(desk, workday(slip.posting_day + 1), sha)
        near("ATT-004", sha, "红冲重记，附件还是那一份")
        sha = self._sha()
        desk = self.desk()
        self._paid_out(desk, self.back(22), sha)
        slip = self._paid_out(desk, self.back(21), sha, kind="other")
        near("ATT-004", sha, "一处是发放表，另一处登记为其他")
        if not self.is_daily(self.back(2)):
            return
        sha = self._sha()
        desk = self.desk()
        self._paid_out(desk, self.back(20), sha)
        slip = self._paid_out(desk, self.back(14), sha)
        desk.attach(slip, "payroll", self.back(2), number=1, fen=870_00)
        near("ATT-004", sha, "传错的文件换成对的：先有疑点，后销除")

    def _sha(self) -> str:
        return f"{self.rng.getrandbits(256):064x}"

    def _paid_out(self, desk: Desk, posting: int, sha: str, kind: str = "payroll") -> Slip:
        """Fees paid out with a list."""
        slip = self.voucher(
            desk,
            870_00 + 10_00 * self.rng.randrange(40),
            event=posting - 4,
            posting=posting,
            eco="" if desk.unit.is_village else "30226",
            words="临时用工劳务费",
            declared=1,
        )
        # Digests are hexadecimal: some senders write them in capitals.
        desk.attach(slip, kind, sha=sha.upper() if self.rng.random() < 0.5 else sha)
        return slip

    def _sharing(self, kind: str, parts: Iterable[tuple[Desk | None, int]], **fields: Any) -> str:
        """One file on several vouchers; its digest."""
        sha = self._sha()
        desk: Desk | None = None
        for own, ago in parts:
            desk = own or desk
            desk = made(desk)
            posting = self.back(ago)
            if kind in ("payroll", "other"):
                slip = self._paid_out(desk, posting, sha, kind)
            elif kind == "attendee_list":
                slip = self._event(desk, TRAINING, posting, ("training_notice",))
                desk.attach(slip, kind, sha=sha)
            elif kind == "invoice":
                fen = 730_00 + 10_00 * self.rng.randrange(40)
                slip = self.voucher(desk, fen, event=posting - 4, posting=posting)
                amount = fields.get("amount", fen)
                rest = {name: value for name, value in fields.items() if name != "amount"}
                self.invoice(desk, slip, amount, posting - 4, sha=sha, **rest)
            else:
                slip = self.with_invoice(desk, 2130_00, event=posting - 4, posting=posting)
                desk.attach(slip, kind, sha=sha)
            self.shares(sha, slip)
        return sha

    def _receptions(self) -> str:
        """Two receptions, each with its own letter and the same list of guests."""
        sha = self._sha()
        visit = workday(self.last - 60)
        for place in range(2):
            desk = self.desk()
            slip = self.voucher(
                desk,
                940_00 + 20_00 * place,
                event=visit,
                posting=workday(visit + 5),
                eco="30217",
                words="公务接待餐费",
                declared=3,
            )
            desk.attach(
                slip,
                "official_letter",
                document_day=visit - 2,
                document_no=f"来函〔2025〕附{place}号",
                visit_unit=("扬江市审计局", "湖东县水利局")[place],
                visit_day=visit,
            )
            desk.attach(slip, "reception_list", sha=sha, visit_day=visit, visitors=6, companions=2)
            self.invoice(desk, slip, 940_00 + 20_00 * place, visit)
            self.shares(sha, slip)
        return sha

    # --- approved afterwards ---------------------------------------------------------------

    def _approved_afterwards(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        for ago, eco, late, note in (
            (73, JOURNEY, 1, "出差后一天才审批"),
            (44, MEETING, 5, "会后五天才有通知"),
            (16, TRAINING, 2, "培训后才有通知"),
            (1, JOURNEY, 3, "最后一日前的事后审批"),
        ):
            slip = self._held(self.desk(), self.back(ago), eco, late)
            plant("ATT-005", slip.subject, note)
        posting = self.back(28)
        desk = self.desk()
        slip = self._held(desk, posting, JOURNEY, 2)
        desk.attach(slip, "travel_approval", document_day=posting - 1)
        plant("ATT-005", slip.subject, "两份审批单都在出差之后")
        slip = self._held(self.village(35), posting, MEETING, 1, 380_00)
        plant("ATT-005", slip.subject, "村里会后补通知")
        desk = self.desk()
        slip = self.voucher(
            desk,
            690_00,
            event=0,
            posting=posting,
            voucher_day=posting - 3,
            eco=JOURNEY,
            words="出差补助",
        )
        desk.attach(slip, "travel_approval", document_day=posting - 2)
        plant("ATT-005", slip.subject, "没有票据日期，审批晚于凭证日期")

        posting = self.back(34)
        slip = self._held(self.desk(), posting, JOURNEY, 0)
        near("ATT-005", slip.subject, "出差当天审批")
        slip = self._held(self.desk(), posting, MEETING, -1)
        near("ATT-005", slip.subject, "会前一天通知")
        desk = self.desk()
        slip = self._held(desk, posting, JOURNEY, 4)
        desk.attach(slip, "travel_approval", document_day=posting - 9)
        near("ATT-005", slip.subject, "后补的一份之外，事前已有审批")
        desk = self.desk()
        slip = self._held(desk, posting, JOURNEY, -2)
        desk.attach(slip, "approval", document_day=posting - 1)
        near("ATT-005", slip.subject, "报销审批单在出差之后签，是正常的")
        desk = self.desk()
        slip = self.with_invoice(desk, 980_00, event=posting - 6, posting=posting)
        desk.attach(slip, "approval", document_day=posting - 1)
        near("ATT-005", slip.subject, "买办公用品，只有事后签的报销审批单")
        desk = self.desk()
        slip = self._event(desk, MEETING, posting, ("attendee_list",))
        desk.attach(slip, "meeting_notice")
        near("ATT-005", slip.subject, "会议通知没有日期")
        desk = self.desk()
        slip = self._held(desk, posting, TRAINING, 3)
        desk.reverse(slip, workday(posting + 1))
        near("ATT-005", slip.subject, "已红冲")
        desk = self.desk()
        slip = self._held(desk, posting, JOURNEY, 1)
        desk.attach(slip, "travel_approval", self.back(1), document_day=posting - 8)
        near("ATT-005", slip.subject, "事前的审批单补传：先有疑点，后销除")
        if not self.is_daily(self.back(2)):
            return
        desk = self.desk()
        slip = self._held(desk, posting, JOURNEY, 1)
        slip.lines = [replace(line, bill=line.bill and posting - 4) for line in slip.lines]
        desk.write(slip, deliver_on=self.back(2))
        near("ATT-005", slip.subject, "票据日期录错，后来更正：先有疑点，后销除")

    def _held(self, desk: Desk, posting: int, eco: str, late: int, fen: int = 1270_00) -> Slip:
        """An event with its papers, noticed or approved `late` days after it."""
        papers = [NOTICE[eco]] if eco == JOURNEY else [NOTICE[eco], "attendee_list"]
        return self._event(desk, eco, posting, papers, fen, noticed=posting - 6 + late)
