"""Opens what senders have put down: the file that was looked at, and never where a link leads.

Senders may write where they deliver. Between the look at a folder and the reading of a file they
can put a link in the place of the file or of a folder on the way to it, and so point at what they
may not read themselves. So every step is taken from the folder before it, and none over a link.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from huiyan.errors import LandingError

COMPLETE = "collect again when the delivery is complete."


class SourceError(LandingError):
    """A delivered file cannot be read, or is not what it was when it was looked at.

    Attributes:
        problem: what is wrong with it, to follow its name.
    """

    def __init__(self, shown: object, problem: str, remedy: str = COMPLETE) -> None:
        super().__init__(f"{shown} {problem}; {remedy}")
        self.problem = problem


@dataclass(frozen=True)
class Opened:
    """A regular file that is open for reading.

    Attributes:
        size: bytes it had when it was opened.
    """

    _file: BinaryIO
    _folder: int
    _name: str
    _shown: object
    _before: os.stat_result

    @property
    def size(self) -> int:
        return self._before.st_size

    def read(self, size: int) -> bytes:
        """Up to `size` bytes further; empty at the end.

        Raises:
            SourceError: the disk it lies on does not give them.
        """
        try:
            return self._file.read(size)
        except OSError as error:
            raise _unreadable(self._shown, error) from error

    def must_be_whole(self, size: int) -> None:
        """Check that what was read, of `size` bytes, is what still lies there.

        Raises:
            SourceError: it vanished, changed or was replaced meanwhile.
        """
        try:
            after = os.stat(self._name, dir_fd=self._folder, follow_symlinks=False)
        except OSError as error:
            raise _unreadable(self._shown, error) from error
        before = self._before
        if (before.st_size, before.st_mtime_ns, before.st_ino, size) != (
            after.st_size,
            after.st_mtime_ns,
            after.st_ino,
            after.st_size,
        ):
            raise SourceError(self._shown, "changed while it was being read")


@contextmanager
def opened(source: Path, within: Path, shown: object = None) -> Iterator[Opened]:
    """`source` for reading; waits on no pipe, reads no device and follows no link below `within`.

    Args:
        within: a folder that `source` lies in, at whatever depth, and no sender can replace.
        shown: what errors call the file; its path if None.

    Raises:
        SourceError: it cannot be opened, or a part of its path below `within` is a link.
    """
    shown = shown or source
    with ExitStack() as stack:
        try:
            place = _folder(source.parent, within, stack)
            flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
            descriptor = os.open(source.name, flags, dir_fd=place)
        except OSError as error:
            raise _unreadable(shown, error) from error
        stack.callback(os.close, descriptor)
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            raise SourceError(shown, "is not a regular file")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            yield Opened(file, place, source.name, shown, before)


def names_in(folder: Path, within: Path) -> list[str]:
    """Names of what lies in `folder`, to which no link below `within` leads.

    Raises:
        OSError: it cannot be listed, or a part of its path is no folder.
    """
    with ExitStack() as stack:
        place = _folder(folder, within, stack)
        readable = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=place)
        stack.callback(os.close, readable)
        with os.scandir(readable) as entries:
            return [entry.name for entry in entries]


def _folder(folder: Path, within: Path, stack: ExitStack) -> int:
    """A descriptor of `folder`, good until `stack` is left; ENOTDIR where a part is a link."""
    flags = os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC
    place = os.open(within, flags)
    stack.callback(os.close, place)
    for part in folder.relative_to(within).parts:
        place = os.open(part, flags | os.O_NOFOLLOW, dir_fd=place)
        stack.callback(os.close, place)
    return place


def _unreadable(shown: object, error: OSError) -> SourceError:
    problem = {
        errno.ENOENT: "vanished while it was being collected",
        errno.ELOOP: "became a link",
        errno.ENOTDIR: "no longer lies in a folder",
    }.get(error.errno or 0)
    if problem is not None:
        return SourceError(shown, problem)
    return SourceError(
        shown, f"cannot be read: {error.strerror}", "correct that and collect again."
    )
