"""From the outbox to the bodies' servers: chosen by the register, tried again, given up, killed."""

import base64
import io
import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import pyzipper
from rich.console import Console

from alert_district import MONDAY, TUESDAY, District
from forked import die_after, forked
from huiyan.alerts.issue import issue
from huiyan.delivery import mail
from huiyan.delivery.deliver import deliver, wait_after
from huiyan.delivery.outbox import due
from huiyan.errors import DeliveryError
from huiyan.orchestration.run import deliver_waiting
from huiyan.orchestration.steps import due_extracts, issue_alerts
from receivers import KEY, SECRET, Authority, MailServer, SftpServer, WebServer, environment

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


@pytest.fixture(autouse=True)
def connections(
    airflow_environment: None,
    mail_server: MailServer,
    web_server: WebServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The connections as an operator sets them."""
    for access in (mail_server.access(), web_server.access()):
        for name, value in environment(access).items():
            monkeypatch.setenv(name, value)


def name_channel(district: District, body: str, channel: str, address: str) -> None:
    district.run(
        "update staging.stg_supervision__body set channel = %s, address = %s where body_code = %s",
        channel,
        address,
        body,
    )


def waiting(district: District, web_server: WebServer) -> None:
    """An extract waits for U002 (folder) and one for TC01 (webhook)."""
    name_channel(district, "TC01", "webhook", web_server.address)
    district.hit("ATT-001", "V1")
    district.evaluated(MONDAY)
    issue(MONDAY, district.settings)


def outbox_row(district: District, body: str = "TC01") -> dict[str, Any]:
    columns = "state, attempts, last_error, maybe_sent, next_attempt_at is null, channel, address"
    names = ("state", "attempts", "error", "maybe_sent", "settled", "channel", "address")
    (row,) = district.rows(
        f"select {columns} from ops.delivery where body_code = %s and state <> 'superseded' "
        "order by version desc limit 1",
        body,
    )
    return dict(zip(names, row, strict=True))


def let_time_pass(district: District) -> None:
    district.run(
        "update ops.delivery set next_attempt_at = next_attempt_at - interval '7 hours', "
        "created_at = created_at - interval '7 hours'"
    )


def open_notes(district: District) -> list[tuple[str, str]]:
    return district.rows(
        "select kind, feed from ops.operations_alert where resolved_at is null order by 1, 2"
    )


def test_the_register_says_how_each_body_is_reached(
    district: District,
    mail_server: MailServer,
    web_server: WebServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (root := tmp_path / "sftp").mkdir()
    sftp_server = SftpServer(root)
    own = sftp_server.access()
    for name, value in environment(own).items():
        # The body's own connection comes before the common one.
        monkeypatch.setenv(name, value.replace(own.host, "nowhere.invalid"))
        monkeypatch.setenv(f"{name}_RG01", value)
    name_channel(district, "TC01", "webhook", web_server.address)
    name_channel(district, "U002", "smtp", "qinghe@yunxi.gov.cn")
    name_channel(district, "RG01", "sftp", "in")
    district.hit("ATT-001", "V1")
    district.hit("REC-001", "V2")
    district.evaluated(MONDAY)
    waiting_now = issue_alerts(MONDAY)
    assert [one["body_code"] for one in waiting_now] == ["RG01", "TC01", "U002"]
    locations = {
        body: deliver(MONDAY, body, district.settings).location for body in ("RG01", "TC01", "U002")
    }
    sftp_server.stop()
    assert locations == {
        "RG01": f"sftp://127.0.0.1:{sftp_server.port}/in/2025-09-01",
        "TC01": web_server.address,
        "U002": "mailto:qinghe@yunxi.gov.cn",
    }
    receipts = dict(district.rows("select channel, detail from ops.delivery_receipt"))
    assert set(receipts) == {"sftp", "smtp", "webhook"}
    assert all(not detail["repeated"] for detail in receipts.values())
    assert receipts["webhook"]["status"] == 200
    assert receipts["webhook"]["key"] in web_server.kept
    assert receipts["smtp"]["answer"] == "250 kept as number 7"
    assert mail_server.mails[0]["To"] == "qinghe@yunxi.gov.cn"
    for body in locations:
        # The outbox folder keeps what was sent, whatever the channel.
        copy = district.settings.outbox / body / "2025-09-01" / "alerts.xlsx"
        assert copy.is_file()
    uploaded = sftp_server.files()["in/2025-09-01/alerts.xlsx"]
    kept = district.settings.outbox / "RG01" / "2025-09-01" / "alerts.xlsx"
    assert uploaded == kept.read_bytes()
    assert district.value("select count(*) from ops.alert where state = 'delivered'") == 2
    assert SECRET not in json.dumps(receipts)


def test_one_that_fails_waits_is_given_up_and_sent_again(
    district: District,
    web_server: WebServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HUIYAN_DELIVERY_ATTEMPTS", "3")
    waiting(district, web_server)
    web_server.mode = "fail"
    assert deliver_waiting(console=Console(stderr=True)) == 0
    assert outbox_row(district)["attempts"] == 0, "not due: the alerts' own tasks come first"
    with pytest.raises(DeliveryError, match=r"attempt 1 of 3.*answered 500"):
        deliver(MONDAY, "TC01")
    assert deliver(MONDAY, "U002").status == "delivered"
    row = outbox_row(district)
    assert (row["state"], row["attempts"], row["settled"]) == ("pending", 1, False)
    assert "answered 500" in row["error"]
    assert SECRET not in row["error"]
    assert row["maybe_sent"]
    assert due() == []
    let_time_pass(district)
    assert due_extracts() == [{"business_date": "2025-09-01", "body_code": "TC01"}]
    assert deliver_waiting() == 1
    assert due() == []
    # Another date's run tries what is due, too.
    let_time_pass(district)
    district.evaluated(TUESDAY)
    assert {"business_date": "2025-09-01", "body_code": "TC01"} in issue_alerts(TUESDAY)
    with pytest.raises(DeliveryError, match=r"given up.*deliver --again --date 2025-09-01"):
        deliver(MONDAY, "TC01")
    assert (outbox_row(district)["state"], outbox_row(district)["settled"]) == ("dead", True)
    assert open_notes(district) == [("delivery_dead", "TC01")]
    web_server.mode = ""
    with pytest.raises(DeliveryError, match="given up"):
        deliver(MONDAY, "TC01")
    assert web_server.kept == {}
    # The same day again does not raise the dead; a person does.
    issue(MONDAY)
    assert outbox_row(district)["state"] == "dead"
    assert deliver_waiting(MONDAY, "TC01", again=True) == 0
    assert outbox_row(district)["state"] == "delivered"
    assert open_notes(district) == []
    assert len(web_server.kept) == 1
    assert deliver_waiting(MONDAY, "TC01", again=True) == 1, "nothing to send again"


def test_what_says_something_else_takes_the_place_of_what_was_given_up(
    district: District, web_server: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUIYAN_DELIVERY_ATTEMPTS", "1")
    waiting(district, web_server)
    web_server.mode = "refuse"
    with pytest.raises(DeliveryError, match="given up"):
        deliver(MONDAY, "TC01")
    web_server.mode = ""
    district.hit("ATT-001", "V2")
    issue(MONDAY)
    assert open_notes(district) == []
    assert deliver(MONDAY, "TC01").version == 2


def test_back_to_what_it_said_before_is_no_duplicate(
    district: District, web_server: WebServer
) -> None:
    waiting(district, web_server)
    deliver(MONDAY, "TC01")
    for amount in (200, 100):
        district.run("update marts.fct_rule_hit_spell set amount = %s", amount)
        issue(MONDAY)
        deliver(MONDAY, "TC01")
    assert [
        hashes[0]
        for hashes in district.rows(
            "select content_hash = first_value(content_hash) over (order by version) "
            "from ops.delivery where body_code = 'TC01' order by version"
        )
    ] == [True, False, True]
    assert len(web_server.kept) == 3


def die_at(owner: Any, name: str, *, after: bool) -> None:
    """Kill this process when that is called, before it does anything or once it is done."""
    real = getattr(owner, name)

    def last(*arguments: Any, **keywords: Any) -> None:
        if after:
            real(*arguments, **keywords)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, name, last)


def deliver_and_die(prepare: Callable[..., None], *arguments: Any) -> None:
    prepare(*arguments)
    deliver(MONDAY, "TC01")
    os.kill(os.getpid(), signal.SIGKILL)


# Any statement to the database, its commit, any request.
STEPS = (
    (psycopg.Connection, "execute"),
    (psycopg.Connection, "commit"),
    (httpx.AsyncClient, "stream"),
    (httpx.Response, "aiter_raw"),
)


def test_a_webhook_killed_between_any_two_steps_gets_it_once(
    district: District, web_server: WebServer
) -> None:
    waiting(district, web_server)
    limit, finished = 0, False
    while not finished:
        web_server.kept.clear()
        district.run(
            "delete from ops.delivery_receipt; update ops.delivery set state = 'pending', "
            "attempts = 0, maybe_sent = false, last_attempt_at = null where body_code = 'TC01'"
        )
        forked(deliver_and_die, die_after, limit, *STEPS).join()
        row = outbox_row(district)
        finished = row["state"] == "delivered"
        if web_server.kept and not finished:
            assert row["maybe_sent"]
        deliver(MONDAY, "TC01")
        assert outbox_row(district)["state"] == "delivered"
        assert len(web_server.kept) == 1, f"{limit} steps"
        assert district.value("select count(*) from ops.delivery_receipt") == 1
        limit += 1
    assert limit > 8


@pytest.mark.parametrize("after", [False, True])
def test_a_mail_killed_around_its_sending(
    district: District, mail_server: MailServer, after: bool
) -> None:
    name_channel(district, "TC01", "smtp", "qinghe@yunxi.gov.cn")
    district.hit("ATT-001", "V1")
    district.evaluated(MONDAY)
    issue(MONDAY)
    forked(deliver_and_die, die_with_the_mail, after).join()
    assert outbox_row(district)["state"] == "pending"
    deliver(MONDAY, "TC01")
    mails = mail_server.mails
    assert len(mails) == (2 if after else 1)
    assert len({mail["Message-ID"] for mail in mails}) == 1
    # The one that may be the second says so; that it is marked is all that mail allows.
    assert "可能重复发送" in mails[-1].get_body(("plain",)).get_content()
    assert district.value("select detail ->> 'repeated' from ops.delivery_receipt") == "true"


def die_with_the_mail(after: bool) -> None:
    die_at(mail, "send", after=after)


def test_a_process_that_dies_every_time_is_given_up(
    district: District, web_server: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUIYAN_DELIVERY_ATTEMPTS", "2")
    waiting(district, web_server)
    district.run("update ops.delivery set attempts = 2, maybe_sent = true where body_code='TC01'")
    with pytest.raises(DeliveryError, match="given up: it was interrupted"):
        deliver(MONDAY, "TC01")
    assert open_notes(district) == [("delivery_dead", "TC01")]


def test_encrypted_with_the_bodys_key_and_never_again_without(
    district: District, web_server: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting(district, web_server)
    key = "AIRFLOW_CONN_HUIYAN_KEY_TC01"
    monkeypatch.setenv(key, json.dumps({"conn_type": "generic", "password": KEY}))
    deliver(MONDAY, "TC01")
    (kept,) = web_server.kept.values()
    archive = base64.b64decode(kept.document["files"][0]["content_base64"])
    with pyzipper.AESZipFile(io.BytesIO(archive)) as opened:
        opened.setpassword(KEY.encode())
        names = sorted(opened.namelist())
    assert names == ["alerts.csv", "alerts.xlsx", "manifest.json"]
    district.hit("ATT-001", "V2")
    issue(MONDAY)
    monkeypatch.delenv(key)
    with pytest.raises(DeliveryError, match="to be encrypted and its key is missing"):
        deliver(MONDAY, "TC01")
    assert len(web_server.requests) == 1
    assert not outbox_row(district)["maybe_sent"]
    monkeypatch.setenv(key, json.dumps({"conn_type": "generic", "password": "short"}))
    with pytest.raises(DeliveryError, match="fewer than 12"):
        deliver(MONDAY, "TC01")
    for name, value in environment(web_server.access(encrypt=False)).items():
        monkeypatch.setenv(name, value)
    deliver(MONDAY, "TC01")
    assert web_server.requests[-1].document["encrypted"] is False


def test_no_connection_no_channel(
    district: District, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    name_channel(district, "TC01", "sftp", "")
    district.hit("ATT-001", "V1")
    district.evaluated(MONDAY)
    issue(MONDAY)
    with pytest.raises(DeliveryError, match="no connection huiyan_sftp_TC01 or huiyan_sftp"):
        deliver(MONDAY, "TC01")
    monkeypatch.setenv("AIRFLOW_CONN_HUIYAN_SFTP", '{"conn_type": "sftp", "extra": "[1]"}')
    with pytest.raises(DeliveryError, match=r"no JSON object|cannot be read"):
        deliver(MONDAY, "TC01")


def test_it_waits_twice_as_long_each_time() -> None:
    minutes = [wait_after(attempts).total_seconds() / 60 for attempts in (1, 2, 3, 8, 100)]
    assert minutes == [5, 10, 20, 360, 360]
