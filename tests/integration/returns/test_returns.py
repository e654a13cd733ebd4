"""Forms that come back: from the file to the event, and back to the sender with the reason."""

import json
import os
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import psycopg
import pytest

from alert_district import MONDAY, TUESDAY, WEDNESDAY, District
from huiyan.delivery.extract import Extract
from huiyan.demo.answers import STYLES, write
from huiyan.feeds.collect import collect
from huiyan.quality.gate import check
from huiyan.returns.accept import accept
from huiyan.returns.code import return_code
from returned_forms import form, land, refusals, returned, run

THURSDAY = date(2025, 9, 4)
CONFIRMED = {"verdict": "属实"}
UNTRUE = {"verdict": "不属实", "reason": "误报：数据有误", "evidence_reference": "情况说明"}
WHOLE = {
    "verdict": "属实",
    "reason": "问题属实",
    "action": "退缴资金",
    "amount_recovered": "100.00",
    "evidence_reference": "缴款书 7 号",
    "progress": "已办结",
}


def events(district: District, rule_id: str = "ATT-001") -> list[tuple[Any, ...]]:
    """What bodies' answers did to the alert, in order."""
    return district.rows(
        "select body_code, event, to_state, detail ->> 'implied_by' from ops.alert_event "
        "join ops.alert using (alert_id) where rule_id = %s and actor = 'body' order by event_id",
        rule_id,
    )


def state(district: District, rule_id: str = "ATT-001") -> tuple[Any, ...]:
    return district.rows("select state, resolved_on from ops.alert where rule_id = %s", rule_id)[0]


def test_an_alert_is_answered_settled_and_off_the_list(district: District) -> None:
    district.hit("ATT-001", "A/2025/09/1")
    district.hit("CARD-001", "T9")
    run(district, MONDAY)
    unit = form(district, "U002", MONDAY)["ATT-001"]
    land(district, MONDAY, [{**unit, "progress": "已签收", "note": "收到"}])
    run(district, MONDAY)
    assert state(district) == ("acknowledged", None)

    unit = form(district, "U002", MONDAY)["ATT-001"]
    verifier = form(district, "TC01", MONDAY)
    batch = land(
        district,
        TUESDAY,
        [
            {**verifier["ATT-001"], **CONFIRMED},
            {**unit, **WHOLE, "verified_on": "2025/9/2"},
            {**verifier["CARD-001"], **UNTRUE},
        ],
    )
    result = accept(TUESDAY)
    assert (result.status, result.accepted, result.rejected) == ("taken", 3, 0)
    run(district, TUESDAY)
    # The verifying body's word comes after the disposing body's, whatever stands first.
    assert events(district) == [
        ("U002", "acknowledged", "acknowledged", None),
        ("U002", "verifying", "verifying", "verdict"),
        ("U002", "verdict", "confirmed", None),
        ("U002", "rectifying", "rectifying", None),
        ("TC01", "verdict", "confirmed", None),
    ]
    detail, named, line = district.rows(
        "select detail, batch_id, row_no from ops.alert_event "
        "where event = 'rectifying' and actor = 'body'"
    )[0]
    assert (named, line) == (batch, 3)
    assert detail["amount_recovered"] == "100.00"
    assert detail["verified_on"] == "2025-09-02"
    assert (detail["reason"], detail["action"]) == ("confirmed", "return_money")
    assert state(district) == ("confirmed", None)
    # Found untrue by who verifies it: settled, and not opened anew while the hit stands.
    assert state(district, "CARD-001") == ("not_confirmed", TUESDAY)
    left = form(district, "TC01", TUESDAY)
    assert set(left) == {"ATT-001"}
    # It has not said whether that is the end of it.
    assert left["ATT-001"]["task_shown"] == "待核实"
    assert (
        "青禾镇人民政府 2025-09-02 反馈：\n属实（问题属实），已办结；处理措施：退缴资金；"
        in (left["ATT-001"]["answers_shown"])
    )
    # What who verifies has written is not for who disposes of it.
    unit = form(district, "U002", TUESDAY)["ATT-001"]
    assert unit["task_shown"] == "已反馈"
    assert "青禾镇纪委" not in unit["answers_shown"]
    notes = openpyxl.load_workbook(district.settings.outbox / "TC01/2025-09-02/alerts.xlsx")["说明"]
    assert "经核实不属实（青禾镇纪委，2025-09-02）" in {cell.value for row in notes for cell in row}

    # What was said before counts for the close-out.
    land(
        district, WEDNESDAY, [{**form(district, "TC01", TUESDAY)["ATT-001"], "progress": "已办结"}]
    )
    run(district, WEDNESDAY, THURSDAY)
    assert state(district) == ("closed", WEDNESDAY)
    assert district.value("select count(*) from ops.alert_opening where resolved_on is null") == 0
    before = district.rows("select * from ops.alert order by 1")
    run(district, MONDAY, TUESDAY, WEDNESDAY, THURSDAY)
    assert district.rows("select * from ops.alert order by 1") == before

    # Once the hit is gone and comes again it is another matter.
    district.clear("ATT-001", "A/2025/09/1", on=THURSDAY)
    friday = date(2025, 9, 5)
    district.hit("ATT-001", "A/2025/09/1", since=friday)
    run(district, friday)
    assert state(district) == ("delivered", None)


def test_what_is_refused_goes_back_with_the_reason(district: District) -> None:
    district.hit("ATT-001", "A/2025/09/1")
    district.hit("REC-001", "A/2025/09/2", amount="-1860.00")
    district.hit("CARD-001", "T9")
    district.hit("INV-001", "A/2025/09/3", agency="F001")
    run(district, MONDAY)
    verifier = form(district, "TC01", MONDAY)
    att, rec, card = (verifier[rule] for rule in ("ATT-001", "REC-001", "CARD-001"))
    elsewhere = form(district, "DG01", MONDAY)["INV-001"]
    key = district.settings.return_key_bytes()
    never_sent = return_code(key, "TC01", MONDAY, elsewhere["alert_id"])
    tomorrow = return_code(key, "TC01", TUESDAY, att["alert_id"])
    old = {k: v for k, v in att.items() if k not in ("body_code", "extract_on", "return_code")}
    batch = land(
        district,
        MONDAY,
        [
            {**card, **CONFIRMED},
            {**card, **UNTRUE},
            {**att, "body_code": "U002", **CONFIRMED},
            {**elsewhere, "body_code": "TC01", **CONFIRMED},
            {**elsewhere, "body_code": "TC01", "return_code": never_sent, **CONFIRMED},
            {**att, "alert_id": rec["alert_id"], **CONFIRMED},
            {**old, **CONFIRMED},
            {**att, "extract_on": "2025-09-02", "return_code": tomorrow, **CONFIRMED},
            {**att, "progress": "已办结"},
            {**rec, **WHOLE, "amount_recovered": "", "action": "退缴资金"},
            old,
            {**att, "verdict": ""},
            {**rec, **WHOLE, "amount_recovered": "1860.01"},
            {**rec, **WHOLE, "amount_recovered": "0.01", "note": "\u3164"},
            {**att, **WHOLE, "evidence_reference": "无。"},
        ],
    )
    result = accept(MONDAY)
    assert result.counts == {
        "accepted": 0, "repeated": 0, "unanswered": 2, "rejected": 13, "unreadable": 0,
    }  # fmt: skip
    assert refusals(district, batch) == [
        "conflicting_answers",
        "conflicting_answers",
        "wrong_return_code",
        "wrong_return_code",
        "not_handed_over",
        "wrong_return_code",
        "no_return_code",
        "not_handed_over",
        "illegal_transition: delivered to closed",
        "close_out_incomplete: amount_recovered",
        "amount_recovered: more than the alert is about",
        "close_out_incomplete: explanation",
        "close_out_incomplete: evidence",
    ]
    assert district.rows("select * from ops.alert_event where actor = 'body'") == []
    assert district.rows(
        "select in_landing, good, duplicates, quarantined from ops.row_count where batch_id = %s",
        batch,
    ) == [(15, 2, 0, 13)]
    assert accept(MONDAY).status == "unchanged"

    run(district, MONDAY)
    back = district.settings.outbox / "TC01" / MONDAY.isoformat() / "returned.xlsx"
    sheet = openpyxl.load_workbook(back)["退回更正"]
    shown = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert shown[0][:5] == ["序号", "行号", "退回原因", "预警编号", "原文件"]
    assert len(shown) == 14
    assert "请只保留一行" in str(shown[1][2])
    assert "“办理进展”栏选了“已办结”，但“核实结论”栏没有填" in str(shown[9][2])
    assert "缺：退缴金额" in str(shown[10][2])
    assert "退缴金额 1,860.01 元多于这条预警最多涉及的 1,860.00 元" in str(shown[11][2])
    assert "退缴金额 0.01 元少于应退缴的 1,860.00 元" in str(shown[12][2])
    assert "请写明材料名称或文号" in str(shown[13][2])
    assert (shown[10][1], shown[10][4]) == (11, "alerts.xlsx")
    # What goes back is itself a form: corrected, it is taken.
    again = [line for line in returned(back) if line["alert_id"] == rec["alert_id"]][-1]
    land(district, TUESDAY, [{**again, "amount_recovered": "1,860.00"}])
    assert accept(TUESDAY).accepted == 1
    run(district, TUESDAY)
    assert state(district, "REC-001") == ("closed", TUESDAY)
    assert not (back.parent.parent / TUESDAY.isoformat() / "returned.xlsx").exists()


def test_rent_of_more_than_a_year_is_what_has_to_go_back(district: District) -> None:
    """The alert's amount is one year's rent."""
    district.run(
        "update marts.dim_rule set least_recovery = 'rent_due', most_recovery = 'contract_rent' "
        "where rule_id = 'CARD-001'"
    )
    rents = {"rent_due": 32679.45, "contract_rent": 72000.00}
    district.hit("CARD-001", "L1", amount="24000.00", evidence=rents)
    run(district, MONDAY)
    lease = form(district, "TC01", MONDAY)["CARD-001"]
    for day, told, refused in (
        (MONDAY, "24000.00", ["close_out_incomplete: explanation"]),
        (TUESDAY, "72000.01", ["amount_recovered: more than the alert is about"]),
        (WEDNESDAY, "32679.45", []),
    ):
        batch = land(district, day, [{**lease, **WHOLE, "amount_recovered": told}])
        run(district, day)
        assert refusals(district, batch) == refused
    assert state(district, "CARD-001") == ("closed", WEDNESDAY)


def test_a_close_out_that_lacks_something_is_told_at_once_and_completed(
    district: District,
) -> None:
    district.hit("ATT-001", "A/2025/09/1")
    district.hit("REC-001", "A/2025/09/2")
    run(district, MONDAY)
    unit = form(district, "U002", MONDAY)["ATT-001"]
    land(district, TUESDAY, [{**unit, **WHOLE, "evidence_reference": "后补", "note": "已交代"}])
    run(district, TUESDAY)
    sent = form(district, "U002", TUESDAY)["ATT-001"]
    assert sent["task_shown"] == "待补正"
    assert "已报办结，但缺：佐证材料。" in sent["answers_shown"]
    verifier = form(district, "TC01", TUESDAY)
    assert verifier["ATT-001"]["task_shown"] == "处置中"
    # Only what was lacking comes, with a date as people write it.
    lacking = {"evidence_reference": "缴款书 7 号", "verified_on": "9月2日"}
    land(
        district,
        WEDNESDAY,
        [
            {**sent, **lacking},
            # A receipt of what has been begun on is no mistake.
            {**verifier["ATT-001"], "progress": "已签收"},
        ],
    )
    result = accept(WEDNESDAY)
    assert (result.accepted, result.repeated, result.rejected) == (1, 1, 0)
    run(district, WEDNESDAY)
    verifier = form(district, "TC01", WEDNESDAY)
    # What waits for its reader stands first.
    assert [line["task_shown"] for line in verifier.values()] == ["待核实", "处置中"]
    assert "佐证材料：缴款书 7 号；情况说明：已交代" in verifier["ATT-001"]["answers_shown"]
    unit = form(district, "U002", WEDNESDAY)["ATT-001"]
    assert unit["task_shown"] == "已反馈"
    land(district, THURSDAY, [{**verifier["ATT-001"], "progress": "已办结"}])
    run(district, THURSDAY)
    assert state(district) == ("closed", THURSDAY)
    # A form sent before it was settled: nothing in it can be corrected.
    friday = date(2025, 9, 5)
    batch = land(district, friday, [{**unit, **WHOLE, "verified_on": "上周"}])
    run(district, friday)
    assert refusals(district, batch) == ["settled"]
    assert not (district.settings.outbox / "U002" / friday.isoformat() / "returned.xlsx").exists()


def test_a_line_corrected_on_the_same_day_is_taken_and_no_longer_goes_back(
    district: District,
) -> None:
    district.hit("ATT-001", "A/2025/09/1")
    district.hit("REC-001", "A/2025/09/2")
    run(district, MONDAY)
    verifier = form(district, "TC01", MONDAY)
    wrong = {**verifier["ATT-001"], "verdict": "不属实"}
    other = {**verifier["REC-001"], "note": "看过了"}
    land(district, TUESDAY, [wrong, other])
    run(district, TUESDAY)
    back = district.settings.outbox / "TC01" / TUESDAY.isoformat() / "returned.xlsx"
    assert {line["alert_id"] for line in returned(back)} == {
        wrong["alert_id"],
        other["alert_id"],
    }
    batch = land(district, TUESDAY, [wrong, other, {**wrong, **UNTRUE}])
    run(district, TUESDAY)
    assert refusals(district, batch) == ["reason: missing", "nothing_said"]
    assert state(district) == ("not_confirmed", TUESDAY)
    assert {line["alert_id"] for line in returned(back)} == {other["alert_id"]}


def test_a_later_version_adds_and_corrects_and_takes_nothing_back(district: District) -> None:
    district.hit("ATT-001", "A/2025/09/1")
    district.hit("REC-001", "A/2025/09/2")
    run(district, MONDAY)
    verifier = form(district, "TC01", MONDAY)
    att = {**verifier["ATT-001"], "verdict": "部分属实", "reason": "误报：规则有误"}
    rec = {**verifier["REC-001"], **CONFIRMED}
    land(district, TUESDAY, [att, rec, dict(rec)])
    run(district, TUESDAY)
    assert accept(TUESDAY).counts["repeated"] == 1

    corrected = {**att, "verdict": "属实", "reason": "问题属实"}
    land(district, TUESDAY, [att, corrected])
    run(district, TUESDAY)
    said = district.rows(
        "select event_id, detail -> 'corrects' from ops.alert_event join ops.alert "
        "using (alert_id) where rule_id = 'ATT-001' and event = 'verdict' order by event_id"
    )
    assert [corrects for _, corrects in said] == [None, said[0][0]]
    assert state(district) == ("confirmed", None)
    assert state(district, "REC-001") == ("confirmed", None), "what was said stays"
    assert accept(TUESDAY).counts["repeated"] == 1

    land(district, WEDNESDAY, [{**verifier["ATT-001"], "progress": "整改中"}])
    run(district, WEDNESDAY)
    batch = land(district, TUESDAY, [{**att, "reason": "问题属实"}])
    accept(TUESDAY)
    assert refusals(district, batch) == ["answered_later"]
    with pytest.raises(psycopg.errors.RaiseException, match="is a fact and stays"):
        district.run("delete from ops.alert_event where actor = 'body'")


def test_answers_to_what_has_ended_or_begun_anew(district: District) -> None:
    district.hit("ATT-001", "A/2025/09/1")
    district.hit("REC-001", "A/2025/09/2", until=TUESDAY)
    run(district, MONDAY)
    verifier = form(district, "TC01", MONDAY)
    run(district, TUESDAY)
    district.hit("REC-001", "A/2025/09/2", since=THURSDAY)
    late = land(district, WEDNESDAY, [{**verifier["REC-001"], **CONFIRMED}])
    run(district, WEDNESDAY, THURSDAY)
    assert refusals(district, late) == ["illegal_transition: auto_resolved to confirmed"]
    friday = date(2025, 9, 5)
    sampled = form(district, "TC01", THURSDAY)["REC-001"]
    old = land(
        district, friday, [{**verifier["REC-001"], **CONFIRMED}, {**sampled, "progress": "核实中"}]
    )
    accept(friday)
    assert refusals(district, old) == ["form_of_an_earlier_opening"]
    assert state(district, "REC-001")[0] == "delivered"
    run(district, friday)
    assert state(district, "REC-001")[0] == "verifying"

    # A sample of what ended by itself is asked for again, and its verdict counts.
    district.clear("ATT-001", "A/2025/09/1", on=friday)
    run(district, friday)
    district.run(
        "insert into ops.alert_event (alert_id, event, actor, business_date) select alert_id, "
        "'sampled', 'machine', %s from ops.alert where rule_id = 'ATT-001'",
        friday,
    )
    monday = date(2025, 9, 8)
    land(district, monday, [{**verifier["ATT-001"], **CONFIRMED}])
    assert accept(monday).accepted == 1


def test_files_as_offices_save_them(district: District) -> None:
    """Every style lands, whoever's file is damaged; the form of a body names it by itself."""
    for number in range(len(STYLES)):
        district.hit("ATT-001", f"A/2025/09/{number}", amount="1234.10")
    run(district, MONDAY)
    (content,) = district.rows(
        "select content from ops.delivery where body_code = 'TC01' and state = 'delivered'"
    )[0]
    extract = Extract.from_dict(content)
    folder = district.settings.landing / "returns" / TUESDAY.isoformat()
    for row, style in zip(extract.rows, STYLES, strict=True):
        place = folder / style
        place.mkdir(parents=True)
        said = {
            row.alert_id: {
                "核实结论": "属实",
                "核实日期": TUESDAY,
                "退缴金额（元）": Decimal("1234.10"),
                "佐证材料": "收据",
            }
        }
        name = "alerts.csv" if style == "csv" else "alerts.xlsx"
        (place / name).write_bytes(write(extract, TUESDAY, said, style))
    (folder / "TC01").mkdir()
    (folder / "TC01" / "坏.xlsx").write_bytes(b"PK not a workbook")
    (folder / "U002__照片.jpg").write_bytes(b"\xff\xd8")
    (folder / "wps" / "~$alerts.xlsx").write_bytes(b"lock")
    shutil.copy(folder / "wps" / "alerts.xlsx", folder / "wps" / "alerts(1).xlsx")
    book = openpyxl.load_workbook(folder / "libreoffice" / "alerts.xlsx")
    heading = [cell.value for cell in book.active[1]]
    book.active.cell(2, heading.index("核实结论") + 1).value = "大概属实"
    book.active.cell(3, heading.index("退缴金额（元）") + 1).value = "=1+1"
    book.save(folder / "libreoffice" / "alerts.xlsx")

    collected = collect("returns", TUESDAY)
    assert (collected.status, collected.rows) == ("landed", 20)
    assert "坏.xlsx" in collected.message
    assert collected.batch_id is not None
    gate = check(collected.batch_id)
    assert (gate.status, gate.quarantined) == ("accepted", 2)
    run(district, TUESDAY)
    result = accept(TUESDAY)
    assert result.counts == {
        "accepted": 4, "repeated": 1, "unanswered": 13, "rejected": 2, "unreadable": 2,
    }  # fmt: skip
    assert district.rows(
        "select to_state, detail ->> 'verified_on', detail ->> 'amount_recovered', count(*) "
        "from ops.alert_event where event = 'verdict' group by 1, 2, 3"
    ) == [("confirmed", "2025-09-02", "1234.10", 4)]
    back = openpyxl.load_workbook(district.settings.outbox / "TC01/2025-09-02/returned.xlsx")
    reasons = [str(row[2].value) for row in back["退回更正"].iter_rows(min_row=2)]
    assert sum("整份文件无法读取" in reason for reason in reasons) == 1
    assert sum("“核实结论”栏的“大概属实”不在下拉列表之内" in reason for reason in reasons) == 1
    assert sum("“退缴金额（元）”栏的“=1+1”是公式" in reason for reason in reasons) == 1
    assert (district.settings.outbox / "U002/2025-09-02/returned.xlsx").exists()
    assert collect("returns", TUESDAY).status == "unchanged"


def test_nobody_can_be_told_of_what_proves_no_sender(district: District) -> None:
    district.hit("ATT-001", "A/2025/09/1")
    run(district, MONDAY)
    folder = district.settings.landing / "returns" / MONDAY.isoformat()
    folder.mkdir(parents=True)
    (folder / "alerts.csv").write_text("预警编号,核实结论\nabc,属实\n", "utf-8")
    collected = collect("returns", MONDAY)
    assert collected.batch_id is not None
    check(collected.batch_id)
    assert accept(MONDAY).rejected == 1
    (message,) = district.rows(
        "select message from ops.operations_alert where kind = 'return_unaddressed'"
    )[0]
    assert "alerts.csv (1)" in message
    # As it advises; a manifest that was cut off is another sender's mistake.
    (folder / "TC01").mkdir()
    (folder / "alerts.csv").rename(folder / "TC01" / "alerts.csv")
    collected = collect("returns", MONDAY)
    assert collected.status == "landed"
    assert collected.batch_id is not None
    check(collected.batch_id)
    assert accept(MONDAY).rejected == 1
    assert district.rows(
        "select body_code, file_name from ops.return_line where batch_id = %s", collected.batch_id
    ) == [("TC01", "TC01/alerts.csv")]
    assert district.rows("select 1 from ops.operations_alert where resolved_at is null") == []
    (folder / "TC01" / "alerts.csv").rename(folder / "alerts.csv")
    (folder / "manifest.json").write_bytes(b'{"body": "TC01", "fil')
    (folder / "alerts.csv").write_text("单位,结论\nabc,属实\n", "utf-8")
    collected = collect("returns", MONDAY)
    assert collected.batch_id is not None
    assert check(collected.batch_id).status == "accepted"
    result = accept(MONDAY)
    assert (result.unreadable, result.rejected) == (2, 0)
    assert accept(TUESDAY).status == "nothing"


def test_a_copied_line_sends_nobody_what_another_wrote(district: District) -> None:
    """What lies in TC01's folder goes back to TC01, whatever other body a line of it proves."""
    district.hit("ATT-001", "A/2025/09/1")
    run(district, MONDAY)
    copied = form(district, "U002", MONDAY)["ATT-001"]
    own = form(district, "TC01", MONDAY)["ATT-001"]
    land(district, TUESDAY, [copied, {**own, **CONFIRMED, "return_code": "0", "note": "内部"}])
    accept(TUESDAY)
    assert district.rows(
        "select body_code, cells ->> 'note' from ops.return_line where outcome = 'rejected'"
    ) == [("TC01", "内部")]


def test_a_folder_that_comes_back_whole_is_a_receipt_and_stops_nobody(district: District) -> None:
    """Bodies copy the folder they were sent, manifest and all; what else lies there is theirs."""
    district.hit("ATT-001", "A/2025/09/1")
    district.hit("REC-001", "A/2025/09/2")
    district.hit("INV-001", "A/2025/09/3", agency="F001")
    run(district, MONDAY)
    sent = district.settings.outbox
    day = district.settings.landing / "returns" / TUESDAY.isoformat()
    # TC01 has filled in one line of the workbook; the table came back as it was.
    whole = day / "TC01" / MONDAY.isoformat()
    shutil.copytree(sent / "TC01" / MONDAY.isoformat(), whole)
    lines = returned(whole / "alerts.xlsx")
    att = form(district, "TC01", MONDAY)["ATT-001"]["alert_id"]
    (content,) = district.rows(
        "select content from ops.delivery where body_code = 'TC01' and state = 'delivered'"
    )[0]
    filled = write(Extract.from_dict(content), TUESDAY, {att: {"核实结论": "属实"}}, "wps")
    (whole / "alerts.xlsx").write_bytes(filled)
    # U002 only says that it has it; others send what proves nothing.
    (day / "U002").mkdir()
    manifest = sent / "U002" / MONDAY.isoformat() / "manifest.json"
    shutil.copy(manifest, day / "U002" / "manifest.json")
    (day / "DG01").mkdir()
    shutil.copy(manifest, day / "DG01" / "acknowledged.json")
    forged = json.loads((sent / "DG01" / MONDAY.isoformat() / "manifest.json").read_text("utf-8"))
    (day / "DG01" / "manifest.json").write_text(json.dumps({**forged, "content_hash": "0" * 64}))
    (day / "DG01__manifest.json").write_text("[")
    # Beside an archive lies one that who cannot open the archive has too.
    outside = {**forged, "encrypted": True}
    (day / "DG01" / "outside.json").write_text(json.dumps(outside))
    (day / "TC01" / "link.xlsx").symlink_to(whole / "alerts.xlsx")
    (day / "RG01").symlink_to("/")
    os.mkfifo(day / "TC01" / "pipe")
    Path(os.fsdecode(bytes(day / "U001__") + "反馈.pdf".encode("gb18030"))).write_bytes(b"%PDF")
    (day / "TC01" / Path(*"123456789")).mkdir(parents=True)
    shutil.copy(manifest, day / "manifest.json")

    collected = collect("returns", TUESDAY)
    assert collected.status == "landed", collected.message
    assert collected.batch_id is not None
    assert check(collected.batch_id).status == "accepted"
    result = accept(TUESDAY)
    assert (result.accepted, result.rejected, result.received) == (1, 0, 2)
    assert result.unanswered == 2 * len(lines) - 1
    assert sorted(
        (name, reasons[0][:11])
        for name, reasons in district.rows(
            "select file_name, reasons from ops.return_line where outcome = 'unreadable'"
        )
    ) == [
        ("DG01/acknowledged.json", "这份清单是推送给其他单"),
        ("DG01/manifest.json", "清单与推送给该单位的任"),
        ("DG01/outside.json", "这是加密包外面的清单，"),
        ("DG01__manifest.json", "这个文件不是推送时附带"),
        ("RG01", "整份文件无法读取：请用"),
        ("TC01/1/2/3/4/5/6/7/8", "整份文件无法读取：请用"),
        ("TC01/link.xlsx", "整份文件无法读取：请用"),
        ("TC01/pipe", "整份文件无法读取：请用"),
        ("U001__反馈.pdf", "整份文件无法读取：请用"),
    ]
    assert district.rows(
        "select body_code, event, row_no = 0, count(*) from ops.alert_event join ops.batch_file "
        "using (batch_id, file_no) where actor = 'body' and event in ('acknowledged', 'verdict') "
        "and detail ->> 'implied_by' is null group by 1, 2, 3 order by 1"
    ) == [("TC01", "acknowledged", True, 1), ("TC01", "verdict", False, 1)]
    assert district.rows(
        "select body_code, acknowledged_on from ops.delivery where acknowledged_on is not null "
        "order by 1"
    ) == [("TC01", TUESDAY), ("U002", TUESDAY)]
    run(district, TUESDAY)
    assert state(district, "REC-001")[0] == "acknowledged"
    assert state(district, "INV-001")[0] == "delivered"
    assert collect("returns", TUESDAY).status == "unchanged"

    # Saying so once more in a form is no mistake.
    land(
        district, WEDNESDAY, [{**form(district, "TC01", TUESDAY)["REC-001"], "progress": "已签收"}]
    )
    assert accept(WEDNESDAY).counts["repeated"] == 1


def test_what_comes_back_as_it_was_sent_says_nothing_anew(
    district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huiyan.alerts.issue.FORM_LIMIT", 3)
    monkeypatch.setattr("huiyan.alerts.issue.BODY_LIMIT", 6)
    district.hit("ATT-001", "A/2025/09/1")
    run(district, MONDAY)
    line = form(district, "TC01", MONDAY)["ATT-001"]
    # A form so wrong that only its first lines go back, and so many forms that not all do.
    batch = land(district, MONDAY, [{**line, "note": str(number)} for number in range(13)])
    district.run(
        "insert into ops.batch_file select (jsonb_populate_record(files, jsonb_build_object("
        "'file_no', number, 'file_name', 'TC01/' || number || '.xlsx'))).* "
        "from ops.batch_file as files, (values (2), (3)) as more (number) where batch_id = %s",
        batch,
    )
    district.run(
        "update landing.returns set file_no = case when line_no <= 6 then 1 when line_no <= 9 "
        "then 2 else 3 end where batch_id = %s",
        batch,
    )
    run(district, MONDAY)
    sent = district.settings.outbox / "TC01" / MONDAY.isoformat()
    sheet = openpyxl.load_workbook(sent / "returned.xlsx")["退回更正"]
    assert [str(sheet.cell(row, 5).value) for row in range(2, sheet.max_row + 1)] == [
        *["alerts.xlsx"] * 4, *["2.xlsx"] * 2, "",
    ]  # fmt: skip
    assert "这份表格另有 2 行没有受理" in str(sheet.cell(5, 3).value)
    assert "其余表格另有 6 行没有受理" in str(sheet.cell(8, 3).value)
    assert json.loads((sent / "manifest.json").read_text("utf-8"))["returned"] == 13
    assert district.value("select count(*) from quarantine.returns") == 13

    folder = district.settings.landing / "returns" / TUESDAY.isoformat() / "TC01"
    shutil.copytree(sent, folder)
    collected = collect("returns", TUESDAY)
    assert collected.batch_id is not None
    check(collected.batch_id)
    result = accept(TUESDAY)
    # Lines that stand for further ones name no alert; the gate puts them aside.
    assert (result.rejected, result.accepted, result.received) == (2, 0, 1)
    run(district, TUESDAY)
    assert state(district) == ("acknowledged", None)
    assert not (sent.parent / TUESDAY.isoformat() / "returned.xlsx").exists()
