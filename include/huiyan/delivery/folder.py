"""The folder channel: `<outbox>/<body_code>/<YYYY-MM-DD>/`, whole or not at all.

The files are written and synced in a side folder of the outbox and moved into place by one rename,
so a reader never sees half an extract. A newer version changes places with the older one, which is
kept under `.superseded`.
"""

import ctypes
import os
import shutil
from datetime import date
from pathlib import Path

INCOMING = ".incoming"
SUPERSEDED = ".superseded"
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_LONGEST_NAME = 200


def folder_name(body_code: str) -> str:
    """`body_code` as the name of a folder: letters and digits of any script, `-`, `_` and `.`
    stay (a dot not in front); every other character becomes `%XX` of its UTF-8 bytes.

    Raises:
        ValueError: the code is empty or too long to be a name.
    """
    name = "".join(
        sign
        if sign.isalnum() or sign in "-_" or (sign == "." and place > 0)
        else "".join(f"%{byte:02X}" for byte in sign.encode())
        for place, sign in enumerate(body_code)
    )
    if not name or len(name.encode()) > _LONGEST_NAME:
        raise ValueError(f"Body code {body_code[:50]!r} is empty or too long for a folder name.")
    return name


def sender_named(file_name: str) -> str:
    """Whose folder a returned file lay in; without one, what its name says: `CODE__alerts.xlsx`."""
    folder, is_deeper, _ = file_name.partition("/")
    return folder if is_deeper else folder.partition("__")[0]


def publish(
    outbox: Path, body_code: str, business_date: date, version: int, files: dict[str, bytes]
) -> Path:
    """Make `files` the visible extract of the body and date; safe to be killed and repeated.

    Only one process at a time may publish for one body and date (the outbox row is locked).

    Raises:
        OSError: the folder cannot be written. ValueError: the code cannot be a folder.
    """
    name = folder_name(body_code)
    target = outbox / name / business_date.isoformat()
    draft = outbox / INCOMING / name / business_date.isoformat()
    former = outbox / SUPERSEDED / name / f"{business_date.isoformat()}.before-v{version}"
    if _holds(target, files):
        _keep(draft, former)
        return target
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    for file_name, content in files.items():
        with (draft / file_name).open("wb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
    _sync(draft)
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        _exchange(draft, target)
        _keep(draft, former)
    else:
        draft.rename(target)
    _sync(target.parent)
    return target


def _holds(target: Path, files: dict[str, bytes]) -> bool:
    """Whether `target` already is this very extract."""
    try:
        return all((target / name).read_bytes() == content for name, content in files.items())
    except OSError:
        return False


def _keep(draft: Path, former: Path) -> None:
    """Keep the version that changed places with a newer one, if it is (still) there."""
    if draft.exists():
        shutil.rmtree(former, ignore_errors=True)
        former.parent.mkdir(parents=True, exist_ok=True)
        draft.rename(former)


def _exchange(draft: Path, target: Path) -> None:
    """Let two folders change places: at once where the system can, else in two renames."""
    libc = ctypes.CDLL(None, use_errno=True)
    if hasattr(libc, "renameat2"):
        done = libc.renameat2(
            _AT_FDCWD, os.fsencode(draft), _AT_FDCWD, os.fsencode(target), _RENAME_EXCHANGE
        )
        if done == 0:
            return
    aside = draft.with_name(f"{draft.name}.former")
    shutil.rmtree(aside, ignore_errors=True)
    target.rename(aside)
    draft.rename(target)
    aside.rename(draft)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
