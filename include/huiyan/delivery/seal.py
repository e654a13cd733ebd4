"""Encryption for the recipient: an AES-256 ZIP that 7-Zip, WinRAR and Bandizip open."""

import io

import pyzipper

from huiyan.delivery.extract import Extract
from huiyan.delivery.folder import folder_name
from huiyan.delivery.parcel import NotTakenError

SHORTEST_KEY = 12


def seal(extract: Extract, version: int, files: dict[str, bytes], key: str) -> tuple[str, bytes]:
    """Name and bytes of the archive; salts are drawn anew, so the bytes differ every time.

    The manifest within has the SHA-256 of every file.

    Raises:
        NotTakenError: the key is too short to protect anything.
    """
    if len(key) < SHORTEST_KEY:
        raise NotTakenError(
            f"The encryption key of {extract.body_code} has fewer than {SHORTEST_KEY} characters: "
            "agree on a longer one."
        )
    buffer = io.BytesIO()
    with pyzipper.AESZipFile(
        buffer, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES
    ) as archive:
        archive.setpassword(key.encode())
        archive.setencryption(pyzipper.WZ_AES, nbits=256)
        day = extract.business_date
        for name, content in sorted(files.items()):
            entry = archive.zipinfo_cls(name, date_time=(day.year, day.month, day.day, 0, 0, 0))
            entry.compress_type = pyzipper.ZIP_DEFLATED
            archive.writestr(entry, content)
    name = f"{folder_name(extract.body_code)}-{day.isoformat()}-v{version}.zip"
    return name, buffer.getvalue()
