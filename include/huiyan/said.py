"""Whether words that a person wrote into a cell say anything."""

import re
import unicodedata

# Letters by category that show nothing: fillers of Hangul, and the blank of Braille.
FILLERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
_KIND = (
    r"(?:(?:任何|相关|其他|有关|佐证|证明|书面|附|的)*"
    r"(?:材料|资料|证据|附件|凭据|文件|内容|情况|说明|手续|发票|公函)?)"
)
_WHEN = (
    r"(?:稍后|稍晚|随后|过后|会后|事后|之后|以后|今后|后续|后期|回头|改天|改日|过几天|过两天|明天|"
    r"下周|下月|下次|届时|到时|另行|近期|近日|尽快|抓紧|马上|即将|正在|尚在|再|后|待|需|要|会|将|拟)+"
)
_HANDED_IN = (
    r"(?:补充|补齐|补办|补交|补报|补上|补传|补送|补|交|提供|提交|报送|报来|上报|送来|送交|上传|附上|"
    r"开具)"
)
_NOTHING = re.compile(
    rf"(?:(?:暂时?|尚|均|都|也)?(?:无|没有|没|未有|未提供|不详|不适用|略|空|待定|同上){_KIND}"
    # Nothing lies with a form: a document is named, not pointed at.
    rf"|(?:详|请|均|都|已)*(?:见|参见|参阅|如|附|随)*(?:附件|附后|附表|邮件|另附|所附)(?:附件|{_KIND})?[0-9一二三四五]*"
    # What is promised is not there yet.
    rf"|{_KIND}{_WHEN}{_HANDED_IN}{_KIND}"
    rf"|{_KIND}(?:补充|补办|办理|开具|收集|整理|准备)中"
    r"|none|nil|null|nan|na|no|nothing|notapplicable|tbd|x+|0+)",
    re.IGNORECASE,
)


def visible(text: str | None) -> str | None:
    """`text`, or null if nothing of it can be seen: blanks, fillers and marks on nothing."""
    if text is None or all(
        sign in FILLERS or unicodedata.category(sign)[0] in "CZM" for sign in text
    ):
        return None
    return text


def says_something(text: str | None) -> bool:
    """Whether it names or tells anything: a letter, number or Chinese character, and more than
    one of the words for "none"."""
    plain = "".join(
        sign
        for sign in unicodedata.normalize("NFKC", text or "")
        if sign not in FILLERS and unicodedata.category(sign)[0] in "LN"
    )
    return plain != "" and _NOTHING.fullmatch(plain) is None
