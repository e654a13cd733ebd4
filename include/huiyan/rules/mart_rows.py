"""Reads rows of the marts as dataclasses, from the warehouse if there is one."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, TypeVar

import psycopg
from psycopg.rows import class_row

from huiyan.settings import Settings
from huiyan.warehouse import embedded
from huiyan.warehouse.connection import connect

Row = TypeVar("Row")


def mart_rows(
    kind: type[Row], rest: str, settings: Settings, parameters: Sequence[object] = ()
) -> list[Row]:
    """Rows of a dataclass whose fields are the columns; none without a warehouse or marts in it.

    Args:
        kind: the dataclass.
        rest: the query from `from` on.

    Raises:
        WarehouseError: a warehouse is set and cannot be reached.
    """
    if settings.warehouse_url is None and embedded.running(settings) is None:
        return []
    shape: Any = kind
    columns = ", ".join(field.name for field in fields(shape))
    try:
        with (
            connect(settings, role="huiyan_read") as connection,
            connection.cursor(row_factory=class_row(kind)) as cursor,
        ):
            return cursor.execute(f"select {columns} {rest}".encode(), parameters).fetchall()
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        return []
