"""Whether words that a person wrote into a cell say anything."""

import re
import unicodedata

# Letters by category that show nothing: fillers of Hangul, and the blank of Braille.
FILLERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
_NOTHING = re.compile(
    r"(?:(?:暂时?|尚|均|都|也)?(?:无|没有|没|未有|未提供|不详|不适用|略|空|待补|待定|同上)"
    r"(?:任何|相关|其他|有关|佐证|证明|书面|附|的)*(?:材料|资料|证据|附件|凭据|文件|内容|情况|说明)?"
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
