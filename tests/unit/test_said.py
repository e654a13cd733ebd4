"""Words that say something, and those that only fill a cell."""

import pytest

from huiyan.said import says_something, visible


@pytest.mark.parametrize(
    "text", ["", "\u200b", "\u3164", "\u00a0", "\ufeff", "\u3000 ", "\u0301\u0300", "\u2800\u115f"]
)
def test_what_cannot_be_seen_is_not_there(text: str) -> None:
    assert visible(text) is None
    assert not says_something(text)


@pytest.mark.parametrize(
    "text",
    ["。", "-", "/", "——", "无", " 无。", "没有", "略", "（无）", "无\u200b", "N/A", "n.a.", "None",
     "NULL", "暂无", "无佐证材料", "没有相关材料", "无附件", "不适用", "同上", "Ｎ／Ａ", "0",
     "无\u3164", "后补", "待补", "稍后提供", "回头补", "随后补交。", "材料后补", "发票后补",
     "会后补", "佐证材料稍后提供", "过几天补", "正在补办", "补办中", "尽快补齐", "明天交",
     "后补发票", "待补充", "见附件", "详见附件1", "附件", "请见邮件附件", "附后"],
)  # fmt: skip
def test_words_for_none_say_nothing(text: str) -> None:
    assert visible(text) == text
    assert not says_something(text)


@pytest.mark.parametrize(
    "text",
    ["收据 12", "缴款书7号", "无锡市财政局函", "情况说明", "凭证 12", "7", "A-3",
     "无公函原因说明（2025年3号）", "略有出入的对账单", "No. 12",
     "同上级批复文件〔2025〕3号", "后补公函〔2025〕3号", "补办的审批单", "补交凭证 12 号",
     "后附材料", "附件：会议纪要", "见附件《情况说明》3号", "整改报告", "补充说明", "送货单",
     "公函"],
)  # fmt: skip
def test_what_names_a_document_says_something(text: str) -> None:
    assert says_something(text)
