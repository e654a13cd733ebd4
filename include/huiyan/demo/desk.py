"""A unit's desk: numbers its vouchers and hands rows of the four daily feeds to a sink.

Rows are tuples in the order of the feed contract; money is in fen (int), days are ISO text,
an empty cell is None.
"""

import random
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeVar

from huiyan.demo import names
from huiyan.demo.days import iso, workday, year_month
from huiyan.demo.district import Company, District, Person, Unit

Row = tuple[Any, ...]
People = tuple[str, str | None, str]  # who prepared, reviewed and posted a voucher
Made = TypeVar("Made")
THRESHOLD = 20_000_000  # fen: procurement is needed from here on


class Sink(Protocol):
    """Takes rows; `day` (ordinal) is when a row becomes known."""

    def put(self, feed: str, day: int, row: Row) -> None:
        """One good row."""

    def spoil(
        self, feed: str, day: int, row: Row, column: str | None, cell: str, what: str
    ) -> None:
        """One row that must not get past validation: `column` holds `cell` instead.

        Without a column the row is cut short and `cell` does not matter.
        """

    def repeat(self, feed: str, day: int, row: Row) -> None:
        """The same row again in the same delivery, perhaps written another way."""


def made(what: Made | None) -> Made:
    """`what`, which a case needs; ValueError if it would come after the last business day."""
    if what is None:
        raise ValueError("A planted case lies after the last business day: change `last_day`.")
    return what


@dataclass(frozen=True)
class Line:
    """One entry; `posted` and `bill` are ordinals, 0 = the voucher's own / empty."""

    code: str
    side: str
    fen: int
    desc: str
    eco: str = ""
    party: str = ""
    mode: str = ""
    procurement: str = ""
    asset: str = ""
    bill: int = 0
    payment: str = ""
    swipe: str = ""
    posted: int = 0


@dataclass
class Slip:
    """A posted voucher, to hang attachments on."""

    unit: Unit
    year: int
    period: int
    number: str
    voucher_day: int
    posting_day: int
    lines: list[Line]
    declared: int | None
    people: People
    attachments: int = 0

    @property
    def subject(self) -> str:
        """Subject id of the voucher."""
        return f"{self.unit.acct_set}/{self.year}/{self.period:02d}/{self.number}"

    @property
    def event_day(self) -> int:
        """Its event date: that of the earliest bill, else the voucher's own."""
        return min((line.bill for line in self.lines if line.bill), default=self.voucher_day)


@dataclass
class Paid:
    """A payment as made."""

    number: str
    day: int
    fen: int
    eco: str
    payee: str
    summary: str
    row: Row = field(repr=False, default=())


def unit_digits(number: str) -> str:
    """Last six digits of the treasury code of the unit whose payment or swipe bears the number."""
    return number[6:12] if number.startswith("ZF") else number[2:8]


class Desk:
    """Bookkeeping of one unit.

    `horizon` is the last business day: what would be delivered later is not made.
    """

    def __init__(self, district: District, unit: Unit, sink: Sink, horizon: int) -> None:
        self.district = district
        self.unit = unit
        self.sink = sink
        self.horizon = horizon
        self.rng = random.Random(f"{district.options.seed}/desk/{unit.index}")
        self._numbers: dict[tuple[int, int, str], int] = defaultdict(int)
        self._payments = 0
        self._swipes = 0
        self._invoices = 0
        self._places: dict[tuple[str, int], str] = {}
        self._unprocured: dict[tuple[str, str], list[tuple[int, int]]] = {}
        clerks = list(dict.fromkeys(person.name for person in unit.staff))[:3]
        while len(clerks) < 3:
            name = self.rng.choice(names.SURNAMES) + self.rng.choice(names.GIVEN)
            if name not in clerks:
                clerks.append(name)
        self.people: People = (clerks[0], clerks[1], clerks[2])

    # --- vouchers --------------------------------------------------------------------------

    def post(
        self,
        voucher_day: int,
        posting_day: int,
        lines: list[Line],
        declared: int | None = None,
        reverses: Slip | None = None,
        project: str | None = None,
        deliver_on: int = 0,
        people: People | None = None,
        word: str = "记",
    ) -> Slip | None:
        """Number and deliver a voucher; None if it would come after the last business day.

        `people` are others than the unit's own; `word` is the series of its number.
        """
        if posting_day > self.horizon:
            return None
        year, period = year_month(voucher_day)
        number = f"{word}{self._next_number(voucher_day, word):04d}"
        slip = Slip(
            self.unit,
            year,
            period,
            number,
            voucher_day,
            posting_day,
            lines,
            declared,
            people or self.people,
        )
        self.write(slip, reverses, project, deliver_on)
        return slip

    def _next_number(self, day: int, word: str) -> int:
        year, period = year_month(day)
        series = (year, 0 if self.unit.numbering == "year" else period, word)
        self._numbers[series] += 1
        return self._numbers[series]

    def skip_number(self, day: int, word: str = "记") -> None:
        """A number of the period of `day` that no voucher will ever have."""
        self._next_number(day, word)

    def write(
        self,
        slip: Slip,
        reverses: Slip | None = None,
        project: str | None = None,
        deliver_on: int = 0,
    ) -> None:
        """Deliver the voucher's entries (again, with `deliver_on`, as a correction)."""
        unit = self.unit
        inputer, auditor, poster = slip.people
        voucher_date, posting_date = iso(slip.voucher_day), iso(slip.posting_day)
        day = deliver_on or slip.posting_day
        put = self.sink.put
        for sequence, line in enumerate(slip.lines, 1):
            put(
                "finance_vouchers",
                day,
                (
                    names.DIVISION_CODE,
                    unit.finance_code,
                    unit.acct_set,
                    slip.year,
                    slip.period,
                    slip.number,
                    sequence,
                    voucher_date,
                    inputer,
                    voucher_date,
                    auditor,
                    voucher_date if auditor else None,
                    poster,
                    iso(line.posted) if line.posted else posting_date,
                    slip.declared,
                    1 if reverses else 0,
                    reverses.number if reverses else None,
                    line.desc,
                    line.code,
                    names.ACCOUNT_NAMES.get(line.code),
                    line.side,
                    line.fen,
                    line.eco or None,
                    unit.function_code if line.eco else None,
                    project,
                    line.party or None,
                    line.mode or None,
                    line.procurement or None,
                    line.asset or None,
                    iso(line.bill) if line.bill else None,
                    line.payment or None,
                    line.swipe or None,
                ),
            )

    def lines(
        self,
        fen: int,
        eco: str,
        desc: str,
        *,
        bill: int = 0,
        party: str = "",
        mode: str = "2",
        payment: str = "",
        swipe: str = "",
        credit: str = "",
        debit: str = "",
        procurement: str = "",
        asset: str = "",
        budget: bool = True,
    ) -> list[Line]:
        """Expense and its credit, with the parallel budget entries of a unit that has a budget."""
        if self.unit.is_village:
            credit = credit or ("101" if mode == "1" else "102")
            return [
                Line(debit or "541", "D", fen, desc, eco, party, mode, bill=bill),
                Line(credit, "C", fen, desc, party=party, mode=mode),
            ]
        if not self.unit.fills_links:
            payment = swipe = ""
        credit = credit or ("4001" if payment else "1002")
        result = [
            Line(
                debit or ("5001" if self.unit.index % 3 else "5101"),
                "D",
                fen,
                desc,
                eco,
                party,
                mode,
                procurement,
                asset,
                bill,
                payment,
                swipe,
            ),
            Line(credit, "C", fen, desc, "", party, mode),
        ]
        if budget:
            spent = "7101" if self.unit.kind in ("bureau", "town") else "7201"
            source = "6001" if credit == "4001" else "8001"
            result.append(Line(spent, "D", fen, desc, eco, payment=payment, swipe=swipe))
            result.append(Line(source, "C", fen, desc))
        return result

    def spend(
        self,
        fen: int,
        eco: str,
        desc: str,
        *,
        voucher_day: int,
        posting_day: int,
        declared: int | None = None,
        deliver_on: int = 0,
        people: People | None = None,
        **fields: Any,
    ) -> Slip | None:
        """A voucher of one expense."""
        lines = self.lines(fen, eco, desc, **fields)
        return self.post(
            voucher_day, posting_day, lines, declared, deliver_on=deliver_on, people=people
        )

    def reverse(
        self, slip: Slip, day: int, *, negative: bool = True, deliver_on: int = 0
    ) -> Slip | None:
        """The red-letter voucher that undoes `slip`, posted on `day`."""
        lines = [
            replace(
                line,
                desc="冲销" + line.desc,
                fen=-line.fen if negative else line.fen,
                side=line.side if negative else {"D": "C", "C": "D"}[line.side],
                payment="",
                swipe="",
                bill=0,
                posted=0,
            )
            for line in slip.lines
        ]
        voucher_day = day
        year, month = year_month(day)
        if year != slip.year or (self.unit.numbering == "period" and month != slip.period):
            voucher_day = slip.posting_day  # the number would name another voucher
            while year_month(voucher_day) != (slip.year, slip.period):
                voucher_day -= 1
        return self.post(
            voucher_day,
            max(day, voucher_day),
            lines,
            None,
            reverses=slip,
            deliver_on=deliver_on,
        )

    # --- attachments -----------------------------------------------------------------------

    def attach(self, slip: Slip | None, kind: str, uploaded: int = 0, **fields: Any) -> None:
        """Hang a document on a voucher; it is delivered on the day it is uploaded."""
        if slip is None:
            return
        day = uploaded or slip.posting_day
        slip.attachments += 1
        number = slip.attachments
        minute = self.rng.randrange(480)
        stamp = f"{iso(day)} {9 + minute // 60:02d}:{minute % 60:02d}:{number % 60:02d}"
        document_day = fields.get("document_day", 0)
        visit_day = fields.get("visit_day", 0)
        get = fields.get
        self.sink.put(
            "finance_attachments",
            day,
            (
                self.unit.acct_set,
                slip.year,
                slip.period,
                slip.number,
                get("number", number),
                kind,
                get("document_no"),
                iso(document_day) if document_day else None,
                stamp,
                get("sha") or f"{self.rng.getrandbits(256):064x}",
                get("fen"),
                get("invoice_code"),
                get("invoice_no"),
                get("seller"),
                get("seller_tax"),
                get("buyer"),
                get("buyer_tax"),
                get("check"),
                get("visit_unit"),
                iso(visit_day) if visit_day else None,
                get("visitors"),
                get("companions"),
            ),
        )

    def invoice(
        self,
        slip: Slip | None,
        fen: int,
        seller: Company | None,
        day: int,
        uploaded: int = 0,
        **fields: Any,
    ) -> None:
        """An invoice in order, unless `fields` say otherwise."""
        unit, rng = self.unit, self.rng
        if "invoice_no" not in fields:
            code, number = self.invoice_number(day)
            fields = {"invoice_code": code, "invoice_no": number, **fields}
        if "buyer" not in fields:
            draw = rng.random()
            tax = unit.known_uscc or None
            if draw < 0.06 and unit.parent is not None:
                fields["buyer"] = unit.parent.finance_name
                tax = unit.parent.known_uscc or None
                if not tax or not unit.known_uscc:
                    tax = None
            elif draw < 0.80:
                fields["buyer"] = rng.choice(unit.buyer_names)
            elif draw < 0.90 and "（" not in unit.finance_name:
                fields["buyer"] = names.PROVINCE + names.CITY + names.DISTRICT + unit.name
            else:
                fields["buyer"] = None
            fields.setdefault("buyer_tax", tax if rng.random() < 0.8 else None)
        fields.setdefault("check", "ok" if rng.random() < 0.9 else "unchecked")
        self.attach(
            slip,
            "invoice",
            uploaded,
            fen=fen,
            seller=seller.name if seller else "扬江综合商行",
            seller_tax=seller.tax_no if seller else None,
            document_day=day,
            **fields,
        )

    def invoice_number(self, day: int) -> tuple[str | None, str]:
        """Code and number of a new invoice of one of the kinds in use."""
        self._invoices += 1
        # Sellers number their invoices, buyers do not: a unit's own are scattered.
        serial = self.unit.index * 100_000 + self._invoices * 61_803 % 99_991
        draw = serial % 20
        if draw < 12:
            return None, f"{iso(day)[2:4]}32{serial:016d}"
        if draw < 15:
            return f"{3200200000 + serial // 10**8:010d}", f"{serial % 10**8:08d}"
        if draw < 17:
            return f"{32002000000 + serial // 10**8:012d}", f"{serial % 10**8:08d}"
        return f"{32060124 + serial // 10**10:08d}", f"{serial:010d}"

    # --- treasury --------------------------------------------------------------------------

    def pay(
        self,
        day: int,
        fen: int,
        eco: str,
        account: str,
        payee: str,
        summary: str,
        *,
        bank: str = "扬江银行云溪支行",
        status: str = "paid",
        procured: bool | None = None,
        from_account: str = "",
        actual_day: int | None = None,
        number: str = "",
        deliver_on: int = 0,
        method: str = "",
        actual_account: str = "",
        actual_payee: str = "",
    ) -> Paid | None:
        """A treasury payment; `procured` None decides by what was paid to the payee already.

        `actual_day` 0 leaves the actual date empty; the bank pays as requested unless told
        `actual_account` or `actual_payee`.
        """
        paid_day = workday(day) if actual_day is None else actual_day
        if max(paid_day, day) > self.horizon:
            return None
        unit = self.unit
        if not number:
            self._payments += 1
            number = f"ZF{iso(day)[:4]}{unit.treasury_code[-6:]}{self._payments:05d}"
        if procured is None:
            procured = self._needs_procurement(account, eco, paid_day or day, fen)
        if not procured:
            self._unprocured.setdefault((account, eco), []).append((paid_day or day, fen))
        actual = paid_day != 0 and status != "void"
        row: Row = (
            names.DIVISION_CODE,
            int(iso(day)[:4]),
            number,
            iso(day),
            unit.treasury_code,
            unit.treasury_name,
            unit.function_code,
            eco or None,
            "11" if self._payments % 3 else "12",
            "2",
            method or ("3" if procured else ("9" if self._payments % 2 else None)),
            from_account or unit.zero_balance,
            unit.treasury_name,
            account,
            payee,
            bank,
            summary,
            fen,
            iso(paid_day) if actual else None,
            fen if actual else None,
            (actual_account or account) if actual else None,
            (actual_payee or payee) if actual else None,
            f"CG{number[2:]}" if procured and not method else None,
            status,
        )
        self.sink.put("treasury_payments", deliver_on or max(paid_day, day), row)
        return Paid(number, paid_day or day, fen, eco, payee, summary, row)

    def _needs_procurement(self, account: str, eco: str, day: int, fen: int) -> bool:
        """Whether payments without procurement to this payee would reach the threshold."""
        if fen >= THRESHOLD:
            return True
        seen = self._unprocured.setdefault((account, eco), [])
        if len(seen) > 40:
            seen[:] = [each for each in seen if abs(each[0] - day) <= 75]
        return fen + sum(other for at, other in seen if abs(at - day) <= 30) >= THRESHOLD

    # --- cards -----------------------------------------------------------------------------

    def place_of(self, person: Person, day: int) -> str:
        """The city (without 市) a card was first swiped in that day, "" if it was not yet."""
        return self._places.get((person.card_no, day), "")

    def swipe(
        self,
        person: Person,
        day: int,
        minute: int,
        fen: int,
        merchant: str,
        mcc: str,
        city: str | None,
        kind: str = "purchase",
        posted: int = 0,
        currency: str = "",
        second: int | None = None,
    ) -> str:
        """A card transaction; its number, "" if it would come after the last day."""
        posted_day = posted or workday(day + 1)
        if posted_day > self.horizon:
            return ""
        if city:
            self._places.setdefault((person.card_no, day), city.removesuffix("市"))
        self._swipes += 1
        number = f"KJ{self.unit.treasury_code[-6:]}{self._swipes:06d}"
        self.sink.put(
            "card_transactions",
            posted_day,
            (
                number,
                person.card_no,
                person.person_id,
                person.name,
                self.unit.treasury_code,
                f"{iso(day)} {minute // 60:02d}:{minute % 60:02d}:"
                f"{self._swipes % 60 if second is None else second:02d}",
                iso(posted_day),
                kind,
                fen,
                currency or (None if self._swipes % 3 else "CNY"),
                merchant,
                mcc,
                city,
                f"T{int(mcc):04d}{len(merchant):03d}",
                iso(posted_day + 25),
            ),
        )
        return number
