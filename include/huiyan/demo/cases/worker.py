"""What all families of cases share."""

import random
from collections.abc import Callable
from typing import Any

from huiyan.demo.days import workday
from huiyan.demo.desk import Desk, Paid, Slip, made
from huiyan.demo.district import District, Unit
from huiyan.demo.truth import Truth, Use

GRACE = 3  # days after posting within which attachments may still come
REQUIRED = {
    "30215": ("meeting_notice", "attendee_list"),
    "30216": ("training_notice", "attendee_list"),
    "30211": ("travel_approval",),
}


class Caseworker:
    """What the families of cases share: units to pick from and everyday papers."""

    def __init__(self, district: District, desk_of: Callable[[Unit], Desk], truth: Truth) -> None:
        self.district = district
        self.desk_of = desk_of
        self.truth = truth
        self.last = district.options.last
        self.rng = random.Random(f"{district.options.seed}/{type(self).__name__}")
        leased = {lease.unit.index for lease in district.leases}
        self._pool = [
            unit
            for unit in district.covered
            if unit.ordinary
            and unit.is_certain
            and unit.fills_links
            and unit.kind in ("institution", "town_body", "school", "hospital", "bureau")
            and unit.index not in leased
            and unit.name not in ("会计核算中心", "财政局", "教育局", "第一中学", "第二中学")
        ]
        random.Random(f"{district.options.seed}/pool").shuffle(self._pool)
        self._next = 0

    def make(self) -> None:
        """Lay out all cases of the family."""
        raise NotImplementedError

    def begin_at(self, place: int) -> None:
        """Take units from this place of the shuffled pool on."""
        self._next = place

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

    def reverse_later(self, desk: Desk, slip: Slip) -> None:
        """Undo a voucher that has an alert, two days before the end."""
        desk.reverse(slip, self.back(2))
        if self.is_daily(self.back(2)):
            self.truth.plant("LOOP-004", slip.subject, "预警推送后红冲")

    def shares(self, name: str, slip: Slip, *, grace: int = 0) -> None:
        """The voucher shares a file, a number or a payee, and counts `grace` days after posting."""
        order = (slip.event_day, slip.posting_day, slip.subject)
        self.truth.uses[name].append(Use(slip.posting_day + grace, order, slip.unit))

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
            fen,
            eco,
            words,
            voucher_day=voucher_day or posting,
            posting_day=posting,
            declared=declared,
            bill=event,
            **fields,
        )
        return made(slip)

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
        self,
        desk: Desk,
        day: int,
        fen: int,
        account: str,
        payee: str,
        *,
        eco: str = "30299",
        words: str = "业务经费",
        booked: bool = True,
        **fields: Any,
    ) -> Paid:
        """A payment, booked within days unless told otherwise."""
        fields.setdefault("procured", False)
        paid = desk.pay(day, fen, eco, account, payee, words, **fields)
        paid = made(paid)
        if fields.get("status", "paid") == "paid":
            use = Use(max(paid.day, day), (paid.day, 0, paid.number), desk.unit)
            self.truth.uses[account].append(use)
        if booked:
            self.book(desk, paid)
        return paid

    def book(self, desk: Desk, paid: Paid, posting: int = 0) -> Slip | None:
        """The voucher of a payment, with a bank receipt and the papers its code requires."""
        posting = posting or workday(paid.day + 3)
        required = next((REQUIRED[code] for code in REQUIRED if paid.eco.startswith(code)), ())
        slip = desk.spend(
            paid.fen,
            paid.eco,
            paid.summary,
            voucher_day=posting,
            posting_day=posting,
            declared=1 + len(required),
            bill=max(paid.day, posting - 20),
            party=paid.payee,
            payment=paid.number,
        )
        desk.attach(slip, "bank_receipt", fen=paid.fen)
        for kind in required:
            desk.attach(slip, kind)
        return slip

    def _supplier(self, place: int) -> tuple[str, str]:
        company = self.district.companies["service"][place % 6]
        return company.account, company.name
