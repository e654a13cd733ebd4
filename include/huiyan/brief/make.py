"""Makes the brief of a business date: its page in the state directory, and its mail."""

import os
import secrets
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import psycopg

from huiyan.brief.gather import gather
from huiyan.brief.page import page
from huiyan.brief.post import post
from huiyan.errors import WarehouseError
from huiyan.settings import Settings, get_settings


@dataclass(frozen=True)
class Made:
    """What became of a brief.

    Attributes:
        path: its page.
        needs: things that a person has to do.
        mailed: addresses to which it was sent now; empty if they had it or none is set.
    """

    path: Path
    needs: int
    mailed: list[str]


def make(business_date: date, settings: Settings | None = None) -> Made:
    """Write the page, then send the mail.

    Raises:
        WarehouseError: what it tells cannot be read.
        DeliveryError: the mail did not reach everybody; the page is there.
    """
    settings = settings or get_settings()
    try:
        brief = gather(business_date, settings)
    except psycopg.Error as error:
        raise WarehouseError(
            f"The brief of {business_date} cannot be written: {str(error).strip()}. Once the "
            f"warehouse is well, `huiyan brief --date {business_date}`."
        ) from error
    path = page_of(business_date, settings)
    settings.make_home()
    path.parent.mkdir(mode=0o700, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    draft.write_text(page(brief), "utf-8")
    draft.replace(path)
    return Made(path, len(brief.needs), post(brief, settings))


def page_of(business_date: date, settings: Settings | None = None) -> Path:
    """Where the page of the date lies, made or not."""
    return (settings or get_settings()).briefs / f"{business_date}.html"
