"""Views of the marts: a day that does not make them anew must not drop them either."""

import re
from pathlib import Path

MARTS = Path(__file__).parents[3] / "dbt_project" / "models" / "marts"


def test_no_view_stands_on_a_table_that_a_day_builds_anew() -> None:
    """dbt drops the table it replaces, with the views that stand on it; days leave out views."""
    texts = {path.stem: path.read_text(encoding="utf-8") for path in MARTS.glob("*.sql")}
    tables = {name for name, text in texts.items() if "materialized=" not in text}
    views = [name for name, text in texts.items() if "materialized='view'" in text]
    assert len(tables) > 5
    assert len(views) > 5
    stands_on = {name: set(re.findall(r"ref\('(\w+)'\)", texts[name])) for name in views}
    assert {name: refs & tables for name, refs in stands_on.items() if refs & tables} == {}
