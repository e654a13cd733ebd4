"""A stopped day is decided again only by a person, for a reason, and only where they say."""

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner

from huiyan.errors import FeedError, LandingError, NotFoundError
from huiyan.feeds.cli import app
from huiyan.feeds.collect import collect
from huiyan.feeds.contract import load_contract
from huiyan.quality import gate
from huiyan.quality.gate import GateResult, check
from huiyan.quality.recheck import recheck
from huiyan.settings import Settings
from huiyan.warehouse.connection import connect

from .landing import VOUCHER, land, leases, query, vouchers

DAY = date(2025, 9, 30)
WHO: dict[str, Any] = {"by": "王主任", "reason": "与财政局核实"}
RECHECKS = (
    "select stopped_batch_id, batch_id, decided_by, reason, confirmed_causes, status_after, "
    "error_after is null from ops.recheck order by recheck_id"
)


def batches(settings: Settings) -> list[tuple[Any, ...]]:
    return query(settings, "select batch_id, status, error is null from ops.batch order by 1")


def delivered(settings: Settings, rows: int, *, bad: int = 0, controlled: bool = False) -> Path:
    """A file of vouchers in the landing zone, `bad` of them without a readable amount."""
    names = [column.name for column in load_contract("finance_vouchers").columns]
    lines = [",".join(names)]
    for number in range(rows):
        row = {**VOUCHER, "voucher_no": f"记-{number}", "amt": "x" if number < bad else "5.00"}
        lines.append(",".join(row.get(name, "") for name in names))
    folder = settings.landing / "finance_vouchers" / DAY.isoformat()
    folder.mkdir(parents=True)
    (folder / "a.csv").write_text("\n".join(lines) + "\n", "utf-8")
    if controlled:
        said = {"feed": "finance_vouchers", "business_date": DAY.isoformat(),
                "files": [{"name": "a.csv", "rows": rows}]}  # fmt: skip
        (folder / "manifest.json").write_text(json.dumps(said), "utf-8")
    return folder


def run_feed() -> GateResult:
    """What a day's run does with the vouchers."""
    batch = collect("finance_vouchers", DAY).batch_id
    assert batch is not None
    return check(batch)


def test_a_shrunk_snapshot_somebody_confirmed(warehouse: Settings) -> None:
    check(land(warehouse, "leases", [leases(100)], on="2025-09-01"))
    stopped = land(warehouse, "leases", [leases(50)])
    assert check(stopped).status == "stopped"

    assert recheck("leases", DAY, **WHO).status == "stopped"
    other = recheck("leases", DAY, **WHO, confirmed=frozenset({"quarantine_share"}))
    assert other.status == "stopped"
    result = recheck("leases", DAY, **WHO, confirmed=frozenset({"shrink"}))

    assert (result.status, result.rows, result.quarantined) == ("accepted", 50, 0)
    assert batches(warehouse)[1] == (stopped, "accepted", True)
    assert query(warehouse, RECHECKS) == [
        (stopped, stopped, "王主任", "与财政局核实", [], "stopped", False),
        (stopped, stopped, "王主任", "与财政局核实", ["quarantine_share"], "stopped", False),
        (stopped, stopped, "王主任", "与财政局核实", ["shrink"], "accepted", True),
    ]
    assert check(stopped).status == "accepted"
    with pytest.raises(FeedError, match="not stopped"):
        recheck("leases", DAY, **WHO)
    # The next snapshot is measured against the confirmed one, without anybody's word.
    assert check(land(warehouse, "leases", [leases(44)], on="2025-10-01")).status == "stopped"


def test_more_bad_rows_than_allowed_stay_aside(warehouse: Settings) -> None:
    rows = [*vouchers(8), {**VOUCHER, "voucher_no": "坏", "amt": "x"}]
    batch = land(warehouse, "finance_vouchers", [rows])
    assert check(batch).status == "stopped"
    result = recheck("finance_vouchers", DAY, **WHO, confirmed=frozenset({"quarantine_share"}))
    assert (result.status, result.rows, result.quarantined) == ("accepted", 9, 1)
    assert query(
        warehouse, "select in_files, good, duplicates, quarantined from ops.row_count"
    ) == [(9, 8, 0, 1)]
    assert query(warehouse, "select reasons from quarantine.finance_vouchers") == [
        (["amt: not money"],)
    ]


def test_a_contract_that_was_mended(warehouse: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same bytes, which the pipeline keeps stopped, are accepted by the contract as it is."""
    delivered(warehouse, 10, bad=2)
    first = run_feed()
    assert first.status == "stopped"
    assert run_feed().status == "stopped"
    mended = load_contract("finance_vouchers").model_copy(update={"max_quarantine_share": 0.5})
    monkeypatch.setattr(gate, "load_contract", lambda feed: mended)
    assert run_feed().status == "stopped"
    assert recheck("finance_vouchers", DAY, **WHO).status == "accepted"
    after = run_feed()
    assert (after.status, after.rows, after.quarantined) == ("accepted", 10, 2)
    assert len(batches(warehouse)) == 1


@pytest.mark.parametrize("controlled", [True, False])
def test_what_never_landed_is_read_from_the_archive(
    warehouse: Settings, monkeypatch: pytest.MonkeyPatch, controlled: bool
) -> None:
    from huiyan.feeds import readers

    folder = delivered(warehouse, 30, controlled=controlled)

    def refuse(*_: object, **__: object) -> None:
        raise FeedError("a.csv: our reader was wrong")

    with monkeypatch.context() as patch:
        patch.setattr(readers, "OpenFile", refuse)
        assert collect("finance_vouchers", DAY).status == "stopped"
        assert recheck("finance_vouchers", DAY, **WHO).status == "stopped"
    shutil.rmtree(folder)
    result = recheck("finance_vouchers", DAY, **WHO)
    assert (result.status, result.rows) == ("accepted", 30)
    [(first, _, _), (second, status, _)] = batches(warehouse)
    assert status == "accepted"
    assert [row[:2] for row in query(warehouse, RECHECKS)] == [(first, first), (first, second)]
    assert query(warehouse, "select is_controlled from ops.batch order by 1") == [
        (controlled,), (controlled,)
    ]  # fmt: skip
    delivered(warehouse, 30, controlled=controlled)
    assert collect("finance_vouchers", DAY).status == "unchanged"


def test_landed_rows_are_read_anew_on_demand(warehouse: Settings) -> None:
    delivered(warehouse, 10, bad=1)
    assert run_feed().status == "stopped"
    result = recheck(
        "finance_vouchers",
        DAY,
        **WHO,
        confirmed=frozenset({"quarantine_share"}),
        read_again=True,
    )
    assert result.status == "accepted"
    [(first, before, _), (second, after, _)] = batches(warehouse)
    assert (before, after) == ("stopped", "accepted")
    assert query(warehouse, "select batch_id, count(*) from landing.finance_vouchers group by 1 "
                            "order by 1") == [(first, 10), (second, 10)]  # fmt: skip


def test_an_archive_without_the_manifest_is_not_enough(warehouse: Settings) -> None:
    delivered(warehouse, 10, bad=5, controlled=True)
    assert run_feed().status == "stopped"
    with connect(warehouse) as connection:
        connection.execute("update ops.batch set manifest = null")
        connection.commit()
    with pytest.raises(LandingError, match="exactly as it came"):
        recheck("finance_vouchers", DAY, **WHO, read_again=True)


def test_who_and_why_are_needed_and_stay(warehouse: Settings) -> None:
    with pytest.raises(NotFoundError, match="Nothing of leases"):
        recheck("leases", DAY, **WHO)
    check(land(warehouse, "leases", [leases(100)], on="2025-09-01"))
    check(land(warehouse, "leases", [leases(50)]))
    for by, reason in (("", "x"), ("x", "  ")):
        with pytest.raises(FeedError, match="who"):
            recheck("leases", DAY, by=by, reason=reason)
    recheck("leases", DAY, **WHO)
    for change in ("update ops.recheck set reason = 'x'", "delete from ops.recheck"):
        with (
            connect(warehouse, role="huiyan_load") as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(change)


def test_the_command(warehouse: Settings) -> None:
    check(land(warehouse, "leases", [leases(100)], on="2025-09-01"))
    check(land(warehouse, "leases", [leases(50)]))
    order = ["recheck", "leases", "2025-09-30", "--by", "王主任", "--reason", "退租"]
    result = CliRunner().invoke(app, order)
    assert result.exit_code == 3
    assert "huiyan feeds recheck leases 2025-09-30" in result.output
    result = CliRunner().invoke(app, [*order, "--accept-shrink"])
    assert result.exit_code == 0, result.output
    assert "huiyan run --date 2025-09-30" in result.output
