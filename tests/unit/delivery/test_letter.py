"""The digest's words: escaped, complete, in Chinese."""

import json
import re
from dataclasses import replace

import pytest

from extract_samples import GONE, JOINT, RETURNED, extract, row
from huiyan.delivery.extract import Extract, ReceivedFile
from huiyan.delivery.letter import html, plain, subject
from huiyan.delivery.parcel import Parcel, idempotency_key
from huiyan.delivery.render import render


def sent(made: Extract) -> Parcel:
    return Parcel(made, 1, "", "k" * 64, render(made, version=1))


def test_text_of_a_feed_cannot_become_markup_or_lines() -> None:
    name = "<img src=x onerror=alert(1)>\n\u202eX\x00" + "长" * 200
    parcel = sent(extract(row(unit_name=name, rule_name="<b>&amp;")))
    page, text = html(parcel, True), plain(parcel, True)
    assert "<img" not in page
    assert "&lt;img src=x onerror=alert(1)&gt; X长" in page
    assert "&lt;b&gt;&amp;amp;" in page
    assert "\u202e" not in page + text
    assert "长" * 80 not in text
    assert "<img src=x onerror=alert(1)> X长" in text


def test_an_alert_in_both_roles_is_one() -> None:
    both = sent(extract(row(), row(role="verify")))
    assert subject(both).endswith("：待办1条，新增1条")
    assert "处置、核实期限2025年12月12日" in plain(both, False)


def test_it_counts_what_it_does_not_show() -> None:
    rows = [row(alert_id=f"{number:016x}", tier="yellow") for number in range(23)]
    parcel = sent(extract(*rows, row(alert_id="f" * 16, is_new=False, tier="red")))
    for words in (plain(parcel, True), html(parcel, True)):
        assert "其余3条见附件" in words
        assert "等待贵单位办理的预警24条（待反馈24条）。" in words
        assert "清单所列预警共24条，其中新增23条。" in words
    assert "红色1条、橙色0条、黄色23条" in plain(parcel, True)


def test_the_work_of_others_is_not_counted_as_the_readers() -> None:
    due = replace(row(), due_on=row().due_on.replace(day=5))
    theirs = [replace(due, alert_id=f"{number:016x}", role="verify") for number in range(3)]
    others = sent(extract(*theirs))
    assert subject(others).endswith("：待办0条，新增3条，其他单位办理中3条")
    for words in (plain(others, True), html(others, True)):
        assert "没有等待贵单位办理的预警，等待其他单位办理3条。" in words
        assert "近期到期" not in words
        assert "在办理期限内" not in words
    mixed = sent(extract(*theirs, row(alert_id="f" * 16)))
    for words in (plain(mixed, True), html(mixed, True)):
        assert "等待贵单位办理的预警1条（待反馈1条），等待其他单位办理3条。" in words
        assert "2025年12月12日到期：1条" in words
        assert "2025年12月5日到期" not in words
        assert "在办理期限内" in words


def test_alerts_of_one_rule_and_unit_are_told_apart() -> None:
    other = row(alert_id="f" * 16, subject_id="AF002/2025/09/记0002")
    for words in (plain(sent(extract(row(), other)), True), html(sent(extract(other)), True)):
        assert "记账凭证 2025年9月 记0002 账套 AF002" in words


def test_what_it_says_of_forms_and_files_is_so() -> None:
    again = replace(sent(extract(row())), version=2)
    for words in (plain(again, True), html(again, True)):
        assert "已在此前版本上填好的表格，仍可退回" in words
        assert "作废" not in words
        assert "文件名" not in words


@pytest.mark.parametrize(
    ("refused", "hints", "told"),
    [
        (2, 0, "贵单位报来的反馈有2行未被采用，逐行原因见"),
        (0, 1, "贵单位报来的反馈有文字没有读取、请核对，逐行原因见"),
        (2, 1, "贵单位报来的反馈有2行未被采用，有文字没有读取、请核对，逐行原因见"),
    ],
)
def test_only_what_is_wrong_is_to_be_corrected(refused: int, hints: int, told: str) -> None:
    hint = replace(RETURNED, is_hint=True)
    made = replace(extract(row()), returned=(RETURNED,) * refused + (hint,) * hints)
    assert Extract.from_dict(json.loads(made.to_json())) == made
    for words in (plain(sent(made), True), html(sent(made), True)):
        assert told in words
        assert ("请在其中更正后重新报送" in words) == bool(refused)
        assert ("请在其中补填属于反馈的内容后重新报送" in words) == (not refused)


def test_a_form_that_was_left_empty_is_told_of_as_such() -> None:
    empty = ReceivedFile("TC01/alerts.xlsx", 0, 0, 24, 0, is_empty=True)
    back = replace(RETURNED, is_hint=True, line_no=0)
    made = replace(extract(row()), returned=(back,), received=(empty,))
    assert Extract.from_dict(json.loads(made.to_json())) == made
    assert "贵单位报来的反馈有1份表格整份没有填写，逐行" in plain(sent(made), True)
    more = plain(sent(replace(made, returned=(back, back))), True)
    assert "贵单位报来的反馈有1份表格整份没有填写，有文字没有读取、请核对，逐行" in more


def test_nothing_left_to_do() -> None:
    parcel = sent(extract(gone=(GONE,)))
    assert subject(parcel).endswith("1条不再需要办理")
    assert "没有需要办理的预警" in plain(parcel, True)
    assert "核实反馈" not in plain(parcel, True)
    late = sent(replace(extract(row()), business_date=row().due_on.replace(day=13)))
    assert "2025年12月12日到期：1条，已超期" in plain(late, True)


def test_joint_cases_alone() -> None:
    parcel = sent(replace(extract(), joint=(JOINT, replace(JOINT, standing="standing"))))
    assert subject(parcel).endswith("青禾镇纪委：联合监督事项2件")
    text = plain(parcel, True)
    assert "联合监督事项2件，其中今日新增或有变化的1件，见附件“联合监督”表。" in text
    assert "先看“联合监督”，再看“说明”。" in text
    assert "预警清单" not in text


def test_no_english_is_left_in_it() -> None:
    parcel = replace(
        sent(replace(extract(row(), gone=(GONE,)), joint=(JOINT,))), version=2, maybe_sent=True
    )
    visible = re.sub(r"<[^>]*>", " ", html(parcel, True).partition("<body")[2].partition(">")[2])
    for words in (subject(parcel), plain(parcel, True), visible):
        words = words.replace("k" * 12, "").replace("&ensp;", "").replace("AF002", "")
        assert re.findall(r"[A-Za-z]{2,}", words) == []


def test_the_key_is_the_contents_and_the_turns() -> None:
    made = extract(row())
    key = idempotency_key("TC01", made.business_date, made.content_hash())
    assert key == idempotency_key("TC01", made.business_date, made.content_hash(), 0)
    others = {
        idempotency_key("TC02", made.business_date, made.content_hash()),
        idempotency_key("TC01", made.business_date, "another"),
        idempotency_key("TC01", made.business_date, made.content_hash(), 1),
    }
    assert key not in others
    assert len(others) == 3
