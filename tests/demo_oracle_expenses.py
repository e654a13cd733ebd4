"""The definitions of EXP-001, EXP-002 and EXP-005 in plain Python."""

from collections import defaultdict
from datetime import date

from lunardate import LunarDate

from demo_oracle import Hits, Oracle, days

SEASON_DAYS = 15
ASSET_FROM = 5000_00
GIFTS = ("月饼", "粽子", "茶叶", "香烟", "卷烟", "白酒", "红酒", "葡萄酒", "礼品", "礼盒")
EQUIPMENT = (
    "电脑",
    "计算机",
    "打印机",
    "复印机",
    "空调",
    "投影仪",
    "服务器",
    "照相机",
    "摄像机",
    "办公家具",
)
REPAIRS = ("维修", "维护", "保养", "耗材", "配件", "租赁")
THREE = ("30217", "30231", "30212")


def judge(oracle: Oracle) -> Hits:
    """Open hits of the family's rules."""
    return {
        "EXP-001": festival_gifts(oracle),
        "EXP-002": over_budget(oracle),
        "EXP-005": not_an_asset(oracle),
    }


def festivals(year: int) -> list[str]:
    """The four festivals of a year."""
    lunar = [LunarDate(year, month, day) for month, day in ((1, 1), (5, 5), (8, 15))]
    return [each.to_solar_date().isoformat() for each in lunar] + [date(year, 10, 1).isoformat()]


def festival_gifts(oracle: Oracle) -> set[str]:
    known: dict[int, list[str]] = {}
    hits = set()
    for voucher in oracle.live:
        if not any(word in e["vou_det_desc"] for e in voucher.expense_entries for word in GIFTS):
            continue
        year = int(voucher.event[:4])
        ahead = [
            festival
            for each in (year, year + 1)
            for festival in known.setdefault(each, festivals(each))
        ]
        if any(1 <= days(festival, voucher.event) <= SEASON_DAYS for festival in ahead):
            hits.add(voucher.subject)
    return hits


def over_budget(oracle: Oracle) -> set[str]:
    budgets: dict[tuple[str, int], int] = defaultdict(int)
    for row in oracle.feeds["budgets"]:
        finance = oracle.finance_of.get(row["agency_code"])
        if finance:
            is_one = row["dep_exp_eco_code"] in THREE
            budgets[finance, row["fiscal_year"]] += row["amount"] if is_one else 0
    spent: dict[tuple[str, int], int] = defaultdict(int)
    for voucher in oracle.live:
        for entry in voucher.expense_entries:
            if (entry["dep_bgt_eco_code"] or "").startswith(THREE):
                spent[voucher.agency, entry["fiscal_year"]] += entry["amt"]
    return {
        f"{agency}:{year}"
        for (agency, year), budget in budgets.items()
        if spent[agency, year] > budget
    }


def not_an_asset(oracle: Oracle) -> set[str]:
    hits = set()
    for voucher in oracle.live:
        equipment = sum(
            entry["amt"]
            for entry in voucher.expense_entries
            if any(word in entry["vou_det_desc"] for word in EQUIPMENT)
            and not any(word in entry["vou_det_desc"] for word in REPAIRS)
        )
        is_asset = any(
            entry["fatype_code"]
            or (entry["dr_cr"] == "D" and entry["gov_acct_cls_code"].startswith("1601"))
            for entry in voucher.entries
        )
        if equipment >= ASSET_FROM and not is_asset:
            hits.add(voucher.subject)
    return hits
