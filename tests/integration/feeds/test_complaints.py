"""Complaints: whatever a sender lets slip in, nobody can be found in what is kept of it."""

import io
from datetime import date, timedelta
from pathlib import Path

import pytest
import xlsxwriter

from huiyan.feeds.archive import Archive
from huiyan.feeds.collect import collect
from huiyan.feeds.contract import load_contract
from huiyan.orchestration.status import day_status
from huiyan.quality.gate import check
from huiyan.warehouse.migrate import migrate

from .conftest import DAY, District

FEED = "complaints"
HEADINGS = "信访件编号,平台,单位代码,受理日期,问题类别,办理状态,办结日期,反映问题"
GOOD = "云信〔2025〕1号,财务,101001,2025-09-01,账外资金,未办结,,套取资金设立小金库"
NAME, NUMBER, MAIL = "欧阳举报", "13987654321", "ouyang@example.org"
SPELLINGS = (NUMBER, "139 8765 4321", "139-8765-4321", "１３９８７６５４３２１")
PASSPORT, LANDLINE, HOME = "E39876543", "87650987", "人民路198号"
SECRETS = (
    *SPELLINGS,
    NAME,
    MAIL,
    PASSPORT,
    LANDLINE,
    HOME,
    "一三九八七六五四三二一",
    "321003197905051234",
)


def kept_anywhere(district: District) -> list[str]:
    """Where any secret stands: table, archived file (decrypted), or another file of the home."""
    found = []
    for schema, table in district.query(
        "select table_schema, table_name from information_schema.tables "
        "where table_type = 'BASE TABLE' "
        "and table_schema not in ('pg_catalog', 'information_schema')"
    ):
        held = district.query(
            f'select left(held::text, 200) from "{schema}"."{table}" as held '
            "where held::text like any(%s) limit 1",
            [f"%{secret}%" for secret in SECRETS],
        )
        found += [f"{schema}.{table}: {row}" for (row,) in held]
    archive = Archive(district.settings, load_contract(FEED))
    for path in district.settings.home_dir.rglob("*"):
        if not path.is_file() or "secrets" in path.parts or "landing" in path.parts:
            continue
        content = path.read_bytes()
        if "archive" in path.parts and len(path.name) == 64:
            with archive.open(path.name) as stream:
                content += stream.read()
        content += path.name.encode()
        found += [f"{path}: {secret}" for secret in SECRETS if secret.encode() in content]
        found += [f"{path}: {secret}" for secret in SECRETS if secret.encode("gb18030") in content]
    return found


def archived(district: District) -> list[Path]:
    folder = district.settings.archive / FEED
    return [path for path in folder.rglob("*") if path.is_file()]


def workbook() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADINGS.split(","))
        sheet.write_row(1, 0, GOOD.split(","))
        book.add_worksheet("举报人").write_row(0, 0, [NAME, NUMBER])
    return out.getvalue()


def refused() -> list[tuple[str, bytes, str]]:
    """Name, content and what the error must name, of files that must leave nothing behind."""
    files = [
        (
            "a.csv",
            f"{HEADINGS},{heading}\n{GOOD},{NAME}{NUMBER}\n".encode(encoding),
            named,
        )
        for heading, encoding, named in (
            ("举报人", "utf-8", "举报人"),
            ("联系电话", "gb18030", "联系电话"),
            ("REPORTER_NAME", "utf-8-sig", "REPORTER_NAME"),
            ("wechat", "utf-8", "wechat"),
            ("备注", "utf-8", "column 9"),
        )
    ]
    return [
        *files,
        ("a.csv", f"{GOOD}\n{GOOD},{NAME}\n".encode(), "column 1"),
        ("a.csv", f"{NAME},{NUMBER}\n".encode(), "column 2"),
        ("a.csv", f'{HEADINGS}\nX1,财务,"{NAME}\n'.encode(), "quotes"),
        ("a.csv", HEADINGS.encode("utf-16") + NUMBER.encode("utf-16"), "UTF-16"),
        (f"{NAME}{NUMBER}.xlsx", workbook(), "not repeated"),
        (f"{NAME}.txt", NUMBER.encode(), "not repeated"),
    ]


def test_of_a_refused_file_nothing_is_kept(
    district: District, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    for place, (name, content, named) in enumerate(refused()):
        day = DAY + timedelta(days=place)
        district.put(FEED, name, content, day)
        result = collect(FEED, day)
        assert result.status == "stopped", named
        assert named in result.message
        again = collect(FEED, day)
        assert (again.status, again.batch_id) == ("stopped", result.batch_id)
        assert not [secret for secret in SECRETS if secret in result.message]
    assert archived(district) == []
    assert district.landed(FEED) == []
    assert district.query("select 1 from ops.batch_file") == []
    assert kept_anywhere(district) == []
    assert not [secret for secret in SECRETS if secret in caplog.text]


def test_what_identifies_somebody_in_a_row_is_hidden_before_the_file_is_kept(
    district: District,
) -> None:
    bad = [
        *(GOOD.replace("套取资金", f"电话{each}") for each in SPELLINGS),
        GOOD.replace("套取资金", "一三九八七六五四三二一"),
        GOOD.replace("套取资金", MAIL),
        GOOD.replace("套取资金", f"反映人：{NAME}"),
        GOOD.replace("套取资金", f"反映人{NAME}"),
        GOOD.replace("套取资金", f"护照{PASSPORT}"),
        GOOD.replace("套取资金", f"座机{LANDLINE}"),
        GOOD.replace("套取资金", HOME),
        GOOD.replace("2025-09-01", LANDLINE),
        GOOD.replace("套取资金", "身份证321003197905051234"),
        GOOD.replace("101001", NUMBER),
        GOOD.replace("101001", NAME),
        GOOD.replace("2025-09-01", NAME),
        GOOD.replace("未办结", NAME),
        GOOD.replace("账外资金", NAME),
        GOOD + f",{NAME}{NUMBER}",
    ]
    good = [GOOD.replace("1号", f"{number}号") for number in range(100, 125)]
    rows = [row.replace("1号", f"{number}号", 1) for number, row in enumerate(bad, start=1)]
    path = district.put(FEED, f"{NAME}.csv", "\n".join([HEADINGS, *good, *rows]))
    district.manifest(FEED, rows=len(good) + len(rows))
    result = collect(FEED, DAY)
    assert (result.status, result.rows) == ("landed", len(good) + len(rows)), result.message
    gate = check(result.batch_id or 0)
    assert (gate.status, gate.quarantined) == ("accepted", len(rows)), gate.message
    assert path.exists()
    assert kept_anywhere(district) == []
    assert len(archived(district)) == 1
    assert collect(FEED, DAY).status == "unchanged"
    # The first delivery is the subscription.
    assert district.query("select is_subscribed from ops.feed where feed = %s", FEED) == [(True,)]
    # It stays one where the landing zone is not mounted when a command runs.
    elsewhere = district.settings.model_copy(update={"landing_dir": Path("/not/mounted")})
    elsewhere.__dict__.pop("landing", None)
    assert not elsewhere.subscribes_to(FEED, is_optional=True)
    migrate(elsewhere)
    (status,) = (feed for feed in day_status(DAY, elsewhere).feeds if feed.feed == FEED)
    assert (status.status, status.quarantined) == ("accepted", len(rows))


def test_a_clean_file_is_archived_as_it_came_and_encrypted(district: District) -> None:
    content = f"{HEADINGS}\r\n{GOOD}\r\n".encode("gb18030")
    district.put(FEED, "a.csv", content)
    assert collect(FEED, DAY).status == "landed"
    (path,) = archived(district)
    assert GOOD.encode("gb18030") not in path.read_bytes()
    with Archive(district.settings, load_contract(FEED)).open(path.name) as stream:
        assert stream.read() == content
    columns = "complaint_no, platform, agency_code, received_on, status"
    assert district.query(f"select {columns} from landing.complaints_typed") == [
        ("云信〔2025〕1号", "finance", "101001", date(2025, 9, 1), "open")
    ]
