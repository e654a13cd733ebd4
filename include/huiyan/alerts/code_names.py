"""Names of the codes that evidence and subjects carry: nobody knows a classification by heart."""

from functools import lru_cache
from typing import Literal

from huiyan import kept_tables
from huiyan.settings import REPOSITORY

NAMES = REPOSITORY / "dbt_project" / "seeds" / "codes" / "code_name.csv"
SHORTEST = 3

Kind = Literal["economic", "account", "merchant", "currency"]


@lru_cache(maxsize=1)
def _names() -> dict[tuple[str, str], str]:
    _, rows = kept_tables.read(NAMES)
    cells = [row.cells for row in rows]
    return {(each["kind"], each["code"]): each["name_zh"] for each in cells}


def currency_in_words(code: str) -> str:
    """The name of a currency, as it stands after an amount; its code if no name is known."""
    return _names().get(("currency", code), code)


def named(kind: Kind, code: str) -> str:
    """The code and its name, `30217（公务接待费）`; the code as it is if no name is known.

    A code of a district's own that goes on after a known one has that one's name; a merchant's
    category has no such subdivisions.
    """
    least = len(code) if kind == "merchant" else SHORTEST
    for length in range(len(code), least - 1, -1):
        if name := _names().get((kind, code[:length])):
            return f"{code}（{name}）"
    return code
