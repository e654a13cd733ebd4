"""Text from a feed must stay text, on one line, in whatever shows it."""

import unicodedata

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def neutralised(text: str) -> str:
    """`text` with an apostrophe in front if a spreadsheet could take it for a formula.

    Leading spaces do not hide a formula. Only text goes through here: amounts and dates are
    written from typed values, so a negative amount stays the number it is.
    """
    if text.startswith(DANGEROUS) or text.lstrip().startswith(DANGEROUS):
        return f"'{text}"
    return text


def one_line(text: str, longest: int) -> str:
    """`text` without line breaks, control or direction marks, cut off at `longest` characters."""
    said = "".join(
        " " if sign.isspace() else sign
        for sign in text
        if sign.isspace() or not unicodedata.category(sign).startswith("C")
    )
    said = " ".join(said.split())
    return said if len(said) <= longest else said[: longest - 1] + "…"
