"""The digest mail on a real mail server."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
import pyzipper

from extract_samples import RETURNED, extract, row
from huiyan.delivery.mail import send
from huiyan.delivery.parcel import NotTakenError
from huiyan.delivery.render import render
from receivers import HOST, KEY, PASSWORD, Authority, MailServer, parcel

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

ADDRESS = "qinghe@yunxi.gov.cn"


def test_it_arrives_as_text_html_and_workbook(mail_server: MailServer) -> None:
    sent = parcel(ADDRESS)
    receipt = send(mail_server.access(reply_to="back@yunxi.gov.cn"), sent)
    (mail,) = mail_server.mails
    assert mail["To"] == ADDRESS
    assert mail["Reply-To"] == "back@yunxi.gov.cn"
    assert mail["From"].addresses[0].display_name == "慧眼监督预警"
    assert mail["Subject"] == "【监督预警】2025-11-28 青禾镇纪委：待办2条，新增1条"
    assert mail["Message-ID"] == f"<{sent.key}@yunxi.gov.cn>" == receipt.detail["message_id"]
    assert receipt.location == f"mailto:{ADDRESS}"
    assert receipt.detail["answer"] == "250 kept as number 7"
    assert not receipt.detail["repeated"]
    text = mail.get_body(("plain",)).get_content()
    assert "清单所列预警共2条，其中新增1条" in text
    assert "回复本邮件" in text
    assert "青禾镇人民政府" in mail.get_body(("html",)).get_content()
    (workbook,) = mail.iter_attachments()
    assert workbook.get_filename() == "监督预警_青禾镇纪委_2025-11-28.xlsx"
    assert workbook.get_content() == sent.files["alerts.xlsx"]
    openpyxl.load_workbook(io.BytesIO(workbook.get_content()))


def test_sent_again_it_is_the_same_mail_and_says_so(mail_server: MailServer) -> None:
    first = parcel(ADDRESS)
    send(mail_server.access(), first)
    receipt = send(mail_server.access(), replace(first, maybe_sent=True))
    once, again = mail_server.mails
    assert once["Message-ID"] == again["Message-ID"]
    assert "可能重复发送" in again.get_body(("plain",)).get_content()
    assert "可能重复发送" not in once.get_body(("plain",)).get_content()
    assert receipt.detail["repeated"]


def test_lines_that_were_not_taken_come_back_with_it(mail_server: MailServer) -> None:
    sent = parcel(ADDRESS)
    refused = replace(sent.extract, returned=(RETURNED,))
    send(mail_server.access(), replace(sent, extract=refused, files=render(refused, version=1)))
    (mail,) = mail_server.mails
    assert mail["Subject"].endswith("：待办2条，新增1条，退回更正1行")
    workbook, returned = mail.iter_attachments()
    assert workbook.get_filename() == "监督预警_青禾镇纪委_2025-11-28.xlsx"
    assert returned.get_filename() == "退回更正_青禾镇纪委_2025-11-28.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(returned.get_content()))
    assert RETURNED.reasons[0] in book.active["C2"].value
    for kind in ("plain", "html"):
        assert returned.get_filename() in mail.get_body((kind,)).get_content()


def test_what_the_workbook_cuts_short_comes_with_it(mail_server: MailServer) -> None:
    sent = parcel(ADDRESS)
    invoices = json.dumps({"invoices": [f"-{number:08d}" for number in range(11)]})
    long = extract(row(evidence=invoices))
    send(
        mail_server.access(),
        replace(sent, extract=long, files=render(long, version=1)),
    )
    (mail,) = mail_server.mails
    workbook, table = mail.iter_attachments()
    notes = openpyxl.load_workbook(io.BytesIO(workbook.get_content()))["说明"]
    assert any("名称以 .csv 结尾" in str(cell.value) for cell in notes["A"])
    assert table.get_filename() == "监督预警_青禾镇纪委_2025-11-28.csv"
    assert table.get_content().decode("utf-8-sig").count("-000000") == 11
    assert table.get_filename() in mail.get_body(("plain",)).get_content()


def test_an_encrypted_extract_tells_no_names(mail_server: MailServer) -> None:
    sent = parcel(ADDRESS, sealed=True)
    send(mail_server.access(), sent)
    (mail,) = mail_server.mails
    for kind in ("plain", "html"):
        text = mail.get_body((kind,)).get_content()
        assert "青禾镇人民政府" not in text
        assert "1,860.00" not in text
        assert "已加密" in text
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == "TC01-2025-11-28-v1.zip"
    with pyzipper.AESZipFile(io.BytesIO(attached.get_content())) as archive:
        archive.setpassword(KEY.encode())
        assert archive.read("alerts.xlsx") == sent.files["alerts.xlsx"]


def test_starttls(authority: Authority) -> None:
    server = MailServer(authority, starttls=True)
    try:
        send(server.access(), parcel(ADDRESS))
        assert len(server.mails) == 1
    finally:
        server.stop()


@pytest.mark.parametrize(
    ("mode", "maybe_sent", "said"),
    [
        ("refuse", False, "550 no such mailbox"),
        ("full", False, "452 mailbox is full"),
        ("die", True, ":"),
    ],
)
def test_what_the_server_does_not_take(
    mail_server: MailServer, mode: str, maybe_sent: bool, said: str
) -> None:
    mail_server.mode = mode
    with pytest.raises(NotTakenError, match=said) as caught:
        send(mail_server.access(), parcel(ADDRESS))
    assert caught.value.maybe_sent is maybe_sent
    assert PASSWORD not in str(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "qinghe@yunxi.gov.cn\r\nBcc: all@example.com",
        "qinghe@yunxi.gov.cn\nX: y",
        "a@yunxi.gov.cn, b@yunxi.gov.cn",
        "纪委 <qinghe@yunxi.gov.cn>",
        "qinghe@yunxi.gov.cn> SIZE=1",
        "qinghe@example.com",
        "qinghe@evil.yunxi.gov.cn",
    ],
)
def test_only_one_plain_mailbox_of_an_allowed_domain(mail_server: MailServer, address: str) -> None:
    with pytest.raises(NotTakenError):
        send(mail_server.access(), parcel(address))
    assert mail_server.mails == []


def test_names_cannot_add_a_header(mail_server: MailServer) -> None:
    sent = parcel(ADDRESS)
    named = replace(sent.extract, body_name="镇纪委\r\nBcc: all@example.com\u202e")
    send(mail_server.access(), replace(sent, extract=named))
    (mail,) = mail_server.mails
    assert mail["Bcc"] is None
    # Where the header is folded, some versions of Python leave a second blank.
    assert "Bcc: all@example.com：" in " ".join(mail["Subject"].split())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda access: {"ca_file": ""}, "certificate verify failed"),
        (lambda access: {"ca_file": "/nowhere.pem"}, "cannot be used"),
        (lambda access: {"disable_ssl": True, "disable_tls": True}, "unencrypted"),
        (lambda access: {"from_email": "nobody"}, "from_email"),
        (lambda access: {"timeout": "soon"}, "timeout"),
        (lambda access: {"recipient_domains": 7}, "recipient_domains"),
    ],
)
def test_a_connection_that_is_not_safe_is_refused(
    mail_server: MailServer, change: Callable[[object], dict[str, object]], said: str
) -> None:
    access = mail_server.access()
    access = replace(access, extra={**access.extra, **change(access)})
    with pytest.raises(NotTakenError, match=said) as caught:
        send(access, parcel(ADDRESS))
    assert not caught.value.maybe_sent
    assert mail_server.mails == []


def test_nobody_there(mail_server: MailServer, tmp_path: Path) -> None:
    access = replace(mail_server.access(), password="wrong")
    with pytest.raises(NotTakenError, match=f"{HOST}: .*535"):
        send(access, parcel(ADDRESS))
    mail_server.stop()
    with pytest.raises(NotTakenError, match="refused"):
        send(mail_server.access(), parcel(ADDRESS))
