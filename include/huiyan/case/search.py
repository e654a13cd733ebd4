"""Searches the library of typical cases, which names nobody (`marts.mart_typical_case`).

Cases that the library cannot tell apart are one line with their number. A case is found if every
term stands somewhere in it, without a term every case; a term counts most in the name of the rule,
then in what was done, then in what was wrong, least in the papers. Equal ones come in an order that
is always the same.
"""

from collections.abc import Sequence
from typing import Any

from psycopg.rows import dict_row

from huiyan.settings import Settings
from huiyan.warehouse.connection import connect

LIMIT = 50

SEARCH = """
with library as (
    select
        rule_id, rule_name, family, base_tier, description, verdict, action, amount_band,
        recovered_band, closed_in_year, legal_basis, close_out_standard, count(*) as cases
    from marts.mart_typical_case
    where
        (%(rule)s::text is null or rule_id = upper(%(rule)s))
        and (%(kind)s::text is null or family = upper(%(kind)s))
        and (%(since)s::integer is null or closed_in_year >= %(since)s)
        and (%(until)s::integer is null or closed_in_year <= %(until)s)
    group by
        rule_id, rule_name, family, base_tier, description, verdict, action, amount_band,
        recovered_band, closed_in_year, legal_basis, close_out_standard
)

select
    library.rule_id, library.rule_name, library.family, library.base_tier, library.description,
    library.verdict, library.action, library.amount_band, library.recovered_band,
    library.closed_in_year, library.legal_basis, library.close_out_standard, library.cases,
    weighed.score
from library
cross join lateral (
    select
        coalesce(sum(weight), 0)::integer as score,
        coalesce(min(weight), 1) as least
    from unnest(%(terms)s::text[]) as terms (term)
    cross join lateral (
        select
            8 * (position(lower(term) in lower(concat_ws(' ', rule_name, rule_id))) > 0)::int
            + 4 * (position(lower(term) in lower(coalesce(action, ''))) > 0)::int
            + 2 * (position(lower(term) in lower(coalesce(description, ''))) > 0)::int
            + (
                position(
                    lower(term)
                    in lower(concat_ws(' ', legal_basis, close_out_standard, amount_band))
                ) > 0
            )::int as weight
    ) as places
) as weighed
where weighed.least > 0
order by
    score desc, cases desc, closed_in_year desc, rule_id, verdict, action nulls last,
    amount_band nulls last, recovered_band nulls last, description, legal_basis,
    close_out_standard
limit %(limit)s
"""


def search(
    terms: Sequence[str],
    settings: Settings,
    *,
    rule: str | None = None,
    kind: str | None = None,
    since: int | None = None,
    until: int | None = None,
    limit: int = LIMIT,
) -> list[dict[str, Any]]:
    """Typical cases in which every term stands, the best first; without a term all there are.

    Args:
        terms: words as they are, of any language; case does not matter and no sign is special.
        rule: a rule's id. kind: a family of rules, such as REC.
        since, until: years in which a case was closed, both included.
        limit: most lines to give.

    Returns:
        The columns of the mart, `cases` that look alike and the `score`; no line if none fits.
    """
    wanted = list(dict.fromkeys(term.strip() for term in terms if term.strip()))
    with (
        connect(settings, role="huiyan_read") as connection,
        connection.cursor(row_factory=dict_row) as cursor,
    ):
        connection.read_only = True
        return cursor.execute(
            SEARCH,
            {
                "terms": wanted,
                "rule": rule,
                "kind": kind,
                "since": since,
                "until": until,
                "limit": limit,
            },
        ).fetchall()
