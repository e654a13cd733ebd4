"""Forms as people really fill them in: nothing is lost without a word, and the word helps."""

import io
import re
import shutil
from collections.abc import Callable
from datetime import date

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from alert_district import MONDAY, TUESDAY, WEDNESDAY, District
from huiyan.returns.accept import accept
from huiyan.returns.reasons import NOTHING_FILLED_IN
from returned_forms import form, land, put, refusals, returned, run, sent_back, taken

WHERE = "见同时送达的“退回更正”表格（returned.xlsx，邮件附件的名称以“退回更正”开头）"
UNREAD = "；另有文字没有读取，请对照“退回更正”核对。"
CONFIRMED: dict[str, str | None] = {"核实结论": "属实", "情况说明": "已核实"}


def sent(district: District, body: str = "TC01", day: date = MONDAY) -> Workbook:
    return openpyxl.load_workbook(district.settings.outbox / body / day.isoformat() / "alerts.xlsx")


def receipts(district: District, day: date = TUESDAY) -> list[str]:
    """What sheet 说明 of TC01 says of what came back and of what goes back."""
    lines = [str(row[0]) for row in sent(district, day=day)["说明"].values]
    return [line for line in lines if "收到本单位退回的" in line or "表格（returned.xlsx" in line]


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def fill_in(sheet: Worksheet, row: int, cells: dict[str, str | None], heading_row: int = 1) -> None:
    """Write into cells of a row, by heading."""
    headings = [cell.value for cell in sheet[heading_row]]
    for heading, value in cells.items():
        sheet.cell(row, headings.index(heading) + 1).value = value


@pytest.fixture
def two_alerts(district: District) -> District:
    district.hit("ATT-001", "A/2025/09/1", amount="1000.00")
    district.hit("REC-001", "A/2025/09/2", amount="1000.00")
    run(district, MONDAY)
    return district


def test_a_title_row_and_a_filled_copy_are_no_hindrance(two_alerts: District) -> None:
    titled, copied = sent(two_alerts), sent(two_alerts)
    sheet = titled["核实反馈"]
    sheet.insert_rows(1)
    sheet["A1"] = "青禾镇纪委核实反馈表"
    fill_in(sheet, 3, CONFIRMED, heading_row=2)
    fill_in(copied.copy_worksheet(copied["核实反馈"]), 3, CONFIRMED)
    put(two_alerts, TUESDAY, "TC01", saved(titled), "一.xlsx")
    put(two_alerts, TUESDAY, "TC01", saved(copied), "二.xlsx")
    result = taken(TUESDAY)
    assert (result.accepted, result.unanswered, result.unreadable) == (2, 2, 0)


def test_two_sheets_that_differ_of_an_alert_are_refused_both(two_alerts: District) -> None:
    book = sent(two_alerts)
    copy = book.copy_worksheet(book["核实反馈"])
    fill_in(book["核实反馈"], 2, CONFIRMED)
    fill_in(copy, 2, {"核实结论": "不属实", "原因": "误报：数据有误"})
    fill_in(copy, 3, CONFIRMED)
    put(two_alerts, TUESDAY, "TC01", saved(book))
    result = taken(TUESDAY)
    assert (result.accepted, result.unanswered, result.rejected) == (1, 1, 2)
    run(two_alerts, TUESDAY)
    assert all("只保留一行" in reason for reason in sent_back(two_alerts, "TC01", TUESDAY))
    back = two_alerts.settings.outbox / "TC01" / TUESDAY.isoformat() / "returned.xlsx"
    headings, *rows = openpyxl.load_workbook(back)["退回更正"].values
    assert [row[headings.index("行号")] for row in rows] == [
        2,
        f"第 {len(book.sheetnames)} 张表第 2 行",
    ]


def test_a_form_without_any_answer_is_told_so_once(two_alerts: District) -> None:
    listed = sent(two_alerts)
    listed["预警清单"].cell(2, 5).value = "已整改"
    del listed["核实反馈"]
    untouched = saved(sent(two_alerts))
    put(two_alerts, TUESDAY, "TC01", untouched, "空表.xlsx")
    put(two_alerts, TUESDAY, "TC01", saved(listed), "清单.xlsx")
    typed = sent(two_alerts)
    fill_in(typed["预警清单"], 2, {"核查要点": "已整改"})
    put(two_alerts, TUESDAY, "TC01", saved(typed), "批注.xlsx")
    result = taken(TUESDAY)
    assert (result.unanswered, result.rejected, result.unreadable) == (6, 0, 3)
    run(two_alerts, TUESDAY)
    told = [reasons.split("\n")[-1] for reasons in sent_back(two_alerts, "TC01", TUESDAY)]
    assert told == [NOTHING_FILLED_IN] * 3
    assert receipts(two_alerts) == [
        f"收到本单位退回的“批注.xlsx”：整份没有填写（2 条）{UNREAD}",
        "收到本单位退回的“清单.xlsx”：整份没有填写（2 条）。",
        "收到本单位退回的“空表.xlsx”：整份没有填写（2 条）。",
        f"整份没有填写的表格 3 份；另有文字没有读取，{WHERE}：要反馈的，请补填后再退；不是反馈的，"
        "不必理会。",
    ]
    # The same bytes once more are told of no more; what brings the word back says nothing either.
    back = two_alerts.settings.outbox / "TC01" / TUESDAY.isoformat() / "returned.xlsx"
    put(two_alerts, WEDNESDAY, "TC01", untouched)
    put(two_alerts, WEDNESDAY, "TC01", back.read_bytes(), "returned.xlsx")
    assert taken(WEDNESDAY).unreadable == 0
    run(two_alerts, WEDNESDAY)
    assert sent_back(two_alerts, "TC01", WEDNESDAY) == []


def test_an_answer_in_a_column_that_was_printed_is_named(two_alerts: District) -> None:
    elsewhere = sent(two_alerts)
    fill_in(elsewhere["核实反馈"], 2, {"待办": "已整改，发票已补"})
    put(two_alerts, TUESDAY, "TC01", saved(elsewhere))
    result = taken(TUESDAY)
    assert (result.unanswered, result.rejected, result.unreadable) == (1, 1, 0)
    run(two_alerts, TUESDAY)
    (told,) = sent_back(two_alerts, "TC01", TUESDAY)
    assert told.startswith("“待办”栏的“已整改，发票已补”不在要填写的栏目内，没有读到")


@pytest.mark.parametrize("is_alone", [False, True])
def test_answers_in_columns_added_to_the_list_are_sent_to_the_form(
    two_alerts: District, is_alone: bool
) -> None:
    book = sent(two_alerts)
    listed = book["预警清单"]
    at = listed.max_column + 1
    listed.cell(1, at).value, listed.cell(1, at + 1).value = "核实结论", "情况说明"
    fill_in(listed, 2, CONFIRMED)
    fill_in(listed, 3, {"情况说明": "票据在县局"})
    if is_alone:
        del book["核实反馈"]
    put(two_alerts, TUESDAY, "TC01", saved(book))
    result = taken(TUESDAY)
    assert (result.accepted, result.rejected, result.unreadable) == (0, 2, 0)
    run(two_alerts, TUESDAY)
    assert sent_back(two_alerts, "TC01", TUESDAY) == [
        "填在“预警清单”表的“核实结论”“情况说明”没有读取，请填到“核实反馈”表。",
        "填在“预警清单”表的“情况说明”没有读取，请填到“核实反馈”表。",
    ]
    # What brings the words back proves as little, and nothing was deleted in it either.
    back = two_alerts.settings.outbox / "TC01" / TUESDAY.isoformat() / "returned.xlsx"
    put(two_alerts, WEDNESDAY, "TC01", back.read_bytes(), "returned.xlsx")
    assert taken(WEDNESDAY).rejected == 2
    run(two_alerts, WEDNESDAY)
    assert sent_back(two_alerts, "TC01", WEDNESDAY) == [
        "填在“退回更正”表的“核实结论”“情况说明”没有读取，请填到“核实反馈”表。",
        "填在“退回更正”表的“情况说明”没有读取，请填到“核实反馈”表。",
    ]


def test_words_typed_over_what_was_printed_are_named_with_their_place(
    two_alerts: District,
) -> None:
    book = sent(two_alerts)
    form_, listed = book["核实反馈"], book["预警清单"]
    told = form_.cell(2, [cell.value for cell in form_[1]].index("反馈情况") + 1)
    told.value = f"{told.value}\n已退回食堂账户"
    fill_in(form_, 2, CONFIRMED)
    fill_in(form_, 3, {"单位": "青禾镇政府本级"})
    numbers = [row[[cell.value for cell in form_[1]].index("预警编号")].value for row in form_]
    row_of = {row[20].value: row[0].row for row in listed}
    assert listed.cell(1, 21).value == "预警编号"
    for number, words in zip(numbers[1:], ("已答复", "票据在县局"), strict=True):
        fill_in(listed, row_of[number], {"核查要点": words, "金额（元）": 99, "办理期限": "9.30"})
    listed.cell(row_of[numbers[2]], listed.max_column + 1).value = "见台账"
    put(two_alerts, TUESDAY, "TC01", saved(book))
    result = taken(TUESDAY)
    assert (result.accepted, result.unanswered, result.rejected) == (1, 1, 0)
    run(two_alerts, TUESDAY)
    (said,) = sent_back(two_alerts, "TC01", TUESDAY)
    at = row_of[numbers[2]]
    assert said == (
        f"“预警清单”表第 {at} 行“核查要点”栏的“票据在县局”；“预警清单”表第 {at} 行表头以外的"
        "“见台账”；“核实反馈”表第 2 行“反馈情况”栏的“已退回食堂账户”；“核实反馈”表第 3 行“单位”栏的"
        "“青禾镇政府本级”不在要填写的栏目内，没有读到：属于反馈的，请填到“核实反馈”表的绿色栏目；"
        "不是反馈的，不必理会。"
    )
    assert receipts(two_alerts) == [
        f"收到本单位退回的“alerts.xlsx”：受理 1 条、未填写 1 条{UNREAD}",
        f"有文字没有读取，{WHERE}：要反馈的，请补填后再退；不是反馈的，不必理会。",
    ]


def test_what_a_program_writes_otherwise_and_what_is_sorted_was_not_typed(
    two_alerts: District,
) -> None:
    book = sent(two_alerts)
    for sheet in (book["核实反馈"], book["预警清单"]):
        lines = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
        headings = [cell.value for cell in sheet[1]]
        for row, line in enumerate(reversed(lines), start=2):
            for place, value in enumerate(line, start=1):
                text = value.replace("\n", "\r\n") + " " if isinstance(value, str) else str(value)
                sheet.cell(row, place).value = None if value is None else text
        fill_in(sheet, 2, {"疑点问题": sheet.cell(3, headings.index("疑点问题") + 1).value})
    fill_in(book["核实反馈"], 2, CONFIRMED)
    put(two_alerts, TUESDAY, "TC01", saved(book))
    assert taken(TUESDAY).accepted == 1
    # The day is issued anew with other words: the form of its former version says nothing either.
    two_alerts.run("update marts.dim_rule set what_to_check = '查发票。'")
    run(two_alerts, MONDAY, TUESDAY)
    assert sent_back(two_alerts, "TC01", TUESDAY) == []
    book = openpyxl.load_workbook(
        next(two_alerts.settings.outbox.glob(".superseded/TC01/2025-09-01*/alerts.xlsx"))
    )
    fill_in(book["核实反馈"], 2, CONFIRMED)
    put(two_alerts, WEDNESDAY, "TC01", saved(book))
    assert taken(WEDNESDAY).accepted == 1
    run(two_alerts, WEDNESDAY)
    assert sent_back(two_alerts, "TC01", WEDNESDAY) == []
    # Nor when that version is not kept any more.
    shutil.rmtree(two_alerts.settings.outbox / ".superseded")
    thursday = date(2025, 9, 4)
    fill_in(book["核实反馈"], 2, {"情况说明": "再次核实"})
    put(two_alerts, thursday, "TC01", saved(book))
    assert taken(thursday).accepted == 1
    run(two_alerts, thursday)
    assert sent_back(two_alerts, "TC01", thursday) == []


def test_a_form_beside_the_one_with_the_answers_is_passed_over(two_alerts: District) -> None:
    filled = sent(two_alerts)
    fill_in(filled["核实反馈"], 2, CONFIRMED)
    fill_in(filled["核实反馈"], 3, CONFIRMED)
    put(two_alerts, TUESDAY, "TC01", saved(filled))
    put(two_alerts, TUESDAY, "TC01", saved(sent(two_alerts)), "alerts(1).xlsx")
    sheet = two_alerts.settings.outbox / "TC01" / MONDAY.isoformat() / "alerts.csv"
    put(two_alerts, TUESDAY, "TC01", sheet.read_bytes(), "alerts.csv")
    result = taken(TUESDAY)
    assert (result.accepted, result.unreadable) == (2, 0)


def test_an_alert_that_no_form_beside_answers_is_named(two_alerts: District) -> None:
    filled, wrong = sent(two_alerts), sent(two_alerts)
    fill_in(filled["核实反馈"], 2, CONFIRMED)
    wrong["预警清单"].cell(3, 5).value = "已整改"
    del wrong["核实反馈"]
    put(two_alerts, TUESDAY, "TC01", saved(filled))
    put(two_alerts, TUESDAY, "TC01", saved(wrong), "清单.xlsx")
    result = taken(TUESDAY)
    assert (result.accepted, result.rejected, result.unreadable) == (1, 0, 1)
    run(two_alerts, TUESDAY)
    (told,) = sent_back(two_alerts, "TC01", TUESDAY)
    sheet = filled["核实反馈"]
    numbers = [cell.value for cell in sheet[1]].index("预警编号") + 1
    assert told.startswith(NOTHING_FILLED_IN)
    assert str(sheet.cell(3, numbers).value) in told
    assert str(sheet.cell(2, numbers).value) not in told


def test_an_answer_under_another_heading_is_named_beside_proper_ones(
    two_alerts: District,
) -> None:
    book = sent(two_alerts)
    sheet = book["核实反馈"]
    fill_in(sheet, 2, CONFIRMED)
    sheet.cell(1, sheet.max_column + 1).value = "核实情况"
    fill_in(sheet, 3, {"核实情况": "属实，已整改"})
    put(two_alerts, TUESDAY, "TC01", saved(book))
    result = taken(TUESDAY)
    assert (result.accepted, result.rejected, result.unreadable) == (1, 1, 0)
    run(two_alerts, TUESDAY)
    (told,) = sent_back(two_alerts, "TC01", TUESDAY)
    assert told.startswith("“核实情况”栏的“属实，已整改”不在要填写的栏目内，没有读到")
    # What brings the word back says nothing of its own.
    back = two_alerts.settings.outbox / "TC01" / TUESDAY.isoformat() / "returned.xlsx"
    put(two_alerts, WEDNESDAY, "TC01", back.read_bytes(), "returned.xlsx")
    result = taken(WEDNESDAY)
    assert (result.unanswered, result.rejected) == (1, 0)


def test_the_name_of_a_file_stays_with_who_sent_it(two_alerts: District) -> None:
    book = sent(two_alerts)
    sheet, other = book["核实反馈"], sent(two_alerts, "U002")["核实反馈"]
    fill_in(sheet, 2, CONFIRMED)
    theirs = dict(
        zip((cell.value for cell in other[1]), (cell.value for cell in other[2]), strict=True)
    )
    shared = {cell.value for cell in sheet[1]} & theirs.keys()
    fill_in(sheet, sheet.max_row + 1, {heading: theirs[heading] for heading in shared})
    put(two_alerts, TUESDAY, "TC01", saved(book), "线索核查.xlsx")
    assert taken(TUESDAY).accepted == 1
    run(two_alerts, TUESDAY)
    receipts = {
        body: [
            str(row[0])
            for row in sent(two_alerts, body, TUESDAY)["说明"].values
            if "线索核查" in str(row[0])
        ]
        for body in ("TC01", "U002")
    }
    assert len(receipts["TC01"]) == 1
    assert receipts["U002"] == []


def test_a_form_that_bears_its_bodys_code_has_a_receipt(two_alerts: District) -> None:
    book = sent(two_alerts)
    fill_in(book["核实反馈"], 2, CONFIRMED)
    path = put(two_alerts, TUESDAY, "TC01", saved(book))
    path.rename(path.parent.parent / "TC01__alerts.xlsx")
    path.parent.rmdir()
    assert taken(TUESDAY).accepted == 1
    run(two_alerts, TUESDAY)
    assert receipts(two_alerts) == ["收到本单位退回的“TC01__alerts.xlsx”：受理 1 条、未填写 1 条。"]


def test_words_beyond_the_headings_are_asked_about_beside_remarks_there(
    two_alerts: District,
) -> None:
    book = sent(two_alerts)
    sheet = book["核实反馈"]
    beyond = sheet.max_column + 1
    fill_in(sheet, 2, CONFIRMED)
    sheet.cell(2, beyond).value = "经办人：韩晓梅"
    sheet.cell(3, beyond + 1).value = "不属实，票据齐全"
    put(two_alerts, TUESDAY, "TC01", saved(book))
    result = taken(TUESDAY)
    assert (result.accepted, result.unanswered, result.rejected) == (1, 0, 1)


def test_a_sheet_of_the_bodys_own_costs_no_answer_and_is_named(two_alerts: District) -> None:
    book = sent(two_alerts)
    fill_in(book["核实反馈"], 2, CONFIRMED)
    own = book.create_sheet("台账")
    own.append(["预警编号", "情况说明", "情况说明"])
    own.append(["一", "台账", "台账"])
    put(two_alerts, TUESDAY, "TC01", saved(book))
    result = taken(TUESDAY)
    assert (result.accepted, result.rejected, result.unreadable) == (1, 1, 0)
    run(two_alerts, TUESDAY)
    (told,) = sent_back(two_alerts, "TC01", TUESDAY)
    assert told.startswith("这张表的表头有两栏是同一个标题，整张表没有读取")
    assert receipts(two_alerts) == [
        f"收到本单位退回的“alerts.xlsx”：受理 1 条、未填写 1 条{UNREAD}",
        f"有文字没有读取，{WHERE}：要反馈的，请补填后再退；不是反馈的，不必理会。",
    ]
    back = two_alerts.settings.outbox / "TC01" / TUESDAY.isoformat() / "returned.xlsx"
    headings, row = openpyxl.load_workbook(back)["退回更正"].values
    assert row[headings.index("行号")] == f"第 {len(book.sheetnames)} 张表第 1 行"


def test_the_lines_of_a_sheet_of_the_bodys_own_are_told_of_once(two_alerts: District) -> None:
    book = sent(two_alerts)
    fill_in(book["核实反馈"], 2, CONFIRMED)
    own = book.create_sheet("台账", 0)
    own.append(["预警编号", "情况说明", "金额（元）"])
    for number in ("0123456789abcdef", "fedcba9876543210"):
        own.append([number, "已登记", "=1+1"])
    own.append([None, None, "合计"])
    put(two_alerts, TUESDAY, "TC01", saved(book))
    result = taken(TUESDAY)
    assert (result.accepted, result.unanswered, result.rejected) == (1, 1, 3)
    run(two_alerts, TUESDAY)
    assert sent_back(two_alerts, "TC01", TUESDAY) == [
        "这张表没有“接收单位代码”“推送日期”“反馈码”，这一行（另有 1 行也是如此）没有受理：本单位"
        "自用的表不必理会；属于反馈的，请填到“核实反馈”表的绿色栏目。"
    ]
    back = two_alerts.settings.outbox / "TC01" / TUESDAY.isoformat() / "returned.xlsx"
    (line,) = returned(back)
    assert (line["alert_id"], line.get("note")) == ("0123456789abcdef", None)
    assert receipts(two_alerts)[0] == (
        f"收到本单位退回的“alerts.xlsx”：受理 1 条、未填写 1 条{UNREAD}"
    )


def test_a_table_of_the_bodys_own_above_the_form_costs_no_answer(two_alerts: District) -> None:
    book = sent(two_alerts)
    sheet = book["核实反馈"]
    sheet.insert_rows(1, 14)
    for at in range(2, 14):
        sheet.cell(at, 1).value, sheet.cell(at, 2).value = f"0123456789abcde{at:x}", "已登记"
    sheet.cell(1, 1).value, sheet.cell(1, 2).value = "预警编号", "情况说明"
    fill_in(sheet, 16, CONFIRMED, heading_row=15)
    put(two_alerts, TUESDAY, "TC01", saved(book))
    result = taken(TUESDAY)
    assert (result.accepted, result.unanswered, result.rejected) == (1, 1, 1)
    run(two_alerts, TUESDAY)
    (told,) = sent_back(two_alerts, "TC01", TUESDAY)
    assert told.startswith("这一行起，表头以上另有一个表，没有读取")
    assert receipts(two_alerts)[0] == (
        f"收到本单位退回的“alerts.xlsx”：受理 1 条、未填写 1 条{UNREAD}"
    )


def test_the_receipt_counts_what_is_listed_and_asks_to_correct_only_what_is_wrong(
    two_alerts: District,
) -> None:
    empty, own, settled = sent(two_alerts), sent(two_alerts), sent(two_alerts)
    fill_in(settled["核实反馈"], 2, {"核实结论": "不属实", "原因": "误报：数据有误"})
    put(two_alerts, TUESDAY, "TC01", saved(settled))
    taken(TUESDAY)
    run(two_alerts, TUESDAY)
    sheet = own["核实反馈"]
    sheet.cell(1, sheet.max_column + 1).value = "备注"
    fill_in(sheet, 3, {"备注": "查过了"})
    fill_in(settled["核实反馈"], 2, {"核实人": "韩晓梅"})
    fill_in(settled["核实反馈"], 3, {"核实结论": "大概"})
    for name, book in (("a", empty), ("b", own), ("c", settled)):
        put(two_alerts, WEDNESDAY, "TC01", saved(book), f"{name}.xlsx")
    taken(WEDNESDAY)
    run(two_alerts, WEDNESDAY)
    assert receipts(two_alerts, WEDNESDAY) == [
        "收到本单位退回的“a.xlsx”：未填写 2 条。",
        f"收到本单位退回的“b.xlsx”：未填写 1 条{UNREAD}",
        "收到本单位退回的“c.xlsx”：没有受理 1 条、预警已结束、不再受理 1 条。",
        f"没有受理的反馈 1 条；另有文字没有读取，{WHERE}：没有受理的，请更正后再退；其余请核对，"
        "要反馈的补填后再退，不是反馈的不必理会。",
    ]
    assert len(sent_back(two_alerts, "TC01", WEDNESDAY)) == 2
    notes = [str(row[0]) for row in sent(two_alerts, day=WEDNESDAY)["说明"].values]
    sheet = settled["核实反馈"]
    number = sheet.cell(2, [cell.value for cell in sheet[1]].index("预警编号") + 1).value
    assert f"　预警 {number}：这条预警已于 2025-09-02 结束（不属实），不能再反馈。" in notes


def test_what_an_earlier_version_of_the_day_took_was_taken_that_day(two_alerts: District) -> None:
    first, second = sent(two_alerts), sent(two_alerts)
    fill_in(first["核实反馈"], 2, CONFIRMED)
    fill_in(second["核实反馈"], 3, CONFIRMED)
    put(two_alerts, TUESDAY, "TC01", saved(first))
    taken(TUESDAY)
    run(two_alerts, TUESDAY)
    put(two_alerts, TUESDAY, "TC01", saved(second), "补报.xlsx")
    put(two_alerts, TUESDAY, "TC01", saved(first), "补报（副本）.xlsx")
    assert (taken(TUESDAY).accepted, accept(TUESDAY).repeated) == (1, 2)
    run(two_alerts, TUESDAY)
    assert receipts(two_alerts) == [
        "收到本单位退回的“alerts.xlsx”：受理 1 条、未填写 1 条。",
        "收到本单位退回的“补报.xlsx”：受理 1 条、未填写 1 条。",
        "收到本单位退回的“补报（副本）.xlsx”：此前已受理 1 条、未填写 1 条。",
    ]
    put(two_alerts, WEDNESDAY, "TC01", saved(first))
    taken(WEDNESDAY)
    run(two_alerts, WEDNESDAY)
    assert receipts(two_alerts, WEDNESDAY) == [
        "收到本单位退回的“alerts.xlsx”：此前已受理 1 条、未填写 1 条。"
    ]


def test_a_card_number_is_kept_nowhere_in_a_form(two_alerts: District) -> None:
    book = sent(two_alerts)
    number = "6222 0212 3456 7890 128"
    fill_in(
        book["核实反馈"],
        2,
        {"核实结论": "属实", "退缴金额（元）": number, "核实人": number, "核实日期": number},
    )
    fill_in(book["核实反馈"], 3, {"待办": number, "处理措施": number})
    put(two_alerts, TUESDAY, "TC01", saved(book))
    assert taken(TUESDAY).rejected == 2
    run(two_alerts, TUESDAY)
    for table in ("landing.returns", "quarantine.returns", "ops.return_line", "ops.delivery"):
        (kept,) = two_alerts.rows(f"select string_agg(t::text, '') from {table} as t")
        assert not re.search("3456 ?78", kept[0]), table
    assert "***0 128" in kept[0]


def test_a_refusal_names_what_the_form_offers(two_alerts: District) -> None:
    for body in ("TC01", "U002"):
        book = sent(two_alerts, body)
        fill_in(book["核实反馈"], 2, {**CONFIRMED, "处理措施": "移送"})
        put(two_alerts, TUESDAY, body, saved(book))
    taken(TUESDAY)
    run(two_alerts, TUESDAY)
    offered = {body: sent_back(two_alerts, body, TUESDAY) for body in ("TC01", "U002")}
    assert ["转问题线索" in reason for reason in offered["TC01"]] == [True]
    assert ["转问题线索" in reason for reason in offered["U002"]] == [False]


def test_a_form_of_a_quiet_day_has_nothing_to_answer(two_alerts: District) -> None:
    """Its one line names no alert: there is nothing to tell, and nothing to correct."""
    book = sent(two_alerts)
    sheet = book["核实反馈"]
    sheet.delete_rows(2, sheet.max_row)
    sheet["A2"] = "今日没有需要办理的预警。"
    put(two_alerts, TUESDAY, "TC01", saved(book))
    result = taken(TUESDAY)
    assert (result.rejected, result.unreadable) == (1, 0)
    run(two_alerts, TUESDAY)
    assert sent_back(two_alerts, "TC01", TUESDAY) == []


def test_a_line_whose_cells_cannot_be_told_apart_goes_back(two_alerts: District) -> None:
    line = form(two_alerts, "TC01", MONDAY)["ATT-001"]
    text = "预警编号,反馈码,核实结论\n"
    text += f"{line['alert_id']},{line['return_code']},属实,多出一格\n"
    put(two_alerts, TUESDAY, "TC01", text.encode(), "alerts.csv")
    assert taken(TUESDAY).rejected == 1
    run(two_alerts, TUESDAY)
    (reason,) = sent_back(two_alerts, "TC01", TUESDAY)
    assert reason.startswith("这一行的栏目数与表头不一致")
    back = two_alerts.settings.outbox / "TC01" / TUESDAY.isoformat() / "returned.xlsx"
    rows = openpyxl.load_workbook(back)["退回更正"].iter_rows(min_row=2, values_only=True)
    assert any("多出一格" in str(cell) for row in rows for cell in row)
    put(two_alerts, WEDNESDAY, "TC01", back.read_bytes(), "returned.xlsx")
    assert taken(WEDNESDAY).unreadable == 0
    run(two_alerts, WEDNESDAY)
    assert sent_back(two_alerts, "TC01", WEDNESDAY) == []


def _without_headings(book: Workbook) -> None:
    for name in book.sheetnames:
        if name != "核实反馈":
            del book[name]
    book["核实反馈"].delete_rows(1)


def _without(*headings: str) -> Callable[[Workbook], None]:
    def spoil(book: Workbook) -> None:
        sheet = book["核实反馈"]
        fill_in(sheet, 2, CONFIRMED)
        for heading in headings:
            sheet.delete_cols([cell.value for cell in sheet[1]].index(heading) + 1)

    return spoil


def _cleared(book: Workbook) -> None:
    fill_in(book["核实反馈"], 2, {**CONFIRMED, "反馈码": None})


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (_without_headings, "没有找到表头"),
        (_without("预警编号"), "“预警编号”一栏不见了"),
        (_without("反馈码"), "“反馈码”一栏不见了"),
        (_without("接收单位代码", "推送日期"), "“接收单位代码”“推送日期”一栏不见了"),
        (_cleared, "这一行的“反馈码”是空的"),
    ],
)
def test_the_column_that_is_not_there_is_named(
    two_alerts: District, spoil: Callable[[Workbook], None], told: str
) -> None:
    book = sent(two_alerts)
    spoil(book)
    put(two_alerts, TUESDAY, "TC01", saved(book))
    taken(TUESDAY)
    run(two_alerts, TUESDAY)
    (reason,) = sent_back(two_alerts, "TC01", TUESDAY)
    assert told in reason
    assert "不加密码" not in reason


def test_all_mistakes_of_a_line_are_told_at_once(two_alerts: District) -> None:
    book = sent(two_alerts)
    sheet = book["核实反馈"]
    fill_in(
        sheet,
        2,
        {
            "核实结论": "属实",
            "原因": "误报：数据有误",
            "退缴金额（元）": "1万",
            "核实日期": "11.1",
        },
    )
    fill_in(
        sheet,
        3,
        {"核实结论": "大概", "退缴金额（元）": "=1000+200", "核实日期": "2025-02-30"},
    )
    put(two_alerts, WEDNESDAY, "TC01", saved(book))
    assert taken(WEDNESDAY).rejected == 2
    run(two_alerts, WEDNESDAY)
    told = sent_back(two_alerts, "TC01", WEDNESDAY)
    assert [reasons.split("\n") for reasons in told] == [
        [
            "“退缴金额（元）”栏的“1万”：请换算成元，填 10000。",
            "结论“属实”与原因“误报：数据有误”不相符，可选：问题属实、通知前单位已自行纠正。",
            "“核实日期”栏的“11.1”可能是 11 月 1 日，也可能是 11 月 10 日，请写全年、月、日，例如 "
            "2025-09-01。",
        ],
        [
            "“退缴金额（元）”栏的“=1000+200”是公式，请改为直接填写的内容。",
            "“核实结论”栏的“大概”不在下拉列表之内，请从下拉列表中选择：属实、部分属实、不属实。",
            "“核实日期”栏的“2025-02-30”不是日期：没有 2 月 30 日。",
        ],
    ]
    batch = two_alerts.value("select max(batch_id) from ops.batch where feed = 'returns'")
    assert refusals(two_alerts, batch) == [
        "amount_recovered: not money",
        "reason: does not go with the verdict",
        "verified_on: not a date",
        "formula:amount_recovered",
        "verdict: not in the code list",
        "amount_recovered: not money",
        "verified_on: not a date",
    ]


def test_a_formula_where_something_was_printed_hides_no_other_mistake(
    two_alerts: District,
) -> None:
    book = sent(two_alerts)
    fill_in(book["核实反馈"], 2, {**CONFIRMED, "金额（元）": "=1+1", "核实日期": "上周"})
    put(two_alerts, TUESDAY, "TC01", saved(book))
    assert taken(TUESDAY).rejected == 1
    run(two_alerts, TUESDAY)
    (told,) = sent_back(two_alerts, "TC01", TUESDAY)
    assert told.split("\n") == [
        "“金额（元）”栏的“=1+1”是公式，请改为直接填写的内容。",
        "“核实日期”栏的“上周”看不出是哪一天，请写全年、月、日，例如 2025-09-01。",
    ]


def test_what_is_sent_back_untouched_is_refused_for_the_same_reasons(two_alerts: District) -> None:
    book = sent(two_alerts)
    sheet = book["核实反馈"]
    fill_in(sheet, 2, {**CONFIRMED, "退缴金额（元）": "-500", "佐证材料": "=B2"})
    fill_in(sheet, 3, {"核实结论": "=1+1", "退缴金额（元）": "=1000+200", "情况说明": "#N/A"})
    sheet.cell(3, [cell.value for cell in sheet[1]].index("情况说明") + 1).data_type = "e"
    put(two_alerts, TUESDAY, "TC01", saved(book))
    assert taken(TUESDAY).rejected == 2
    run(two_alerts, TUESDAY)
    first = sent_back(two_alerts, "TC01", TUESDAY)
    assert [len(reasons.split("\n")) for reasons in first] == [2, 3]
    back = two_alerts.settings.outbox / "TC01" / TUESDAY.isoformat() / "returned.xlsx"
    put(two_alerts, WEDNESDAY, "TC01", back.read_bytes(), "returned.xlsx")
    assert taken(WEDNESDAY).rejected == 2
    run(two_alerts, WEDNESDAY)
    again = sent_back(two_alerts, "TC01", WEDNESDAY)
    assert [set(reasons.split("\n")) for reasons in again] == [
        set(reasons.split("\n")) for reasons in first
    ]


def test_a_settled_matter_does_not_come_back_for_a_cell(two_alerts: District) -> None:
    """Nothing in it can be corrected, whatever else is wrong with it."""
    line = form(two_alerts, "TC01", MONDAY)["ATT-001"]
    untrue = {"verdict": "不属实", "reason": "误报：数据有误", "progress": "已办结"}
    land(two_alerts, TUESDAY, [{**line, **untrue, "evidence_reference": "收据 12"}])
    run(two_alerts, TUESDAY)
    batch = land(two_alerts, WEDNESDAY, [{**line, "verdict": "属实", "note": "=1+1"}])
    run(two_alerts, WEDNESDAY)
    assert refusals(two_alerts, batch) == ["formula:note", "settled"]
    assert sent_back(two_alerts, "TC01", WEDNESDAY) == []


def test_evidence_that_names_nothing_is_named_until_some_is(two_alerts: District) -> None:
    line = form(two_alerts, "U002", MONDAY)["ATT-001"]
    whole = {"verdict": "属实", "progress": "已办结", "action": "补齐资料"}
    land(two_alerts, TUESDAY, [{**line, **whole, "evidence_reference": "见附件"}])
    run(two_alerts, TUESDAY)
    told = form(two_alerts, "U002", TUESDAY)["ATT-001"]["answers_shown"]
    assert "“佐证材料”所填“见附件”没有指明任何材料，请写明材料名称或文号" in told
    assert "但缺：佐证材料" in told
    land(two_alerts, WEDNESDAY, [{**line, "evidence_reference": "补开发票 3 张"}])
    run(two_alerts, WEDNESDAY)
    told = form(two_alerts, "U002", WEDNESDAY)["ATT-001"]["answers_shown"]
    assert "佐证材料：补开发票 3 张" in told
    assert "见附件" not in told


def test_what_a_body_chose_in_vain_is_said_to_it(two_alerts: District) -> None:
    line = form(two_alerts, "U002", MONDAY)["ATT-001"]
    vain = {"progress": "核实中", "verdict": "属实", "action": "转问题线索"}
    land(two_alerts, TUESDAY, [{**line, **vain}])
    run(two_alerts, TUESDAY)
    told = form(two_alerts, "U002", TUESDAY)["ATT-001"]["answers_shown"]
    assert "已有核实结论，所选“核实中”不起作用" in told
    assert "是否转办由核实单位决定" in told
