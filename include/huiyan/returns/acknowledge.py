"""Receipts: a body sends the manifest of its extract back, and so proves that the extract came.

A manifest names the SHA-256 of the extract's content, return codes included. Only who made the
extract or received it can name it, so it proves the body and the date as the codes of a form do.
Of an encrypted extract only the manifest inside names it: the one beside the archive proves that
the parcel came, which the channel has told already, and not that anybody could open it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath
from typing import Any, TypeGuard

import psycopg

from huiyan.feeds.archive import Archive
from huiyan.feeds.contract import load_contract
from huiyan.feeds.folder import is_statement
from huiyan.feeds.manifest import MAX_BYTES
from huiyan.returns.judge import Refusal
from huiyan.settings import Settings

_SHA256 = re.compile("[0-9a-f]{64}")
UNREADABLE = Refusal(
    "receipt_unreadable",
    "这个文件不是推送时附带的清单（manifest.json），请把收到的清单原样退回。",
)
LATER = Refusal("receipt_of_a_later_date", "清单的推送日期晚于反馈的业务日期。")
UNKNOWN = Refusal(
    "receipt_of_no_delivery",
    "清单与推送给该单位的任何一次都对不上：内容被改动过，或推送未送达。请把收到的清单原样退回。",
)
SEALED = Refusal(
    "receipt_of_a_sealed_parcel",
    "这是加密包外面的清单，只能说明包已送达。请解开加密包，把包内的清单原样退回，或退回填写的表格。",
)
FOREIGN = Refusal("receipt_of_another_body", "这份清单是推送给其他单位的，不能由本单位签收。")


@dataclass(frozen=True)
class Receipt:
    """A manifest that came back and names a delivery.

    Attributes:
        extract_on: business date of the extract.
        sha256s: of the extract's files, as the manifest says.
    """

    file_no: int
    file_name: str
    delivery_id: int
    body_code: str
    extract_on: date
    sha256s: frozenset[str]


def read(
    connection: psycopg.Connection,
    batch_id: int,
    day: date,
    senders: Mapping[int, str],
    settings: Settings,
) -> tuple[list[Receipt], dict[int, Refusal]]:
    """The receipts among the files of a batch of business date `day`, and by file those refused.

    Args:
        senders: whose folder a file lies in, by its number, where it is one.

    Raises:
        LandingError: the archive cannot be read.
    """
    archive = Archive(settings, load_contract("returns"))
    receipts: list[Receipt] = []
    refused: dict[int, Refusal] = {}
    for file_no, name, sha256 in connection.execute(
        "select file_no, file_name, sha256 from ops.batch_file "
        "where batch_id = %s and error is null order by file_no",
        [batch_id],
    ).fetchall():
        if not is_statement(name):
            continue
        with archive.open(sha256) as stream:
            found = _named(connection, stream.read(MAX_BYTES + 1), day)
        if isinstance(found, Refusal):
            refused[file_no] = found
        elif senders.get(file_no, found[1]) != found[1]:
            refused[file_no] = FOREIGN
        else:
            receipts.append(Receipt(file_no, name, *found))
    return receipts, refused


def _named(
    connection: psycopg.Connection, content: bytes, day: date
) -> tuple[int, str, date, frozenset[str]] | Refusal:
    """Delivery, body, date and files that the manifest names."""
    if len(content) > MAX_BYTES:
        return UNREADABLE
    try:
        said = json.loads(content.decode("utf-8-sig"))
        extract_on = date.fromisoformat(said["business_date"])
        body, content_hash = said["body"], said["content_hash"]
    except (ValueError, RecursionError, TypeError, KeyError):
        return UNREADABLE
    if not isinstance(body, str) or not _is_sha256(content_hash) or not body.isprintable():
        return UNREADABLE
    if said.get("encrypted") is True:
        return SEALED
    if extract_on > day:
        return LATER
    row = connection.execute(
        "select delivery_id from ops.delivery where body_code = %s and business_date = %s "
        "and content_hash = %s and state = 'delivered' order by version desc limit 1",
        [body, extract_on, content_hash],
    ).fetchone()
    if row is None:
        return UNKNOWN
    listed = said.get("files")
    files = listed if isinstance(listed, list) else []
    hashes = [file.get("sha256") for file in files if isinstance(file, dict)]
    return row[0], body, extract_on, frozenset(each for each in hashes if _is_sha256(each))


def _is_sha256(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and _SHA256.fullmatch(value) is not None


def untouched(
    connection: psycopg.Connection, batch_id: int, receipts: list[Receipt]
) -> frozenset[int]:
    """Files that came back beside their manifest exactly as they had been sent.

    A manifest speaks of its own folder only, and in the folder of all senders of none.
    """
    sent: dict[PurePosixPath, frozenset[str]] = {}
    for receipt in receipts:
        folder = PurePosixPath(receipt.file_name).parent
        sent[folder] = sent.get(folder, frozenset()) | receipt.sha256s
    return frozenset(
        file_no
        for file_no, name, sha256 in connection.execute(
            "select file_no, file_name, sha256 from ops.batch_file where batch_id = %s", [batch_id]
        )
        if (folder := PurePosixPath(name).parent).parts and sha256 in sent.get(folder, ())
    )


def record(
    connection: psycopg.Connection, day: date, batch_id: int, proofs: Mapping[int, int]
) -> None:
    """Write down that deliveries came, and by which file; what an earlier date has proved stays.

    Args:
        proofs: number of the file by delivery.
    """
    connection.cursor().executemany(
        "update ops.delivery set acknowledged_on = %(day)s, acknowledged_batch_id = %(batch)s, "
        "acknowledged_file_no = %(file)s where delivery_id = %(delivery)s "
        "and (acknowledged_on is null or acknowledged_on > %(day)s)",
        [
            {"day": day, "batch": batch_id, "file": file_no, "delivery": delivery_id}
            for delivery_id, file_no in sorted(proofs.items())
        ],
    )
