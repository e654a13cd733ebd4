"""Formula injection: text from a feed must stay text in whatever opens the extract."""

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def neutralised(text: str) -> str:
    """`text` with an apostrophe in front if a spreadsheet could take it for a formula.

    Leading spaces do not hide a formula. Only text goes through here: amounts and dates are
    written from typed values, so a negative amount stays the number it is.
    """
    if text.startswith(DANGEROUS) or text.lstrip().startswith(DANGEROUS):
        return f"'{text}"
    return text
