"""What is printed for people, whatever the width of their terminal."""

from rich.console import Console
from rich.table import Table

UNLIMITED = 10_000


def fits(table: Table, console: Console) -> bool:
    """Whether the table can be printed with no word of it cut or broken."""
    wide = console.options.update(width=UNLIMITED)
    return console.measure(table, options=wide).minimum <= console.width
