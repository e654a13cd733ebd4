"""Reviewed exceptions: what one must say before it withholds anything."""

from datetime import date
from pathlib import Path

import pytest

from huiyan.errors import ConfigurationError
from huiyan.rules.exceptions import checked
from huiyan.settings import Settings
from huiyan.warehouse.reviewed import EXCEPTIONS, fingerprint


def write(settings: Settings, *lines: str) -> None:
    path = EXCEPTIONS.own_file(settings)
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join((",".join(EXCEPTIONS.columns), *lines, "")), encoding="utf-8")


def test_a_district_keeps_its_own_beside_those_shipped(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    shipped = checked(settings)
    before = fingerprint(settings)
    write(settings, "ATT-001,,FF002,合同由中心统一保管,区纪委,2025-09-01,2026-09-01")
    *others, own = checked(settings)
    assert others == shipped
    assert (own.subject_id, own.unit_id, own.valid_to) == (None, "FF002", date(2026, 9, 1))
    assert fingerprint(settings) != before


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("ATT-001,V1,,,区纪委,2025-09-01,2026-09-01", "reason must be filled in"),
        ("ATT-001,V1,,理由, ,2025-09-01,2026-09-01", "approved_by must be filled in"),
        ("ATT-001,V1,,理由,区纪委,2025-09-01,", "valid_to must be filled in"),
        ("ATT-001,,,理由,区纪委,2025-09-01,2026-09-01", "neither a subject nor a unit"),
        ("ATT-001,V1,,理由,区纪委,2025-09-01,2025-09-01", "before it begins"),
        ("ATT-001,V1,,理由,区纪委,2025-09-01,2025-02-30", "valid_to: "),
    ],
)
def test_half_an_exception_is_refused(tmp_path: Path, line: str, said: str) -> None:
    settings = Settings(home=tmp_path)
    write(settings, line)
    with pytest.raises(ConfigurationError, match=r"alert_suppression\.csv, line 2: ") as error:
        checked(settings)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "ATT-001,V1,,41 verdicts, 30 of them confirmed,区纪委,2025-09-01,2026-09-01",
            "has 8 fields, the heading 7; put a text with commas in quotes",
        ),
        (
            "ATT-001,V1,41 verdicts,区纪委,2025-09-01,2026-09-01",
            "has 6 fields, the heading 7; a field that is empty needs its comma too",
        ),
    ],
)
def test_a_line_that_does_not_fit_its_heading_is_refused(
    tmp_path: Path, line: str, said: str
) -> None:
    settings = Settings(home=tmp_path)
    good = 'ATT-001,V1,,"41 verdicts,\n30 of them confirmed",区纪委,2025-09-01,2026-09-01'
    write(settings, good)
    assert checked(settings)[-1].reason == "41 verdicts,\n30 of them confirmed"
    write(settings, good, "", line)
    with pytest.raises(ConfigurationError, match=rf"alert_suppression\.csv, line 5: {said}"):
        checked(settings)
