"""The made-up district: units, accounts, staff, bodies and who answers for whom."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from huiyan.demo import names
from huiyan.demo.days import ordinal
from huiyan.workdays import previous_workday

LAST_DAY = "2025-11-28"
TREASURY_SHARE = 0.77
MIN_ACCOUNTS = 150
MAX_TYPOS = 8
BUDGETED_PLACES = ("石桥", "渡口", "长堤", "枫林", "古塔", "北闸", "南岗", "东津", "西洲", "沙湾")
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


@dataclass(frozen=True)
class Options:
    """What to make.

    Attributes:
        accounts: account sets (账套) kept on the finance platform; the register of accounts holds
            these and the bank accounts beside them.
        months: months of ordinary life, the last one ending on `last_day`.
        seed: the same seed gives the same bytes.
        entries: voucher entries to aim at in all; None means an ordinary district's.
        daily_days: working days delivered one by one after the opening delivery.
        last_day: last business date.
    """

    accounts: int = 1150
    months: int = 5
    seed: int = 2025
    entries: int | None = None
    daily_days: int = 3
    last_day: str = LAST_DAY

    def __post_init__(self) -> None:
        if self.accounts < MIN_ACCOUNTS:
            raise ValueError(f"accounts must be at least {MIN_ACCOUNTS}, not {self.accounts}")
        if self.months < 5:
            raise ValueError("months must be at least 5: the planted cases reach back that far")
        if self.daily_days < 0:
            raise ValueError("daily_days must not be negative")

    @property
    def last(self) -> int:
        """Ordinal of the last business date."""
        return ordinal(self.last_day)

    @property
    def business_days(self) -> list[int]:
        """Ordinals of the opening day and of each daily delivery, in order."""
        day = date.fromisoformat(self.last_day)
        days = [day]
        for _ in range(self.daily_days):
            day = previous_workday(day)
            days.append(day)
        return [each.toordinal() for each in reversed(days)]

    @property
    def later_snapshot_day(self) -> int:
        """Ordinal of the day that brings changed reference snapshots; 0 = there is none."""
        days = self.business_days
        return days[2] if len(days) > 2 else 0

    @property
    def has_later_snapshot(self) -> bool:
        """Whether the reference feeds change during the daily deliveries."""
        return self.later_snapshot_day > 0


@dataclass
class Person:
    """Somebody on a unit's staff list."""

    person_id: str
    name: str
    salary_account: str
    card_no: str = ""
    status: str = "in_post"
    left_on: int = 0


@dataclass
class Unit:
    """One real unit, as each platform knows it (a code is "" where the platform does not).

    `further_staff` is on the staff list and takes no part in ordinary life; `own_budget` (fen by
    economic code) stands in place of an ordinary budget.
    """

    index: int
    name: str
    kind: str
    town: str = ""
    parent: "Unit | None" = None
    finance_code: str = ""
    treasury_code: str = ""
    finance_name: str = ""
    treasury_name: str = ""
    uscc: str = ""
    finance_uscc: str = ""
    treasury_uscc: str = ""
    acct_set: str = ""
    zero_balance: str = ""
    basic: str = ""
    others: dict[str, str] = field(default_factory=dict)
    keeper: "Unit | None" = None
    closed_on: int = 0
    fills_links: bool = True
    numbering: str = "period"
    ordinary: bool = True
    is_certain: bool = True
    old_finance_name: str = ""
    staff: list[Person] = field(default_factory=list)
    further_staff: list[Person] = field(default_factory=list)
    own_budget: dict[str, int] | None = None
    function_code: str = "2010301"
    body_code: str = ""
    supervisor: str = ""
    regulator: str = ""
    office: str = ""

    @property
    def is_village(self) -> bool:
        """Whether it is a village: cash books, no treasury code."""
        return self.kind == "village"

    @property
    def buyer_names(self) -> list[str]:
        """Lawful buyers on its invoices: its own names and its parent's."""
        own = [self.old_finance_name or self.finance_name]
        if self.treasury_name and self.is_certain:
            own.append(self.treasury_name)
        return own

    @property
    def known_uscc(self) -> str:
        """Its USCC if a platform has it, else ""."""
        return self.finance_uscc or (self.treasury_uscc if self.is_certain else "")


@dataclass(frozen=True)
class Company:
    """A supplier."""

    name: str
    trade: str
    account: str
    bank: str
    tax_no: str


@dataclass
class Body:
    """A body that disposes of or verifies alerts."""

    code: str
    name: str
    kind: str
    parent: str = ""
    headcount: int | None = None


@dataclass
class Lease:
    """A lease of a public asset."""

    lease_no: str
    unit: Unit
    asset: str
    tenant: str
    annual_rent: int
    starts: int
    ends: int


@dataclass(frozen=True)
class Rectification:
    """A problem that an inspection found in a unit; days are ordinals, 0 = nothing claimed."""

    problem_no: str
    unit: Unit
    problem_class: str
    problem: str
    measure: str
    found: int
    due: int
    claimed: int


@dataclass(frozen=True)
class Complaint:
    """A complaint about a unit; days are ordinals, 0 = not closed. `is_later`: only in the later
    snapshot."""

    complaint_no: str
    unit: Unit
    matter_class: str
    matter: str
    received: int
    closed: int = 0
    is_later: bool = False


@dataclass(frozen=True)
class Finding:
    """What another department found in a unit; days are ordinals, 0 = no conclusion yet."""

    finding_no: str
    department: str
    unit: Unit
    matter_class: str
    first: int
    last: int
    finding: str
    fen: int | None = None
    conclusion: str = ""
    concluded: int = 0
    document_no: str = ""


@dataclass(frozen=True)
class Budget:
    """What a unit may spend on a code in a year, where cases need more than the usual budget."""

    unit: Unit
    year: int
    eco: str
    fen: int


class District:
    """Everything that stands still while the days go by."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.rng = random.Random(f"{options.seed}/district")
        self.units: list[Unit] = []
        self.companies: dict[str, list[Company]] = {}
        self.bodies: list[Body] = []
        self.leases: list[Lease] = []
        self.rectifications: list[Rectification] = []
        self.complaints: list[Complaint] = []
        self.findings: list[Finding] = []
        self.budgets: list[Budget] = []
        self._names: set[str] = set()
        self._accounts = 0
        self._cards = 0
        self._people = 0
        self._codes: dict[str, int] = {}
        self.by_name: dict[str, Unit] = {}
        self._build()

    # --- identifiers -----------------------------------------------------------------------

    def uscc(self, kind: str) -> str:
        """A well-formed unified social credit code of the made-up division."""
        lead = {"village": "54", "school": "12", "bureau": "11", "town": "11"}.get(kind, "12")
        body = lead + names.DIVISION_CODE + f"{self.rng.randrange(10**9):09d}"
        check = sum(_ALPHABET.index(c) * w for c, w in zip(body, _WEIGHTS, strict=True))
        return body + _ALPHABET[(31 - check % 31) % 31]

    def account_no(self, prefix: str = "3299") -> str:
        """A new 19-digit account number."""
        self._accounts += 1
        return f"{prefix}{self._accounts * 7919 % 10**11:011d}{self._accounts % 10000:04d}"

    def card_no(self) -> str:
        """A new made-up 16-digit card number with a right check digit."""
        self._cards += 1
        body = f"622999{self._cards * 104729 % 10**9:09d}"
        total = 0
        for position, digit in enumerate(reversed(body)):
            value = int(digit) * (2 if position % 2 == 0 else 1)
            total += value - 9 if value > 9 else value
        return body + str(-total % 10)

    def person(self, rng: random.Random) -> Person:
        """A new made-up person."""
        self._people += 1
        name = rng.choice(names.SURNAMES) + rng.choice(names.GIVEN)
        return Person(f"R{self._people:06d}", name, self.account_no("6217"))

    def _code(self, prefix: str) -> str:
        self._codes[prefix] = self._codes.get(prefix, 0) + 1
        return f"{prefix}{self._codes[prefix]:03d}"

    # --- units -----------------------------------------------------------------------------

    def _build(self) -> None:
        self._add_companies()
        wanted = self.options.accounts
        covered = round(wanted * TREASURY_SHARE)
        for name, kind, town, parent in self._covered_names():
            if len(self.units) >= covered:
                break
            self._add_unit(name, kind, town, parent)
        for name, town in self._village_names():
            if len(self.units) >= wanted:
                break
            self._add_unit(name, "village", town, f"{town}人民政府")
        self._dress_names()
        self._add_unmatched()
        self._add_budgeted()
        self._add_bodies()
        self.by_name = {unit.name: unit for unit in self.units}
        self._add_leases()

    def _covered_names(self) -> Iterator[tuple[str, str, str, str]]:
        """Names of units on both platforms, the indispensable ones first."""
        for department, _ in names.DEPARTMENTS:
            yield department, "bureau", "", ""
        for town in names.TOWNS:
            yield f"{town}人民政府", "town", town, ""
        for number in names.NUMERALS[:4]:
            yield f"第{number}中学", "school", "", "教育局"
        for name in ("会计核算中心", "国库集中支付中心"):
            yield name, "institution", "", "财政局"
        for name in ("人民医院", "中医院"):
            yield name, "hospital", "", "卫生健康局"
        for town in names.TOWNS:
            yield f"{town}财政所", "town_body", town, f"{town}人民政府"
            yield f"{town}中心小学", "school", town, "教育局"
            yield f"{town}卫生院", "hospital", town, "卫生健康局"
        rounds = max(len(names.INSTITUTIONS), len(names.TOWN_BODIES))
        for turn in range(rounds):
            if turn < len(names.INSTITUTIONS):
                for department, word in names.DEPARTMENTS:
                    yield f"{word}{names.INSTITUTIONS[turn]}", "institution", "", department
            for step in range(3):
                place = turn * 3 + step
                if place < len(names.TOWN_BODIES):
                    for town in names.TOWNS:
                        body = names.TOWN_BODIES[place]
                        yield f"{town}{body}", "town_body", town, f"{town}人民政府"
            if turn < len(names.TOWN_SCHOOLS):
                for town in names.TOWNS:
                    yield f"{town}{names.TOWN_SCHOOLS[turn]}", "school", town, "教育局"
            for number in names.NUMERALS[turn * 4 : turn * 4 + 4]:
                yield f"第{number}小学", "school", "", "教育局"
                yield f"第{number}幼儿园", "school", "", "教育局"
                yield f"第{number}社区卫生服务中心", "hospital", "", "卫生健康局"
        serial = 20
        while True:
            serial += 1
            yield f"第{serial}小学", "school", "", "教育局"
            yield f"第{serial}社区卫生服务中心", "hospital", "", "卫生健康局"
            yield f"第{serial}便民服务站", "institution", "", "行政审批局"

    def _village_names(self) -> Iterator[tuple[str, str]]:
        for tail in names.VILLAGE_TAILS:
            for head in names.VILLAGE_HEADS:
                for town in names.TOWNS:
                    yield f"{town}{head}{tail}村村民委员会", town

    def _add_unit(self, name: str, kind: str, town: str, parent: str) -> Unit | None:
        if name in self._names:
            return None
        self._names.add(name)
        index = len(self.units)
        rng = self.rng
        above = self._find(parent) if parent else None
        unit = Unit(index, name, kind, town, above)
        group = 100 + (names.TOWNS.index(town) + 60 if town else index % 50)
        unit.finance_code = self._code(str(group))
        unit.acct_set = f"ZT{unit.finance_code}"
        unit.uscc = self.uscc(kind)
        unit.basic = self.account_no()
        unit.numbering = "year" if index % 9 == 4 else "period"
        if kind != "village":
            unit.treasury_code = self._code(f"47{group}")
            unit.zero_balance = self.account_no("1060")
            unit.fills_links = index % 8 != 5
            unit.staff = [self.person(rng) for _ in range(rng.randint(3, 7))]
            unit.function_code = {
                "school": "2050202",
                "hospital": "2101101",
                "town": "2010301",
            }.get(kind, "2010601" if "财政" in name else "2120199")
            if rng.random() < 0.6:
                for person in unit.staff[: rng.randint(1, 2)]:
                    person.card_no = self.card_no()
            if kind in ("school", "hospital"):
                unit.others["canteen"] = self.account_no()
            if rng.random() < 0.3:
                unit.others["union"] = self.account_no()
            if rng.random() < 0.25:
                unit.others["special"] = self.account_no()
        self.units.append(unit)
        return unit

    def _find(self, name: str) -> Unit:
        for unit in self.units:
            if unit.name == name:
                return unit
        raise KeyError(name)

    def _dress_names(self) -> None:
        """Give each unit the name each platform writes, and the codes each platform has."""
        rng = random.Random(f"{self.options.seed}/names")
        typos = 0
        for unit in self.units:
            bare = unit.name
            full = names.DISTRICT + bare
            if unit.town:
                unit.finance_name = bare if rng.random() < 0.7 else full
                unit.treasury_name = bare
            else:
                unit.finance_name = full
                unit.treasury_name = rng.choice((full, full, bare, names.CITY + full))
            unit.finance_uscc = unit.treasury_uscc = unit.uscc
            if unit.is_village:
                unit.treasury_name = ""
                unit.treasury_uscc = ""
                if rng.random() < 0.5:
                    unit.finance_uscc = ""
                continue
            draw = rng.random()
            if draw < 0.20:
                unit.finance_uscc = ""
            elif draw < 0.32:
                unit.treasury_uscc = ""
            elif draw < 0.38:
                unit.finance_uscc = unit.treasury_uscc = ""
            if unit.kind == "bureau":
                unit.treasury_name += rng.choice(("", "（本级）", "(本级)"))
            elif unit.kind == "town":
                unit.treasury_name = unit.treasury_name.replace("人民政府", "政府")
                if rng.random() < 0.3:
                    unit.finance_name = names.PROVINCE + names.CITY + names.DISTRICT + bare
            elif rng.random() < 0.05:
                unit.treasury_name = unit.treasury_name.replace("中心", " 中心")
            if unit.kind == "institution" and rng.random() < 0.12:
                # An abbreviation that only the credit code can tie to the full name.
                short = unit.treasury_name.replace("综合行政执法大队", "执法大队")
                short = short.replace("事务管理处", "事务处").replace("宣传教育中心", "宣教中心")
                if short != unit.treasury_name:
                    unit.treasury_name = short
                    unit.finance_uscc = unit.treasury_uscc = unit.uscc
            elif (
                unit.kind == "town_body"
                and unit.name.endswith(("服务中心", "管理所"))
                and typos < MAX_TYPOS
                and rng.random() < 0.08
            ):
                # A typo, no credit code: only the township and the likeness tell.
                wrong, right = names.TYPOS[typos % len(names.TYPOS)]
                typos += right in unit.treasury_name
                unit.treasury_name = unit.treasury_name.replace(right, wrong)
                unit.finance_uscc = ""
                unit.is_certain = False
            if bare in names.ABBREVIATIONS:
                # The usual short form, no credit code.
                unit.treasury_name = names.DISTRICT + names.ABBREVIATIONS[bare]
                unit.finance_uscc = unit.treasury_uscc = ""
                unit.is_certain = False
        self._share_credit_codes()

    def _share_credit_codes(self) -> None:
        """Teaching points that use the central school's code, on the finance platform only."""
        for town in names.TOWNS[:3]:
            central = self._find(f"{town}中心小学")
            central.finance_uscc = central.treasury_uscc = central.uscc
            central.finance_name = central.treasury_name = central.name
            for unit in self.units:
                if unit.town == town and unit.name.endswith(("第二小学", "第三小学")):
                    unit.uscc = unit.finance_uscc = unit.treasury_uscc = central.uscc
                    unit.finance_name = unit.treasury_name = unit.name

    def _add_unmatched(self) -> None:
        """Users of one platform only: no books, books kept by a centre, closed, same name."""
        no_books = (
            "芦荡湿地保护管理处",
            "灯塔河闸管所",
            "烈士陵园",
            "古戏台修缮工程指挥部",
            "渡口轮渡公司筹备组",
            "蚕桑良种场",
            "气象防雷技术所",
            "殡仪馆",
        )
        for name in no_books:
            self._add_treasury_only(name, "no_books")
        centre = self._find("会计核算中心")
        centre.fills_links = True
        for name in (
            "孤山教学点",
            "青少年宫",
            "少儿图书借阅处",
            "盲人按摩培训点",
            "老年大学分校",
            "托育试点园",
        ):
            self._add_treasury_only(name, "kept").keeper = centre
        for name in ("土地整理办公室", "酒类专卖稽查队", "丝厂职工子弟校"):
            unit = self._add_treasury_only(name, "closed")
            unit.closed_on = ordinal("2025-06-30")
        # Two units of one name: never to be merged.
        twin = self._add_treasury_only("河道采砂管理站", "twin")
        other = self._add_finance_only("河道采砂管理站")
        twin.treasury_name = names.DISTRICT + twin.name
        other.finance_name = twin.name
        # Differ by one character, each on one platform only.
        self._add_treasury_only("第三十六中学", "closed").closed_on = ordinal("2025-05-31")
        self._add_finance_only("第三十七中学")

    def _add_budgeted(self) -> None:
        """Units without an ordinary life, whose spending against their budget is known exactly."""
        for place in BUDGETED_PLACES:
            unit = self._add_unit(f"{place}收费站", "budgeted", "", "交通运输局")
            if unit is None:
                raise ValueError(f"{place}收费站 is there already")
            unit.finance_name = unit.treasury_name = names.DISTRICT + unit.name
            unit.finance_uscc = unit.treasury_uscc = unit.uscc
            unit.fills_links, unit.ordinary = True, False

    def _add_treasury_only(self, name: str, kind: str) -> Unit:
        unit = Unit(len(self.units), name, kind, "", self._find("财政局"))
        unit.treasury_code = self._code("47199")
        unit.treasury_name = names.DISTRICT + name
        unit.uscc = unit.treasury_uscc = self.uscc(kind)
        unit.zero_balance = self.account_no("1060")
        unit.basic = self.account_no()
        unit.staff = [self.person(self.rng) for _ in range(3)]
        unit.ordinary = False
        unit.function_code = "2120199"
        self.units.append(unit)
        return unit

    def _add_finance_only(self, name: str) -> Unit:
        unit = Unit(len(self.units), name, "institution", "", self._find("财政局"))
        unit.finance_code = self._code("199")
        unit.finance_name = names.DISTRICT + name
        unit.uscc = unit.finance_uscc = self.uscc("institution")
        unit.acct_set = f"ZT{unit.finance_code}"
        unit.basic = self.account_no()
        unit.fills_links = False
        unit.ordinary = False
        self.units.append(unit)
        return unit

    def _add_companies(self) -> None:
        rng = self.rng
        count = max(6, self.options.accounts // 40)
        for trade, ending in names.TRADES.items():
            self.companies[trade] = []
            for serial in range(count):
                head = names.COMPANY_HEADS[serial % len(names.COMPANY_HEADS)]
                lap = serial // len(names.COMPANY_HEADS)
                place = ("扬江", "平川", "江州", "湖东")[lap % 4] + ("" if lap < 4 else str(lap))
                self.companies[trade].append(
                    Company(
                        place + head + ending,
                        trade,
                        self.account_no("9558"),
                        rng.choice(names.BANKS),
                        self.uscc("company"),
                    )
                )

    def _add_bodies(self) -> None:
        bodies = self.bodies
        commission = Body("DC", "云溪区纪委监委", "joint_department")
        bodies.append(commission)
        for number, numeral in enumerate(names.NUMERALS[:5], 1):
            bodies.append(Body(f"SO{number}", f"第{numeral}监督检查室", "supervision_office", "DC"))
        for number, town in enumerate(names.TOWNS, 1):
            bodies.append(Body(f"TC{number:02d}", f"{town}纪委", "township_commission", "DC"))
        for number in range(1, 12):
            numeral = names.NUMERALS[number - 1]
            people = 3 if number <= 7 else 2
            bodies.append(
                Body(
                    f"DG{number:02d}",
                    f"第{numeral}派驻纪检监察组",
                    "dispatched_group",
                    "DC",
                    people,
                )
            )
        regulators = {
            "财政局": "RG01",
            "审计局": "RG02",
            "教育局": "RG03",
            "卫生健康局": "RG04",
            "农业农村局": "RG05",
            "民政局": "RG06",
        }
        for name, code in regulators.items():
            bodies.append(Body(code, names.DISTRICT + name, "regulator", "DC"))
        for unit in self.units:
            if unit.town:
                place = names.TOWNS.index(unit.town)
                unit.supervisor = f"TC{place + 1:02d}"
                unit.office = f"SO{place % 5 + 1}"
            else:
                root = unit.parent or unit
                unit.supervisor = f"DG{root.index % 11 + 1:02d}"
                unit.office = f"SO{root.index % 5 + 1}"
            unit.regulator = {
                "school": "RG03",
                "hospital": "RG04",
                "village": "RG05",
            }.get(unit.kind, "RG01")
            unit.body_code = regulators.get(unit.name, f"UN{unit.index + 1:05d}")
            if unit.name not in regulators:
                above = unit.parent
                parent = regulators.get(above.name, f"UN{above.index + 1:05d}") if above else ""
                name = unit.finance_name or unit.treasury_name
                bodies.append(Body(unit.body_code, name, "unit", parent or unit.supervisor))

    def _add_leases(self) -> None:
        """Ordinary leases; their rent is booked by `life.rents`."""
        start = ordinal("2024-01-01")
        places = [unit for unit in self.units if unit.is_village or unit.kind == "town"]
        for serial, unit in enumerate(places[:: max(1, len(places) // 40)]):
            self.leases.append(
                Lease(
                    f"ZL{serial + 1:04d}",
                    unit,
                    f"{unit.town}沿街门面{serial + 1}号",
                    f"{unit.town}惠民商店{serial + 1}",
                    1_200_000 + 60_000 * serial,
                    start + 31 * (serial % 12),
                    ordinal("2027-12-31"),
                )
            )

    # --- selections ------------------------------------------------------------------------

    @property
    def covered(self) -> list[Unit]:
        """Units on both platforms that keep their own books."""
        return [unit for unit in self.units if unit.finance_code and unit.treasury_code]

    @property
    def villages(self) -> list[Unit]:
        """Units with books and no treasury code, of the towns."""
        return [unit for unit in self.units if unit.is_village]

    def only(self, kind: str) -> list[Unit]:
        """Units of one kind."""
        return [unit for unit in self.units if unit.kind == kind]

    def company(self, trade: str, rng: random.Random) -> Company:
        """Some supplier of a trade."""
        return rng.choice(self.companies[trade])
