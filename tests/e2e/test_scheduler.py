"""A tiny demo district through the real Airflow: scheduler, LocalExecutor, assets, mapped tasks."""

import csv
import json
import shutil
from collections.abc import Iterator
from datetime import date

import httpx
import psutil
import pytest

from huiyan.demo.district import Options
from huiyan.demo.make import install_crosswalk, make
from huiyan.orchestration.calendar import subscribed_contracts
from huiyan.orchestration.local_airflow import LocalAirflow, local_airflow
from huiyan.orchestration.status import day_status
from huiyan.orchestration.watch import Watch
from huiyan.settings import Settings, get_settings
from huiyan.warehouse import embedded
from huiyan.warehouse.connection import connect
from huiyan.warehouse.migrate import migrate

ACCOUNTS = 150
DAYS = 2  # of the three business dates there are; the second is sent again

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A district of its own in a state directory of its own; nothing of it is left running."""
    home = tmp_path_factory.mktemp("home")
    made = make(Options(accounts=ACCOUNTS, daily_days=DAYS), home / "demo")
    patch = pytest.MonkeyPatch()
    patch.setenv("HUIYAN_HOME", str(home))
    patch.setenv("HUIYAN_LANDING", str(made.landing))
    for name in ("HUIYAN_WAREHOUSE_URL", "HUIYAN_OUTBOX", "HUIYAN_FEEDS", "AIRFLOW_HOME"):
        patch.delenv(name, raising=False)
    settings = get_settings()
    install_crosswalk(home / "demo", settings)
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


def _dates(settings: Settings) -> list[date]:
    made = json.loads((settings.home_dir / "demo" / "demo.json").read_text("utf-8"))
    return [date.fromisoformat(day) for day in made["business_dates"]]


def _run(airflow: LocalAirflow, dates: list[date], feed_dags: list[str]) -> None:
    days = Watch(airflow, dates, feed_dags, timeout_seconds=900).run()
    assert [day.stage for day in days] == ["done"] * len(dates)


@pytest.fixture(scope="module")
def days_run(airflow: LocalAirflow, settings: Settings) -> list[date]:
    """The first business dates, run by the scheduler."""
    feed_dags = [f"feed_{contract.name}" for contract in subscribed_contracts(settings)]
    for dag_id in (*feed_dags, "warehouse", "alerts"):
        airflow.session.unpause(dag_id)
    dates = _dates(settings)[:DAYS]
    _run(airflow, dates, feed_dags)
    return dates


def test_every_feed_is_decided_and_every_date_judged(
    days_run: list[date], settings: Settings
) -> None:
    for day in days_run:
        status = day_status(day, settings)
        assert status.evaluation == "evaluated"
        assert not status.troubled
        # The demo has one unit whose jurisdiction nobody has delivered.
        assert {kind for kind, _, _ in status.alerts} <= {"no_jurisdiction"}


def test_every_body_has_its_extract_once(days_run: list[date], settings: Settings) -> None:
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


def test_pages_need_a_login_and_lead_from_a_run_to_its_day(
    airflow: LocalAirflow, days_run: list[date]
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
        outside = anyone.get(f"/huiyan/days/{day}/extracts/..%2f..%2fsecrets/airflow_password")
        assert outside.status_code == 404


def test_no_secret_is_in_a_log(days_run: list[date], settings: Settings) -> None:
    secrets = [
        path.read_text("utf-8").strip() for path in (settings.home_dir / "secrets").iterdir()
    ]
    logs = [*(settings.home_dir / "logs").rglob("*.log")]
    logs += (settings.home_dir / "airflow" / "logs").rglob("*.log")
    assert logs
    for log in logs:
        text = log.read_text("utf-8", errors="replace")
        assert not any(secret in text for secret in secrets), log


def test_a_delivery_sent_again_has_the_day_judged_anew(
    airflow: LocalAirflow, days_run: list[date], settings: Settings
) -> None:
    resend = settings.home_dir / "demo" / "resend"
    with (resend / "changes.csv").open(encoding="utf-8", newline="") as handle:
        changes = list(csv.DictReader(handle))
    feed, day = changes[0]["feed"], date.fromisoformat(changes[0]["business_date"])
    assert day == days_run[-1]
    target = settings.landing / feed / day.isoformat()
    shutil.rmtree(target)
    shutil.copytree(resend / feed / day.isoformat(), target)
    _run(airflow, [day], [f"feed_{feed}"])
    with connect(settings) as connection:
        open_hits = {
            row[0]
            for row in connection.execute(
                "select subject_id from marts.fct_rule_hit where rule_id = %s and is_open",
                (changes[0]["rule_id"],),
            )
        }
    for change in changes:
        assert (change["subject_id"] in open_hits) == (change["change"] == "raised"), change
