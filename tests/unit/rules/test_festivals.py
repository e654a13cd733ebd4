"""The days of the festivals are those of the lunar calendar."""

import csv
from datetime import date

from lunardate import LunarDate

from huiyan.settings import REPOSITORY

SEED = REPOSITORY / "dbt_project" / "seeds" / "rules" / "festival.csv"
LUNAR = {"春节": (1, 1), "端午节": (5, 5), "中秋节": (8, 15)}


def test_each_festival_is_on_its_day() -> None:
    with SEED.open(encoding="utf-8", newline="") as handle:
        shipped = [(row["date"], row["name_zh"]) for row in csv.DictReader(handle)]
    wanted = set()
    for year in range(2010, 2051):
        wanted.add((date(year, 10, 1).isoformat(), "国庆节"))
        for name, (month, day) in LUNAR.items():
            wanted.add((LunarDate(year, month, day).to_solar_date().isoformat(), name))
    assert set(shipped) == wanted
    assert shipped == sorted(shipped)
