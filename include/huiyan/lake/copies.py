"""Parquet copies of the tables some models read, kept while the accepted batches are the same."""

from hashlib import sha256
from pathlib import Path

import duckdb
import psycopg

from huiyan.errors import EvaluationError
from huiyan.lake import parquet
from huiyan.lake.project import Project

_STAGING = "staging"
# The history of hits may be read where it is public only: in the marts, that of all rules.
HISTORY = "history.rule_spell"
_PUBLIC = ("marts", "fct_rule_hit_spell")
# Which warehouse it is, which code made its staging tables, and which batches they hold.
_VERSIONS = """
    select
        batches.feed,
        concat_ws(
            ' ',
            (select system_identifier from pg_control_system()),
            current_database(),
            obj_description('staging'::regnamespace, 'pg_namespace'),
            string_agg(batches.batch_id::text, ',' order by batches.batch_id)
        )
    from staging.merged_batch as batches
    where not batches.is_pending
    group by batches.feed
"""


def _file(folder: Path, relation: str, table: parquet.Table, version: str) -> Path:
    said = f"{version} {table.columns}"
    return folder / f"{relation}.{sha256(said.encode()).hexdigest()[:16]}.parquet"


def refresh(
    connection: psycopg.Connection, project: Project, relations: list[str], folder: Path
) -> dict[str, Path]:
    """Copies of the tables of staging, ops and history among `relations`, by relation.

    A staging table is copied only if other batches were merged into it since it was copied last;
    what ops says about deliveries, what bodies answered, and the history of hits are copied always.

    Raises:
        EvaluationError: a staging table is not there: nothing was evaluated yet.
    """
    wanted = [each for each in relations if each.split(".")[0] in (_STAGING, "ops", "history")]
    found = {each.relation: each for each in parquet.tables(connection, _STAGING, "ops")}
    if HISTORY in wanted:
        found[HISTORY] = parquet.view(connection, *_PUBLIC)
    if missing := sorted(set(wanted) - found.keys()):
        raise EvaluationError(
            f"The warehouse has no {', '.join(missing)}. Evaluate a business date first: "
            "`huiyan run --date D`."
        )
    versions: dict[str, str] = dict(connection.execute(_VERSIONS).fetchall())
    copies: dict[str, Path] = {}
    with duckdb.connect() as lake:
        for relation in wanted:
            table = found[relation]
            version = versions.get(project.feeds.get(relation, ""), "no batches")
            copies[relation] = _file(folder, relation, table, version)
            if not copies[relation].exists() or relation not in project.feeds:
                parquet.write(connection, lake, table, copies[relation])
            for stale in folder.glob(f"{relation}.*"):
                if stale != copies[relation]:
                    stale.unlink()
    return copies
