"""Rows of the reference feeds: users, accounts, staff, budgets, bodies, jurisdictions, leases."""

from collections.abc import Iterator
from typing import Any

from huiyan.demo import names
from huiyan.demo.days import iso, year_month
from huiyan.demo.district import District, Unit

Row = tuple[Any, ...]
APPROVED_BY = "演示数据"
_BUDGETS = (
    ("30101", 4_000_000_00),
    ("30102", 2_000_000_00),
    ("30107", 2_000_000_00),
    ("30201", 300_000_00),
    ("30211", 200_000_00),
    ("30212", 20_000_00),
    ("30217", 60_000_00),
    ("30231", 120_000_00),
)


def snapshot(district: District, feed: str, *, is_later: bool) -> list[Row]:
    """Rows of one reference feed in contract order; `is_later` gives the second snapshot."""
    makers = {
        "finance_users": _finance_users,
        "treasury_users": _treasury_users,
        "accounts": _accounts,
        "personnel": _personnel,
        "budgets": _budgets,
        "bodies": _bodies,
        "jurisdictions": _jurisdictions,
        "leases": _leases,
        "rectifications": _rectifications,
        "complaints": _complaints,
        "joint_findings": _joint_findings,
    }
    return list(makers[feed](district, is_later))


def unit_pairs(district: District) -> list[tuple[str, str]]:
    """Finance and treasury code of every unit that both platforms know."""
    return [(unit.finance_code, unit.treasury_code) for unit in district.covered]


def crosswalk(district: District) -> list[dict[str, str]]:
    """Reviewed facts of the district: whose books a centre keeps."""
    return [
        {
            "finance_agency_code": "",
            "treasury_agency_code": unit.treasury_code,
            "decision": "kept_elsewhere",
            "books_kept_by_finance_agency_code": unit.keeper.finance_code,
            "reason": f"报账制单位，{unit.keeper.finance_name}代为记账",
            "approved_by": APPROVED_BY,
            "approved_on": "2025-07-01",
        }
        for unit in district.units
        if unit.keeper
    ]


def _state(unit: Unit) -> tuple[str, str, str | None]:
    closed = unit.closed_on
    return ("停用" if closed else "启用", "2020-01-01", iso(closed) if closed else None)


def _finance_users(district: District, is_later: bool) -> Iterator[Row]:
    for unit in district.units:
        if unit.finance_code:
            name = unit.finance_name if is_later else unit.old_finance_name or unit.finance_name
            yield (
                unit.finance_code,
                name,
                unit.finance_uscc or None,
                unit.parent.finance_name if unit.parent else None,
                unit.town or None,
                *_state(unit),
            )


def _treasury_users(district: District, is_later: bool) -> Iterator[Row]:
    for unit in district.units:
        if unit.treasury_code:
            above = unit.parent
            yield (
                unit.treasury_code,
                unit.treasury_name,
                unit.treasury_uscc or None,
                (above.treasury_name or above.finance_name) if above else None,
                unit.town or None,
                *_state(unit),
            )


def _accounts(district: District, is_later: bool) -> Iterator[Row]:
    first_day = "2020-01-01"
    for unit in district.units:
        owner = unit.finance_name or unit.treasury_name
        platform, code = ("treasury", unit.treasury_code)
        if not unit.treasury_code or (unit.finance_code and unit.index % 2):
            platform, code = ("finance", unit.finance_code)
        closed = iso(unit.closed_on) if unit.closed_on else None
        status = "停用" if closed else "启用"
        if unit.acct_set:
            yield (
                unit.acct_set,
                owner,
                None,
                "finance",
                unit.finance_code,
                "account_set",
                unit.acct_set,
                status,
                first_day,
                closed,
            )
        if unit.zero_balance:
            yield (
                unit.zero_balance,
                unit.treasury_name,
                names.BANKS[unit.index % 4],
                "treasury",
                unit.treasury_code,
                "zero_balance",
                None,
                status,
                first_day,
                closed,
            )
        yield (
            unit.basic,
            owner,
            names.BANKS[unit.index % 4],
            platform,
            code,
            "basic",
            unit.acct_set or None,
            status,
            first_day,
            closed,
        )
        for word, number in unit.others.items():
            state, _, kind = word.rpartition("_")
            if (state == "new" and not is_later) or (state == "dropped" and is_later):
                continue
            gone = state == "closed"
            yield (
                number,
                owner,
                names.BANKS[1],
                platform,
                code,
                kind,
                unit.acct_set or None,
                "停用" if gone else status,
                first_day,
                "2025-03-31" if gone else closed,
            )


def _personnel(district: District, is_later: bool) -> Iterator[Row]:
    for unit in district.units:
        for place, person in enumerate(unit.staff):
            leaving = place == 2 and unit.index % 60 == 7
            has_left = leaving and is_later
            retired = place == 2 and unit.index % 60 == 9
            status = "left" if has_left else ("retired" if retired else "in_post")
            left_on = "2025-11-25" if has_left else ("2025-08-31" if retired else None)
            post = ("主任", "会计", "科员")[min(place, 2)]
            yield (
                person.person_id,
                person.name,
                unit.treasury_code,
                post,
                status,
                left_on,
                person.salary_account,
            )
        for person in unit.further_staff:
            yield (
                person.person_id,
                person.name,
                unit.treasury_code,
                "科员",
                person.status,
                iso(person.left_on) if person.left_on else None,
                person.salary_account,
            )


def _budgets(district: District, is_later: bool) -> Iterator[Row]:
    last = district.options.last
    first = last - 31 * (district.options.months - 1)
    for year in range(year_month(first)[0], year_month(last)[0] + 1):
        for unit in district.covered:
            if unit.own_budget is not None:
                for eco, fen in unit.own_budget.items():
                    yield (year, unit.treasury_code, eco, fen)
                continue
            for eco, fen in _BUDGETS:
                yield (year, unit.treasury_code, eco, fen + 1000_00 * (unit.index % 50))
    for budget in district.budgets:
        yield (budget.year, budget.unit.treasury_code, budget.eco, budget.fen)


def _bodies(district: District, is_later: bool) -> Iterator[Row]:
    for body in district.bodies:
        yield (body.code, body.name, body.kind, body.parent or None, "folder", None, body.headcount)


def unrouted(district: District) -> Unit:
    """The one unit that nobody answers for: no jurisdiction names it."""
    return district.only("no_books")[-1]


def _jurisdictions(district: District, is_later: bool) -> Iterator[Row]:
    moved = next(unit for unit in district.covered if unit.kind == "institution")
    nobodys = unrouted(district)
    for unit in district.units:
        if unit is nobodys:
            continue
        for platform, code in (("finance", unit.finance_code), ("treasury", unit.treasury_code)):
            if not code:
                continue
            rest = (unit.regulator, unit.office)
            if unit is moved:
                yield (platform, code, unit.body_code, "DG11", *rest, "2025-01-01", "2025-09-30")
                yield (platform, code, unit.body_code, unit.supervisor, *rest, "2025-10-01", None)
            else:
                yield (platform, code, unit.body_code, unit.supervisor, *rest, "2025-01-01", None)


def _leases(district: District, is_later: bool) -> Iterator[Row]:
    for lease in district.leases:
        yield (
            lease.lease_no,
            lease.unit.finance_code,
            lease.asset,
            lease.tenant,
            lease.annual_rent,
            iso(lease.starts),
            iso(lease.ends),
        )


def _rectifications(district: District, is_later: bool) -> Iterator[Row]:
    for each in district.rectifications:
        yield (
            each.problem_no,
            "五届区委第三轮",
            "finance",
            each.unit.finance_code,
            each.problem_class,
            each.problem,
            each.measure,
            iso(each.found),
            iso(each.due),
            iso(each.claimed) if each.claimed else None,
        )


def _complaints(district: District, is_later: bool) -> Iterator[Row]:
    for each in district.complaints:
        if each.is_later and not is_later:
            continue
        yield (
            each.complaint_no,
            "finance",
            each.unit.finance_code,
            iso(each.received),
            each.matter_class,
            "closed" if each.closed else "open",
            iso(each.closed) if each.closed else None,
            each.matter,
        )


def _joint_findings(district: District, is_later: bool) -> Iterator[Row]:
    for each in district.findings:
        yield (
            each.finding_no,
            each.department,
            "finance",
            each.unit.finance_code,
            each.matter_class,
            iso(each.first),
            iso(each.last),
            each.finding,
            each.fen,
            each.conclusion or None,
            iso(each.concluded) if each.concluded else None,
            each.document_no or None,
            None,
        )
