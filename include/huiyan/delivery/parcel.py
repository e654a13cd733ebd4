"""What a channel is given, what it gives back, and what it says if it does not take it."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from huiyan.delivery.extract import Extract
from huiyan.delivery.render import MANIFEST


class NotTakenError(Exception):
    """A channel did not take a parcel; the text is meant for people and holds no secret.

    Attributes:
        maybe_sent: the receiver may have it all the same: the connection broke after it was sent.
    """

    def __init__(self, message: str, *, maybe_sent: bool = False) -> None:
        super().__init__(message)
        self.maybe_sent = maybe_sent


@dataclass(frozen=True)
class Receipt:
    """What proves that a parcel was taken.

    Attributes:
        location: where it went: a path or a URL.
        detail: what the channel answered; nothing secret.
    """

    location: str
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Parcel:
    """One version of an extract on its way to its body.

    Attributes:
        address: the body's address on the channel, as its register says; empty if it says none.
        key: idempotency key, see `idempotency_key`.
        files: the files of the extract by name.
        sealed: name and bytes of the encrypted archive that goes in their place; None if the
            extract goes as it is.
        maybe_sent: an earlier attempt may have reached the body without our knowing.
    """

    extract: Extract
    version: int
    address: str
    key: str
    files: dict[str, bytes]
    sealed: tuple[str, bytes] | None = None
    maybe_sent: bool = False

    @property
    def content_hash(self) -> str:
        """What tells this content from another one outside the parcel.

        The content's own hash proves to us that the extract came (`returns.acknowledge`). Of a
        sealed parcel it stands only inside, for who can open it; outside stands one made of it.
        """
        own = self.extract.content_hash()
        return own if self.sealed is None else hashlib.sha256(f"sealed {own}".encode()).hexdigest()

    @property
    def contents(self) -> dict[str, bytes]:
        """The files that leave the house, the manifest last.

        Of a sealed parcel these are the archive and a manifest that names it and says nothing of
        what is in it.
        """
        if self.sealed is None:
            rest = {name: data for name, data in self.files.items() if name != MANIFEST}
            return {**rest, MANIFEST: self.files[MANIFEST]}
        name, archive = self.sealed
        manifest = {
            "body": self.extract.body_code,
            "business_date": self.extract.business_date.isoformat(),
            "version": self.version,
            "content_hash": self.content_hash,
            "encrypted": True,
            "files": [listed(name, archive)],
        }
        return {name: archive, MANIFEST: (json.dumps(manifest, indent=2) + "\n").encode()}


def listed(name: str, content: bytes) -> dict[str, Any]:
    """A file as manifests name it."""
    return {
        "name": name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
    }


def idempotency_key(body_code: str, business_date: date, content_hash: str, turn: int = 0) -> str:
    """SHA-256 (hex) that is the same whenever the same extract is sent again.

    Args:
        turn: number of other contents that were tried for this body and date before. Without it
            a body that was sent A, then B, could not be sent A again: it would refuse it as the
            duplicate of what it had replaced.
    """
    parts = [body_code, business_date.isoformat(), content_hash, *([turn] if turn else [])]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()
