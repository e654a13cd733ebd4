"""The statements in `sql/`, run one after another on one business date within a transaction."""

import re
from datetime import date, timedelta
from importlib.resources import files
from typing import Any

import psycopg

from huiyan.alerts.deadlines import dates
from huiyan.alerts.words import DUE_WORKDAYS
from huiyan.settings import Settings
from huiyan.workdays import add_workdays

DEFAULT_BODY = ("default-office", "区纪委监委（默认接收）")
# Why the body has an alert that its tier or the jurisdiction names; every other reason is told.
OWN_STAFF = "黄色预警由单位财务人员处置"
BY_JURISDICTION = "按管辖关系"


def parameters(day: date, settings: Settings) -> dict[str, Any]:
    """What the statements are told of a business date."""
    names = re.findall(r".+?(?:省|自治区|市|区|县|旗|州|盟)", settings.district)
    return {
        "day": day,
        "next_day": day + timedelta(days=1),
        "district": "^" + "".join(f"({re.escape(name)})?" for name in names) + "区?",
        **{f"due_{tier}": add_workdays(day, count) for tier, count in DUE_WORKDAYS.items()},
        "default_code": DEFAULT_BODY[0],
        "default_name": DEFAULT_BODY[1],
        "sample_seed": settings.sample_seed,
        "own_staff": OWN_STAFF,
        "by_jurisdiction": BY_JURISDICTION,
        **dates(day),
    }


def execute(cursor: psycopg.ClientCursor[Any], name: str, said: dict[str, Any]) -> None:
    """Run `sql/<name>.sql`."""
    text = (files("huiyan.alerts") / "sql" / f"{name}.sql").read_text(encoding="utf-8")
    cursor.execute(text, said)
