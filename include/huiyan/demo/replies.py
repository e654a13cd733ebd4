"""The forms of the district's bodies in the landing zone: what they send back for a business date.

Each body opens the workbook that lies in its folder of the outbox, fills in what it has come to,
and sends it back as its office program saves it. The same seed, extracts and key of return codes
give the same bytes.
"""

import json
import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from huiyan.delivery.extract import Extract
from huiyan.delivery.folder import folder_name
from huiyan.demo.answers import chosen, fill_in
from huiyan.demo.make import MARKER
from huiyan.demo.truth import (
    RETURNS,
    SETTLED,
    TRUTH,
    Said,
    delivered_subject,
    read_settled,
    read_truth,
)
from huiyan.settings import Settings
from huiyan.warehouse.connection import connect

LATEST = """
select distinct on (body_code) content
from ops.delivery
where business_date = %s and state = 'delivered'
order by body_code, version desc
"""


@dataclass(frozen=True)
class Replies:
    """What came back for a business date: forms, and lines that hold an answer."""

    forms: int = 0
    lines: int = 0


@dataclass(frozen=True)
class Habits:
    """How the bodies of a district answer.

    Attributes:
        seed: of the district.
        true: rule and subject of every alert that is right.
        settled: by rule and subject, what the verifying body says by itself, and since when.
        percent: of the bodies so many fill in forms at all; verifying ones always do.
    """

    seed: int
    true: Collection[tuple[str, str]]
    settled: Mapping[tuple[str, str], tuple[date, Said]] = field(default_factory=dict)
    percent: int = 100

    def fills_in(self, extract: Extract) -> bool:
        """Whether the body that received the extract fills in forms."""
        if any(row.role == "verify" for row in extract.rows):
            return True
        return chosen(self.percent, "answers", self.seed, extract.body_code)


def send_back(sent_on: date, day: date, habits: Habits, settings: Settings) -> Replies:
    """Put into the landing zone for business date `day` what bodies answer to the extracts of
    `sent_on`.

    What lies there already stays as it is: a form is sent once.
    """
    folder = settings.landing / RETURNS / day.isoformat()
    if folder.exists():
        return Replies()
    with connect(settings, role="huiyan_push") as connection:
        contents = connection.execute(LATEST, [sent_on]).fetchall()
    draft = folder.with_name(f".{folder.name}")
    shutil.rmtree(draft, ignore_errors=True)
    forms = lines = 0
    for (content,) in contents:
        extract = Extract.from_dict(content)
        if not habits.fills_in(extract):
            continue
        form = fill_in(
            extract,
            day,
            habits.true,
            habits.seed,
            settled=habits.settled,
            workbook=_sent(settings, extract).read_bytes(),
        )
        if form is None:
            continue
        place = draft / folder_name(extract.body_code) / form.name
        place.parent.mkdir(parents=True)
        place.write_bytes(form.content)
        forms, lines = forms + 1, lines + form.answered
    if forms:
        draft.rename(folder)
    return Replies(forms, lines)


def _sent(settings: Settings, extract: Extract) -> Path:
    """The workbook as it lies with the body."""
    folder = settings.outbox / folder_name(extract.body_code)
    return folder / extract.business_date.isoformat() / "alerts.xlsx"


def habits_of(folder: Path, settings: Settings, percent: int = 100) -> Habits:
    """How the bodies of the demo district in `folder` answer: by what is known of it."""
    known = json.loads((folder / MARKER).read_text("utf-8"))
    key = settings.card_key_bytes()
    return Habits(
        seed=known["options"]["seed"],
        true={
            (case.rule_id, delivered_subject(case.rule_id, case.subject_id, key))
            for case in read_truth(folder / TRUTH)
            if case.kind == "planted"
        },
        settled={
            (each.rule_id, each.subject_id): (date.fromisoformat(each.settled_on), each.said)
            for each in read_settled(folder / SETTLED)
        },
        percent=percent,
    )
