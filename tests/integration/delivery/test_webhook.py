"""Posts to a real HTTPS endpoint that behaves and misbehaves."""

import base64
import time
from dataclasses import replace

import pytest

from huiyan.delivery.parcel import NotTakenError
from huiyan.delivery.webhook import send
from receivers import HOST, SECRET, WebServer, parcel


def test_it_arrives_signed_and_only_once(web_server: WebServer) -> None:
    sent = parcel(web_server.address)
    first = send(web_server.access(), sent)
    again = send(web_server.access(), sent)
    assert (first.detail["status"], first.detail["repeated"]) == (200, False)
    assert (again.detail["status"], again.detail["repeated"]) == (409, True)
    (kept,) = web_server.kept.values()
    assert kept.is_signed()
    assert kept.headers["idempotency-key"] == sent.key == kept.document["idempotency_key"]
    assert kept.document["body"] == "TC01"
    files = {file["name"]: file["content_base64"] for file in kept.document["files"]}
    assert {name: base64.b64decode(text) for name, text in files.items()} == sent.files
    tampered = replace(kept, body=kept.body.replace(b"TC01", b"TC02"))
    assert not tampered.is_signed()


def test_encrypted_it_says_nothing_else(web_server: WebServer) -> None:
    sent = parcel(web_server.address, sealed=True)
    send(web_server.access(), sent)
    (kept,) = web_server.kept.values()
    # Who names this has opened the archive.
    assert sent.extract.content_hash().encode() not in kept.body
    assert sent.extract.content_hash() not in sent.contents["manifest.json"].decode()
    assert kept.document["encrypted"] is True
    assert [file["name"] for file in kept.document["files"]] == [
        "TC01-2025-11-28-v1.zip",
        "manifest.json",
    ]
    assert "青禾镇" not in kept.body.decode()


@pytest.mark.parametrize(
    ("mode", "maybe_sent", "said"),
    [
        ("fail", True, "answered 500"),
        ("refuse", False, "answered 400: unknown body"),
        ("redirect", False, "answered 302"),
        ("conflict", False, "answered 409"),
        ("hang", True, "no answer within 1 s"),
        ("drip", True, "no answer within 1 s"),
        ("die", True, ":"),
        ("half", True, ":"),
    ],
)
def test_what_is_no_receipt(web_server: WebServer, mode: str, maybe_sent: bool, said: str) -> None:
    web_server.mode = mode
    began = time.monotonic()
    with pytest.raises(NotTakenError, match=said) as caught:
        send(web_server.access(), parcel(web_server.address))
    assert time.monotonic() - began < 3
    assert caught.value.maybe_sent is maybe_sent
    assert SECRET not in str(caught.value)
    assert len(web_server.requests) == 1


@pytest.mark.parametrize("mode", ["die", "half"])
def test_what_was_kept_before_it_died_is_recognised(web_server: WebServer, mode: str) -> None:
    web_server.mode = mode
    with pytest.raises(NotTakenError):
        send(web_server.access(), parcel(web_server.address))
    web_server.mode = ""
    assert send(web_server.access(), parcel(web_server.address)).detail["repeated"]
    assert len(web_server.kept) == 1


def test_a_second_answer_is_nobodys(web_server: WebServer) -> None:
    web_server.mode = "twice"
    other = replace(parcel(web_server.address), key="another")
    for sent in (parcel(web_server.address), other):
        assert send(web_server.access(), sent).detail["status"] == 200
    assert set(web_server.kept) == {parcel().key, "another"}


@pytest.mark.parametrize(
    "address",
    [
        "",
        "http://127.0.0.1:{port}/x",
        "https://localhost:{port}/x",
        "https://127.0.0.1/x",
        "https://127.0.0.1:{other}/x",
        "https://allowed@127.0.0.1:{port}/x",
        "https://127.0.0.1:{port}@169.254.169.254/x",
        "https://127.0.0.1:{port}/x#y",
        "https://127.0.0.1:{port}/x y",
        "https://127.0.0.1:{port}/x\r\nHost: y",
        "https://127.0.0.1:{port}.example.com/x",
        "file:///etc/passwd",
    ],
)
def test_only_https_to_a_host_that_the_connection_allows(
    web_server: WebServer, address: str
) -> None:
    said = address.format(port=web_server.port, other=web_server.port + 1)
    with pytest.raises(NotTakenError, match="webhook address of TC01"):
        send(web_server.access(), parcel(said))
    assert web_server.requests == []


def test_further_hosts_are_named_in_the_extra(web_server: WebServer) -> None:
    access = replace(web_server.access(hosts=f"{HOST}:{web_server.port}"), host="hook.invalid")
    assert send(access, parcel(web_server.address)).detail["status"] == 200


def test_a_certificate_of_nobody_and_a_short_secret(web_server: WebServer) -> None:
    with pytest.raises(NotTakenError, match="certificate verify failed") as caught:
        send(web_server.access(ca_file=""), parcel(web_server.address))
    assert not caught.value.maybe_sent
    for secret in ("", "short", "whsec_short", "whsec_%%%"):
        with pytest.raises(NotTakenError, match="secret shared with the receiver"):
            send(replace(web_server.access(), password=secret), parcel(web_server.address))
    assert web_server.requests == []
