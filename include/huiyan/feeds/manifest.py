"""`manifest.json`, the sender's control of a delivery."""

import json
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from huiyan.feeds import cards

MAX_BYTES = 16 * 1024**2
NAME = "manifest.json"
_SHA256 = re.compile("[0-9a-f]{64}")
_MONEY = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,2})?")


@dataclass(frozen=True)
class ListedFile:
    """What the sender says of one file; None where nothing is said.

    Attributes:
        amount_total: in CNY, exact.
    """

    name: str
    sha256: str | None = None
    rows: int | None = None
    amount_total: Decimal | None = None


@dataclass
class Manifest:
    """A manifest as far as it can be read.

    Attributes:
        canonical: its content whatever its spacing and order, for comparing two of them.
        problems: what is wrong with the manifest itself.
    """

    canonical: str
    files: dict[str, ListedFile] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def same_name(name: str) -> str:
    """`name` in the form in which names are compared (composed Unicode)."""
    return unicodedata.normalize("NFC", name)


def _shown(value: Any) -> str:
    """`value` for a message: short, and no card number in it."""
    return cards.hide_all(repr(value)[:200])


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a number")


def controls_a_feed(content: bytes) -> bool:
    """Whether it says of which feed it is the control; the manifest of an extract names none."""
    try:
        data = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return False
    return isinstance(data, dict) and "feed" in data


def parse(content: bytes, feed: str, business_date: date) -> Manifest:
    """Read a manifest; whatever is wrong stands in its `problems`."""
    try:
        data = json.loads(content.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_refuse)
        canonical = json.dumps(data, sort_keys=True, ensure_ascii=False, default=str)
        canonical.encode()  # an escape may name half a character, which no text can hold
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        return Manifest(content.hex(), problems=[f"{NAME} is not JSON in UTF-8: {reason}"])
    manifest = Manifest(canonical)
    if not isinstance(data, dict):
        manifest.problems.append(f"{NAME} must hold an object with feed, business_date and files")
        return manifest
    for key, expected in (("feed", feed), ("business_date", business_date.isoformat())):
        if data.get(key) != expected:
            manifest.problems.append(
                f"{NAME} is for {key} {_shown(data.get(key))}, the folder for {expected!r}"
            )
    files = data.get("files")
    if not isinstance(files, list):
        manifest.problems.append(f"{NAME} has no list of files")
        return manifest
    for entry in files:
        _add_file(manifest, entry)
    return manifest


def _add_file(manifest: Manifest, entry: Any) -> None:
    name = entry.get("name") if isinstance(entry, dict) else None
    if not isinstance(name, str) or not name:
        manifest.problems.append(f"{NAME} lists a file without name")
        return
    if "/" in name or "\\" in name or "\0" in name or name in (".", ".."):
        manifest.problems.append(
            f"{NAME} lists {_shown(name)}: only names of files in the same folder are accepted"
        )
        return
    key = same_name(name)
    if key in manifest.files:
        manifest.problems.append(f"{NAME} lists {_shown(name)} twice")
        return
    manifest.files[key] = ListedFile(
        name,
        _sha256(manifest, name, entry.get("sha256")),
        _rows(manifest, name, entry.get("rows")),
        _amount(manifest, name, entry.get("amount_total")),
    )


def _sha256(manifest: Manifest, name: str, value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, str) and _SHA256.fullmatch(value.strip().lower()):
        return value.strip().lower()
    manifest.problems.append(
        f"{NAME}: sha256 of {_shown(name)} is {_shown(value)}, not 64 hex digits"
    )
    return None


def _rows(manifest: Manifest, name: str, value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, str) and re.fullmatch("[0-9]{1,15}", value):
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    manifest.problems.append(f"{NAME}: rows of {_shown(name)} is {_shown(value)}, not a count")
    return None


def _amount(manifest: Manifest, name: str, value: Any) -> Decimal | None:
    if value is None:
        return None
    text = str(value).strip()
    if not isinstance(value, bool) and _MONEY.fullmatch(text):
        try:
            return Decimal(text)
        except InvalidOperation:
            pass
    manifest.problems.append(
        f'{NAME}: amount_total of {_shown(name)} is {_shown(value)}, not an amount like "1234.56"'
    )
    return None
