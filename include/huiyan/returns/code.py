"""The code by which a form proves whose it is.

Every line of a form carries the body, the business date of the extract and the alert in the clear,
and a code that only who made the extract can compute from the three. A body knows the codes of its
own lines and of no others, so nobody can answer for another body, nor for an alert or a date that
it was not sent; and a line whose key columns were changed or sorted apart no longer proves itself.
"""

import base64
import hashlib
import hmac
from datetime import date

LENGTH = 16


def return_code(key: bytes, body_code: str, extract_on: date, alert_id: str) -> str:
    """Code of one line of a form: capital letters and digits in groups of four.

    Args:
        key: the district's secret (`Settings.return_key_bytes`).
    """
    said = "\x1f".join((body_code, extract_on.isoformat(), alert_id)).encode()
    digest = hmac.new(key, said, hashlib.sha256).digest()
    text = base64.b32encode(digest).decode()[:LENGTH]
    return "-".join(text[at : at + 4] for at in range(0, LENGTH, 4))


def proves(code: str, key: bytes, body_code: str, extract_on: date, alert_id: str) -> bool:
    """Whether `code`, in whatever case and with whatever dashes or spaces, is that of the line."""
    given = "".join(sign for sign in code.upper() if sign.isalnum())
    wanted = return_code(key, body_code, extract_on, alert_id).replace("-", "")
    return hmac.compare_digest(given.encode(), wanted.encode())
