"""The SFTP channel: uploaded under other names, read back, moved into place, the manifest last.

`<address>/<YYYY-MM-DD>/` of the connection's server; the address is a folder, by default the
body's code. A folder with a manifest is whole: it is taken away before anything else changes and
put back when all is in place. What already lies there is recognised and not sent again.
"""

import asyncio
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, cast

import asyncssh

from huiyan.delivery.access import Access
from huiyan.delivery.folder import folder_name
from huiyan.delivery.parcel import NotTakenError, Parcel, Receipt, listed
from huiyan.delivery.render import MANIFEST

PORT = 22
BLOCK = 1 << 18
LARGEST_MANIFEST = 1 << 20


class _Client(asyncssh.SSHClient):
    """Accepts the one host key whose SHA-256 fingerprint is given."""

    def __init__(self, fingerprint: str) -> None:
        self._fingerprint = fingerprint

    def validate_host_public_key(
        self, host: str, addr: str, port: int, key: asyncssh.SSHKey
    ) -> bool:
        """Whether this is the server's key."""
        return bool(key.get_fingerprint("sha256") == self._fingerprint)


def send(access: Access, parcel: Parcel) -> Receipt:
    """Bring the parcel's files to the server; safe to be killed and repeated.

    Raises:
        NotTakenError: they are not there, whole and read back.
    """
    folder = remote_folder(parcel)
    try:
        return asyncio.run(_within(access, parcel, folder))
    except TimeoutError as error:
        raise NotTakenError(
            f"{access.host} took longer than {access.timeout:g} s (extra `timeout`)."
        ) from error
    except (asyncssh.Error, OSError) as error:
        said = access.redacted(error) or type(error).__name__
        raise NotTakenError(f"SFTP to {access.host}: {said}") from error


def remote_folder(parcel: Parcel) -> PurePosixPath:
    """Where the parcel belongs on the server.

    Raises:
        NotTakenError: the address is no plain folder.
    """
    body = parcel.extract.body_code
    address = parcel.address or folder_name(body)
    parts = PurePosixPath(address).parts
    if ".." in parts or "://" in address or not address.isprintable() or address.startswith("~"):
        raise NotTakenError(
            f"The address of {body} must be a folder on the SFTP server, without `..`: the server "
            "itself is named by the connection."
        )
    return PurePosixPath(address) / parcel.extract.business_date.isoformat()


async def _within(access: Access, parcel: Parcel, folder: PurePosixPath) -> Receipt:
    async with (
        asyncio.timeout(access.timeout),
        asyncssh.connect(**_options(access)) as session,
        session.start_sftp_client() as sftp,
    ):
        return await _upload(access, sftp, parcel, folder)


def _options(access: Access) -> dict[str, Any]:
    """Arguments of the connection: nothing is taken from the user's ~/.ssh or agent."""
    if not access.host or not access.login:
        raise NotTakenError(f"The connection {access.conn_id} must name host and login.")
    options: dict[str, Any] = {
        "host": access.host,
        "port": access.port or PORT,
        "username": access.login,
        "config": None,
        "agent_path": None,
        "client_keys": _client_keys(access),
        "password": access.password or None,
        "keepalive_interval": 10,
    }
    fingerprint, known_hosts = access.text("host_fingerprint"), access.text("known_hosts")
    host_key = access.text("host_key")
    with _readable(access):
        if host_key:
            options["known_hosts"] = ([asyncssh.import_public_key(host_key)], [], [])
        elif fingerprint:
            options["known_hosts"] = ([], [], [])
            options["client_factory"] = lambda: _Client(fingerprint)
        elif known_hosts:
            options["known_hosts"] = asyncssh.import_known_hosts(Path(known_hosts).read_text())
        else:
            raise NotTakenError(
                f"The extra of {access.conn_id} must say how the server is recognised: `host_key`, "
                "`host_fingerprint` (SHA256:…) or `known_hosts` (a file)."
            )
    return options


def _client_keys(access: Access) -> list[asyncssh.SSHKey] | None:
    text, path = access.text("private_key"), access.text("key_file")
    if not text and not path:
        return None
    with _readable(access):
        secret = access.text("private_key_passphrase") or None
        return [
            asyncssh.import_private_key(text, secret)
            if text
            else asyncssh.read_private_key(path, secret)
        ]


@contextmanager
def _readable(access: Access) -> Iterator[None]:
    """Say in plain words that a key or a list of hosts is none."""
    try:
        yield
    except (OSError, ValueError) as error:
        # KeyImportError and KeyEncryptionError are ValueErrors.
        raise NotTakenError(
            f"A key in the extra of {access.conn_id} cannot be read: {access.redacted(error)}"
        ) from error


async def _upload(
    access: Access, sftp: asyncssh.SFTPClient, parcel: Parcel, folder: PurePosixPath
) -> Receipt:
    location = f"sftp://{access.host}:{access.port or PORT}/{str(folder).lstrip('/')}"
    there = await _already_there(sftp, parcel, folder)
    if there is not None:
        return Receipt(location, {"files": there, "repeated": True})
    await sftp.makedirs(str(folder), exist_ok=True)
    for entry in await sftp.readdir(str(folder)):
        left = str(entry.filename)
        if left.startswith(".") and left.endswith(".part"):
            await sftp.remove(str(folder / left))
    contents = parcel.contents
    drafts = {name: folder / f".{name}.{parcel.key[:12]}.part" for name in contents}
    for name, content in contents.items():
        async with sftp.open(str(drafts[name]), "wb") as handle:
            await handle.write(content)
        if await _file(sftp, name, drafts[name], len(content)) != listed(name, content):
            raise NotTakenError(
                f"{name} on {access.host} is not what was sent: read back, it differs."
            )
    if await sftp.exists(str(folder / MANIFEST)):
        await sftp.remove(str(folder / MANIFEST))
    for name in contents:
        await _rename(sftp, drafts[name], folder / name)
    files = [listed(name, content) for name, content in contents.items()]
    return Receipt(location, {"files": files, "repeated": False})


async def _already_there(
    sftp: asyncssh.SFTPClient, parcel: Parcel, folder: PurePosixPath
) -> list[dict[str, Any]] | None:
    """The files that lie there, if they are this very version of the extract; else None."""
    ours = json.loads(parcel.contents[MANIFEST])
    path = folder / MANIFEST
    try:
        if ((await sftp.stat(str(path))).size or 0) > LARGEST_MANIFEST:
            return None
        async with sftp.open(str(path), "rb") as handle:
            theirs = json.loads(await handle.read())
        if not isinstance(theirs, dict) or any(
            theirs.get(part) != ours.get(part)
            for part in ("body", "business_date", "version", "content_hash", "encrypted")
        ):
            return None
        found = []
        for file in theirs["files"]:
            name = str(file["name"])
            if name not in parcel.contents:
                return None
            found.append(await _file(sftp, name, folder / name, int(file["bytes"])))
            if found[-1] != file:
                return None
    except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath, ValueError, KeyError, TypeError):
        return None
    return found


async def _file(
    sftp: asyncssh.SFTPClient, name: str, path: PurePosixPath, size: int
) -> dict[str, Any]:
    """The file as it lies on the server, read no further than it should go."""
    digest, count = hashlib.sha256(), 0
    async with sftp.open(str(path), "rb") as handle:
        while count <= size:
            block = cast(bytes, await handle.read(BLOCK))
            if not block:
                break
            digest.update(block)
            count += len(block)
    return {"name": name, "sha256": digest.hexdigest(), "bytes": count}


async def _rename(sftp: asyncssh.SFTPClient, source: PurePosixPath, target: PurePosixPath) -> None:
    """Rename over what is there; a server that cannot is asked to remove it first."""
    try:
        await sftp.posix_rename(str(source), str(target))
    except asyncssh.SFTPOpUnsupported:
        if await sftp.exists(str(target)):
            await sftp.remove(str(target))
        await sftp.rename(str(source), str(target))
