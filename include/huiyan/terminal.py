"""What is printed for people, whatever the width of their terminal."""

from rich.console import Console
from rich.table import Table

UNLIMITED = 10_000


def fits(table: Table, console: Console) -> bool:
    """Whether the table can be printed with no word of it cut or broken."""
    wide = console.options.update(width=UNLIMITED)
    measured = console.measure(table, options=wide)
    # Of a column that is not wrapped the least that rich says is its longest word.
    is_whole = all(column.no_wrap for column in table.columns)
    return (measured.maximum if is_whole else measured.minimum) <= console.width
