"""Connections: ids, extras, and errors without secrets."""

import base64

import pytest

from huiyan.delivery.access import Access, connection_id
from huiyan.delivery.parcel import NotTakenError


def test_an_id_can_be_the_name_of_a_variable() -> None:
    assert connection_id("smtp", "TC01") == "huiyan_smtp_TC01"
    assert connection_id("key", "default-office") == "huiyan_key_default_2Doffice"
    assert connection_id("sftp", "纪委") == "huiyan_sftp__E7_BA_AA_E5_A7_94"


def test_no_secret_is_told() -> None:
    access = Access(
        "huiyan_smtp",
        "host",
        login="me",
        password="pass word 1",
        extra={"private_key": "-----BEGIN\nabcdef\n", "api_token": "tttt", "host_key": "public"},
    )
    plain = base64.b64encode(b"\0me\0pass word 1").decode()
    coded = base64.b64encode(b"pass word 1").decode()
    said = access.redacted(f"pass word 1; {plain}; {coded}; -----BEGIN abcdef; tttt; public\x07")
    assert said == "***; ***; ***; ***; ***; public"
    assert "pass word 1" not in repr(access)
    assert "tttt" not in repr(access)
    assert len(access.redacted("x" * 1000)) < 310


def test_extras_are_what_they_should_be() -> None:
    extra = {"hosts": "a, B:8443", "domains": ["C"], "yes": "True", "no": False, "bad": 7}
    access = Access("c", extra={**extra, "empty": ""})
    assert access.names("hosts") == ["a", "b:8443"]
    assert access.names("domains") == ["c"]
    assert access.names("none") == []
    assert (access.flag("yes"), access.flag("no"), access.flag("none")) == (True, False, None)
    assert access.flag("empty") is None
    assert access.timeout == 30
    for wrong in (access.text, access.flag, access.names):
        with pytest.raises(NotTakenError, match="`bad` in the extra of c"):
            wrong("bad")
    for timeout in ("soon", -1, 4000):
        with pytest.raises(NotTakenError, match="timeout"):
            _ = Access("c", extra={"timeout": timeout}).timeout
