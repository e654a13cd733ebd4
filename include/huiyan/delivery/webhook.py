"""The webhook channel: one signed HTTPS POST per extract.

The signature is that of the Standard Webhooks specification, which receivers can check with its
libraries. The address comes from a feed and is not trusted: it must be https and its host must be
one that the connection names. Redirects are not followed, no proxy or password is taken from the
environment, and no connection is used twice, so that what a server sends unasked after its answer
is nobody's answer.
"""

import asyncio
import base64
import binascii
import hashlib
import hmac
import json
import time
from urllib.parse import SplitResult, urlsplit

import httpx

from huiyan.delivery.access import Access
from huiyan.delivery.parcel import NotTakenError, Parcel, Receipt, listed

PORT = 443
LARGEST_ANSWER = 1 << 16
SHORTEST_SECRET = 24
SCHEMA = "huiyan.extract/1"
CONFLICT = 409


def send(access: Access, parcel: Parcel) -> Receipt:
    """Post the parcel; a 2xx answer is the receipt, as is 409 with this parcel's key.

    Raises:
        NotTakenError: anything else.
    """
    url = checked_url(access, parcel)
    body = payload(parcel)
    headers = signed(access, parcel.key, int(time.time()), body)
    try:
        status, said, key = asyncio.run(_post(access, url, headers, body))
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        raise NotTakenError(f"{url.netloc}: {access.redacted(error) or 'no connection'}") from error
    except (httpx.HTTPError, TimeoutError, OSError) as error:
        # It may have been read to the end before this.
        text = access.redacted(error) or f"no answer within {access.timeout:g} s"
        raise NotTakenError(f"{url.netloc}: {text}", maybe_sent=True) from error
    repeated = status == CONFLICT and parcel.key in (key, _key_in(said))
    if repeated or httpx.codes.is_success(status):
        return Receipt(
            url.geturl(),
            {"status": status, "answer": access.redacted(said), "repeated": repeated},
        )
    raise NotTakenError(
        f"{url.netloc} answered {status}: {access.redacted(said)}",
        maybe_sent=httpx.codes.is_server_error(status),
    )


def checked_url(access: Access, parcel: Parcel) -> SplitResult:
    """The body's address, taken apart.

    Raises:
        NotTakenError: it is not https, or its host is none that the connection allows.
    """
    body, address = parcel.extract.body_code, parcel.address
    try:
        url = urlsplit(address)
        port = url.port or PORT
    except ValueError:
        url, port = urlsplit(""), 0
    if (
        url.scheme != "https"
        or not url.hostname
        or "@" in url.netloc
        or url.fragment
        or not address.isascii()
        or not address.isprintable()
        or " " in address
    ):
        raise NotTakenError(
            f"The webhook address of {body} must be https://host/path, without a user or a "
            "fragment: correct the register of bodies."
        )
    allowed = set(access.names("hosts")) | ({access.host.lower()} if access.host else set())
    named = f"{url.hostname}:{port}"
    if named not in allowed and not (url.hostname in allowed and port == _port_of(access)):
        raise NotTakenError(
            f"The webhook address of {body} is on {named}, which the connection "
            f"{access.conn_id} does not allow: correct the register, or add it to `hosts` in the "
            "extra."
        )
    return url


def _port_of(access: Access) -> int:
    return access.port or PORT


def payload(parcel: Parcel) -> bytes:
    """The JSON that is posted: the same parcel always gives the same bytes, unless encrypted."""
    extract = parcel.extract
    document = {
        "schema": SCHEMA,
        "idempotency_key": parcel.key,
        "body": extract.body_code,
        "business_date": extract.business_date.isoformat(),
        "version": parcel.version,
        "content_hash": parcel.content_hash,
        "encrypted": parcel.sealed is not None,
        "files": [
            {**listed(name, content), "content_base64": base64.b64encode(content).decode()}
            for name, content in parcel.contents.items()
        ],
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def signed(access: Access, key: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers of the request.

    Args:
        timestamp: seconds since 1970 at which it is sent.

    Raises:
        NotTakenError: the connection has no secret, or too short a one.
    """
    secret = access.password.encode()
    if access.password.startswith("whsec_"):
        try:
            secret = base64.b64decode(access.password.removeprefix("whsec_"), validate=True)
        except (binascii.Error, ValueError):
            secret = b""
    if len(secret) < SHORTEST_SECRET:
        raise NotTakenError(
            f"The password of {access.conn_id} must be the secret shared with the receiver: at "
            f"least {SHORTEST_SECRET} bytes, or whsec_ and base64."
        )
    text = f"{key}.{timestamp}.".encode() + body
    signature = base64.b64encode(hmac.new(secret, text, hashlib.sha256).digest()).decode()
    return {
        "Content-Type": "application/json",
        "User-Agent": "Huiyan",
        "Idempotency-Key": key,
        "Webhook-Id": key,
        "Webhook-Timestamp": str(timestamp),
        "Webhook-Signature": f"v1,{signature}",
    }


async def _post(
    access: Access, url: SplitResult, headers: dict[str, str], body: bytes
) -> tuple[int, str, str]:
    """Status, beginning of the answer, and the idempotency key that its header repeats."""
    async with (
        asyncio.timeout(access.timeout),
        httpx.AsyncClient(
            verify=access.tls(), follow_redirects=False, trust_env=False, timeout=access.timeout
        ) as client,
        client.stream("POST", url.geturl(), headers=headers, content=body) as answer,
    ):
        said = b""
        async for block in answer.aiter_raw():
            said += block
            if len(said) > LARGEST_ANSWER:
                break
        text = said[:LARGEST_ANSWER].decode("utf-8", "replace")
        return answer.status_code, text, answer.headers.get("Idempotency-Key", "")


def _key_in(said: str) -> str:
    """The idempotency key in a JSON answer; empty if there is none."""
    try:
        document = json.loads(said)
    except ValueError:
        return ""
    key = document.get("idempotency_key", "") if isinstance(document, dict) else ""
    return key if isinstance(key, str) else ""
