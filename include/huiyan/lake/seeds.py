"""Seeds from their files in the repository, with the district's reviewed facts and trial values."""

from collections.abc import Mapping
from decimal import Decimal

import duckdb

from huiyan.lake.project import Project, seed_file
from huiyan.settings import Settings
from huiyan.warehouse import reviewed

PARAMETERS = "reference.rule_parameters"


def load(
    lake: duckdb.DuckDBPyConnection,
    project: Project,
    relations: list[str],
    values: Mapping[tuple[str, str], Decimal],
    settings: Settings,
) -> None:
    """Make the seeds among `relations` as tables.

    Args:
        values: by (rule_id, parameter), what stands in the place of the seed's rows on every date.
    """
    lake.execute("create schema if not exists reference")
    for relation in relations:
        if relation in project.seeds:
            seed = project.seeds[relation]
            lake.read_csv(
                str(seed_file(seed)),
                header=True,
                columns=seed.columns,
                auto_detect=False,
                delimiter=",",
                quotechar='"',
                escapechar='"',
                na_values="",
            ).create(relation)
    for each in reviewed.LISTS:
        if f"reference.{each.name}" in relations:
            _add_own_lines(lake, each, settings)
    if PARAMETERS in relations:
        for (rule_id, parameter), value in values.items():
            lake.execute(
                f"delete from {PARAMETERS} where rule_id = ? and parameter = ?",  # noqa: S608
                (rule_id, parameter),
            )
            lake.execute(
                f"insert into {PARAMETERS} (rule_id, parameter, value, valid_from)"  # noqa: S608
                " values (?, ?, ?, date '0001-01-01')",
                (rule_id, parameter, value),
            )


def _add_own_lines(
    lake: duckdb.DuckDBPyConnection, reviewed_list: reviewed.ReviewedList, settings: Settings
) -> None:
    """Put the district's own lines beside the seed's, or in the place of those they replace."""
    table, key = f"reference.{reviewed_list.name}", reviewed_list.replaces
    columns = ", ".join(reviewed_list.columns)
    places = ", ".join("?" for _ in reviewed_list.columns)
    own = reviewed.own_lines(reviewed_list, settings)
    if key:
        for value in {line.cells[key] for line in own}:
            lake.execute(f"delete from {table} where {key} = ?", (value,))  # noqa: S608
    for line in own:
        cells = tuple(line.cells.values())
        lake.execute(f"insert into {table} ({columns}) values ({places})", cells)  # noqa: S608
