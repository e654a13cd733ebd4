"""What long work is doing and how long each step took, at a terminal and in a log alike."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape


class Progress:
    """Tells of steps: at a terminal as they go on, in a log when each begins; always its time.

    Args:
        console: where to; None tells nobody.
    """

    def __init__(self, console: Console | None = None) -> None:
        self.console = console

    @contextmanager
    def step(self, what: str) -> Iterator[Callable[[str], None]]:
        """Do one step in the block; of one that fails no time is told.

        Yields:
            Told which part of the step is being done: seen at a terminal only, while it lasts.
        """
        if self.console is None:
            yield lambda _: None
            return
        began = time.monotonic()
        words = escape(what)
        if not self.console.is_terminal:
            self.console.print(f"{words} ...", soft_wrap=True, highlight=False)
        with self.console.status(words) as spinner:
            yield lambda part: spinner.update(f"{words}: {escape(part)}")
        took = time.monotonic() - began
        self.console.print(f"{words}: {took:.1f} s", soft_wrap=True, highlight=False)
