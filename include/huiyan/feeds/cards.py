"""Card numbers: a keyed token and four digits are kept, the number itself never is."""

import hmac
import re
import unicodedata

FEWEST_DIGITS = 16
VALID = re.compile(r"[0-9]{16,19}")
_TO_ASCII = str.maketrans(
    "－‐‑‒–—−．·•・／＿\u3000\u00a0\u2009\u200b\u200c\u200d\u2060\ufeff",
    "-------..../_" + " " * 8,
) | {
    code: str(unicodedata.decimal(chr(code)))
    for code in range(0x80, 0x10000)
    if chr(code).isdecimal()
}
_DIGITS = re.compile(r"[0-9]+")
_BETWEEN = r"[ \-._/]{0,2}"
_ANY_BETWEEN = r"(?:[^\w\x1f]|_){0,3}"  # \x1f parts the cells of a row that are looked at together
_SEPARATOR = re.compile(_ANY_BETWEEN)
_BLANK = re.compile(r"[ \-]*")
_MAYBE = re.compile(rf"[0-9](?:{_ANY_BETWEEN}[0-9]){{15}}")
_LONG = re.compile(rf"[0-9](?:{_BETWEEN}[0-9]){{15,}}")
_CHINA_UNIONPAY = "62"
_ISSUER_DIGITS = "34569"  # ISO/IEC 7812: travel, banking, merchandising; 9 older national cards
_SIXTEEN, _GROUPS = b"0" * 16, b"0000-0000-0000-0000"
# Full-width digits in UTF-8; Arabic ones begin with bytes that begin little else in these feeds.
_FULL_WIDTH = re.compile(rb"\xef\xbc[\x90-\x99]")
_FULL_WIDTH_RUN = re.compile(rb"\xef\xbc[\x90-\x99](?:[ -]?\xef\xbc[\x90-\x99]){15}")
_ARABIC = (b"\xd9", b"\xdb")
_LONGEST_RUN = 100


# Makes every digit a 0, a space or hyphen a hyphen, and all else an x.
_SHAPES = bytes(
    ord("0" if chr(code) in "0123456789" else "-" if chr(code) in " -" else "x")
    for code in range(256)
)
# What may part the digits of one number is left out: all but letters, commas, and Chinese, whose
# characters begin with these bytes.
_ENDS = bytes([*b"\x1f\n,", *range(0xE4, 0xEA)])
_GAPS = bytes(
    code
    for code in range(256)
    if not chr(code).isascii() or not chr(code).isalnum()
    if code not in _ENDS
)


def in_ascii(text: str) -> str:
    """`text` with digits of any script and signs that join groups as their ASCII equals."""
    return text.translate(_TO_ASCII)


def token(key: bytes, card_no: str) -> str:
    """HMAC-SHA-256 of the card number, 64 hex characters."""
    return hmac.digest(key, card_no.encode(), "sha256").hex()


def passes_luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of ISO/IEC 7812."""
    total = 0
    for position, character in enumerate(reversed(digits)):
        value = int(character) * (1 + position % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def with_check_digit(digits: str) -> str:
    """`digits` followed by the check digit that makes them pass."""
    return next(digits + check for check in "0123456789" if passes_luhn(digits + check))


def is_identity_number(digits: str) -> bool:
    """Whether 18 digits are a resident's identity number: date of birth and check digit agree."""
    if len(digits) != 18:
        return False
    month, day = int(digits[10:12]), int(digits[12:14])
    if digits[6:8] not in ("19", "20") or not (1 <= month <= 12 and 1 <= day <= 31):
        return False
    weighted = sum(
        int(digit) * weight
        for digit, weight in zip(
            digits[:17], (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), strict=True
        )
    )
    return "10X98765432"[weighted % 11] == digits[17]


def _is_card(digits: str, grouped: bool, own: str) -> bool:
    if own and own in digits:
        return True
    if digits.startswith("0"):
        digits = digits.lstrip("0")
    if not 16 <= len(digits) <= 19 or is_identity_number(digits):
        return False
    if digits.startswith(_CHINA_UNIONPAY) and not grouped:
        return True
    return digits[0] in _ISSUER_DIGITS and passes_luhn(digits)


def _spans(plain: str, own: str) -> list[tuple[int, int]]:
    """Places in `plain` that hold a card number, also one written in groups."""
    groups = [match.span() for match in _DIGITS.finditer(plain)]
    spans: list[tuple[int, int]] = []
    for first, (start, end) in enumerate(groups):
        digits = plain[start:end]
        if _is_card(digits, False, own):
            spans.append((start, end))
            continue
        sizes, joined_by_blanks = [end - start], True
        for next_start, next_end in groups[first + 1 :]:
            if not _SEPARATOR.fullmatch(plain, end, next_start) or len(digits) > 19:
                break
            joined_by_blanks &= _BLANK.fullmatch(plain, end, next_start) is not None
            digits, end = digits + plain[next_start:next_end], next_end
            sizes.append(next_end - next_start)
            # Document numbers are joined by dots and strokes too, but not in groups of four.
            if (joined_by_blanks or set(sizes[:-1]) == {4}) and _is_card(digits, True, own):
                spans.append((start, end))
                break
    return spans


def _masked(text: str, spans: list[tuple[int, int]]) -> str:
    characters = list(text)
    for start, end in spans:
        places = [at for at in range(start, end) if characters[at].isdigit()]
        for at in places[:-4]:
            characters[at] = "*"
    return "".join(characters)


def may_hold_card(text: str) -> bool:
    """Cheap test: 16 digits in a row, signs that join groups aside, of any width."""
    return _MAYBE.search(text if text.isascii() else text.translate(_TO_ASCII)) is not None


def may_hold_card_in_bytes(cells: bytes) -> bool:
    """The same for cells in UTF-8 parted by commas; digits that are not ASCII are enough."""
    return (
        _SIXTEEN in cells.translate(_SHAPES, _GAPS)
        or _FULL_WIDTH.search(cells) is not None
        or any(lead in cells for lead in _ARABIC)
    )


def mask(text: str, own: str = "") -> str:
    """`text` with every card number in it reduced to its last four digits.

    A run of 16 to 19 digits counts if it begins with an issuer's digit and passes the check-digit
    test, or begins as UnionPay cards do, and is no identity number; zeros in front do not matter.
    Groups joined by spaces or hyphens, and groups of four joined by up to three signs of any kind,
    count if the test says so.

    Args:
        own: the row's own card number; it is hidden wherever it stands.
    """
    plain = text.translate(_TO_ASCII)
    if not _MAYBE.search(plain):
        return text
    spans = _spans(plain, own)
    return _masked(text, spans) if spans else text


def hide_all(text: str) -> str:
    """`text` with every run of 16 or more digits masked: for messages and unreadable rows."""
    plain = text.translate(_TO_ASCII)
    spans = [match.span() for match in _LONG.finditer(plain)]
    return _masked(text, spans) if spans else text


def hide_number(text: str) -> str:
    """`text` that should be one number, of which only the last four digits show if it has as many
    as a card number: for messages about amounts, which have fewer.
    """
    plain = text.translate(_TO_ASCII)
    if len("".join(_DIGITS.findall(plain))) < FEWEST_DIGITS:
        return text
    return _masked(plain, [(0, len(plain))])


class Watch:
    """Looks at bytes on their way: may they hold a card number, or can that not be seen?

    What is packed or of another encoding than UTF-8 and GB18030 cannot be seen through.

    Args:
        opaque: how files begin that cannot.
    """

    def __init__(self, opaque: tuple[bytes, ...]) -> None:
        self._opaque = opaque
        self.may_have_seen_a_card = False
        self._tail = b""
        self._is_first = True

    def feed(self, block: bytes) -> None:
        """Look at the next block."""
        if self.may_have_seen_a_card:
            return
        if self._is_first and block.startswith(self._opaque):
            self.may_have_seen_a_card = True
            return
        data = self._tail + block
        self.may_have_seen_a_card = b"\0" in block or _holds_card(data, is_cut=not self._is_first)
        self._is_first = False
        self._tail = data[-_LONGEST_RUN:]


def _holds_card(data: bytes, *, is_cut: bool) -> bool:
    """Whether `data` holds a card number; if it is cut, a run at its start is no whole one."""
    shapes = data.translate(_SHAPES)
    at = shapes.find(_SIXTEEN)
    while at >= 0:
        run = shapes[at : at + _LONGEST_RUN]
        length = len(run) - len(run.lstrip(b"0"))
        if not (is_cut and at == 0) and _is_card(data[at : at + length].decode(), False, ""):
            return True
        at = shapes.find(_SIXTEEN, at + length)
    at = shapes.find(_GROUPS)
    while at >= 0:
        digits = data[at : at + len(_GROUPS)].replace(b" ", b"").replace(b"-", b"")
        if _is_card(digits.decode(), True, ""):
            return True
        at = shapes.find(_GROUPS, at + 1)
    return _FULL_WIDTH_RUN.search(data) is not None
