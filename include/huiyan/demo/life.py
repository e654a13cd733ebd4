"""Ordinary life: what lawful units book, pay and swipe in a month, in all its variety."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from huiyan.demo import names
from huiyan.demo.days import iso, workday, year_month
from huiyan.demo.desk import THRESHOLD, Desk, Line, Paid, Slip
from huiyan.demo.district import Company, District, Lease, Unit

# Voucher entries a unit makes each month before any item, and per item.
_BASE_ENTRIES, _ITEM_ENTRIES, _VILLAGE_ENTRIES = 15.0, 4.95, 2.0
_ORDINARY_ITEMS = 1.4


def items_per_month(district: District) -> float:
    """Items a unit books each month so that the whole district reaches `entries`."""
    options = district.options
    if options.entries is None:
        return _ORDINARY_ITEMS
    covered, villages = len(district.covered), len(district.villages)
    monthly = options.entries / options.months - covered * _BASE_ENTRIES
    return max(0.1, monthly / (covered * _ITEM_ENTRIES + villages * _VILLAGE_ENTRIES))


@dataclass(frozen=True)
class Trade:
    """A kind of everyday expense: code, words, trade of the seller, range in yuan."""

    eco: str
    words: tuple[str, ...]
    trade: str
    low: int
    high: int
    weight: int


EVERYDAY = (
    Trade("30201", ("购买办公用品", "购置打印耗材", "订阅报刊"), "office", 120, 4800, 20),
    Trade("30202", ("印制宣传册", "印刷表册"), "print", 300, 9000, 8),
    Trade("30207", ("电话及网络费", "邮寄费"), "telecom", 150, 3600, 10),
    Trade("30209", ("物业服务费", "保洁服务费"), "property", 2000, 26000, 6),
    Trade("30213", ("电梯维修", "办公楼维修保养", "空调维护"), "repair", 300, 18000, 12),
    Trade("30214", ("设备租赁费",), "computer", 800, 9000, 3),
    Trade("30218", ("专用材料", "教学实验器材", "防汛物资"), "material", 500, 20000, 8),
    Trade("30227", ("委托评估服务", "绩效评价服务"), "service", 6000, 45000, 6),
    Trade("30231", ("公务用车加油", "公务用车保养"), "vehicle", 300, 3800, 8),
    Trade("30299", ("食堂用具", "绿化养护", "安全检查服务"), "property", 200, 6000, 6),
)


def _is_rush(day: int) -> bool:
    """Whether a payment made on `day` could fall into the second half of December."""
    return iso(day)[5:] >= "12-12"


class Month:
    """One unit's month."""

    def __init__(self, desk: Desk, first: int, last: int, items: float) -> None:
        self.desk = desk
        self.unit = desk.unit
        self.district = desk.district
        self.first = first
        self.last = last
        self.items = items
        self.rng = random.Random(
            f"{desk.district.options.seed}/life/{self.unit.index}/{iso(first)}"
        )

    def live(self) -> None:
        """Make the month."""
        unit, rng = self.unit, self.rng
        if unit.closed_on and unit.closed_on < self.first:
            return
        count = int(self.items) + (rng.random() < self.items % 1)
        if unit.is_village:
            for _ in range(max(1, count)):
                self._village_item()
            return
        self._salaries()
        self._utilities()
        self._depreciation()
        if unit.kind == "school" and year_month(self.first)[1] == 9:
            count += 2  # the school year begins
        for _ in range(count):
            self._item()

    # --- days and papers -------------------------------------------------------------------

    def _day(self) -> int:
        return workday(self.first + self.rng.randrange(self.last - self.first + 1))

    def _planned_day(self) -> int:
        """A day for a larger payment: in December none is left for the last weeks."""
        day = self._day()
        return self.first + (day - self.first) % 12 if _is_rush(day) else day

    def _booking(self, day: int) -> tuple[int, int, int]:
        """Event, voucher and posting day of something that happened on `day`, never late."""
        rng = self.rng
        voucher = workday(day + rng.randrange(6))
        posting = workday(voucher + rng.randrange(5))
        rush = self.unit.kind == "school" and year_month(day)[1] == 9
        if rush and rng.random() < 0.5:
            posting = workday(min(posting + rng.randrange(12), day + 22))
        if posting > self.desk.horizon and day <= self.desk.horizon - 4:
            voucher = min(voucher, workday(day))
            posting = max(voucher, self.desk.horizon - rng.randrange(3))
        event = day - rng.randrange(8)
        return max(event, posting - 29), voucher, posting

    def _upload_day(self, slip: Slip | None) -> int:
        """Mostly the posting day; now and then days later, but never later than the last day."""
        if slip is None:
            return 0
        draw = self.rng.random()
        if draw < 0.93:
            return slip.posting_day
        late = slip.posting_day + (self.rng.randint(1, 3) if draw < 0.98 else 5)
        return workday(late) if workday(late) <= self.desk.horizon else slip.posting_day

    def _declared(self, papers: int) -> int | None:
        """What the accountant counted: right, nothing, or fewer than there are."""
        draw = self.rng.random()
        if draw < 0.80:
            return papers
        return None if draw < 0.92 else max(papers - 1, 0)

    # --- the month's routine ---------------------------------------------------------------

    def _salaries(self) -> None:
        desk, unit, rng = self.desk, self.unit, self.rng
        heads = len(unit.staff)
        day = workday(self.first + 7)
        if day > self.last:
            return
        parts = [("30101", 3800), ("30102", 2400)]
        if unit.kind in ("school", "hospital"):
            parts = [("30101", 3900), ("30107", 3100)]
        amounts = []
        for eco, each in parts:
            fen = heads * (each * 100 + 10 * (unit.index % 97)) + 100 * self.first % 70_000
            if THRESHOLD // 2 <= fen < THRESHOLD:
                fen = THRESHOLD // 2 - 100
            amounts.append((eco, fen))
        total = sum(fen for _, fen in amounts)
        lines = [Line("5001", "D", fen, "计提工资", eco) for eco, fen in amounts]
        lines.append(Line("2201", "C", total, "计提工资"))
        desk.post(day, workday(day + 1), lines)
        payments = [
            desk.pay(
                day,
                fen,
                eco,
                f"62280000{unit.index:011d}",
                "代发工资专户",
                "发放工资",
                procured=False,
            )
            for eco, fen in amounts
        ]
        linked = [payment.number if payment and unit.fills_links else "" for payment in payments]
        lines = [
            Line("2201", "D", fen, "发放工资", eco, payment=number)
            for (eco, fen), number in zip(amounts, linked, strict=True)
        ]
        lines.append(Line("4001", "C", total, "发放工资", mode="4"))
        budget = "7101" if unit.kind in ("bureau", "town") else "7201"
        lines += [
            Line(budget, "D", fen, "发放工资", eco, payment=number)
            for (eco, fen), number in zip(amounts, linked, strict=True)
        ]
        lines.append(Line("6001", "C", total, "发放工资"))
        voucher_day = workday(day + rng.randrange(4))
        slip = desk.post(voucher_day, workday(voucher_day + rng.randrange(3)), lines, 1)
        desk.attach(slip, "payroll", fen=total)

    def _utilities(self) -> None:
        rng, district = self.rng, self.district
        day = self._day()
        eco, trade, word = rng.choice(
            (("30206", "power", "电费"), ("30205", "water", "水费"), ("30207", "telecom", "电话费"))
        )
        seller = district.companies[trade][0]
        self._bought(day, rng.randint(200_00, 9_000_00), eco, word, seller)

    def _depreciation(self) -> None:
        if self.rng.random() < 0.5:
            return
        day = workday(self.last - 4)
        fen = 100 * (1500 + self.unit.index * 7 % 9000)
        account = "1602" if self.unit.index % 5 else "1702"
        words = "计提固定资产折旧" if account == "1602" else "计提无形资产摊销"
        lines = [Line("5001", "D", fen, words), Line(account, "C", fen, words)]
        self.desk.post(day, workday(day + self.rng.randrange(3)), lines, 0)

    # --- items -----------------------------------------------------------------------------

    def _item(self) -> None:
        rng = self.rng
        if any(person.card_no for person in self.unit.staff) and rng.random() < 0.36:
            self._card_claim()
            return
        makers: tuple[tuple[Callable[[], None], int], ...] = (
            (self._everyday, 46),
            (self._travel, 12),
            (self._meeting, 5),
            (self._training, 5),
            (self._reception, 8),
            (self._labour, 7),
            (self._project, 6),
            (self._asset, 4),
            (self._prepayment, 3),
            (self._mistake, 3),
            (self._returned, 2),
            (self._grant, 4),
            (self._neighbour, 1),
            (self._instalments, 2),
            (self._canteen, 1),
        )
        draw = rng.randrange(sum(weight for _, weight in makers))
        for maker, weight in makers:
            draw -= weight
            if draw < 0:
                maker()
                return

    def _bought(
        self, day: int, fen: int, eco: str, words: str, seller: Company, papers: int = 1
    ) -> Slip | None:
        """Goods or a service with an invoice, through the treasury or from the bank."""
        desk, rng = self.desk, self.rng
        payment = ""
        if rng.random() < 0.93:
            paid = desk.pay(day, fen, eco, seller.account, seller.name, words, bank=seller.bank)
            if paid is None:
                return None
            payment, day = paid.number, paid.day
        event, voucher, posting = self._booking(day)
        slip = desk.spend(
            fen,
            eco,
            words,
            voucher_day=voucher,
            posting_day=posting,
            declared=self._declared(papers),
            bill=event,
            party=seller.name,
            mode="4" if payment else "2",
            payment=payment,
            credit="" if payment else "1002",
        )
        desk.invoice(slip, fen, seller, event, self._upload_day(slip))
        return slip

    def _everyday(self) -> None:
        rng = self.rng
        trade = rng.choices(EVERYDAY, [each.weight for each in EVERYDAY])[0]
        seller = self.district.company(trade.trade, rng)
        fen = rng.randint(trade.low * 100, trade.high * 100)
        slip = self._bought(self._day(), fen, trade.eco, rng.choice(trade.words), seller, 2)
        self.desk.attach(slip, "approval", document_no=f"报{rng.randrange(10**6):06d}")

    def _travel(self) -> None:
        """Ticket with an invoice, allowance without one."""
        desk, rng = self.desk, self.rng
        day = self._day()
        ticket, allowance = rng.randint(60_00, 900_00), 180_00 * rng.randint(1, 4)
        event, voucher, posting = self._booking(day)
        seller = self.district.company("travel", rng)
        traveller = rng.choice(self.unit.staff).name
        lines = desk.lines(ticket, "30211", "出差交通费", bill=event, party=traveller)
        lines += desk.lines(allowance, "30211", "出差伙食及市内交通补助", party=traveller)
        slip = desk.post(voucher, posting, lines, self._declared(2))
        desk.attach(slip, "travel_approval", document_day=event - 2)
        desk.invoice(slip, ticket, seller, event, self._upload_day(slip))

    def _meeting(self) -> None:
        """A lawful conference in a hotel."""
        rng = self.rng
        seller = self.district.company("hotel", rng)
        slip = self._bought(
            self._day(), rng.randint(1800_00, 12_000_00), "30215", "工作会议费", seller, 3
        )
        self.desk.attach(slip, "meeting_notice", document_no=f"云会〔2025〕{rng.randrange(200)}号")
        self.desk.attach(slip, "attendee_list")

    def _training(self) -> None:
        rng = self.rng
        seller = self.district.company("service", rng)
        slip = self._bought(
            self._day(), rng.randint(1500_00, 15_000_00), "30216", "业务培训费", seller, 3
        )
        self.desk.attach(slip, "training_notice", document_no=f"云训〔2025〕{rng.randrange(200)}号")
        self.desk.attach(slip, "attendee_list")

    def _reception(self) -> None:
        """A reception with letter and list; lodging of the same visit may lie beside the meal."""
        desk, rng = self.desk, self.rng
        day = self._day()
        visitors = rng.randint(3, 10)
        event, voucher, posting = self._booking(day)
        event = workday(event)
        year, month_and_day = iso(event)[:4], iso(event)[5:].replace("-", "")
        serial = f"{self.unit.index}-{month_and_day}{rng.randrange(10**5):05d}"
        letter = {
            "document_no": f"函〔{year}〕{serial}号",
            "visit_unit": rng.choice(names.VISITING_UNITS),
            "document_day": event - 3,
            "visit_day": event,
        }
        guests = {"visit_day": event, "visitors": visitors, "companions": 2}
        meals = [("公务接待用餐", "catering", 100_00 * (visitors + 2) - rng.randrange(3000))]
        if rng.random() < 0.35:
            meals.append(("公务接待住宿", "hotel", 40_00 * (visitors + 2)))
        for words, trade, fen in meals:
            seller = self.district.company(trade, rng)
            slip = desk.spend(
                fen,
                "30217",
                words,
                voucher_day=voucher,
                posting_day=posting,
                declared=self._declared(3),
                bill=event,
                party=seller.name,
            )
            uploaded = self._upload_day(slip)
            desk.attach(slip, "official_letter", uploaded, **letter)
            desk.attach(slip, "reception_list", slip.posting_day if slip else 0, **guests)
            desk.invoice(slip, fen, seller, event)

    def _labour(self) -> None:
        """Fees of one review to each of its experts: a list of signatures, no invoice."""
        desk, rng = self.desk, self.rng
        day, words = self._day(), "专家评审劳务费"
        fees: list[tuple[str, int, Paid]] = []
        for _ in range(rng.randint(1, 9)):
            who = rng.choice(names.SURNAMES) + rng.choice(names.GIVEN)
            fen = rng.randint(3, 30) * 100_00
            account = f"62170000{rng.randrange(10**11):011d}"
            paid = desk.pay(day, fen, "30226", account, who, "专家劳务费")
            if paid is None:
                return
            fees.append((who, fen, paid))
        last = fees[-1][2]
        event, voucher, posting = self._booking(last.day)
        spent, outlays = [], []
        for who, fen, paid in fees:
            expense, _, outlay, _ = desk.lines(
                fen, "30226", words, bill=event, party=who, payment=paid.number
            )
            spent.append(expense)
            outlays.append(outlay)
        total = sum(fen for _, fen, _ in fees)
        _, credit, _, funds = desk.lines(total, "30226", words, payment=last.number)
        slip = desk.post(voucher, posting, [*spent, credit, *outlays, funds], 1)
        desk.attach(slip, "payroll", fen=total)

    def _project(self) -> None:
        """One procured contract, paid in several instalments, each with its own invoice."""
        desk, rng = self.desk, self.rng
        seller = self.district.company("build", rng)
        day = self._planned_day()
        contract = f"HT{iso(day)[:4]}{self.unit.index:05d}{rng.randrange(1000):03d}"
        sha = f"{rng.getrandbits(256):064x}"
        for part in range(rng.randint(2, 3)):
            fen = rng.randint(60_000, 320_000) * 100
            when = day + part * rng.randint(6, 12)
            if _is_rush(when):
                return  # the next instalment waits for the new year
            paid = desk.pay(
                when,
                fen,
                "30905" if rng.random() < 0.5 else "30906",
                seller.account,
                seller.name,
                f"工程进度款第{part + 1}期",
                bank=seller.bank,
                procured=True,
            )
            if paid is None:
                return
            event, voucher, posting = self._booking(paid.day)
            slip = desk.spend(
                fen,
                paid.eco,
                paid.summary,
                voucher_day=voucher,
                posting_day=posting,
                declared=self._declared(3),
                bill=event,
                party=seller.name,
                mode="4",
                payment=paid.number,
                procurement="1",
            )
            desk.attach(slip, "contract", document_no=contract, sha=sha)
            desk.attach(slip, "acceptance", document_day=event)
            desk.invoice(slip, fen, seller, event, self._upload_day(slip))

    def _asset(self) -> None:
        """Equipment that becomes an asset: no expense entry at all."""
        desk, rng = self.desk, self.rng
        seller = self.district.company("computer", rng)
        fen = rng.randint(3000, 60_000) * 100
        paid = desk.pay(
            self._planned_day(),
            fen,
            "30902",
            seller.account,
            seller.name,
            "购置办公设备",
            bank=seller.bank,
        )
        if paid is None:
            return
        event, voucher, posting = self._booking(paid.day)
        slip = desk.spend(
            fen,
            "30902",
            "购置电脑及打印机",
            voucher_day=voucher,
            posting_day=posting,
            declared=self._declared(2),
            bill=event,
            party=seller.name,
            payment=paid.number,
            debit="1601",
            asset="2010104",
        )
        desk.attach(slip, "acceptance", document_day=event)
        desk.invoice(slip, fen, seller, event)

    def _prepayment(self) -> None:
        """Paid ahead through 1214, turned into expense later."""
        desk, rng = self.desk, self.rng
        seller = self.district.company("print", rng)
        fen = rng.randint(2000, 30_000) * 100
        day = self._day()
        paid = desk.pay(
            day, fen, "30202", seller.account, seller.name, "预付印刷款", bank=seller.bank
        )
        if paid is None:
            return
        event, voucher, posting = self._booking(paid.day)
        slip = desk.spend(
            fen,
            "30202",
            "预付印刷款",
            voucher_day=voucher,
            posting_day=posting,
            declared=1,
            bill=event,
            party=seller.name,
            payment=paid.number,
            debit="1214",
        )
        desk.attach(slip, "contract", document_no=f"HT{iso(day)}-{self.unit.index}")
        event, voucher, posting = self._booking(workday(posting + rng.randint(5, 25)))
        slip = desk.spend(
            fen,
            "30202",
            "印刷品到货核销预付款",
            voucher_day=voucher,
            posting_day=posting,
            declared=1,
            bill=event,
            party=seller.name,
            credit="1214",
            budget=False,
        )
        desk.invoice(slip, fen, seller, event)

    def _mistake(self) -> None:
        """Booked wrongly, reversed, booked again."""
        desk, rng = self.desk, self.rng
        trade = EVERYDAY[0]
        seller = self.district.company(trade.trade, rng)
        fen = rng.randint(500, 3000) * 100
        event, voucher, posting = self._booking(min(self._day(), self.last - 6))
        event = max(event, posting - 15)
        wrong = desk.spend(
            fen + 90_00,
            trade.eco,
            "购买办公用品",
            voucher_day=voucher,
            posting_day=posting,
            bill=event,
            party=seller.name,
        )
        if wrong is None:
            return
        code, number = desk.invoice_number(event)
        paper: dict[str, Any] = {"invoice_code": code, "invoice_no": number}
        desk.invoice(wrong, fen, seller, event, **paper)
        again = workday(posting + rng.randint(0, 3))
        if again > desk.horizon:
            return
        if desk.reverse(wrong, again, negative=rng.random() < 0.6) is None:
            return
        slip = desk.spend(
            fen,
            trade.eco,
            "购买办公用品（更正）",
            voucher_day=again,
            posting_day=again,
            declared=1,
            bill=event,
            party=seller.name,
        )
        desk.invoice(slip, fen, seller, event, **paper)

    def _returned(self) -> None:
        """A payment comes back and is made again to the same account.

        Its name was written wrongly, or the bank had no reason of the payer's making.
        """
        desk, rng = self.desk, self.rng
        seller = self.district.company("repair", rng)
        fen = rng.randint(800, 15_000) * 100
        day = self._day()
        if workday(day + 4) > desk.horizon:
            return
        desk.pay(
            day,
            fen,
            "30213",
            seller.account,
            seller.name.replace("有限公司", "公司") if rng.random() < 0.5 else seller.name,
            "维修费",
            bank=seller.bank,
            status="returned",
            procured=False,
        )
        paid = desk.pay(
            day + 4, fen, "30213", seller.account, seller.name, "维修费", bank=seller.bank
        )
        if paid is None:
            return
        event, voucher, posting = self._booking(paid.day)
        slip = desk.spend(
            fen,
            "30213",
            "维修费",
            voucher_day=voucher,
            posting_day=posting,
            declared=1,
            bill=event,
            party=seller.name,
            payment=paid.number,
        )
        desk.invoice(slip, fen, seller, event)

    def _grant(self) -> None:
        """Money passed on to a school or village, to its registered account."""
        desk, rng = self.desk, self.rng
        unit = self.unit
        if unit.kind == "town":
            takers = [each for each in self.district.villages if each.town == unit.town]
        else:
            takers = self.district.only("hospital")
        takers = [each for each in takers if each is not unit]
        if not takers:
            return
        taker = rng.choice(takers)
        fen = rng.randint(3000, 40_000) * 100
        paid = desk.pay(
            self._planned_day(),
            fen,
            "30399",
            taker.basic,
            rng.choice((taker.finance_name, names.DISTRICT + taker.name)),
            "拨付专项补助",
        )
        if paid is None:
            return
        event, voucher, posting = self._booking(paid.day)
        slip = desk.spend(
            fen,
            "30399",
            "拨付专项补助",
            voucher_day=voucher,
            posting_day=posting,
            declared=2,
            bill=event,
            party=taker.finance_name,
            payment=paid.number,
        )
        desk.attach(slip, "approval", document_no=f"云财〔2025〕{rng.randrange(300)}号")
        desk.attach(slip, "bank_receipt", fen=fen)

    def _neighbour(self) -> None:
        """Paid to the neighbouring district's bureau: no unit of ours, whatever its name."""
        desk, rng = self.desk, self.rng
        payee, account = rng.choice(
            (("邻水区财政局", "3301000000000000011"), ("邻水区教育局", "3301000000000000022"))
        )
        fen = rng.randint(2000, 20_000) * 100
        paid = desk.pay(self._day(), fen, "30299", account, payee, "联合考试分摊经费")
        if paid is None:
            return
        event, voucher, posting = self._booking(paid.day)
        slip = desk.spend(
            fen,
            "30299",
            "联合考试分摊经费",
            voucher_day=voucher,
            posting_day=posting,
            declared=1,
            bill=event,
            party=payee,
            payment=paid.number,
        )
        desk.attach(slip, "bank_receipt", fen=fen)

    def _instalments(self) -> None:
        """One invoice paid in two parts: it lies with both vouchers and is not used up twice."""
        desk, rng = self.desk, self.rng
        seller = self.district.company("material", rng)
        day = self._day()
        code, number = desk.invoice_number(day)
        parts = [rng.randint(2000, 20_000) * 100, rng.randint(2000, 20_000) * 100]
        buyer: dict[str, Any] = {
            "buyer": self.unit.finance_name,
            "buyer_tax": self.unit.known_uscc or None,
        }
        for turn, fen in enumerate(parts):
            paid = desk.pay(
                day + 12 * turn,
                fen,
                "30218",
                seller.account,
                seller.name,
                f"器材款第{turn + 1}期",
                bank=seller.bank,
            )
            if paid is None:
                return
            event, voucher, posting = self._booking(paid.day)
            slip = desk.spend(
                fen,
                "30218",
                f"器材款第{turn + 1}期",
                voucher_day=voucher,
                posting_day=posting,
                declared=1,
                bill=event if turn == 0 else 0,
                party=seller.name,
                payment=paid.number,
            )
            desk.invoice(
                slip, sum(parts), seller, day, invoice_code=code, invoice_no=number, **buyer
            )

    def _canteen(self) -> None:
        """Welfare money to the unit's own canteen or union account."""
        desk, rng, unit = self.desk, self.rng, self.unit
        kinds = [kind for kind in ("union", "canteen") if kind in unit.others]
        if not kinds:
            return
        eco, words = ("30228", "拨缴工会经费") if kinds[0] == "union" else ("30229", "食堂补助")
        fen = rng.randint(1000, 6000) * 100
        paid = desk.pay(self._day(), fen, eco, unit.others[kinds[0]], unit.finance_name, words)
        if paid is None:
            return
        event, voucher, posting = self._booking(paid.day)
        slip = desk.spend(
            fen,
            eco,
            words,
            voucher_day=voucher,
            posting_day=posting,
            declared=1,
            bill=event,
            party=unit.finance_name,
            payment=paid.number,
        )
        desk.attach(slip, "bank_receipt", fen=fen)

    # --- cards -----------------------------------------------------------------------------

    def _card_claim(self) -> None:
        desk, rng = self.desk, self.rng
        person = rng.choice([each for each in self.unit.staff if each.card_no])
        day = self._day()
        merchant, mcc, is_local = rng.choice(names.MERCHANTS)
        place = desk.place_of(person, day)  # nobody is in two cities within the hour
        cities = (place, f"{place}市") if place else names.CITIES
        city = rng.choice(cities) if is_local else None
        fen = rng.randint(30_00, 1800_00)
        minute = 9 * 60 + rng.randrange(8 * 60)
        number = desk.swipe(person, day, minute, fen, merchant, mcc, city)
        if not number:
            return
        draw = rng.random()
        if draw < 0.06:
            desk.swipe(person, day + 3, minute, fen, merchant, mcc, city, "refund")
            return
        if draw < 0.09:
            desk.swipe(person, day, minute + 1, 2_00, merchant, mcc, city, "fee")
        if day > self.desk.horizon - 40 and rng.random() < 0.4:
            return  # not claimed yet
        eco, words = {
            "4112": ("30211", "出差车票"),
            "7011": ("30211", "出差住宿"),
            "5541": ("30231", "公务用车加油"),
            "5812": ("30215", "会议用餐"),
        }.get(mcc, ("30201", "购买办公用品"))
        event, voucher, posting = self._booking(workday(day + 2))
        event = day
        slip = desk.spend(
            fen,
            eco,
            words,
            voucher_day=voucher,
            posting_day=posting,
            declared=self._declared(2 if eco in ("30211",) else 1),
            bill=event,
            party=merchant,
            mode="3",
            swipe=number,
            credit="1011",
        )
        if eco == "30211":
            desk.attach(slip, "travel_approval", document_day=event - 1)
        if eco == "30215":
            desk.attach(slip, "meeting_notice", document_day=event - 2)
            desk.attach(slip, "attendee_list")
        desk.invoice(slip, fen, None, event, self._upload_day(slip))

    # --- villages --------------------------------------------------------------------------

    def _village_item(self) -> None:
        """Cash of a village: small sums with a list or a receipt, larger ones by transfer."""
        desk, rng = self.desk, self.rng
        event, voucher, posting = self._booking(self._day())
        in_cash = rng.random() < 0.6
        fen = rng.randint(40, 1400 if in_cash else 9000) * 100
        words = rng.choice(("村道保洁人工费", "会议茶水", "沟渠清淤", "节日慰问", "路灯电费"))
        slip = desk.spend(
            fen,
            "",
            words,
            voucher_day=voucher,
            posting_day=posting,
            declared=1,
            bill=event,
            party=self.unit.name[:5] + "村民",
            mode="1" if in_cash else "2",
            debit=rng.choice(("541", "541", "502")),
        )
        if rng.random() < 0.5:
            desk.attach(slip, "payroll", self._upload_day(slip), fen=fen)
        else:
            seller = self.district.company("material", rng)
            desk.invoice(slip, fen, seller, event)


def rents(district: District, desk_of: Callable[[Unit], Desk], leases: list[Lease]) -> None:
    """Ordinary rents: once a half-year, on 4605 or to the treasury through 2103."""
    for place, lease in enumerate(leases):
        if not lease.unit.ordinary:
            continue
        desk = desk_of(lease.unit)
        day = workday(desk.horizon - 110 + 2 * (place % 40))
        fen = lease.annual_rent // 2
        code = "4605" if place % 2 else "2103"
        words = (f"收{lease.asset}租金", "租金收入", f"收{lease.tenant}款")[place % 3]
        party = lease.tenant if place % 4 else ""
        slip = desk.post(
            day,
            workday(day + 2),
            [
                Line("1002", "D", fen, words, party=party),
                Line(code, "C", fen, words, party=party),
            ],
            1,
        )
        desk.attach(slip, "bank_receipt", fen=fen)
