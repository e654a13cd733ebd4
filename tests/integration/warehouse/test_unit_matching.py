"""Unit matching on names chosen to mislead it: a wrong merge is worse than a miss."""

from dataclasses import dataclass, field
from datetime import date

import pytest

from huiyan.demo.district import District, Options
from huiyan.demo.reference import snapshot, unit_pairs
from huiyan.feeds.contract import load_contract
from huiyan.settings import Settings
from huiyan.warehouse.connection import connect
from huiyan.warehouse.dbt import dbt
from landed import accept

DAY = date(2025, 9, 30)


@dataclass(frozen=True)
class User:
    """A platform's user: name, credit code, township."""

    name: str
    uscc: str = ""
    town: str = ""
    status: str = "启用"


@dataclass(frozen=True)
class Case:
    """Users of one story and which of them (positions) are one unit.

    Attributes:
        pairs: (finance position, treasury position) merged, with the method.
        review: pairs that must wait for a person.
    """

    name: str
    finance: list[User]
    treasury: list[User]
    pairs: dict[tuple[int, int], str] = field(default_factory=dict)
    review: set[tuple[int, int]] = field(default_factory=set)


def one(name: str, left: str, right: str, method: str = "", review: bool = False) -> Case:
    """One user on each side, no credit codes, in a township of the case's own."""
    return Case(
        name,
        [User(left, town=f"{name}镇")],
        [User(right, town=f"{name}镇")],
        {(0, 0): method} if method else {},
        {(0, 0)} if review else set(),
    )


def code(number: int) -> str:
    """A credit code that no other case uses."""
    return f"12329912MB{number:07d}X"


CASES = [
    # The same name, written differently.
    one("甲一", "云溪区财政局", "财政局", "name"),
    one("甲二", "江南省扬江市云溪区审计局", "云溪区审计局", "name"),
    one("甲三", "扬江市云溪区统计局", "统计局（本级）", "name"),
    one("甲四", "民政局(本级)", "民政局", "name"),
    one("甲五", "甲五镇人民政府", "甲五镇政府", "name"),
    one("甲六", "甲六 中心 小学", "甲六中心小学", "name"),
    one("甲七", "甲七（实验）学校", "甲七(实验)学校", "name"),
    one("甲八", "甲八第１２中学", "甲八第12中学", "name"),
    one("甲九", "甲九　幼儿园", "云溪区甲九幼儿园", "name"),
    one("甲十", "甲十ａ区管委会", "甲十A区管委会", "name"),
    one("甲十一", "云溪区人民政府甲十一办事处", "政府甲十一办事处", "name"),
    one("甲十二", "甲十二局", "江南省云溪区甲十二局", "name"),
    # Another place's name in front is part of the name.
    one("乙一", "邻水区乙一局", "乙一局"),
    one("乙二", "云溪县乙二局", "乙二局"),
    one("乙三", "平川市云溪区乙三局", "乙三局"),
    one("乙四", "邻水区乙四局", "云溪区乙四局"),
    # One character tells two units apart.
    one("丙一", "丙一第一中学", "丙一第二中学"),
    one("丙二", "丙二东村村民委员会", "丙二西村村民委员会"),
    one("丙三", "丙三南街社区居民委员会", "丙三北街社区居民委员会"),
    one("丙四", "丙四第十一小学", "丙四第十二小学"),
    one("丙五", "丙五1号闸管理所", "丙五2号闸管理所"),
    one("丙六", "丙六小学校", "丙六中学校"),
    one("丙七", "丙七上庄村村民委员会", "丙七下庄村村民委员会"),
    one("丙八", "丙八新河管理处", "丙八老河管理处"),
    one("丙九", "丙九大桥管理所", "丙九小桥管理所"),
    one("丙十", "丙十档案局档案管理", "丙十档案馆档案管理"),
    one("丙十一", "丙十一公园卫生院", "丙十一公园卫生所"),
    one("丙十二", "丙十二综合教育局", "丙十二综合体育局"),
    one("丙十三", "丙十三综合民政局", "丙十三综合财政局"),
    one("丙十四", "丙十四环境监测站", "丙十四环境监察站"),
    one("丙十五", "丙十五中学校区", "丙十五中小学校区"),
    one("丙十六", "丙十六市场监督管理局", "丙十六市场监督管理分局"),
    one("丙十七", "丙十七第三十六中学", "丙十七第三十七中学"),
    one("丙十八", "丙十八初级中学", "丙十八高级中学"),
    one("丙十九", "丙十九文化站", "丙十九水利站"),
    one("丙二十", "丙二十第二中学", "丙二十第二中学分校"),
    # A proper name that differs by one character: a person decides.
    one("丁一", "丁一红星村村民委员会", "丁一红旗村村民委员会", review=True),
    one("丁二", "丁二沈家桥中心小学", "丁二沈加桥中心小学", review=True),
    one("丁三", "丁三冬村村民委员会", "丁三东村村民委员会", review=True),
    # Slips of the pen in a common word.
    one("戊一", "戊一农业服务中心", "戊一农业服务仲心", "fuzzy"),
    one("戊二", "戊二市厂监督管理分局", "戊二市场监督管理分局", "fuzzy"),
    one("戊三", "戊三城市管里中队", "戊三城市管理中队", "fuzzy"),
    one("戊四", "戊四市场监督管理所", "戊四市场督监管理所", "fuzzy"),
    one("戊五", "戊五社会保障服务所", "戊五社会保服务所", "fuzzy"),
    one("戊六", "戊六街道办事处", "戊六街道办事初", "fuzzy"),
    # Abbreviations everyone knows.
    one("己一", "己一市场监管局", "己一市场监督管理局", "fuzzy"),
    one("己二", "己二人社局", "己二人力资源和社会保障局", "fuzzy"),
    one("己三", "己三村委会", "己三村民委员会", "fuzzy"),
    one("己四", "己四卫健委", "己四卫生健康委员会", "fuzzy"),
    one("己五", "己五执法大队", "己五综合行政执法大队"),
    # Another township's unit is not ours.
    Case("庚一", [User("庚一农业服务中心", town="庚镇")], [User("庚一农业服务仲心", town="辛镇")]),
    Case(
        "庚二",
        [User("庚二小学", town="庚镇")],
        [User("庚二小学", town="辛镇")],
        review={(0, 0)},
    ),
    Case("庚三", [User("庚三小学", town="庚镇")], [User("庚三小学")], {(0, 0): "name"}),
    # Equally good: a person decides. Clearly better: merged.
    Case(
        "壬一",
        [User("壬一文化服务仲心", town="壬一镇")],
        [User("壬一文化服务中心", town="壬一镇"), User("壬一文化服务忠心", town="壬一镇")],
    ),
    Case(
        "壬二",
        [User("壬二文化服务仲心", town="壬二镇")],
        [User("壬二文化服务中心", town="壬二镇"), User("壬二文体服务中心", town="壬二镇")],
        {(0, 0): "fuzzy"},
    ),
    # Credit codes.
    Case("癸一", [User("癸一甲", code(1))], [User("癸一乙", code(1))], {(0, 0): "uscc"}),
    Case(
        "癸二",
        [User("癸二局", code(2))],
        [User("癸二局", code(3))],
        review={(0, 0)},
    ),
    Case(
        "癸三",
        [User("癸三总部", code(4)), User("癸三分部", code(4))],
        [User("癸三", code(4))],
        review={(0, 0), (1, 0)},
    ),
    Case(
        "癸四",
        [User("癸四中心小学", code(5)), User("癸四第二小学", code(5))],
        [User("癸四中心小学", code(5)), User("癸四第二小学", code(5))],
        {(0, 0): "name", (1, 1): "name"},
    ),
    Case(
        "癸五",
        [User("癸五服务中心", code(6), "癸五镇")],
        [User("癸五服务仲心", code(7), "癸五镇")],
    ),
    Case("癸六", [User("癸六甲", "0" * 18)], [User("癸六乙", "0" * 18)]),
    Case(
        "癸七",
        [User("癸七站", status="停用")],
        [User("癸七站")],
        {(0, 0): "name"},
    ),
    # A name carried by several users of one platform matches none of them.
    Case(
        "子一",
        [User("子一站"), User("云溪区子一站")],
        [User("子一站")],
        review={(0, 0), (1, 0)},
    ),
    # What is matched already is no candidate.
    Case(
        "子二",
        [User("子二站", code(8)), User("子二站")],
        [User("子二站", code(8))],
        {(0, 0): "uscc"},
    ),
]


def codes(case: int, users: list[User]) -> list[str]:
    """Codes of the case's users, the same on both platforms."""
    return [f"{case:03d}{position}" for position in range(len(users))]


def rows(position: int) -> list[dict[str, str]]:
    """All cases' users of one platform (0 finance, 1 treasury)."""
    return [
        {
            "agency_code": agency_code,
            "agency_name": user.name,
            "uscc": user.uscc,
            "township": user.town,
            "status": user.status,
        }
        for number, case in enumerate(CASES)
        for users in [(case.finance, case.treasury)[position]]
        for agency_code, user in zip(codes(number, users), users, strict=True)
    ]


def build(warehouse: Settings) -> None:
    """Load the seeds and build the units."""
    dbt(
        "build",
        "--select",
        "+dim_unit",
        "+unit_match_review",
        "--exclude-resource-type",
        "unit_test",
        settings=warehouse,
        business_date=DAY,
    )


@pytest.mark.slow
def test_names_chosen_to_mislead(warehouse: Settings) -> None:
    """Every case comes out as written above: merged pairs, methods and pairs in review."""
    accept(warehouse, "finance_users", DAY, rows(0))
    accept(warehouse, "treasury_users", DAY, rows(1))
    build(warehouse)
    with connect(warehouse, role="huiyan_read") as connection:
        merged = {
            (row[0], row[1]): row[2]
            for row in connection.execute(
                "select finance_agency_code, treasury_agency_code, match_method"
                " from marts.dim_unit"
                " where finance_agency_code is not null and treasury_agency_code is not null"
            )
        }
        review = set(
            connection.execute(
                "select finance_agency_code, treasury_agency_code from marts.unit_match_review"
            ).fetchall()
        )
        units = connection.execute("select count(*), count(distinct unit_id) from marts.dim_unit")
        assert units.fetchone() == (count_units(merged),) * 2
    wrong = []
    for number, case in enumerate(CASES):
        finance, treasury = codes(number, case.finance), codes(number, case.treasury)
        found = {pair: how for pair, how in merged.items() if pair[0] in finance}
        wanted = {(finance[f], treasury[t]): how for (f, t), how in case.pairs.items()}
        if found != wanted:
            wrong.append(f"{case.name}: merged {found}, not {wanted}")
        waiting = {pair for pair in review if pair[0] in finance}
        wanted_waiting = {(finance[f], treasury[t]) for f, t in case.review}
        if waiting != wanted_waiting and case.name != "壬一":
            wrong.append(f"{case.name}: in review {waiting}, not {wanted_waiting}")
    assert not wrong, "\n".join(wrong)


def count_units(merged: dict[tuple[str, str], str]) -> int:
    """Units there must be: every user once, merged pairs once."""
    users = sum(len(case.finance) + len(case.treasury) for case in CASES)
    return users - len(merged)


def delivered(district: District, feed: str, *, with_codes: bool) -> list[dict[str, str]]:
    """One platform's users of the demo district, with or without their credit codes."""
    names = [column.name for column in load_contract(feed).columns]
    users = []
    for values in snapshot(district, feed, is_later=False):
        user = dict(zip(names, map(str, values), strict=True))
        users.append(user if with_codes else user | {"uscc": ""})
    return users


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "with_codes", "recall"), [(2025, True, 0.98), (7, False, 0.9)])
def test_demo_district(warehouse: Settings, seed: int, with_codes: bool, recall: float) -> None:
    """A whole district: no wrong pair, and the promised share found."""
    district = District(Options(seed=seed))
    for feed in ("finance_users", "treasury_users"):
        accept(warehouse, feed, DAY, delivered(district, feed, with_codes=with_codes))
    build(warehouse)
    with connect(warehouse, role="huiyan_read") as connection:
        found = set(
            connection.execute(
                "select finance_agency_code, treasury_agency_code from marts.dim_unit"
                " where finance_agency_code is not null and treasury_agency_code is not null"
            ).fetchall()
        )
    truth = set(unit_pairs(district))
    twins = {unit.treasury_code for unit in district.only("twin")}
    # Without codes nothing tells two units of exactly one name apart: the twins may be paired.
    wrong = {pair for pair in found - truth if with_codes or pair[1] not in twins}
    assert not wrong
    assert len(found & truth) >= recall * len(truth)
