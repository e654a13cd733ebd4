"""Irregular numbers, wrong buyers, invoices booked twice."""

from collections.abc import Iterable
from typing import Any

from huiyan.demo import names
from huiyan.demo.cases.worker import Caseworker
from huiyan.demo.days import workday
from huiyan.demo.desk import Desk, Slip, made


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
                (None, "1234567", "7 位号码"),
                (None, "88120034", "8 位号码没有代码"),
                ("032002100104", "25322000000012345678", "20 位号码却有代码"),
                ("3200214130", "0012345678", "10 位号码配 10 位代码"),
                (None, "No88120034", "号码里有字母"),
                (None, "2532200000001234567", "19 位"),
                ("32060125", "88120035", "8 位号码配 8 位代码"),
                (None, "0012345679", "10 位无代码"),
            )
        ):
            slip = self._one(self.back(11 * place + 3), invoice_code=code, invoice_no=number)
            plant("INV-001", slip.subject, note)
        desk = self.desk()
        posting = self.back(29)
        slip = self._one(posting, desk)
        self.invoice(desk, slip, 40_00, posting - 8, invoice_code="3200214130", invoice_no="991")
        plant("INV-001", slip.subject, "两张发票，第二张不规范")
        regular: tuple[tuple[str | None, str | None, str], ...] = (
            ("3200214130", "88120134", "8 位号码配 10 位代码"),
            ("032002100104", "88120135", "8 位号码配 12 位代码"),
            (None, "25322000000012349999", "20 位数电票"),
            ("32060125", "0012349999", "财政电子票据"),
            (None, None, "没有号码的收据"),
        )
        for right_code, right_number, note in regular:
            slip = self._one(posting, invoice_code=right_code, invoice_no=right_number)
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
            slip = self._one(posting, self.desk_of(child), buyer=child.finance_name, buyer_tax=tax)
            near("INV-002", slip.subject, "税号是主管部门的")
        unit = self.unit()
        full = names.PROVINCE + names.CITY + names.DISTRICT
        for buyer, note in (
            (full + unit.name, "省市区全称"),
            (f"{unit.name}（本级）", "带（本级）"),
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
            "INV-005",
            self._shared(((self.desk(), 30), (None, 8)), 900_00, unknown=True),
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
            "INV-005",
            self._shared(((self.desk(), 50), (None, 41)), 1200_00, reverse=True),
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
        number = (
            f"{self.rng.randrange(10**8):08d}"
            if code
            else (f"2532990{self.rng.randrange(10**13):013d}")
        )
        desk: Desk | None = None
        slip: Slip | None = None
        for own, ago in parts:
            desk = own or desk
            desk = made(desk)
            posting = self.back(ago)
            slip = self.voucher(desk, fen, event=posting - 5, posting=posting, declared=1)
            self.invoice(
                desk,
                slip,
                None if unknown else (amount or fen),
                posting - 5,
                invoice_code=code,
                invoice_no=number,
            )
            self.shares(f"{code or ''}-{number}", slip)
        if reverse and desk and slip:
            desk.reverse(slip, workday(slip.posting_day + 1))
        return f"{code or ''}-{number}"
