"""Work in a process of its own that starts with everything loaded: to be killed, or raced."""

import multiprocessing
from collections.abc import Callable
from multiprocessing.process import BaseProcess


def forked(work: Callable[..., object], *arguments: object) -> BaseProcess:
    """Start `work` in a copy of this process. Its exit code is 1 if it raises."""
    process = multiprocessing.get_context("fork").Process(target=work, args=arguments)
    process.start()
    return process
