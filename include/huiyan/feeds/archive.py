"""The immutable archive: every delivered file as it came, by its SHA-256.

Layout: `<home>/archive/<feed>/<first two hex digits>/<sha256>`. A file is encrypted (AES-256-GCM in
blocks, key derived from the card key) if its feed carries card numbers or is anonymous, or if it
may hold a card number all the same: a card file put into another feed's folder is archived too. So
a card number stands in clear nowhere in the archive. Of an anonymous feed only what its scrubber
left is archived.
"""

import errno
import hashlib
import io
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from huiyan.errors import LandingError
from huiyan.feeds import cards
from huiyan.feeds.contract import FeedContract
from huiyan.feeds.encoding import EncodingProbe
from huiyan.feeds.opening import opened
from huiyan.settings import Settings

BLOCK_BYTES = 1_048_576
_MAGIC = b"HUIYAN-ARCHIVE-1"
_SALT_BYTES = 8
_TAG_BYTES = 16
_SEALED_BYTES = 65_536
_HEADER_BYTES = len(_MAGIC) + _SALT_BYTES
_STALE_SECONDS = 86_400
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True)
class Archived:
    """One file in the archive.

    Attributes:
        sha256: of the file as it came, lower-case hex.
        bytes: its size as it came.
    """

    sha256: str
    bytes: int


class _Sealer:
    """Writes encrypted blocks; each is bound to its place, the last one known as the last."""

    def __init__(self, out: BinaryIO, cipher: AESGCM) -> None:
        self._out = out
        self._cipher = cipher
        self._salt = secrets.token_bytes(_SALT_BYTES)
        self._pending = b""
        self._number = 0
        out.write(_MAGIC + self._salt)

    def write(self, data: bytes) -> None:
        self._pending += data
        while len(self._pending) > _SEALED_BYTES:
            self._seal(self._pending[:_SEALED_BYTES], last=False)
            self._pending = self._pending[_SEALED_BYTES:]

    def finish(self) -> None:
        self._seal(self._pending, last=True)

    def _seal(self, block: bytes, *, last: bool) -> None:
        self._out.write(self._cipher.encrypt(_nonce(self._salt, self._number), block, _place(last)))
        self._number += 1


def _nonce(salt: bytes, number: int) -> bytes:
    return salt + number.to_bytes(4, "big")


def _place(last: bool) -> bytes:
    return b"last" if last else b"more"


class _Unsealed(io.RawIOBase):
    """Reads an encrypted file at any position, one block in memory."""

    def __init__(self, path: Path, cipher: AESGCM) -> None:
        self._file = path.open("rb")
        self._path = path
        self._cipher = cipher
        start = self._file.read(_HEADER_BYTES)
        sealed = path.stat().st_size - _HEADER_BYTES
        if not start.startswith(_MAGIC) or sealed < _TAG_BYTES:
            raise LandingError(f"{path} is damaged: restore it from a backup of the archive.")
        self._salt = start[len(_MAGIC) :]
        self._last = (sealed - 1) // (_SEALED_BYTES + _TAG_BYTES)
        self._size = sealed - (self._last + 1) * _TAG_BYTES
        self._position = 0
        self._number = -1
        self._block = b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        self._position = max(base + offset, 0)
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if self._position >= self._size:
            return 0
        number, offset = divmod(self._position, _SEALED_BYTES)
        if number != self._number:
            self._load(number)
        part = self._block[offset : offset + len(buffer)]
        buffer[: len(part)] = part
        self._position += len(part)
        return len(part)

    def _load(self, number: int) -> None:
        self._file.seek(_HEADER_BYTES + number * (_SEALED_BYTES + _TAG_BYTES))
        sealed = self._file.read(_SEALED_BYTES + _TAG_BYTES)
        try:
            self._block = self._cipher.decrypt(
                _nonce(self._salt, number), sealed, _place(number == self._last)
            )
        except InvalidTag as error:
            raise LandingError(
                f"{self._path} cannot be decrypted: it is damaged, or HUIYAN_CARD_KEY is not the "
                "key it was archived with. Restore the key or the file."
            ) from error
        self._number = number

    def close(self) -> None:
        self._file.close()
        super().close()


class Archive:
    """The archive of one feed."""

    def __init__(self, settings: Settings, contract: FeedContract) -> None:
        self._folder = settings.archive / contract.name
        self._is_sealed = contract.carries_cards or contract.is_anonymous
        derive = HKDF(SHA256(), length=32, salt=None, info=b"huiyan archive")
        self._cipher = AESGCM(derive.derive(settings.card_key_bytes()))

    def path(self, sha256: str) -> Path:
        """Where a file of that hash lies."""
        return self._folder / sha256[:2] / sha256

    def store(
        self, source: Path, probe: EncodingProbe | None = None, *, within: Path | None = None
    ) -> Archived:
        """Copy `source` into the archive while hashing it; the same bytes again change nothing.

        Args:
            probe: shown the bytes on the way.
            within: as `opening.opened` takes it; the folder of `source` if None.

        Raises:
            SourceError: the file vanished or changed meanwhile, is no regular file or a link;
                the archive is as before.
            LandingError: the archive cannot be written (disk full); it is as before.
        """
        try:
            with opened(source, within or source.parent) as file, self._draft() as (draft, out):
                sealer = _Sealer(out, self._cipher) if self._is_sealed else None
                write = sealer.write if sealer else out.write
                watch = cards.Watch(opaque=(b"PK", _MAGIC))
                digest = hashlib.sha256()
                size = 0
                while block := file.read(BLOCK_BYTES):
                    digest.update(block)
                    size += len(block)
                    if size > file.size:
                        break
                    write(block)
                    if not sealer:
                        watch.feed(block)
                    if probe:
                        probe.feed(block)
                if sealer:
                    sealer.finish()
                out.flush()
                os.fsync(out.fileno())
                file.must_be_whole(size)
                archived = Archived(digest.hexdigest(), size)
                if watch.may_have_seen_a_card:
                    self._keep_sealed(draft, archived)
                else:
                    self._keep(draft, archived)
                return archived
        except OSError as error:
            if error.errno in _NO_SPACE:
                raise LandingError(
                    f"No space to archive {source.name} in {self._folder}: {error.strerror}. "
                    "Nothing was registered; make room and collect again."
                ) from error
            raise LandingError(
                f"{source} cannot be archived in {self._folder}: {error}. "
                "Correct the permissions or the disk and collect again."
            ) from error

    def store_content(self, content: bytes) -> Archived:
        """Archive bytes that are no file's; the same bytes again change nothing.

        Raises:
            LandingError: the archive cannot be written (disk full); it is as before.
        """
        archived = Archived(hashlib.sha256(content).hexdigest(), len(content))
        try:
            with self._draft() as (draft, out):
                sealer = _Sealer(out, self._cipher)
                sealer.write(content)
                sealer.finish()
                out.flush()
                os.fsync(out.fileno())
                self._keep(draft, archived)
        except OSError as error:
            raise LandingError(
                f"Nothing can be archived in {self._folder}: {error.strerror}. Nothing was "
                "registered; correct the permissions or the disk and collect again."
            ) from error
        return archived

    @contextmanager
    def _draft(self) -> Iterator[tuple[Path, BinaryIO]]:
        incoming = self._folder / "incoming"
        for folder in (self._folder.parent, self._folder, incoming):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for left in incoming.iterdir():
            # A killed run leaves its draft behind; another one may be done with its own by now.
            with suppress(FileNotFoundError):
                if left.stat().st_mtime < time.time() - _STALE_SECONDS:
                    left.unlink()
        draft = incoming / f"{os.getpid()}-{secrets.token_hex(8)}"
        try:
            with draft.open("xb") as out:
                yield draft, out
        finally:
            draft.unlink(missing_ok=True)

    def _keep_sealed(self, plain: Path, archived: Archived) -> None:
        with plain.open("rb") as file, self._draft() as (draft, out):
            sealer = _Sealer(out, self._cipher)
            while block := file.read(BLOCK_BYTES):
                sealer.write(block)
            sealer.finish()
            out.flush()
            os.fsync(out.fileno())
            self._keep(draft, archived)

    def _keep(self, draft: Path, archived: Archived) -> None:
        """Put the finished draft in its place unless the same bytes are there already."""
        target = self.path(archived.sha256)
        if target.exists():
            if self._digest(archived.sha256) == archived.sha256:
                return
            raise LandingError(
                f"{target} no longer has the content its name says: the archive was altered or "
                "the disk is failing. Restore it from a backup, then collect again."
            )
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft.chmod(0o440)
        draft.rename(target)
        descriptor = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _digest(self, sha256: str) -> str:
        digest = hashlib.sha256()
        with self.open(sha256) as stream:
            while block := stream.read(BLOCK_BYTES):
                digest.update(block)
        return digest.hexdigest()

    def open(self, sha256: str) -> BinaryIO:
        """The archived file as it came, seekable.

        Raises:
            LandingError: it is not there or cannot be decrypted.
        """
        path = self.path(sha256)
        try:
            file = path.open("rb")
            if not self._is_sealed and file.peek(len(_MAGIC))[: len(_MAGIC)] != _MAGIC:
                return file
            file.close()
            return io.BufferedReader(_Unsealed(path, self._cipher), _SEALED_BYTES)
        except OSError as error:
            raise LandingError(f"The archived file {path} cannot be read: {error}.") from error
