"""The files of an extract: interface, determinism, formula injection."""

import csv
import hashlib
import io
import json
import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from extract_samples import CONCLUDED, DAY, GONE, JOINT, RETURNED, ROW, extract, row
from huiyan.alerts import words
from huiyan.delivery.case_sheet import CASE_COLUMNS
from huiyan.delivery.extract import CSV_COLUMNS, CaseMember, Extract, ReturnedRow, Said
from huiyan.delivery.joint_sheet import JOINT_COLUMNS, OBJECTION, asked, suggestion
from huiyan.delivery.neutralise import neutralised
from huiyan.delivery.render import render
from huiyan.delivery.task import work
from huiyan.delivery.workbook import ALERT_COLUMNS, ANSWER_COLUMNS, PRINTED_COLUMNS
from returned_forms import lines_of

ALL = extract(
    row(alert_id="a1", tier="red", amount=Decimal("-12.50")),
    row(alert_id="a1", tier="red", amount=Decimal("-12.50"), role="verify"),
    row(alert_id="a2", is_new=False, tier="yellow", amount=None, occurred_on=None),
    gone=(GONE,),
)


def opened(extract: Extract) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(render(extract, version=1)["alerts.xlsx"]))


def records(extract: Extract) -> list[dict[str, str]]:
    text = render(extract, version=1)["alerts.csv"].decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def column(sheet: Worksheet, heading: str) -> list[Any]:
    """What stands below a heading of the first line."""
    place = [cell.value for cell in sheet[1]].index(heading)
    return [line[place] for line in sheet.iter_rows(min_row=2, values_only=True)]


def said(book: Workbook) -> str:
    """What sheet 说明 says above its list."""
    return "\n".join(str(cell.value) for cell in book["说明"]["A"])


def given_back(*rows: ReturnedRow) -> Workbook:
    files = render(replace(ALL, returned=rows), version=1)
    return openpyxl.load_workbook(io.BytesIO(files["returned.xlsx"]))


def test_same_extract_same_bytes() -> None:
    first = render(ALL, version=1)
    again = Extract.from_dict(json.loads(ALL.to_json()))
    assert again == ALL
    assert render(again, version=1) == first


def test_an_extract_of_before_the_rule_was_told_still_renders() -> None:
    former = json.loads(ALL.to_json())
    for entry in former["rows"]:
        del entry["description"], entry["opened_on"], entry["marks"], entry["notices"]
    assert (
        render(Extract.from_dict(former), version=1)["alerts.csv"]
        == (render(ALL, version=1)["alerts.csv"])
    )


def test_csv_is_the_interface() -> None:
    content = render(ALL, version=1)["alerts.csv"]
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.decode("utf-8-sig").splitlines()[0] == ",".join(CSV_COLUMNS)
    first, _, last = records(ALL)
    assert first["amount"] == "-12.50"
    assert first["is_new"] == "true"
    assert first["due_on"] == "2025-12-12"
    assert (last["amount"], last["occurred_on"], last["is_new"]) == ("", "", "false")
    assert json.loads(first["evidence"])["uploaded_count"] == 1


def test_manifest_counts_alerts_and_names_hashes() -> None:
    files = render(ALL, version=3)
    manifest = json.loads(files["manifest.json"])
    assert manifest["counts_by_tier"] == {"red": 1, "orange": 0, "yellow": 1}
    assert (manifest["new"], manifest["still_open"], manifest["cleared"]) == (1, 1, 1)
    assert manifest["version"] == 3
    for entry in manifest["files"]:
        assert hashlib.sha256(files[entry["name"]]).hexdigest() == entry["sha256"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", " =1", "＝1", "\n=1"])
def test_text_that_could_be_a_formula_is_neutralised_in_both(text: str) -> None:
    hostile = extract(
        row(unit_name=text, subject_id=text, rule_name=text, what_to_check=text), gone=(GONE,)
    )
    assert neutralised(text) == f"'{text}"
    (record,) = records(hostile)
    for column in ("unit_name", "subject_id", "rule_name", "what_to_check"):
        assert record[column].startswith("'")
    for sheet in opened(hostile):
        for line in sheet.iter_rows():
            for cell in line:
                assert cell.data_type != "f"
                if isinstance(cell.value, str):
                    assert not cell.value.startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize("text", ["", "普通文字", "1-2", "记-0001", "a=b", "5%"])
def test_other_text_stays(text: str) -> None:
    assert neutralised(text) == text


def test_control_characters_and_long_text_do_not_break_the_workbook() -> None:
    book = opened(extract(row(unit_name="a\x00b\x0bc", what_to_check="长" * 40_000)))
    cells = [cell.value for line in book["预警清单"].iter_rows(min_row=2) for cell in line]
    assert any(isinstance(value, str) and value.endswith("已截断）") for value in cells)


def test_sheets_headings_and_typed_cells() -> None:
    book = opened(ALL)
    assert book.sheetnames == ["预警清单", "核实反馈", "说明"]
    sheet = book["预警清单"]
    headings = [cell.value for cell in sheet[1]]
    values = dict(zip(headings, (cell.value for cell in sheet[2]), strict=True))
    assert values["等级"] == "红色"
    assert values["职责"] == "处置"
    assert values["金额（元）"] == -12.5
    assert values["办理期限"] == datetime(2025, 12, 12)
    assert "已上传附件数：1" in values["疑点依据"]
    assert values["判定规则"] == "列支公务接待费的凭证，记账 3 天后仍没有上传公函。"
    assert values["对象"] == "记账凭证\n2025年9月 记0001\n账套 AF002"
    assert headings[-2:] == ["预警编号", "对象编号"]
    assert values["对象编号"] == "AF002/2025/09/记0001"
    assert sheet.auto_filter.ref == f"A1:V{sheet.max_row}"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.page_setup.paperSize == 9
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    shades = {
        words.TIER[tier]: cell.fill.fgColor.rgb
        for tier, cell in (("red", sheet["E2"]), ("yellow", sheet["E4"]))
    }
    assert len(set(shades.values())) == 2


def test_what_is_special_about_a_row_is_marked_and_said() -> None:
    notice = "已过办理期限 2025-12-12，请尽快反馈。"
    book = opened(
        extract(
            row(alert_id="a1", is_new=False, marks=("reminded",), notices=(notice,)),
            row(alert_id="a2", marks=("escalated",)),
            row(alert_id="a3", marks=("sampled",)),
        )
    )
    assert column(book["预警清单"], "标记") == ["催办", "新增\n升级", "抽查"]
    assert column(book["预警清单"], "疑点依据")[0].splitlines()[:2] == [
        notice,
        "升级原因：金额 60,000.00 元，超过升级线 50,000.00 元",
    ]
    told = said(book)
    assert "其中抽查 1 条" in told
    assert [word for word in words.MARK.values() if f"“{word}”：" in told] == [
        "催办",
        "升级",
        "抽查",
    ]


def test_what_is_printed() -> None:
    book = opened(ALL)
    printed = [column.heading for column in ALERT_COLUMNS[:PRINTED_COLUMNS]]
    assert {"序号", "疑点依据", "政策依据"} <= set(printed)
    assert "对象编号" not in printed
    assert book["预警清单"].print_area == f"'预警清单'!$A$1:$P${len(ALL.rows) + 1}"
    form = book["核实反馈"]
    last = [cell.value for cell in form[1]].index("核实日期")
    assert form.print_area.endswith(f"${form.cell(1, last + 1).column_letter}${form.max_row}")
    for sheet in book:
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert sheet.page_setup.fitToHeight == 0


def test_sheets_share_the_number_of_an_alert() -> None:
    # An alert in both roles stands on two rows of the list, not always next to each other.
    book = opened(
        extract(
            row(alert_id="a1"), row(alert_id="a2", role="verify"), row(alert_id="a1", role="verify")
        )
    )
    assert column(book["预警清单"], "序号") == [1, 2, 1]
    form = book["核实反馈"]
    assert column(form, "序号") == [1, 2]
    assert column(form, "预警编号") == ["a1", "a2"]
    assert column(form, "职责") == ["处置、核实", "核实"]


def test_an_honest_date_of_verification_is_taken() -> None:
    opened_earlier = row(alert_id="a2", is_new=False, opened_on=date(2025, 10, 9))
    sheet = opened(extract(row(alert_id="a1"), opened_earlier))["核实反馈"]
    (bound,) = (v for v in sheet.data_validations.dataValidation if v.type == "date")
    assert bound.operator == "greaterThanOrEqual"
    assert date(1899, 12, 30) + timedelta(days=int(bound.formula1)) == date(2025, 10, 9)
    assert bound.formula2 is None


def test_the_return_form_is_locked_but_for_the_answers() -> None:
    sheet = opened(ALL)["核实反馈"]
    headings = [cell.value for cell in sheet[1]]
    assert column(sheet, "预警编号") == ["a1", "a2"]
    assert sheet.protection.sheet
    assert not sheet.protection.password
    free = {
        heading
        for heading, cell in zip(headings, sheet[2], strict=True)
        if not cell.protection.locked
    }
    assert free == {answer.heading for answer in ANSWER_COLUMNS}
    assert len(free) == 9
    assert (sheet.protection.sort, sheet.protection.autoFilter) == (True, False)
    lists = {
        validation.formula1.strip('"')
        for validation in sheet.data_validations.dataValidation
        if validation.type == "list"
    }
    disposers = ",".join(each for each in words.ACTIONS.values() if each != "转问题线索")
    assert lists == {disposers} | {
        ",".join(choices.values())
        for choices in (words.PROGRESS, words.VERDICTS, words.REASONS, words.ACTIONS)
    }
    assert headings[-3:] == ["接收单位代码", "推送日期", "反馈码"]
    assert [cell.value for cell in sheet[2]][-3:] == ["TC01", "2025-11-28", "AAAA-BBBB"]
    assert all(len(choices) < 255 for choices in lists)


FORMER_ORDER = (
    *("序号", "预警编号", "等级", "职责", "待办", "疑点问题", "单位", "对象", "金额（元）"),
    *("办理期限", "反馈情况", *(answer.heading for answer in ANSWER_COLUMNS)),
    *("接收单位代码", "推送日期", "反馈码"),
)


def test_a_form_with_its_columns_in_the_former_order_reads_alike() -> None:
    book = opened(ALL)
    sheet = book["核实反馈"]
    headings = [cell.value for cell in sheet[1]]
    sheet.cell(2, headings.index("核实结论") + 1).value = "属实"
    sent = io.BytesIO()
    book.save(sent)
    assert sorted(FORMER_ORDER) == sorted(headings)
    assert list(FORMER_ORDER) != headings
    former = openpyxl.Workbook()
    for line in sheet.iter_rows():
        for place, heading in enumerate(FORMER_ORDER, start=1):
            cell = line[headings.index(heading)]
            copy = former.active.cell(cell.row, place, cell.value)
            copy.number_format = cell.number_format
    before = io.BytesIO()
    former.save(before)
    read = lines_of("alerts.xlsx", sent.getvalue())
    assert [(line["alert_id"], line.get("verdict")) for line in read] == [
        ("a1", "属实"),
        ("a2", None),
    ]
    assert lines_of("alerts.xlsx", before.getvalue()) == read


def test_no_english_where_an_accountant_reads() -> None:
    allowed = re.compile(
        r"\b(REC-001|AF002|F002|TC01|AAAA|BBBB|a1|a2|ffa9f0e31c77b2d4|alerts\.csv|returned\.xlsx)\b"
    )
    allowed_here = re.compile(r"alerts\.xlsx|manifest\.json|HYPERLINK")
    for sheet in (*opened(ALL), *given_back(RETURNED)):
        for line in sheet.iter_rows():
            for cell in line:
                if isinstance(cell.value, str):
                    rest = allowed_here.sub("", allowed.sub("", cell.value))
                    assert not re.search("[A-Za-z]", rest), (sheet.title, cell.coordinate, rest)


def test_what_was_not_taken_goes_back_as_a_form_with_the_reason() -> None:
    answered = replace(ALL, returned=(RETURNED, replace(RETURNED, line_no=0, cells={})))
    assert Extract.from_dict(json.loads(answered.to_json())) == answered
    assert answered.content_hash() != ALL.content_hash()
    assert "returned" not in json.loads(ALL.to_json())
    assert "returned.xlsx" not in render(ALL, version=1)
    files = render(answered, version=1)
    manifest = json.loads(files["manifest.json"])
    assert manifest["returned"] == 2
    assert "returned.xlsx" in {file["name"] for file in manifest["files"]}
    notes = {cell.value for line in opened(answered)["说明"].iter_rows() for cell in line}
    assert (
        "没有受理的反馈 2 条，见同时送达的“退回更正”表格（returned.xlsx，邮件附件的名称以“退回更正”"
        "开头），请更正后再退。"
    ) in notes
    sheet = given_back(*answered.returned).active
    headings = [cell.value for cell in sheet[1]]
    line = dict(zip(headings, (cell.value for cell in sheet[2]), strict=True))
    assert line["退回原因"] == "\n".join(RETURNED.reasons)
    assert (line["行号"], line["核实结论"], line["反馈码"]) == (3, "大概属实", "AAAA-BBBB")
    assert line["情况说明"] == "=HYPERLINK(1)"
    assert line["原文件"] == "alerts.xlsx"
    assert column(sheet, "行号") == [3, "整份文件"]
    free = {
        heading
        for heading, cell in zip(headings, sheet[2], strict=True)
        if not cell.protection.locked
    }
    assert free == {answer.heading for answer in ANSWER_COLUMNS}


@pytest.mark.parametrize("text", ["-500", "=1000+200", "@x", " +1", "'-500"])
def test_what_goes_back_is_text_to_the_letter(text: str) -> None:
    """Sent back untouched it says what it said, and no office program runs it."""
    back = replace(RETURNED, cells={**RETURNED.cells, "amount_recovered": text})
    content = render(replace(ALL, returned=(back,)), version=1)["returned.xlsx"]
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    cell = sheet.cell(2, [each.value for each in sheet[1]].index("退缴金额（元）") + 1)
    assert (cell.data_type, cell.number_format) == ("s", "@")
    assert cell.quotePrefix == (text[0] != "'")
    (line,) = lines_of("returned.xlsx", content)
    assert line["amount_recovered"] == text


ANSWERED = Said(
    "青禾镇人民政府",
    "dispose",
    date(2025, 11, 27),
    verdict="confirmed",
    reason="confirmed",
    progress="closed",
    action="return_money",
    amount_recovered=Decimal("1860.00"),
    note="=已退回",
    evidence_reference="缴款书 7 号",
    verified_by="王建国",
)
NEEDS = ("action", "evidence", "amount_recovered")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"progress": "verifying"},
            "属实（问题属实）；已有核实结论，所选“核实中”不起作用；处理措施：退缴资金；",
        ),
        (
            {"action": "transfer_as_lead"},
            "处理措施：转问题线索（是否转办由核实单位决定，处置单位所选供其参考）；",
        ),
        ({"role": "verify", "action": "transfer_as_lead"}, "处理措施：转问题线索；"),
        (
            {"evidence_reference": None, "unnamed_evidence": "见附件"},
            "“佐证材料”所填“见附件”没有指明任何材料，请写明材料名称或文号",
        ),
    ],
)
def test_who_answered_reads_what_had_no_effect(changes: dict[str, Any], told: str) -> None:
    said = replace(ANSWERED, **changes)
    sent = extract(row(state="rectifying", close_out_needs=NEEDS, answers=(said,)))
    assert Extract.from_dict(json.loads(sent.to_json())) == sent
    sheet = opened(sent)["核实反馈"]
    headings = [cell.value for cell in sheet[1]]
    assert told in str(sheet.cell(2, headings.index("反馈情况") + 1).value)


def test_an_extract_of_before_unnamed_evidence_was_told_has_the_same_text() -> None:
    sent = extract(row(state="rectifying", answers=(ANSWERED,)))
    assert "unnamed_evidence" not in sent.to_json()


def test_who_verifies_reads_what_was_answered_and_takes_first_what_waits() -> None:
    mine: dict[str, Any] = {"role": "verify", "is_new": False, "close_out_needs": NEEDS}
    untrue = replace(
        Said("某单位", "dispose", DAY), verdict="not_confirmed", reason="data_wrong", note="无此事"
    )
    lacking = replace(ANSWERED, evidence_reference=None)
    sent = extract(
        row(alert_id="a1", **mine, state="delivered"),
        row(alert_id="a2", **mine, state="rectifying", answers=(lacking,)),
        row(alert_id="a3", **mine, state="rectifying", answers=(ANSWERED,)),
        row(alert_id="a4", **mine, state="not_confirmed", answers=(untrue,)),
        row(
            alert_id="a5",
            **mine,
            state="rectifying",
            answers=(
                ANSWERED,
                replace(untrue, role="verify", verdict="partly", progress="rectifying"),
            ),
        ),
    )
    assert Extract.from_dict(json.loads(sent.to_json())) == sent
    assert "answers" not in json.loads(ALL.to_json())["rows"][0]
    book = opened(sent)
    form = book["核实反馈"]
    headings = [cell.value for cell in form[1]]
    lines = [dict(zip(headings, line, strict=True)) for line in form.iter_rows(2, values_only=True)]
    assert [(line["预警编号"], line["待办"]) for line in lines] == [
        ("a3", "待核实"),
        ("a4", "待核实"),
        ("a1", "处置中"),
        ("a2", "处置中"),
        ("a5", "处置中"),
    ]
    assert [line["序号"] for line in lines] == [3, 4, 1, 2, 5]
    assert lines[0]["反馈情况"] == (
        "青禾镇人民政府 2025-11-27 反馈：\n"
        "属实（问题属实），已办结；处理措施：退缴资金；退缴金额：1,860.00 元；"
        "佐证材料：缴款书 7 号；"
        "情况说明：=已退回；核实人：王建国\n"
        "请核实：整改到位的，填核实结论，办理进展选“已办结”；没有到位的，填核实结论，办理进展选"
        "“整改中”，退给处置单位继续整改；不属实的，填“不属实”和原因。"
    )
    assert "不属实（误报：数据有误）；情况说明：无此事" in lines[1]["反馈情况"]
    assert lines[2]["反馈情况"] == "处置单位尚未反馈。"
    assert lines[3]["反馈情况"].endswith("办结尚缺：佐证材料。")
    assert headings.index("反馈情况") < headings.index("办理进展")
    assert column(book["预警清单"], "待办\n（在“核实反馈”表填写）") == [
        words.TASK[key]
        for key in ("with_the_disposer",) * 2 + ("to_verify",) * 2 + ("with_the_disposer",)
    ]
    assert (
        "等待本单位办理 2 条：待核实 2 条；其中 2 条 2025-12-12 到期。在“核实反馈”中排在最前。\n"
        "等待其他单位办理 3 条，列出供了解，暂不需要填写。"
    ) in said(book)
    late = replace(sent, business_date=date(2025, 12, 15), rows=sent.rows[2:3])
    assert "等待本单位办理 1 条：待核实 1 条；其中 1 条已过办理期限。" in said(opened(late))
    others = said(opened(replace(sent, rows=sent.rows[:2])))
    assert "没有等待本单位办理的预警。\n等待其他单位办理 2 条" in others
    assert "需办理" not in others


@pytest.mark.parametrize("disposer", ["closed", "untrue", "rectifying"])
def test_who_verifies_and_does_not_say_what_follows_is_asked(disposer: str) -> None:
    answers = {
        "closed": ANSWERED,
        "untrue": Said("某单位", "dispose", DAY, verdict="not_confirmed", reason="data_wrong"),
        "rectifying": replace(ANSWERED, progress="rectifying"),
    }
    found = Said("青禾镇纪委", "verify", DAY, verdict="confirmed")
    asked = row(
        role="verify",
        state="confirmed",
        close_out_needs=NEEDS,
        answers=(answers[disposer], found),
    )
    form = opened(extract(asked))["核实反馈"]
    (told,) = column(form, "反馈情况")
    is_asked = disposer != "rectifying"
    assert column(form, "待办") == ["待核实" if is_asked else "处置中"]
    assert ("没有选办理进展" in told) == is_asked
    said_so = replace(asked, answers=(answers[disposer], replace(found, progress="rectifying")))
    assert column(opened(extract(said_so))["核实反馈"], "待办") == ["处置中"]


def test_a_case_says_of_which_day_its_numbers_are() -> None:
    members = (member(alert_id="a1", total=17), member(alert_id="a1", hit_id="h2", total=17))
    sent = replace(extract(row(alert_id="a1"), row(alert_id="a2")), cases=members)
    of_case, of_another = column(opened(sent)["预警清单"], "疑点依据")
    assert f"是 {row().opened_on} 发现时的；到本表日期没有消除的共 17 条" in of_case
    assert "发现时的" not in of_another


@pytest.mark.parametrize("role", ["dispose", "verify"])
def test_what_is_reported_closed_is_not_shown_as_being_put_right(role: str) -> None:
    mine = row(role=role, state="rectifying", close_out_needs=NEEDS)
    reported = replace(mine, answers=(ANSWERED,))
    begun = replace(mine, answers=(replace(ANSWERED, progress="rectifying"),))
    again = replace(ANSWERED, body_name="青禾镇纪委", role="verify", progress="rectifying")
    refused = replace(mine, answers=(ANSWERED, again))
    told_to_disposer = replace(reported, is_sent_back=True)
    states = [
        column(opened(extract(each))["预警清单"], "状态")[0]
        for each in (reported, begun, refused, told_to_disposer)
    ]
    assert states == ["已报办结", "整改中", "整改中", "整改中"]


def test_who_answered_is_told_that_the_rule_no_longer_finds_it() -> None:
    found = row(state="rectifying", answers=(ANSWERED,), close_out_needs=NEEDS)
    assert "cleared_on" not in json.loads(extract(found).to_json())["rows"][0]
    cleared = extract(replace(found, cleared_on=date(2025, 11, 20)))
    assert Extract.from_dict(json.loads(cleared.to_json())) == cleared
    told = "系统自 2025-11-20 起已不再发现这一疑点；是否销号，以核实为准。"
    assert told in column(opened(cleared)["核实反馈"], "反馈情况")[0]
    assert "不再发现" not in column(opened(extract(found))["核实反馈"], "反馈情况")[0]


def test_who_disposes_is_told_that_it_is_still_to_be_put_right() -> None:
    closed = row(state="rectifying", answers=(ANSWERED,), close_out_needs=NEEDS)
    assert "is_sent_back" not in json.loads(extract(closed).to_json())["rows"][0]
    sent = extract(replace(closed, is_sent_back=True))
    assert Extract.from_dict(json.loads(sent.to_json())) == sent
    form = opened(sent)["核实反馈"]
    assert column(form, "待办") == ["待补正"]
    (told,) = column(form, "反馈情况")
    follows = "核实单位认定问题存在、整改尚未到位，请继续整改。"
    assert told.splitlines()[-1].startswith(f"{follows}到位后")
    # A verdict after the verifying body's would be refused.
    assert told.endswith("核实结论、原因两栏留空。")
    untrue = replace(ANSWERED, verdict="not_confirmed", reason="data_wrong", amount_recovered=None)
    sent = extract(replace(closed, is_sent_back=True, answers=(untrue,)))
    (told,) = column(opened(sent)["核实反馈"], "反馈情况")
    assert f"{follows}办结尚缺：处理措施、佐证材料、退缴金额。到位后" in told


def test_of_a_sample_only_the_verdict_is_asked() -> None:
    sample = row(role="verify", marks=("sampled",), close_out_needs=NEEDS, state="auto_resolved")
    book = opened(extract(sample))
    assert column(book["核实反馈"], "反馈情况") == ["抽查只需填：核实结论、原因。"]
    (standard,) = column(book["预警清单"], "办结标准")
    assert "办结须填" not in standard


def test_whom_alerts_wait_for_is_counted_once_each() -> None:
    mine: dict[str, Any] = {"is_new": False, "close_out_needs": NEEDS}
    both = row(alert_id="a1", **mine)
    done = {"state": "rectifying", "answers": (ANSWERED,)}
    begun = {"state": "rectifying", "answers": (replace(ANSWERED, progress="rectifying"),)}
    rows = (
        both,
        replace(both, role="verify"),
        row(alert_id="a2", **mine, role="verify", due_on=date(2025, 12, 1)),
        row(alert_id="a3", **mine, **done, role="verify", due_on=date(2025, 12, 3)),
        row(alert_id="a4", **mine, **done),
        row(alert_id="a5", **mine, **begun),
    )
    found = work(rows)
    assert (found.tasks, found.rectifying, found.others) == ({"to_answer": 1, "to_verify": 1}, 1, 2)
    assert found.waiting == 2
    assert found.dues == ((date(2025, 12, 3), 1), (date(2025, 12, 12), 1))
    assert [*found.tasks] == [what for what in words.TASK if what in found.tasks]


@pytest.mark.parametrize(
    ("changes", "told", "follows"),
    [
        ({}, "已反馈", "等待核实单位核对"),
        ({"evidence_reference": None}, "待补正", "已报办结，但缺：佐证材料。"),
        (
            {"evidence_reference": None, "amount_recovered": None},
            "待补正",
            "已报办结，但缺：佐证材料、退缴金额。",
        ),
        (
            {"amount_recovered": Decimal("1.00"), "note": None},
            "待补正",
            "已报办结，但缺：情况说明（退缴少于应退缴的 320.00 元的原因）。",
        ),
        ({"progress": "rectifying", "action": None}, "整改中", "办结尚缺：处理措施。"),
        ({"verdict": "not_confirmed", "reason": "data_wrong", "progress": None}, "已反馈", "等待"),
        ({"verdict": None, "reason": None, "progress": "verifying"}, "待反馈", "办结须填："),
    ],
)
def test_who_disposes_is_told_at_once_what_a_close_out_lacks(
    changes: dict[str, Any], told: str, follows: str
) -> None:
    said = replace(ANSWERED, **changes)
    sent = extract(
        row(
            state="rectifying" if said.verdict else "verifying",
            answers=(said,),
            close_out_needs=NEEDS,
            least_recovery=Decimal("320.00"),
        )
    )
    form = opened(sent)["核实反馈"]
    headings = [cell.value for cell in form[1]]
    line = dict(zip(headings, (cell.value for cell in form[2]), strict=True))
    assert line["待办"] == told
    assert follows in line["反馈情况"]


def test_the_first_sheet_says_where_to_answer() -> None:
    sheet = opened(extract(row(close_out_needs=("action", "evidence"))))["预警清单"]
    headings = [cell.value for cell in sheet[1]]
    assert "待办\n（在“核实反馈”表填写）" in headings
    (told,) = sheet.data_validations.dataValidation
    assert str(told.sqref).startswith("A1:")
    assert "按原渠道退回" in told.prompt
    assert told.prompt in sheet.oddFooter.left.text
    standard = sheet.cell(2, headings.index("办结标准") + 1).value
    assert standard.splitlines()[1].startswith(
        "办结须填：办理进展选“已办结”、核实结论、处理措施、佐证材料（"
    )
    for words_said in opened(ALL)["说明"].iter_rows(values_only=True):
        assert "次个" not in str(words_said)


def test_the_notes_list_what_is_gone() -> None:
    sheet = opened(ALL)["说明"]
    cells = [cell.value for line in sheet.iter_rows() for cell in line if cell.value]
    assert "疑点已消除，无需再处理" in cells
    assert any("2025-11-28" in str(value) for value in cells)
    assert "接收单位：青禾镇纪委" in cells
    quiet = opened(extract(row()))["说明"]
    assert [cell.value for line in quiet.iter_rows() for cell in line if cell.value][-1] == "无"


def test_an_extract_with_nothing_but_cleared_alerts_opens() -> None:
    book = opened(extract(gone=(GONE,)))
    for name in ("预警清单", "核实反馈"):
        assert book[name].max_row == 2
        assert book[name]["A2"].value == "今日没有需要办理的预警。不再需要办理的 1 条见“说明”。"
    assert book.active.title == "说明"
    assert opened(ALL).active.title == "预警清单"


def test_an_empty_day_prints_what_there_is_to_read_and_nothing_to_fill_in() -> None:
    book = opened(extract(gone=(GONE,)))
    assert [sheet.title for sheet in book if sheet.sheet_state == "visible"] == ["预警清单", "说明"]
    sheet = book["预警清单"]
    assert sheet.page_setup.fitToWidth in (None, 1)
    assert not sheet.print_title_cols
    assert not sheet.oddFooter.left.text
    assert not sheet.data_validations.dataValidation
    assert [cell.value for cell in book["说明"]["A"]][:6] == [
        "监督预警推送说明",
        "本次推送",
        "接收单位：青禾镇纪委",
        "数据日期：2025-11-28",
        "今日没有需要办理的预警。",
        "不再需要办理的预警 1 条，列在本页末尾。",
    ]
    assert "绿色栏目" not in said(book)
    assert book["核实反馈"].print_area == "'核实反馈'!$A$3"


def test_the_notes_explain_only_what_occurs() -> None:
    plain = {
        "tier_reasons": (),
        "legal_basis": "《办法》第一条",
        "evidence": '{"amount_and_currency": "588.00 元"}',
    }
    quiet = said(opened(extract(row(**plain, tier="yellow"))))
    kinds: dict[str, dict[str, Any]] = {
        "未填": {"evidence": '{"posting_date": null}'},
        "名称以 .csv 结尾": {"evidence": json.dumps({"invoices": [f"-{n}" for n in range(11)]})},
        "升级原因": {"tier_reasons": ROW.tier_reasons},
        "外币交易": {"evidence": '{"amount_and_currency": "588.00 HKD"}'},
        "条款待核": {"legal_basis": "《办法》（条款待核）"},
        "条款未核实": {"legal_basis": ROW.legal_basis},
        "“参照”表示": {"legal_basis": "参照《中央预算单位公务卡管理暂行办法》第一条"},
        "红色：": {"tier": "red"},
        "职责为“核实”的": {"role": "verify"},
        "转问题线索": {"role": "verify"},
        "“处置中”": {"role": "verify"},
        "已有结论": {"concluded": CONCLUDED},
        "“复发”": {"marks": ("recurred",)},
    }
    for word, changes in kinds.items():
        assert word not in quiet
        assert word in said(opened(extract(row(**plain | changes)))), word
    for word in ("案件明细", "联合监督", "回避", "不再需要办理的预警 "):
        assert word not in quiet
    both = extract(row(**plain), row(**plain, role="verify"))
    assert "回避" in said(opened(both))
    assert "案件明细" in said(opened(replace(both, cases=(member(alert_id=ROW.alert_id),))))


@pytest.mark.parametrize(
    ("tiers", "told"),
    [
        (("yellow",), "提升一级、转由上一级单位办理。"),
        (("red",), "红色的等级不变，转由其上级办理。"),
        (("orange", "red"), "提升一级、转由上一级单位办理；红色的等级不变，转由其上级办理。"),
    ],
)
def test_a_red_alert_is_not_said_to_rise(tiers: tuple[str, ...], told: str) -> None:
    rows = (row(alert_id=tier, tier=tier) for tier in tiers)
    assert f"催办后仍未反馈的，{told}\n" in said(opened(extract(*rows)))


def test_why_a_body_has_anothers_alert_is_said_whole() -> None:
    passed = row(rerouted="财政局逾期未反馈，由其上级办理", marks=("escalated",))
    told = said(opened(extract(passed, replace(passed, role="verify"))))
    assert "1 条因回避、没有管辖关系、前一单位逾期未反馈等改由本单位办理" in told
    assert "（已是红色的，等级不变，转由其上级办理）" in told
    assert "改由其上级办理）或没有管辖关系，由同一单位既处置又核实" in told


def test_what_the_workbook_tells_to_do_is_so() -> None:
    book = opened(ALL)
    told = said(book)
    # What it names as the measure of what goes back are columns of the list.
    measure = re.search("退缴金额：按(.*)；少退的", told)
    assert measure is not None
    headings = [each.value for each in book["预警清单"][1]]
    assert set(re.findall("“(.*?)”", measure[1])) == {"疑点依据", "金额（元）"} <= {*headings}
    for sheet in (*book, *given_back(RETURNED)):
        told += str(sheet.oddFooter.left.text)
    # Any name is taken, and the form of an earlier day as well.
    assert "文件名" not in told
    assert "旧版" not in told
    assert "以前收到的表格仍可退回" in told


def test_only_who_verifies_is_offered_to_hand_over_a_lead() -> None:
    both = (row(alert_id="a1"), row(alert_id="a1", role="verify"))
    rows = (*both, row(alert_id="a2"), row(alert_id="a3"), row(alert_id="a4", role="verify"))
    sent = extract(*rows)
    # What waits for others comes last.
    assert column(opened(sent)["核实反馈"], "预警编号") == ["a1", "a2", "a3", "a4"]

    def offered(book: Workbook, name: str) -> list[bool]:
        sheet = book[name]
        place = [cell.value for cell in sheet[1]].index("处理措施") + 1
        found = []
        for line in range(2, sheet.max_row + 1):
            cell = sheet.cell(line, place).coordinate
            (choices,) = (v for v in sheet.data_validations.dataValidation if cell in v.sqref)
            found.append("转问题线索" in choices.formula1)
        return found

    assert offered(opened(sent), "核实反馈") == [True, False, False, True]
    back = [replace(RETURNED, cells={"alert_id": each}) for each in ("a3", "a4", "unknown")]
    files = render(replace(sent, returned=tuple(back)), version=1)
    book = openpyxl.load_workbook(io.BytesIO(files["returned.xlsx"]))
    assert offered(book, "退回更正") == [False, True, True]


def test_a_number_means_one_alert_in_all_that_is_delivered_together() -> None:
    known = replace(RETURNED, cells={**RETURNED.cells, "alert_id": "a2", "number_on_form": "7"})
    unknown = replace(RETURNED, cells={**RETURNED.cells, "alert_id": "b", "number_on_form": "1"})
    book = given_back(known, unknown)
    assert column(book["退回更正"], "序号") == [2, None]
    assert column(opened(ALL)["核实反馈"], "预警编号")[1] == "a2"


def test_dates_before_the_calendar_of_spreadsheets_are_text() -> None:
    book = opened(extract(row(occurred_on=date(1899, 12, 31))))
    assert column(book["预警清单"], "发生日期") == ["1899-12-31"]
    assert DAY.year == 2025


def member(**changes: Any) -> CaseMember:
    case = CaseMember(
        alert_id="a2",
        hit_id="h1",
        rule_name="附件缺失",
        unit_name="青禾镇人民政府",
        subject_type="voucher",
        subject_id="AF002/2025/09/记0001",
        occurred_on=date(2025, 9, 12),
        amount=Decimal("1860.00"),
        detected_on=DAY,
        evidence='{"uploaded_count": 0}',
        total=3,
    )
    return replace(case, **changes)


def test_a_case_has_a_sheet_of_its_own_with_what_it_gathers() -> None:
    assert "案件明细" not in opened(ALL).sheetnames
    assert "cases" not in json.loads(ALL.to_json())
    hostile = member(hit_id="h2", unit_name="=1+1", occurred_on=None, amount=None)
    case = replace(ALL, cases=(member(), hostile))
    book = opened(case)
    assert book.sheetnames == ["预警清单", "核实反馈", "案件明细", "说明"]
    first, second, note = book["案件明细"].iter_rows(min_row=2, values_only=True)
    assert [cell.value for cell in book["案件明细"][1]] == [c.heading for c in CASE_COLUMNS]
    assert first[:4] == (2, "接待无公函", "附件缺失", "青禾镇人民政府")
    assert first[5:8] == (datetime(2025, 9, 12), 1860, datetime(2025, 11, 28))
    assert second[3] == neutralised("=1+1") != "=1+1"
    assert note[0] == "案件 a2 共 3 个疑点，这里列出最近发现的 2 个。"
    again = Extract.from_dict(json.loads(case.to_json()))
    assert again == case
    assert render(again, version=1) == render(case, version=1)
    assert case.content_hash() != ALL.content_hash()


def test_cases_stand_in_the_order_of_their_numbers() -> None:
    sheet = opened(replace(ALL, cases=(member(), member(alert_id="a1", hit_id="h2"))))["案件明细"]
    assert column(sheet, "序号")[:2] == [1, 2]
    notes = [cell.value for cell in sheet["A"][3:5]]
    assert ["案件 a1" in notes[0], "案件 a2" in notes[1]] == [True, True]


def test_a_long_case_is_not_printed_with_the_rest() -> None:
    members = tuple(member(hit_id=f"h{number}", total=41) for number in range(41))
    few = opened(replace(ALL, cases=members[:40]))["案件明细"]
    assert few.print_area == "'案件明细'!$A$1:$I$42"
    many = opened(replace(ALL, cases=members))["案件明细"]
    assert many.print_area == f"'案件明细'!$A${many.max_row}:$I${many.max_row}"
    assert "共 41 行，请在屏幕上查看，默认不打印" in many.cell(many.max_row, 1).value


def test_joint_cases_have_a_sheet_of_their_own() -> None:
    assert "joint" not in json.loads(ALL.to_json())
    asked = replace(
        JOINT,
        case_id="=1+1",
        standing="changed",
        role="co",
        unit_name="@x",
        others_found=None,
        own_findings="J1、J2",
        own_alerts=None,
        conclusion=None,
        concluded_by_name=None,
        concluded_on=None,
        document_no=None,
        is_conclusion_reusable=False,
    )
    joint = replace(ALL, rows=(), joint=(JOINT, asked, replace(asked, is_asked=True, role="lead")))
    book = opened(joint)
    sheet = book["联合监督"]
    assert book.sheetnames == ["预警清单", "核实反馈", "联合监督", "说明"]
    assert book.active.title == "联合监督"
    assert [cell.value for cell in sheet[1]] == [column.heading for column in JOINT_COLUMNS]
    first, second, third = sheet.iter_rows(min_row=2, values_only=True)
    assert first[:5] == (1, "新增", "牵头", "青禾镇人民政府", "公务接待")
    assert first[5:9] == (
        "2025-07-01 至\n2025-09-30",
        "已了结的预警 1 条：\n00a9f0e31c77b2d4",
        JOINT.others_found,
        "属实（审〔2025〕7号）\n审计监督 2025-11-20",
    )
    assert "采纳即可" in first[9]
    assert second[1:4] == ("有变化", "协同", neutralised("@x"))
    assert second[6:9] == ("发现：J1、J2", "无", "尚无结论")
    assert "配合" in second[9]
    assert "牵头会商" in third[9]
    named = opened(replace(ALL, joint=(replace(JOINT, own_alerts=ALL.rows[0].alert_id),)))
    assert named["联合监督"]["G2"].value == "预警：序号 1"
    setup = sheet.page_setup
    assert (setup.orientation, int(setup.paperSize)) == ("landscape", 9)
    assert sheet.print_title_rows == "$1:$1"
    assert "联合监督事项 3 件" in book["预警清单"]["A2"].value
    again = Extract.from_dict(json.loads(joint.to_json()))
    assert again == joint
    assert render(again, version=1) == render(joint, version=1)
    assert json.loads(render(joint, version=1)["manifest.json"])["joint_cases"] == 3


@pytest.mark.parametrize(
    ("role", "answers", "told"),
    [
        (
            "dispose",
            (),
            "本部门已作出结论，其他部门直接采用；本单位名下的预警（序号 1）仍须按这一结论在“核实"
            "反馈”表中填写。",
        ),
        ("dispose", (ANSWERED,), "本部门已作出结论，其他部门直接采用，无需再报。"),
        ("verify", (), "本部门已作出结论，其他部门直接采用，无需再报。"),
    ],
)
def test_who_concluded_is_told_to_answer_its_own_alert_that_waits(
    role: str, answers: tuple[Said, ...], told: str
) -> None:
    mine = replace(
        JOINT, is_conclusion_reusable=False, own_alerts="00a9f0e31c77b2d4、a1", standing="standing"
    )
    sent = extract(row(alert_id="a1", role=role, answers=answers), row(alert_id="a2"))
    (said,) = column(opened(replace(sent, joint=(mine,)))["联合监督"], "请本单位")
    assert said == told


def test_what_others_concluded_stands_beside_the_answer_and_is_none() -> None:
    assert "concluded" not in json.loads(ALL.to_json())["rows"][0]
    known = row(alert_id="a1", concluded=CONCLUDED)
    book = opened(extract(known, row(alert_id="a2")))
    assert column(book["预警清单"], "标记")[0] == "新增\n已有结论"
    (evidence, _) = column(book["预警清单"], "疑点依据")
    assert "审计监督 2025-11-20 认定“属实”（审〔2025〕7号）" in evidence
    form = book["核实反馈"]
    headings = [cell.value for cell in form[1]]
    place = headings.index("已有结论")
    assert headings[place - 1] == "核实日期"
    assert headings[place + 1 :] == ["接收单位代码", "推送日期", "反馈码"]
    said, nothing = (line[place] for line in form.iter_rows(min_row=2, values_only=True))
    assert "采纳：核实结论选“属实”，原因选“问题属实”，佐证材料填“审〔2025〕7号”。" in said
    # Whoever objects is told the same, wherever it is told.
    told = "\n".join(str(cell.value) for cell in book["说明"]["A"])
    assert all(OBJECTION in text for text in (said, told, asked(JOINT)))
    assert "异议" not in evidence
    assert not nothing
    verdict = headings.index("核实结论") + 1
    assert form.cell(2, verdict).value is None
    assert form.protection.sheet
    assert form.cell(2, place + 1).protection.locked
    unlike = row(concluded=("统计监督", "2025-11-20", "数据失实", ""))
    assert "认定有问题的，核实结论选“属实”" in suggestion(unlike)
    assert "佐证材料填“统计监督 2025-11-20 结论”" in suggestion(unlike)
    text = render(extract(known), version=1)["alerts.csv"].decode("utf-8-sig")
    assert "审计监督" not in text
