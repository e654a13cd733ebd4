"""What a sender is told of cells, lines and files that cannot be read."""

import unicodedata

import pytest

from huiyan.errors import FeedError
from huiyan.feeds import header
from huiyan.feeds.contract import load_contract
from huiyan.returns.reasons import NOT_READ, how_to_write, of_file, of_line, unread_answers


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("1,000元", "请去掉“元”，填 1000"),
        ("1000 元", "请去掉“元”和空格，填 1000"),
        ("￥1,000.00元", "请去掉“元”，填 1000"),
        ("人民币１０００．５元整", "请去掉“人民币”和“元整”，填 1000.50"),
        ("0.1万元", "请换算成元，填 1000"),
        ("1万", "请换算成元，填 10000"),
        ("520.005", "金额最多两位小数，请核对后填写"),
        ("0.0000001万元", "金额最多两位小数，请核对后填写"),
        ("520.000", "请填 520"),
        ("10,00", "逗号的位置不对，请去掉逗号，只填数字"),
        ("-500元", "请只填数字；退缴金额不能小于零"),
        ("壹仟元整", "请用阿拉伯数字填写，例如 1000 或 1000.50"),
        ("无", "没有退缴的请留空"),
        ("6,222,021,234,567,890,128元", "位数过多，不是金额，请核对"),
        ("约500", "不是金额，请只填数字，例如 1000 或 1000.50；没有退缴的留空"),
    ],
)
def test_the_number_to_type_is_named(text: str, told: str) -> None:
    assert how_to_write(text) == told


@pytest.mark.parametrize(
    ("said", "cells", "told"),
    [
        (
            ["formula:amount_recovered", "amount_recovered: not money"],
            {"amount_recovered": "=1+1"},
            ["“退缴金额（元）”栏的“=1+1”是公式，请改为直接填写的内容。"],
        ),
        # A formula that went back comes again as text.
        (
            ["amount_recovered: not money"],
            {"amount_recovered": "=1+1"},
            ["“退缴金额（元）”栏的“=1+1”是公式，请改为直接填写的内容。"],
        ),
        ([], {"note": "#N/A"}, ["“情况说明”栏的“#N/A”是出错的公式，请改为直接填写的内容。"]),
        # What is printed may begin with whatever it likes.
        ([], {"subject_shown": "=A1"}, []),
        (["alert_id: required"], {}, ["“预警编号”没有填写。"]),
        (
            ["amount_recovered: beyond ±1,000,000,000,000"],
            {"amount_recovered": "9999999999999"},
            ["“退缴金额（元）”栏的“9999999999999”：金额过大，请核对。"],
        ),
        (
            ["progress: not in the code list"],
            {"progress": "办完了"},
            [
                "“办理进展”栏的“办完了”不在下拉列表之内，请从下拉列表中选择：已签收、核实中、"
                "整改中、已办结。"
            ],
        ),
        (["cell_count:3_instead_of_2"], {}, ["这一行的栏目数与表头不一致，请对照表头逐栏核对。"]),
        (["nul_byte:note"], {"note": "a␀"}, ["“情况说明”栏的“a␀”无法读取，请在原表格上填写。"]),
        (["formula:合计"], {}, ["“合计”栏是公式，请改为直接填写的内容。"]),
        (["formula:备注: 合计"], {}, ["“备注: 合计”栏是公式，请改为直接填写的内容。"]),
    ],
)
def test_a_reason_quotes_what_stands_there(
    said: list[str], cells: dict[str, str], told: list[str]
) -> None:
    assert [text for _, text in of_line(said, cells)] == told


@pytest.mark.parametrize(
    "text",
    [
        "6222021234567890128",
        "6222,0212,3456,7890,128",
        "622202，1234567890128",
        "6222 0212 3456 7890 128 元",
        "6,222,021,234,567,890,128元",
        "６２２２０２１２３４５６７８９０１２８",
    ],
)
@pytest.mark.parametrize("what", ["not money", "beyond ±1,000,000,000,000"])
def test_a_card_number_typed_for_an_amount_is_not_repeated(text: str, what: str) -> None:
    ((_, told),) = of_line([f"amount_recovered: {what}"], {"amount_recovered": text})
    digits = "".join(sign for sign in told if sign.isdecimal())
    assert digits.startswith("0128")
    assert "6222" not in unicodedata.normalize("NFKC", told).replace(",", "")


def test_only_what_the_line_offers_is_named() -> None:
    said, cells = ["action: not in the code list"], {"action": "移送"}
    ((_, disposer),) = of_line(said, cells)
    ((_, verifier),) = of_line(said, cells, may_refer=True)
    assert disposer.endswith(
        "请从下拉列表中选择：补齐资料、更正账务、退缴资金、完善制度、谈话提醒、无需处理。"
    )
    assert "谈话提醒、转问题线索、无需处理" in verifier


def test_what_cannot_be_read_is_told_from_what_was_printed() -> None:
    said = ["formula:note", "amount_recovered: not money", "formula:due_shown", "formula:合计"]
    assert unread_answers(said) == {"note", "amount_recovered"}


@pytest.mark.parametrize(
    ("headings", "told"),
    [
        (["某镇反馈表"], "没有找到表头"),
        (["核实结论", "反馈码"], "“预警编号”一栏不见了"),
        (["预警编号", "核实结论", "核实结论"], "表头有两栏是同一个标题"),
    ],
)
def test_what_is_wrong_with_the_headings_is_named(headings: list[str], told: str) -> None:
    with pytest.raises(FeedError) as raised:
        header.resolve(load_contract("returns"), headings, "a.xlsx")
    assert told in of_file(str(raised.value))


def test_of_a_file_that_is_none_it_is_said_how_to_save_it() -> None:
    assert of_file("a.xlsx is not a readable .xlsx file; it may be truncated") == NOT_READ
