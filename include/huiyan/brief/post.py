"""Mails a brief to who is to read it: once per address and content."""

import fcntl
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from huiyan.brief.content import Brief, counted
from huiyan.brief.page import mail_html, mail_text
from huiyan.delivery.access import Access, channel_access
from huiyan.delivery.mail import addressed, hand_over, set_boundaries
from huiyan.delivery.parcel import NotTakenError
from huiyan.errors import DeliveryError
from huiyan.settings import Settings

READER = "brief"  # connection huiyan_smtp_brief, else huiyan_smtp
SENDER = "Huiyan 慧眼"


def post(brief: Brief, settings: Settings) -> list[str]:
    """Mail the brief to the addresses of HUIYAN_BRIEF_TO that have not had this content.

    What was sent is recorded beside the page. A mail that a killed process may have sent is sent
    again, with the same Message-ID.

    Returns:
        The addresses that it was sent to now.

    Raises:
        DeliveryError: it did not reach some; the others have it.
    """
    if not settings.brief_to:
        return []
    key = content_key(brief)
    sent, failed = [], []
    with _record(settings.briefs, brief.business_date) as record:
        for recipient in settings.brief_to:
            had = record.get(recipient, {}).get("key")
            if had == key:
                continue
            try:
                access = channel_access("smtp", READER)
                message = compose(access, brief, recipient, key, is_correction=had is not None)
                answer = hand_over(access, message)
            except NotTakenError as error:
                failed.append(f"{recipient}: {str(error).rstrip('.')}")
                continue
            record[recipient] = {
                "key": key,
                "message_id": str(message["Message-ID"]),
                "answer": answer,
            }
            _keep(settings.briefs, brief.business_date, record)
            sent.append(recipient)
    if failed:
        raise DeliveryError(
            f"The brief of {brief.business_date} was not mailed to {'; '.join(failed)}. Put the "
            f"cause right, then `huiyan brief --date {brief.business_date}`."
        )
    return sent


def content_key(brief: Brief) -> str:
    """What stands for the date and the content of the brief: 64 hex digits."""
    said = f"{brief.business_date}\n{mail_text(brief)}\n{mail_html(brief)}"
    return hashlib.sha256(said.encode()).hexdigest()


def compose(
    access: Access, brief: Brief, recipient: str, key: str, *, is_correction: bool = False
) -> EmailMessage:
    """The mail as it is sent.

    Raises:
        NotTakenError: an address is none, or the recipient's domain is not allowed.
    """
    message, domain = addressed(access, recipient, "An address of HUIYAN_BRIEF_TO", SENDER)
    count = len(brief.needs)
    said = f"{counted(count, 'thing')} to do" if count else "nothing to do"
    corrected = " (corrected)" if is_correction else ""
    message["Subject"] = f"[Huiyan] {brief.title}: {said}{corrected}"
    message["Date"] = format_datetime(datetime.now(ZoneInfo("Asia/Shanghai")))
    message["Message-ID"] = f"<brief-{brief.business_date}-{key[:32]}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = "en"
    message.set_content(mail_text(brief), cte="base64")
    message.add_alternative(mail_html(brief), subtype="html", cte="base64")
    set_boundaries(message, key)
    return message


@contextmanager
def _record(folder: Path, day: date) -> Iterator[dict[str, dict[str, str]]]:
    """What has been sent of the date, by address; one process at a time."""
    with (folder / ".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        path = _record_path(folder, day)
        yield json.loads(path.read_text("utf-8")) if path.exists() else {}


def _keep(folder: Path, day: date, record: dict[str, dict[str, str]]) -> None:
    path = _record_path(folder, day)
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True), "utf-8")
    draft.replace(path)


def _record_path(folder: Path, day: date) -> Path:
    return folder / f"{day}.sent.json"
