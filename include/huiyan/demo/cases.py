"""Planted cases and near misses of the rules, set among ordinary life.

`D` is the last business date; every case is laid out by days before it.
"""

import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from huiyan.demo import names
from huiyan.demo.days import ordinal, workday
from huiyan.demo.desk import Desk, Line, Paid, Slip
from huiyan.demo.district import District, Lease, Unit
from huiyan.demo.truth import Truth


class Caseworker:
    """What the families of cases share: units to pick from and everyday papers."""

    def __init__(
        self, district: District, desk_of: Callable[[Unit], Desk], truth: Truth
    ) -> None:
        self.district = district
        self.desk_of = desk_of
        self.truth = truth
        self.last = district.options.last
        self.rng = random.Random(f"{district.options.seed}/{type(self).__name__}")
        leased = {lease.unit.index for lease in district.leases}
        self._pool = [
            unit
            for unit in district.covered
            if unit.ordinary and unit.is_certain and unit.fills_links
            and unit.kind in ("institution", "town_body", "school", "hospital", "bureau")
            and unit.index not in leased
            and unit.name not in ("会计核算中心", "财政局", "教育局", "第一中学", "第二中学")
        ]
        random.Random(f"{district.options.seed}/pool").shuffle(self._pool)
        self._next = 0

    def unit(self, wanted: Callable[[Unit], bool] = lambda unit: True) -> Unit:
        """The next unit of the pool that fits."""
        for _ in range(len(self._pool)):
            unit = self._pool[self._next % len(self._pool)]
            self._next += 1
            if wanted(unit) and unit.ordinary:
                return unit
        raise LookupError("no unit of the district fits a planted case: take more accounts")

    def desk(self, wanted: Callable[[Unit], bool] = lambda unit: True) -> Desk:
        """The desk of the next unit that fits."""
        return self.desk_of(self.unit(wanted))

    def card_desk(self) -> Desk:
        """A desk whose first person holds a card."""
        return self.desk(lambda unit: bool(unit.staff and unit.staff[0].card_no))

    def village(self, place: int) -> Desk:
        """The desk of some village."""
        villages = self.district.villages
        return self.desk_of(villages[place % len(villages)])

    def back(self, days: int) -> int:
        """The working day `days` before the last one, or the next after it."""
        return workday(self.last - days)

    def settled(self, days: int) -> int:
        """The like, but never later: what is posted then is out of grace if `days` is."""
        day = self.back(days)
        return day if day <= self.last - days else self.last - days

    def is_daily(self, day: int) -> bool:
        """Whether rows of this day come after the opening delivery."""
        return day > self.district.options.business_days[0]

    def voucher(
        self,
        desk: Desk,
        fen: int,
        *,
        event: int,
        posting: int,
        eco: str = "30201",
        words: str = "购买办公用品",
        declared: int | None = None,
        voucher_day: int = 0,
        **fields: Any,
    ) -> Slip:
        """An expense voucher without papers."""
        slip = desk.spend(
            fen, eco, words, voucher_day=voucher_day or posting, posting_day=posting,
            declared=declared, bill=event, **fields,
        )
        assert slip is not None, "a planted voucher lies after the last business day"
        return slip

    def with_invoice(
        self, desk: Desk, fen: int, *, event: int, posting: int, **fields: Any
    ) -> Slip:
        """An expense voucher with an invoice in order."""
        slip = self.voucher(desk, fen, event=event, posting=posting, **fields)
        self.invoice(desk, slip, fen, event)
        return slip

    def invoice(
        self, desk: Desk, slip: Slip, fen: int | None, day: int, uploaded: int = 0, **fields: Any
    ) -> None:
        """An invoice, in order unless `fields` say otherwise; the buyer is the unit itself."""
        seller = self.district.company("office", self.rng)
        fields.setdefault("buyer", desk.unit.finance_name)
        desk.invoice(slip, fen, seller, day, uploaded, **fields)  # type: ignore[arg-type]

    def payment(
        self, desk: Desk, day: int, fen: int, account: str, payee: str, *,
        eco: str = "30299", words: str = "业务经费", booked: bool = True, **fields: Any,
    ) -> Paid:
        """A payment, booked within days unless told otherwise."""
        fields.setdefault("procured", False)
        paid = desk.pay(day, fen, eco, account, payee, words, **fields)
        assert paid is not None, "a planted payment lies after the last business day"
        if booked:
            self.book(desk, paid)
        return paid

    def book(self, desk: Desk, paid: Paid, posting: int = 0) -> Slip | None:
        """The voucher of a payment, with a bank receipt."""
        posting = posting or workday(paid.day + 3)
        slip = desk.spend(
            paid.fen, paid.eco, paid.summary, voucher_day=posting, posting_day=posting,
            declared=1, bill=max(paid.day, posting - 20), party=paid.payee, payment=paid.number,
        )
        desk.attach(slip, "bank_receipt", fen=paid.fen)
        return slip


    def _supplier(self, place: int) -> tuple[str, str]:
        company = self.district.companies["service"][place % 6]
        return company.account, company.name


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
            (31, 60, "晚 31 天记账"), (91, 20, "晚 91 天记账，升为橙色"), (90, 31, "晚 90 天"),
            (37, 2, "最后几日才送达的迟记"), (46, 4, "逐日送达的迟记"), (64, 45, "晚 64 天"),
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
            desk, 5600_00, event=posting - 40, posting=posting, debit="1601", asset="2010104",
            eco="30902", words="购置投影设备",
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
        assert slip is not None
        return slip

    def _no_attachment(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        for fen, ago, declared, note in (
            (1000_00, 66, None, "恰好 1000 元，无附件"), (25_600_00, 33, 2, "申报 2 份，一份未传"),
            (3_480_50, 3, None, "记账满 3 天仍无附件"), (18_000_00, 100, 0, "金额大，无附件"),
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
            desk, 7800_00, event=posting - 4, posting=posting, debit="1601", eco="30902",
            words="购置电脑", asset="2010104",
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
        assert slip is not None
        return slip

    def _fewer_attachments(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        for declared, papers, ago, fen, note in (
            (3, 2, 75, 2300_00, "申报 3 份，上传 2 份"), (5, 1, 18, 680_00, "申报 5 份，上传 1 份"),
            (2, 1, 3, 1500_00, "记账满 3 天仍缺一份"), (9, 8, 120, 12_000_00, "申报 9 份，上传 8 份"),
        ):
            slip = self._papers(self.desk(), self.settled(ago), fen, declared, papers)
            plant("ATT-002", slip.subject, note)
        posting = self.back(35)
        desk = self.desk()
        slip = self.voucher(
            desk, 8800_00, event=posting - 6, posting=posting, debit="1601", eco="30902",
            words="购置空调", declared=3,
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


class InvoiceCases(Caseworker):
    """INV-001, INV-002, INV-005."""

    def make(self) -> None:
        """All of them."""
        self._irregular()
        self._buyers()
        self._twice()

    def _one(self, posting: int, desk: Desk | None = None, **fields: Any) -> Slip:
        desk = desk or self.desk()
        slip = self.voucher(desk, 760_00, event=posting - 6, posting=posting)
        self.invoice(desk, slip, 760_00, posting - 6, **fields)
        return slip

    def _irregular(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        for place, (code, number, note) in enumerate(
            (
                (None, "1234567", "7 位号码"), (None, "88120034", "8 位号码没有代码"),
                ("032002100104", "25322000000012345678", "20 位号码却有代码"),
                ("3200214130", "0012345678", "10 位号码配 10 位代码"),
                (None, "No88120034", "号码里有字母"), (None, "2532200000001234567", "19 位"),
                ("32060125", "88120035", "8 位号码配 8 位代码"), (None, "0012345679", "10 位无代码"),
            )
        ):
            slip = self._one(self.back(11 * place + 3), invoice_code=code, invoice_no=number)
            plant("INV-001", slip.subject, note)
        desk = self.desk()
        posting = self.back(29)
        slip = self._one(posting, desk)
        self.invoice(desk, slip, 40_00, posting - 8, invoice_code="3200214130", invoice_no="991")
        plant("INV-001", slip.subject, "两张发票，第二张不规范")
        for code, number, note in (
            ("3200214130", "88120134", "8 位号码配 10 位代码"),
            ("032002100104", "88120135", "8 位号码配 12 位代码"),
            (None, "25322000000012349999", "20 位数电票"),
            ("32060125", "0012349999", "财政电子票据"),
            (None, None, "没有号码的收据"),
        ):
            slip = self._one(posting, invoice_code=code, invoice_no=number)
            near("INV-001", slip.subject, note)
        desk = self.desk()
        slip = self._one(posting, desk, invoice_code=None, invoice_no="7654321")
        desk.reverse(slip, workday(posting + 1))
        near("INV-001", slip.subject, "已红冲")
        desk = self.desk()
        slip = self._one(posting, desk)
        desk.attach(slip, "bank_receipt", invoice_no="HD-77", fen=760_00)
        near("INV-001", slip.subject, "号码怪的是银行回单，不是发票")

    def _buyers(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        by_name = self.district.by_name
        posting = self.back(22)
        first, second = by_name["第一中学"], by_name["第二中学"]
        finance, education = by_name["财政局"], by_name["教育局"]
        stranger = self.district.villages[0]
        for unit, fields, note in (
            (first, {"buyer": second.finance_name}, "抬头是只差一字的第二中学"),
            (finance, {"buyer": "邻水区财政局"}, "抬头是邻区同名局"),
            (self.unit(), {"buyer": "王志远"}, "抬头是个人"),
            (self.unit(), {"buyer": "扬江云帆办公用品有限公司"}, "抬头是公司"),
            (self.unit(lambda u: bool(u.known_uscc)), {"buyer_tax": stranger.uscc}, "税号不符"),
            (
                self.unit(lambda u: u.parent is not None and bool(u.known_uscc)),
                {"buyer": None, "buyer_tax": second.uscc},
                "没有抬头，税号是别家的",
            ),
            (self.unit(lambda u: u.kind == "hospital"), {"buyer": "第二中学"}, "抬头是别家"),
        ):
            desk = self.desk_of(unit)
            plant("INV-002", self._one(posting, desk, **fields).subject, note)
        posting = self.back(3)
        desk = self.desk()
        plant("INV-002", self._one(posting, desk, buyer="个人").subject, "抬头写“个人”")

        posting = self.back(26)
        child = self.unit(lambda u: u.parent is not None and u.parent.name == "教育局")
        tax = education.known_uscc or None
        slip = self._one(posting, self.desk_of(child), buyer="教育局", buyer_tax=None)
        near("INV-002", slip.subject, "抬头是主管部门")
        if tax and child.known_uscc:
            slip = self._one(
                posting, self.desk_of(child), buyer=child.finance_name, buyer_tax=tax
            )
            near("INV-002", slip.subject, "税号是主管部门的")
        unit = self.unit()
        full = names.PROVINCE + names.CITY + names.DISTRICT
        for buyer, note in (
            (full + unit.name, "省市区全称"), (f"{unit.name}（本级）", "带（本级）"),
            (unit.treasury_name, "国库平台上的写法"),
            (f"{names.DISTRICT}　{unit.name}", "夹全角空格"),
        ):
            near("INV-002", self._one(posting, self.desk_of(unit), buyer=buyer).subject, note)
        slip = self._one(posting, buyer=None, buyer_tax=None)
        near("INV-002", slip.subject, "抬头和税号都没填")
        desk = self.desk()
        slip = self._one(posting, desk, buyer="李丽华")
        desk.reverse(slip, workday(posting + 1))
        near("INV-002", slip.subject, "已红冲")
        town = by_name[f"{names.TOWNS[2]}人民政府"]
        slip = self._one(posting, self.desk_of(town), buyer=f"{names.TOWNS[2]}政府")
        near("INV-002", slip.subject, "人民政府写作政府")
        if self.district.options.has_later_snapshot:
            self._renamed(posting)

    def _renamed(self, posting: int) -> None:
        near = self.truth.near
        renamed = self.unit(
            lambda u: u.kind == "institution" and u.finance_uscc == u.treasury_uscc != ""
        )
        renamed.old_finance_name = renamed.finance_name
        renamed.finance_name = renamed.finance_name.replace(
            renamed.name, f"{renamed.name}（云溪分部）"
        )
        slip = self._one(posting, self.desk_of(renamed), buyer=renamed.old_finance_name)
        near("INV-002", slip.subject, "单位后来更名，抬头是旧名")
        slip = self._one(self.back(1), self.desk_of(renamed), buyer=renamed.finance_name)
        near("INV-002", slip.subject, "更名后的新名")

    def _twice(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        plant("INV-005", self._shared(((self.desk(), 50), (None, 41)), 1200_00), "同单位两次报销")
        plant("INV-005", self._shared(((self.desk(), 38), (self.desk(), 37)), 1200_00), "两个单位")
        plant(
            "INV-005",
            self._shared(((self.desk(), 80), (None, 60)), 1200_00, amount=2399_99),
            "两笔合计超出发票 0.01 元",
        )
        plant(
            "INV-005", self._shared(((self.desk(), 30), (None, 8)), 900_00, unknown=True),
            "发票金额未知",
        )
        plant(
            "INV-005",
            self._shared(
                ((self.desk(), 64), (None, 44), (self.desk(), 2)), 700_00, code="3200214199"
            ),
            "旧版发票三次报销",
        )
        near(
            "INV-005",
            self._shared(((self.desk(), 50), (None, 41)), 1200_00, amount=2400_00),
            "分期付款，合计恰等于发票",
        )
        near(
            "INV-005",
            self._shared(((self.desk(), 50), (None, 41)), 1200_00, amount=9000_00),
            "分期付款，尚未付完",
        )
        near(
            "INV-005", self._shared(((self.desk(), 50), (None, 41)), 1200_00, reverse=True),
            "其中一张已红冲",
        )
        posting = self.back(31)
        for code in ("3200214201", "3200214202"):
            self._one(posting, invoice_code=code, invoice_no="77001122")
            near("INV-005", f"{code}-77001122", "号码相同，代码不同")

    def _shared(
        self,
        parts: Iterable[tuple[Desk | None, int]],
        fen: int,
        *,
        amount: int | None = None,
        unknown: bool = False,
        code: str | None = None,
        reverse: bool = False,
    ) -> str:
        """One invoice on several vouchers of `fen` each; its subject id."""
        number = f"{self.rng.randrange(10**8):08d}" if code else (
            f"2532990{self.rng.randrange(10**13):013d}"
        )
        desk: Desk | None = None
        slip: Slip | None = None
        for own, ago in parts:
            desk = own or desk
            assert desk is not None
            posting = self.back(ago)
            slip = self.voucher(desk, fen, event=posting - 5, posting=posting, declared=1)
            self.invoice(
                desk, slip, None if unknown else (amount or fen), posting - 5,
                invoice_code=code, invoice_no=number,
            )
        if reverse and desk and slip:
            desk.reverse(slip, workday(slip.posting_day + 1))
        return f"{code or ''}-{number}"


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
        slip = self.voucher(
            desk, fen, event=posting - 6, posting=posting, eco=eco, words="公务接待餐费",
            declared=declared, debit=debit,
        )
        visit = {"visit_day": posting - 6, "visitors": 6, "companions": 2}
        if letter:
            desk.attach(
                slip, "official_letter", late_letter, document_day=posting - 9,
                document_no=f"来函〔2025〕{place}号", visit_unit=names.VISITING_UNITS[place % 10],
                visit_day=posting - 6,
            )
        if guests:
            desk.attach(slip, "reception_list", **visit)
        if invoice:
            self.invoice(desk, slip, fen, posting - 6)
        return slip

    def _near(self) -> None:
        near = self.truth.near
        slip = self._reception(50, 900_00, letter=False, guests=False, posting=self.last - 2)
        near("REC-001", slip.subject, "记账第 2 天，还在宽限期内")
        near("REC-002", slip.subject, "记账第 2 天，还在宽限期内")
        for place in (51, 52, 53):
            slip = self._reception(
                place, 1000_00, posting=self.back(30 - place % 5), late_letter=self.back(place - 50)
            )
            self.truth.marks.setdefault("late_letter", slip.subject)
            near("REC-001", slip.subject, "公函迟到：先有疑点，后销除")
        desk = self.desk()
        slip = self._reception(54, 960_00, letter=False, guests=False, desk=desk,
                               posting=self.back(44))
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
        desk = self.desk()
        posting = self.back(33)
        lines = [
            Line("1002", "D", 300_00, "退回多收接待餐费"),
            Line("5001", "C", 300_00, "退回多收接待餐费", "30217"),
        ]
        refund = desk.post(posting, posting, lines, 1)
        desk.attach(refund, "bank_receipt", fen=300_00)
        assert refund is not None
        near("REC-001", refund.subject, "贷方冲回，不是新的接待")
        # One visit, one letter: the meal and the lodging each carry it.
        desk = self.desk()
        for fen, words in ((800_00, "用餐"), (640_00, "住宿")):
            slip = self._reception(57, fen, posting=posting, desk=desk)
            near("REC-001", slip.subject, f"同一公函下的{words}")
            near("REC-002", slip.subject, f"同一公函下的{words}")


class BookCases(Caseworker):
    """BOOK-001: units paid through the treasury that keep no books, and those that seem so."""

    def make(self) -> None:
        """All of them."""
        plant, near, district = self.truth.plant, self.truth.near, self.district
        for place, unit in enumerate(district.only("no_books")):
            self._stipends(unit, (130, 95, 64, 33, 5 + place))
            plant("BOOK-001", unit.treasury_code, "经国库支付，财务平台没有用户")
        for place, last_posting in enumerate((0, 119, 106, 91)):
            unit = self.unit(lambda each: each.kind in ("institution", "town_body"))
            unit.ordinary = False
            desk = self.desk_of(unit)
            if last_posting:
                posting = self.last - last_posting
                self.with_invoice(desk, 500_00, event=posting - 5, posting=posting)
            self._stipends(unit, (125, 66, 38, 12 + place))
            note = f"已 {last_posting} 天不记账" if last_posting else "有用户，从不记账"
            plant("BOOK-001", unit.treasury_code, note)
        unit = self.unit(lambda each: each.kind == "town_body")
        unit.ordinary, unit.fills_links = False, False
        posting = self.last - 90
        self.with_invoice(self.desk_of(unit), 500_00, event=posting - 5, posting=posting)
        self._stipends(unit, (125, 66, 38, 12))
        near("BOOK-001", unit.treasury_code, "恰好 90 天没有记账")
        centre = self.desk_of(district.by_name["会计核算中心"])
        for unit in district.only("kept"):
            for paid in self._stipends(unit, (140, 110, 72, 41, 10)):
                self.book(centre, paid)
            near("BOOK-001", unit.treasury_code, "由会计核算中心代为记账")
        for unit in district.only("twin"):
            self._stipends(unit, (60, 30, 8))
            near("BOOK-001", unit.treasury_code, "两平台同名而信用代码不同，待人工核对")
        closed = district.only("closed")
        self._stipends(closed[0], (135, 90))
        near("BOOK-001", closed[0].treasury_code, "撤销单位，最后一笔在 90 天以前")
        self._stipends(closed[1], (136,))
        for status in ("returned", "void"):
            account, payee = self._supplier(3)
            self.desk_of(closed[1]).pay(
                self.back(20), 700_00, "30299", account, payee, "尾款", status=status,
                procured=False,
            )
        near("BOOK-001", closed[1].treasury_code, "90 天内只有退回和作废的支付")
        gone = self.unit(lambda each: each.kind == "institution")
        gone.ordinary, gone.closed_on = False, self.last - 100
        posting = self.last - 101
        self.with_invoice(self.desk_of(gone), 900_00, event=posting - 3, posting=posting)
        self._stipends(gone, (112,))
        near("BOOK-001", gone.treasury_code, "撤并单位，两边都停了")

    def _stipends(self, unit: Unit, agos: Iterable[int]) -> list[Paid]:
        """Small payments `agos` calendar days before the last day (not moved to working days)."""
        desk = self.desk_of(unit)
        payments = []
        for turn, ago in enumerate(agos):
            account, payee = self._supplier(unit.index + turn)
            day = self.last - ago
            paid = desk.pay(
                day, 1800_00 + 10_00 * turn, "30299", account, payee, "日常经费",
                procured=False, actual_day=day,
            )
            assert paid is not None
            payments.append(paid)
        return payments


class MoneyCases(Caseworker):
    """CARD-001, PAY-001, BOOK-002, PROC-001."""

    def make(self) -> None:
        """All of them."""
        self._cards()
        self._own_accounts()
        self._not_booked()
        self._splits()

    # --- cards -----------------------------------------------------------------------------

    def _swipe(
        self, desk: Desk, ago: int, fen: int, place: int, kind: str = "purchase", minute: int = 740
    ) -> str:
        merchant, mcc = names.BARRED[place % len(names.BARRED)]
        return desk.swipe(
            desk.unit.staff[0], self.back(ago), minute, fen, merchant, mcc, "扬江市", kind
        )

    def _cards(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        for place in range(10):
            number = self._swipe(self.card_desk(), 3 + 13 * place, 388_00 + place * 100_00, place)
            plant("CARD-001", number, f"禁止类商户 {names.BARRED[place][1]}")
        desk = self.card_desk()
        plant("CARD-001", self._swipe(desk, 40, 500_00, 1), "只退了一部分")
        near("CARD-001", self._swipe(desk, 38, 200_00, 1, "refund"), "退货本身")
        desk = self.card_desk()
        plant("CARD-001", self._swipe(desk, 70, 660_00, 2), "31 天以后才退")
        near("CARD-001", desk.swipe(
            desk.unit.staff[0], self.back(70) + 31, 700, 660_00, *names.BARRED[2], "扬江市",
            "refund",
        ), "退货本身")
        desk = self.card_desk()
        plant("CARD-001", self._swipe(desk, 20, 300_00, 0), "两笔相同只退一笔，先一笔仍在")
        near("CARD-001", self._swipe(desk, 19, 300_00, 0), "两笔相同只退一笔，退的是后一笔")
        self._swipe(desk, 17, 300_00, 0, "refund")
        desk = self.card_desk()
        near("CARD-001", self._swipe(desk, 30, 900_00, 3), "误刷，次日退货")
        self._swipe(desk, 29, 900_00, 3, "refund")
        desk = self.card_desk()
        near("CARD-001", self._swipe(desk, 9, 1280_00, 1), "先有疑点，退货后销除")
        self._swipe(desk, 2, 1280_00, 1, "refund")
        desk = self.card_desk()
        near("CARD-001", self._swipe(desk, 50, 2_00, 0, "fee"), "费用，不是消费")
        desk = self.card_desk()
        near("CARD-001", self._swipe(desk, 52, 500_00, 9, "cash_advance"), "取现，不是消费")
        desk = self.card_desk()
        number = desk.swipe(
            desk.unit.staff[0], self.back(25), 720, 420_00, "夜色酒吧旁餐厅", "5812", "扬江市"
        )
        near("CARD-001", number, "商户名像，类别码是餐饮")

    # --- treasury to own account -----------------------------------------------------------

    def _own(self, desk: Desk, kind: str) -> str:
        unit = desk.unit
        if kind == "basic":
            return unit.basic
        if kind not in unit.others:
            unit.others[kind] = self.district.account_no()
        return unit.others[kind]

    def _own_accounts(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        for kind, ago, note in (
            ("basic", 80, "转入本单位基本户"), ("special", 40, "转入本单位专户"),
            ("other", 15, "转入本单位其他户"), ("closed_basic", 33, "转入已销的本单位账户"),
            ("basic", 1, "最后一日前转入基本户"),
        ):
            desk = self.desk()
            paid = self.payment(
                desk, self.back(ago), 6_800_00, self._own(desk, kind), desk.unit.treasury_name
            )
            plant("PAY-001", paid.number, note)
        for kind, eco in (("canteen", "30229"), ("union", "30228")):
            desk = self.desk()
            paid = self.payment(
                desk, self.back(27), 3000_00, self._own(desk, kind), desk.unit.treasury_name,
                eco=eco,
            )
            near("PAY-001", paid.number, "转入本单位食堂或工会")
        desk, other = self.desk(), self.unit()
        paid = self.payment(
            desk, self.back(26), 3000_00, other.basic, other.treasury_name, words="拨款"
        )
        near("PAY-001", paid.number, "转入别的单位基本户")
        desk = self.desk()
        paid = self.payment(
            desk, self.back(24), 9000_00, desk.unit.basic, desk.unit.treasury_name,
            status="returned", booked=False,
        )
        near("PAY-001", paid.number, "已退回")
        desk = self.desk()
        paid = self.payment(
            desk, self.back(24), 9000_00, self._own(desk, "special"), desk.unit.treasury_name,
            from_account=desk.unit.basic,
        )
        near("PAY-001", paid.number, "付款账户不是零余额账户")

    # --- payments not booked -----------------------------------------------------------------

    def _not_booked(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        for place, (ago, note) in enumerate(
            ((120, "支付近四个月未记账"), (31, "支付 31 天未记账"), (47, "支付后未记账"),
             (75, "支付后未记账"), (34, "逐日送达期间到期"))
        ):
            plant("BOOK-002", self._unbooked(self.desk(), ago, place).number, note)
        desk = self.desk()
        paid = self._unbooked(desk, 62, 2)
        slip = self.book(desk, paid)
        assert slip is not None
        desk.reverse(slip, workday(slip.posting_day + 2))
        plant("BOOK-002", paid.number, "记账凭证已红冲，没有重记")
        near("BOOK-002", self._unbooked(self.desk(), 30, 3).number, "恰好 30 天")
        desk = self.desk()
        paid = self._unbooked(desk, 45, 4)
        slip = self.book(desk, paid)
        assert slip is not None
        desk.reverse(slip, workday(slip.posting_day + 1))
        self.book(desk, paid, workday(slip.posting_day + 2))
        near("BOOK-002", paid.number, "红冲后已重记")
        desk = self.desk()
        paid = self._unbooked(desk, 40, 5)
        self.book(desk, paid, self.back(2))
        near("BOOK-002", paid.number, "补记：先有疑点，后销除")
        for status, note in (("returned", "已退回"), ("void", "已作废")):
            paid = self._unbooked(self.desk(), 55, 1, status=status)
            near("BOOK-002", paid.number, note)
        desk = self.desk()
        account, payee = self._supplier(1)
        day = self.last - 50
        unpaid = desk.pay(
            day, 900_00, "30299", account, payee, "待清算", procured=False, actual_day=0
        )
        assert unpaid is not None
        near("BOOK-002", unpaid.number, "没有实际支付日期")
        desk = self.desk_of(
            next(
                unit for unit in self.district.covered
                if unit.ordinary and not unit.fills_links and unit.is_certain
            )
        )
        near("BOOK-002", self._unbooked(desk, 58, 2).number, "该单位从不填支付凭证号")

    def _unbooked(self, desk: Desk, ago: int, place: int, status: str = "paid") -> Paid:
        account, payee = self._supplier(place)
        day = self.last - ago
        paid = desk.pay(
            day, 4300_00 + 7_00 * place, "30227", account, payee, "委托业务费", status=status,
            procured=False, actual_day=day,
        )
        assert paid is not None
        return paid

    # --- split purchases -------------------------------------------------------------------

    def _splits(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        for parts, note in (
            (((70, 120_000_00), (50, 120_000_00)), "两笔合计 24 万"),
            (((61, 80_000_00), (45, 70_000_00), (31, 60_000_00)), "三笔合计 21 万"),
            (((40, 199_999_99), (40, 1)), "同日两笔恰到 20 万"),
            (((51, 100_000_00), (21, 100_000_00)), "首尾恰隔 30 天"),
            (((4, 150_000_00), (2, 90_000_00)), "最后几日拆分"),
            (((90, 110_000_00), (70, 110_000_00), (50, 110_000_00)), "窗口相叠，算一个"),
        ):
            plant("PROC-001", self._split(self.desk(), parts), note)
        desk = self.desk()
        near("PROC-001", self._split(desk, ((52, 100_000_00), (21, 100_000_00))), "相隔 31 天")
        near(
            "PROC-001", self._split(self.desk(), ((40, 99_999_99), (30, 100_000_00))),
            "合计 199999.99 元",
        )
        near(
            "PROC-001",
            self._split(self.desk(), ((40, 150_000_00), (30, 150_000_00)), method="1"),
            "走了公开招标",
        )
        near(
            "PROC-001",
            self._split(self.desk(), ((40, 150_000_00), (30, 150_000_00)), procured=True),
            "有政府采购交易识别码",
        )
        near(
            "PROC-001",
            self._split(self.desk(), ((40, 240_000_00), (30, 90_000_00))),
            "一笔本身已过限额",
        )
        near(
            "PROC-001",
            self._split(self.desk(), ((40, 120_000_00), (30, 120_000_00)), second_eco="30213"),
            "两个支出分类",
        )
        near(
            "PROC-001",
            self._split(self.desk(), ((40, 120_000_00), (30, 120_000_00)), second_status="returned"),
            "一笔已退回",
        )
        near(
            "PROC-001",
            self._split(self.desk(), ((40, 120_000_00), (30, 120_000_00)), second_payee=True),
            "两个收款人",
        )
        near(
            "PROC-001",
            self._split(self.desk(), ((40, 120_000_00), (30, 120_000_00)), eco=""),
            "没有经济分类，不在范围",
        )

    def _split(
        self,
        desk: Desk,
        parts: tuple[tuple[int, int], ...],
        *,
        eco: str = "30227",
        second_eco: str = "",
        second_status: str = "paid",
        second_payee: bool = False,
        **fields: Any,
    ) -> str:
        """Payments to one new payee; the subject of the first."""
        account, payee = self.district.account_no("9558"), f"扬江{self.rng.randrange(10**4)}号设计有限公司"
        first = ""
        for turn, (ago, fen) in enumerate(parts):
            day = self.last - ago
            status = second_status if turn else "paid"
            to = self.district.account_no("9558") if turn and second_payee else account
            paid = self.payment(
                desk, day, fen, to, payee, eco=(second_eco if turn else "") or eco,
                words="设计服务费", status=status, booked=status == "paid", actual_day=day,
                **fields,
            )
            first = first or f"{desk.unit.treasury_code}:{account}:{paid.number}"
        return first


class CofferCases(Caseworker):
    """SCF-001 and SCF-004, and the two units that keep a small coffer."""

    def make(self) -> None:
        """All of them."""
        self._off_register()
        self._leases()
        for place in range(2):
            self._coffer(place)

    def _off_register(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        district = self.district
        town = district.by_name[f"{names.TOWNS[0]}人民政府"]
        villages = district.villages
        full = names.PROVINCE + names.CITY + names.DISTRICT
        for payee, ago, note in (
            (villages[5].finance_name, 44, "收款人是村，账户不在册"),
            (full + self.unit().name, 21, "收款人写全称，账户不在册"),
            (f"{names.TOWNS[0]}政府", 72, "收款人写“政府”，账户不在册"),
            (self.unit().name + "（本级）", 2, "收款人带（本级），账户不在册"),
        ):
            account = district.account_no("4402")
            self.payment(self.desk(), self.back(ago), 5_200_00, account, payee, words="拨付经费")
            plant("SCF-001", account, note)
        account, payee = district.account_no("4402"), self.unit().treasury_name
        for ago in (60, 35, 9):
            self.payment(self.desk(), self.back(ago), 2_600_00, account, payee, words="拨付经费")
        plant("SCF-001", account, "三个单位付到同一个不在册账户")

        account = district.account_no("4402")
        self.payment(self.desk(), self.back(28), 5_000_00, account, "邻水区财政局", words="分摊")
        near("SCF-001", account, "邻区同名局不是本区单位")
        account = district.account_no("4402")
        self.payment(
            self.desk(), self.back(28), 5_000_00, account, f"{town.name}招待所有限公司", words="会议"
        )
        near("SCF-001", account, "公司名里含单位名")
        account = district.account_no("4402")
        self.payment(
            self.desk(), self.back(28), 5_000_00, account, villages[6].finance_name,
            status="returned", booked=False,
        )
        near("SCF-001", account, "付款已退回")
        receiver = self.unit()
        account = district.account_no("4402")
        receiver.others["closed_special"] = account
        self.payment(
            self.desk(), self.back(17), 5_000_00, account, receiver.treasury_name, words="拨付"
        )
        near("SCF-001", account, "账户已销，仍在册")
        if not district.options.has_later_snapshot:
            return
        receiver = self.unit()
        account = district.account_no("4402")
        receiver.others["new_special"] = account
        self.payment(
            self.desk(), self.back(17), 5_000_00, account, receiver.treasury_name, words="拨付"
        )
        near("SCF-001", account, "账户后来备案：先有疑点，后销除")
        receiver = self.unit()
        account = district.account_no("4402")
        receiver.others["dropped_special"] = account
        self.payment(
            self.desk(), self.back(15), 5_000_00, account, receiver.treasury_name, words="拨付"
        )
        near("SCF-001", account, "账户后来从册上删去，曾经在册")

    def _lease(self, unit: Unit, starts: int, ends: int, note: str) -> Lease:
        serial = len(self.district.leases) + 1
        lease = Lease(
            f"ZL{serial:04d}", unit, f"{note}{serial}号门面房", f"扬江商户{serial}（个体）",
            2_400_000, starts, ends,
        )
        self.district.leases.append(lease)
        return lease

    def _landlord(self) -> Unit:
        """A unit that leases nothing yet: rent of one lease would speak for another."""
        taken = {lease.unit.index for lease in self.district.leases}
        return self.unit(lambda unit: unit.index not in taken)

    def _leases(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        far = ordinal("2028-12-31")
        for starts, ends, note in (
            (self.last - 180, far, "恰满 180 天没有租金"), (self.last - 700, far, "两年没有租金"),
            (self.last - 400, self.last, "今日到期，仍没有租金"),
        ):
            plant("SCF-004", self._lease(self._landlord(), starts, ends, "东街").lease_no, note)
        unit = self._landlord()
        lease = self._lease(unit, self.last - 500, far, "南街")
        slip = self._income(unit, "4605", "门面房租金", lease.tenant)
        self.desk_of(unit).reverse(slip, workday(slip.posting_day + 1))
        plant("SCF-004", lease.lease_no, "租金凭证已红冲")
        unit = self._landlord()
        lease = self._lease(unit, self.last - 500, far, "南街")
        self._income(unit, "4609", "门面房租金", lease.tenant)
        plant("SCF-004", lease.lease_no, "租金记在其他收入")
        unit = self._landlord()
        lease = self._lease(unit, self.last - 500, far, "南街")
        self._income(unit, "4605", "其他收入", "别的公司")
        plant("SCF-004", lease.lease_no, "收入与承租人无关")

        near(
            "SCF-004",
            self._lease(self._landlord(), self.last - 179, far, "西街").lease_no, "才 179 天",
        )
        near(
            "SCF-004",
            self._lease(self._landlord(), self.last - 600, self.last - 1, "西街").lease_no, "昨日到期",
        )
        for code, words, by_tenant, note in (
            ("4605", "收到往来款", True, "对方就是承租人"), ("2103", "门面房租金", False, "应缴财政款"),
            ("460501", "收款", True, "明细科目"),
        ):
            unit = self._landlord()
            lease = self._lease(unit, self.last - 300, far, "北街")
            self._income(unit, code, words, lease.tenant if by_tenant else "")
            near("SCF-004", lease.lease_no, note)
        unit = self._landlord()
        lease = self._lease(unit, self.last - 300, far, "北街")
        self._income(unit, "4605", f"收{lease.asset}款", "")
        near("SCF-004", lease.lease_no, "摘要里有资产名")
        unit = self._landlord()
        lease = self._lease(unit, self.last - 300, far, "北街")
        self._income(unit, "2103", f"{lease.tenant}缴款", "")
        near("SCF-004", lease.lease_no, "摘要里有承租人")

    def _income(self, unit: Unit, code: str, words: str, party: str) -> Slip:
        desk = self.desk_of(unit)
        day = self.back(58)
        lines = [
            Line("1002", "D", 12_000_00, words, party=party),
            Line(code, "C", 12_000_00, words, party=party),
        ]
        slip = desk.post(day, day, lines, 1)
        assert slip is not None
        desk.attach(slip, "bank_receipt", fen=12_000_00)
        return slip

    def _coffer(self, place: int) -> None:
        """A unit in which several kinds of doubt come together within 90 days."""
        plant = self.truth.plant
        taken = {lease.unit.index for lease in self.district.leases}
        unit = self.unit(lambda each: bool(each.staff[0].card_no) and each.index not in taken)
        desk = self.desk_of(unit)
        note = f"小金库单位{place + 1}"
        for turn in range(2):
            account = self.district.account_no("4402")
            paid = self.payment(
                desk, self.back(70 - 30 * turn), 16_800_00, account,
                unit.treasury_name if turn else unit.finance_name, words="拨付工作经费",
            )
            plant("SCF-001", account, f"{note}：付给自己的不在册账户")
        lease = self._lease(unit, self.last - 520, ordinal("2028-12-31"), "临河")
        plant("SCF-004", lease.lease_no, f"{note}：出租不见收入")
        if "special" not in unit.others:
            unit.others["special"] = self.district.account_no()
        for ago in (66, 19):
            paid = self.payment(
                desk, self.back(ago), 23_000_00, unit.others["special"], unit.treasury_name,
                words="周转资金",
            )
            plant("PAY-001", paid.number, f"{note}：转入实有资金账户")
        for turn in range(3):
            merchant, mcc = names.BARRED[(place + 3 * turn) % 10]
            number = desk.swipe(
                unit.staff[0], self.back(50 - 16 * turn), 1230, 1680_00, merchant, mcc, "扬江市"
            )
            plant("CARD-001", number, f"{note}：禁止类商户")
        posting = self.back(24)
        slip = self.voucher(desk, 980_00, event=posting - 6, posting=posting, declared=1)
        self.invoice(desk, slip, 980_00, posting - 6, buyer="扬江云帆办公用品有限公司")
        plant("INV-002", slip.subject, f"{note}：抬头是公司")


def plant_all(
    district: District, desk_of: Callable[[Unit], Desk], truth: Truth
) -> None:
    """Lay out every case; each family begins at another place of the shuffled units."""
    families = (
        BookCases, VoucherCases, InvoiceCases, ReceptionCases, MoneyCases, CofferCases,
    )
    for place, family in enumerate(families):
        worker = family(district, desk_of, truth)
        worker._next = place * 37
        worker.make()
