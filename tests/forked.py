"""Work in a process of its own that starts with everything loaded: to be killed, or raced."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from typing import Any


def forked(work: Callable[..., object], *arguments: object) -> BaseProcess:
    """Start `work` in a copy of this process. Its exit code is 1 if it raises."""
    process = multiprocessing.get_context("fork").Process(target=work, args=arguments)
    process.start()
    return process


def die_after(limit: int, *steps: tuple[Any, str]) -> None:
    """Kill this process once it has called the functions (owner and name) so many times."""
    calls = 0

    def mortal(function: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any, **keywords: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls > limit:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*arguments, **keywords)

        return step

    for owner, name in steps:
        setattr(owner, name, mortal(getattr(owner, name)))
