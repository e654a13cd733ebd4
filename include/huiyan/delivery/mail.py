"""The SMTP channel: one digest mail per extract, over TLS, to the address of the register.

A mail server cannot tell a duplicate. The Message-ID is made from the idempotency key, so that
mailboxes can, and a mail that may be the second says so.
"""

import re
import smtplib
from contextlib import suppress
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from zoneinfo import ZoneInfo

from huiyan.delivery.access import Access
from huiyan.delivery.letter import (
    attachment_name,
    html,
    is_table_attached,
    plain,
    returned_name,
    subject,
    table_name,
)
from huiyan.delivery.parcel import NotTakenError, Parcel, Receipt
from huiyan.delivery.render import RETURNED, WORKBOOK
from huiyan.delivery.sheets import TABLE

TLS_PORT, STARTTLS_PORT = 465, 587
ACCEPTED, FORWARDED = 250, 251
SENDER = "慧眼监督预警"
XLSX = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")
ZIP = ("application", "zip")
# Not as text: mail programs would show it, and servers rewrite its line ends.
CSV = ("application", "octet-stream")
ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?P<domain>[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*)"
)


def send(access: Access, parcel: Parcel) -> Receipt:
    """Hand the mail to the server; that it took it is the receipt.

    Raises:
        NotTakenError: it did not, or it is not known.
    """
    message = compose(access, parcel, datetime.now(ZoneInfo("Asia/Shanghai")))
    answer = hand_over(access, message)
    return Receipt(
        f"mailto:{message['To']}",
        {
            "message_id": str(message["Message-ID"]),
            "server": access.host,
            "answer": answer,
            "repeated": parcel.maybe_sent,
        },
    )


def hand_over(access: Access, message: EmailMessage) -> str:
    """Hand a mail with one recipient to the server; what it answered.

    Raises:
        NotTakenError: it did not take it, or it is not known.
    """
    recipient = str(message["To"])
    told = False
    try:
        server = _server(access)
        try:
            server.ehlo_or_helo_if_needed()
            if access.login:
                server.login(access.login, access.password)
            code, answer = server.mail(access.text("from_email"))
            if code == ACCEPTED:
                code, answer = server.rcpt(recipient)
            if code in (ACCEPTED, FORWARDED):
                told = True
                code, answer = server.data(message.as_bytes(policy=SMTP))
                told = False
        finally:
            # What is said to the farewell changes nothing any more.
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
            server.close()
    except smtplib.SMTPDataError as error:
        raise NotTakenError(f"{access.host}: {access.redacted(error)}") from error
    except (smtplib.SMTPException, OSError) as error:
        said = access.redacted(error) or type(error).__name__
        raise NotTakenError(f"{access.host}: {said}", maybe_sent=told) from error
    said = access.redacted(answer.decode("utf-8", "replace"))
    if code != ACCEPTED:
        raise NotTakenError(f"{access.host} did not take the mail: {code} {said}")
    return f"{code} {said}"


def compose(access: Access, parcel: Parcel, now: datetime) -> EmailMessage:
    """The mail as it is sent.

    Raises:
        NotTakenError: an address is none, or the recipient's domain is not allowed.
    """
    body = parcel.extract.body_code
    message, own_domain = addressed(
        access, parcel.address, f"The address of {body} in the register of bodies"
    )
    reply_to = access.text("reply_to")
    if reply_to:
        message["Reply-To"] = _address(reply_to, f"`reply_to` in the extra of {access.conn_id}")
    message["Subject"] = subject(parcel)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{parcel.key}@{own_domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = "zh-CN"
    message.set_content(plain(parcel, bool(reply_to)), cte="base64")
    message.add_alternative(html(parcel, bool(reply_to)), subtype="html", cte="base64")
    if parcel.sealed is None:
        content, (kind, subtype) = parcel.files[WORKBOOK], XLSX
    else:
        content, (kind, subtype) = parcel.sealed[1], ZIP
    message.add_attachment(
        content, maintype=kind, subtype=subtype, filename=attachment_name(parcel)
    )
    if parcel.sealed is None and RETURNED in parcel.files:
        kind, subtype = XLSX
        message.add_attachment(
            parcel.files[RETURNED], maintype=kind, subtype=subtype, filename=returned_name(parcel)
        )
    if parcel.sealed is None and is_table_attached(parcel):
        kind, subtype = CSV
        message.add_attachment(
            parcel.files[TABLE], maintype=kind, subtype=subtype, filename=table_name(parcel)
        )
    set_boundaries(message, parcel.key)
    return message


def addressed(
    access: Access, recipient: str, what: str, sender_name: str = SENDER
) -> tuple[EmailMessage, str]:
    """A mail that has only its sender and its recipient, and the sender's domain.

    Args:
        what: what to call the recipient's address in an error.

    Raises:
        NotTakenError: an address is none, or the recipient's domain is not allowed.
    """
    sender = _address(access.text("from_email"), f"`from_email` in the extra of {access.conn_id}")
    own_domain, domain = (
        each.rpartition("@")[2].lower() for each in (sender, _address(recipient, what))
    )
    allowed = access.names("recipient_domains") or [own_domain]
    if domain not in allowed:
        raise NotTakenError(
            f"{what} is at {domain}, which the connection {access.conn_id} does not allow: correct "
            "it, or add the domain to `recipient_domains` in the extra."
        )
    message = EmailMessage()
    message["From"] = formataddr((sender_name, sender), "utf-8")
    message["To"] = recipient
    return message, own_domain


def set_boundaries(message: EmailMessage, key: str) -> None:
    """Let the parts be parted by what the key says, not by chance."""
    for number, part in enumerate(each for each in message.walk() if each.is_multipart()):
        part.set_boundary(f"=_{key[:32]}_{number}")


def _address(text: str, what: str) -> str:
    """One plain mailbox, nothing else: no name, no list, no line break."""
    if not ADDRESS.fullmatch(text):
        raise NotTakenError(f"{what} must be one plain mail address.")
    return text


def _server(access: Access) -> smtplib.SMTP:
    """A connection over TLS: from the start, or by STARTTLS if the extra has `disable_ssl`."""
    if not access.host:
        raise NotTakenError(f"The connection {access.conn_id} must name the mail server's host.")
    context = access.tls()
    if not access.flag("disable_ssl"):
        return smtplib.SMTP_SSL(
            access.host, access.port or TLS_PORT, timeout=access.timeout, context=context
        )
    if access.flag("disable_tls"):
        raise NotTakenError(
            f"The connection {access.conn_id} disables both SSL and TLS: extracts do not travel "
            "unencrypted."
        )
    server = smtplib.SMTP(access.host, access.port or STARTTLS_PORT, timeout=access.timeout)
    try:
        server.starttls(context=context)
    except BaseException:
        server.close()
        raise
    return server
