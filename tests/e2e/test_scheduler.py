"""A small town through the real Airflow: scheduler, LocalExecutor, assets, mapped tasks."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from huiyan.demo.replies import Habits, send_back
from huiyan.orchestration.calendar import subscribed_contracts
from huiyan.orchestration.local_airflow import LocalAirflow, local_airflow
from huiyan.orchestration.status import day_status
from huiyan.orchestration.watch import Watch
from huiyan.settings import Settings, get_settings
from huiyan.warehouse import embedded
from huiyan.warehouse.connection import connect
from huiyan.warehouse.migrate import migrate
from landing_zone import Town, attachment, bodies, deliver, payment, swipe, voucher
from receivers import Authority, MailServer, environment

MONDAY, TUESDAY = DAYS = (date(2025, 9, 1), date(2025, 9, 2))
FEEDS = (
    *("finance_users", "treasury_users", "accounts", "bodies", "jurisdictions"),
    *("finance_vouchers", "finance_attachments", "treasury_payments", "card_transactions"),
    "returns",
)
NO_LETTER = ("REC-001", "AF002/2025/07/记0001")
IN_A_BAR = swipe("C0002", "T001", "288.00", mcc="5813", txn_at="2025-09-01 20:00:00")

BY_MAIL = {"channel": "smtp", "address": "jiwei@yunxi.gov.cn"}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]


@pytest.fixture(scope="module")
def mail_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    """A mail server on the loopback address."""
    server = MailServer(Authority(tmp_path_factory.mktemp("ca")))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def settings(
    tmp_path_factory: pytest.TempPathFactory,
    parsed_project: Callable[[Path], None],
    mail_server: MailServer,
) -> Iterator[Settings]:
    """Two days of a town, a state directory of their own; nothing of it is left running.

    The township's commission is sent mail, by a connection that only the environment knows.
    """
    home = tmp_path_factory.mktemp("home")
    parsed_project(home)
    patch = pytest.MonkeyPatch()
    patch.setenv("HUIYAN_HOME", str(home))
    patch.setenv("HUIYAN_LANDING", str(home / "landing"))
    patch.setenv("HUIYAN_FEEDS", ",".join(FEEDS))
    for name in ("HUIYAN_WAREHOUSE_URL", "HUIYAN_OUTBOX", "AIRFLOW_HOME"):
        patch.delenv(name, raising=False)
    for name, value in environment(mail_server.access()).items():
        patch.setenv(name, value)
    settings = get_settings()
    town = Town(settings.landing)
    town.deliver_references(MONDAY)
    registered = [row | (BY_MAIL if row["body_code"] == "TC01" else {}) for row in bodies()]
    deliver(settings.landing, "bodies", MONDAY, registered)
    town.deliver_day(
        MONDAY,
        vouchers=voucher("F002", "记0001", "800.00", dep_bgt_eco_code="30217"),
        attachments=[attachment("F002", "记0001", 1, "reception_list")],
        payments=[payment("P0001", "T003", "20000.00", payee_acct_no="BT003")],
        swipes=[swipe("C0001", "T001", "88.00")],
    )
    town.deliver_day(TUESDAY, swipes=[IN_A_BAR])
    migrate(settings)
    yield settings
    embedded.stop(settings)
    patch.undo()


@pytest.fixture(scope="module")
def airflow(settings: Settings) -> Iterator[LocalAirflow]:
    """A running Airflow that has parsed every DAG."""
    with local_airflow(settings) as running:
        pids = [process.pid for process in running.services.processes.values()]
        yield running
    assert not [pid for pid in pids if psutil.pid_exists(pid)]
    leftovers = [
        process.info["cmdline"]
        for process in psutil.process_iter(["cmdline", "environ"])
        if str(settings.home_dir) in (process.info["environ"] or {}).get("AIRFLOW_HOME", "")
        and "airflow" in " ".join(process.info["cmdline"] or [])
    ]
    assert leftovers == []


def _run(
    airflow: LocalAirflow, dates: tuple[date, ...], feed_dags: list[str], **answers: Any
) -> None:
    days = Watch(airflow, list(dates), feed_dags, timeout_seconds=900, **answers).run()
    assert [day.stage for day in days] == ["done"] * len(dates)


@pytest.fixture(scope="module")
def days_run(airflow: LocalAirflow, settings: Settings) -> tuple[date, ...]:
    """Both business dates, run by the scheduler; on the second the commission answers."""
    feed_dags = [f"feed_{contract.name}" for contract in subscribed_contracts(settings)]
    for dag_id in (*feed_dags, "warehouse", "alerts"):
        airflow.session.unpause(dag_id)
    habits = Habits(seed=1, true=(), settled={NO_LETTER: (TUESDAY, "confirmed")})

    def answer(day: date) -> None:
        if day == TUESDAY:
            assert send_back(MONDAY, day, habits, settings).forms > 0

    _run(
        airflow,
        DAYS,
        feed_dags,
        answers=("feed_returns",),
        answered_last=TUESDAY,
        before_answers=answer,
    )
    return DAYS


def test_every_feed_is_decided_and_every_date_judged(
    days_run: tuple[date, ...], settings: Settings
) -> None:
    for day in days_run:
        status = day_status(day, settings)
        assert status.evaluation == "evaluated"
        assert not status.troubled
        assert not status.alerts


def test_every_body_has_its_extract_once(days_run: tuple[date, ...], settings: Settings) -> None:
    with connect(settings) as connection:
        deliveries = connection.execute(
            "select d.body_code, d.business_date, d.state, r.delivery_id"
            " from ops.delivery as d left join ops.delivery_receipt as r using (delivery_id)"
        ).fetchall()
    assert deliveries
    assert {row[1] for row in deliveries} == set(days_run)
    assert len({(row[0], row[1]) for row in deliveries}) == len(deliveries)
    for body, day, state, receipt in deliveries:
        assert state == "delivered"
        assert receipt is not None
        folder = settings.outbox / body / day.isoformat()
        names = {path.name for path in folder.iterdir()}
        assert {"alerts.xlsx", "alerts.csv", "manifest.json"} <= names


def test_what_the_body_sends_back_closes_its_alert(
    days_run: tuple[date, ...], settings: Settings
) -> None:
    with connect(settings) as connection:
        closed = connection.execute(
            "select e.business_date, e.body_code, a.state from ops.alert_event as e"
            " join ops.alert as a using (alert_id)"
            " where e.event = 'closed' and (a.rule_id, a.subject_id) = (%s, %s)",
            NO_LETTER,
        ).fetchall()
    assert closed == [(TUESDAY, "TC01", "closed")]


def test_a_body_with_a_mailbox_has_had_a_mail_for_each_date(
    days_run: tuple[date, ...], settings: Settings, mail_server: MailServer
) -> None:
    with connect(settings) as connection:
        receipts = connection.execute(
            "select d.business_date, r.location from ops.delivery_receipt as r"
            " join ops.delivery as d using (delivery_id)"
            " where d.body_code = 'TC01' and r.channel = 'smtp' order by 1"
        ).fetchall()
    assert [day for day, _ in receipts] == list(days_run)
    assert len(mail_server.mails) == len(days_run)
    for day, mail in zip(days_run, mail_server.mails, strict=True):
        assert mail["To"] == BY_MAIL["address"]
        name = f"监督预警_青禾镇纪委_{day}"
        workbook, *more = (part.get_filename() for part in mail.iter_attachments())
        assert workbook == f"{name}.xlsx"
        # The table comes along where the workbook cuts a list short.
        assert more in ([], [f"{name}.csv"])


def test_pages_need_a_login_and_lead_from_a_run_to_its_day(
    airflow: LocalAirflow, days_run: tuple[date, ...]
) -> None:
    day = days_run[-1]
    run = next(
        run
        for run in airflow.session.runs_of("feed_finance_vouchers")
        if run.partition == day.isoformat()
    )
    path = f"/huiyan/runs/{run.dag_id}/{run.run_id}/quality"
    with httpx.Client(base_url=airflow.url, follow_redirects=True, trust_env=False) as anyone:
        assert anyone.get(path).status_code in (401, 403)
        anyone.headers["Authorization"] = airflow.session.authorization
        page = anyone.get(path)
        assert page.status_code == 200
        assert f"{day} 数据质量" in page.text
        assert "finance_vouchers" in page.text
        extracts = anyone.get(f"/huiyan/days/{day}/extracts")
        assert "alerts.xlsx" in extracts.text
        brief = anyone.get(path.replace("/quality", "/brief"))
        assert f"Operations brief {day}" in brief.text
        assert f"/huiyan/days/{day}/brief" in anyone.get("/huiyan/").text
        assert anyone.get("/huiyan/days/2024-01-02/brief").status_code == 404
        outside = anyone.get(f"/huiyan/days/{day}/extracts/..%2f..%2fsecrets/airflow_password")
        assert outside.status_code == 404


def test_no_secret_is_in_a_log(days_run: tuple[date, ...], settings: Settings) -> None:
    secrets = [
        path.read_text("utf-8").strip() for path in (settings.home_dir / "secrets").iterdir()
    ]
    logs = [*(settings.home_dir / "logs").rglob("*.log")]
    logs += (settings.home_dir / "airflow" / "logs").rglob("*.log")
    assert logs
    for log in logs:
        text = log.read_text("utf-8", errors="replace")
        assert not any(secret in text for secret in secrets), log


def _hits_of_cards(settings: Settings) -> set[str]:
    with connect(settings) as connection:
        return {
            subject
            for (subject,) in connection.execute(
                "select subject_id from marts.fct_rule_hit where rule_id = 'CARD-001' and is_open"
            )
        }


def test_a_delivery_sent_again_has_the_day_judged_anew(
    airflow: LocalAirflow, days_run: tuple[date, ...], settings: Settings
) -> None:
    assert _hits_of_cards(settings) == {"C0002"}
    corrected = [{**IN_A_BAR, "mcc": "5942"}, {**IN_A_BAR, "txn_no": "C0003", "mcc": "7995"}]
    deliver(settings.landing, "card_transactions", TUESDAY, corrected)
    _run(airflow, (TUESDAY,), ["feed_card_transactions"])
    assert _hits_of_cards(settings) == {"C0003"}
