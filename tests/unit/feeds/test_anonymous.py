"""Anonymous feeds: which headings and which words could identify a person."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiyan.errors import FeedError
from huiyan.feeds.anonymous import HIDDEN, identifying, scrub
from huiyan.feeds.contract import load_contract
from huiyan.feeds.persons import names_somebody

COMPLAINTS = load_contract("complaints")
HEADINGS = "complaint_no,platform,agency_code,received_on,matter_class,status,closed_on,matter"
ROW = "XF1,finance,101001,2025-09-01,small_coffer,open,,{}"


def scrubbed(folder: Path, *rows: str, headings: str = HEADINGS) -> list[list[str]]:
    """The cells that may be kept, headings left out."""
    path = folder / "来信.csv"
    path.write_text("\n".join((headings, *rows)), encoding="utf-8")
    kept = scrub(COMPLAINTS, path, 1).content.decode()
    return [line.split(",") for line in kept.splitlines()[1:]]


@pytest.mark.parametrize(
    ("heading", "named"),
    [
        ("举报人", "举报人"),
        ("举报人姓名", "举报人姓名"),
        (" 联系电话 ", "联系电话"),
        ("手机号码", "手机号码"),
        ("身份证号", "身份证号"),
        ("家庭住址", "家庭住址"),
        ("电子邮箱", "电子邮箱"),
        ("微信号", "微信号"),
        ("ＰＨＯＮＥ", "PHONE"),
        ("REPORTER_TEL", "REPORTER_TEL"),
        ("reporterPhone", "reporterPhone"),
        ("LXDH", "LXDH"),
        # What else a heading says may be data.
        ("举报人张三", "举报人"),
        ("zhangsan mobile", "mobile"),
        ("张三", None),
        ("13912345678", None),
        ("备注", None),
    ],
)
def test_what_a_heading_says_of_a_person(heading: str, named: str | None) -> None:
    assert identifying(heading) == named


@pytest.mark.parametrize(
    "heading", ["举报人", "reporter", "XM", "微信", "备注", "张三", "13912345678"]
)
def test_a_file_with_another_column_is_refused_without_repeating_data(
    tmp_path: Path, heading: str
) -> None:
    with pytest.raises(FeedError) as refused:
        scrubbed(tmp_path, ROW.format("套取资金") + ",李四", headings=f"{HEADINGS},{heading}")
    said = str(refused.value)
    assert "column 9" in said
    assert (heading in said) == (identifying(heading) is not None)
    assert "李四" not in said
    assert "来信" not in said


def test_no_heading_of_the_contract_is_taken_for_a_person(tmp_path: Path) -> None:
    for choice in range(3):
        headings = ",".join(column.headers[choice] for column in COMPLAINTS.columns)
        row = ROW.format("套取资金")
        assert scrubbed(tmp_path, row, headings=headings) == [row.split(",")]


@pytest.mark.parametrize(
    "words",
    [
        "请联系13912345678",
        "+86 139 1234 5678",
        "１３９１２３４５６７８",
        "一三九一二三四五六七八",
        "139.1234.5678",
        "139\u200b1234\u200b5678",
        "139\x001234\x005678",
        "139、1234、5678",
        "139 : 1234 * 5678",
        "2025-11-28 13912345678",
        "321003198001011234",
        "32100319800101123X",
        "321003800101123",
        "0514-87654321",
        "某某 @ qq.com",
        "加微信abc12345",
        "卡6222 0212 3456 7890 123",
        "反映人：李四",
        "我叫李四",
        "家住一组",
    ],
)
def test_words_by_which_somebody_is_found_are_hidden(tmp_path: Path, words: str) -> None:
    assert names_somebody(words)
    assert scrubbed(tmp_path, ROW.format(words))[0][-1] == HIDDEN


@pytest.mark.parametrize(
    "words",
    [
        "虚开发票套取资金",
        "举报人称接待费超标",
        "2025年1月接待费30000元",
        "合同380000.00元，2025-01-02付清",
        "付款凭证20250900001234重复",
    ],
)
def test_ordinary_words_stay(tmp_path: Path, words: str) -> None:
    assert scrubbed(tmp_path, ROW.format(words))[0][-1] == words


@pytest.mark.parametrize(
    ("row", "place"),
    [
        ("李四,finance,101001,2025-09-01,other,open,,", 0),
        ("13912345678,finance,101001,2025-09-01,other,open,,", 0),
        ("王建国2025001,finance,101001,2025-09-01,other,open,,", 0),
        ("XF1,李四,101001,2025-09-01,other,open,,", 1),
        ("XF1,finance,李四,2025-09-01,other,open,,", 2),
        ("XF1,finance,13912345678,2025-09-01,other,open,,", 2),
        ("XF1,finance,101001,李四,other,open,,", 3),
        ("XF1,finance,101001,87654321,other,open,,", 3),
        ("XF1,finance,101001,20250230,other,open,,", 3),
        ("XF1,finance,101001,28001231,other,open,,", 3),
        ("XF1,finance,101001,2025-09-01,李四,open,,", 4),
        ("XF1,finance,101001,2025-09-01,other,open,李四,", 6),
        ("李四13912345678,finance,101001,2025-09-01,other,open,,", 0),
        ("XF1,finance,LS-13912345678,2025-09-01,other,open,,", 2),
    ],
)
def test_what_a_column_cannot_hold_is_hidden(tmp_path: Path, row: str, place: int) -> None:
    kept = scrubbed(tmp_path, row)[0]
    assert kept[place] == HIDDEN
    assert [cell for at, cell in enumerate(kept) if at != place] == [
        cell for at, cell in enumerate(row.split(",")) if at != place
    ]


@pytest.mark.parametrize(
    "row", ["李四13912345678", "XF1,finance", "XF1,finance,101001,2025-09-01,other,open,,套取,李四"]
)
def test_a_row_of_another_length_is_hidden_whole(tmp_path: Path, row: str) -> None:
    assert set(scrubbed(tmp_path, row)[0]) <= {HIDDEN, ""}


def test_a_file_that_hides_nothing_stays_byte_for_byte(tmp_path: Path) -> None:
    content = f"\ufeff{HEADINGS}\r\n{ROW.format('套取资金')}\r\n\r\n".encode()
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    assert scrub(COMPLAINTS, path, 1).content == content


def test_quotes_that_do_not_match_are_refused_without_the_line(tmp_path: Path) -> None:
    with pytest.raises(FeedError) as refused:
        scrubbed(tmp_path, ROW.format('"李四') + "\n" + ROW.format("x"))
    assert "李四" not in str(refused.value)


@given(
    digits=st.from_regex("1[3-9][0-9]{9}", fullmatch=True),
    parted=st.sampled_from(["", " ", "-", ".", "　", "－"]),
    before=st.text(st.characters(categories=["Lo", "Po"]), max_size=5),
    after=st.text(st.characters(categories=["Lo", "Po"]), max_size=5),
    wide=st.booleans(),
)
def test_a_mobile_number_is_found_however_it_is_written(
    digits: str, parted: str, before: str, after: str, wide: bool
) -> None:
    number = parted.join((digits[:3], digits[3:7], digits[7:]))
    if wide:
        number = number.translate({ord("0") + n: chr(0xFF10 + n) for n in range(10)})
    assert names_somebody(before + number + after)
