"""Reviewed exceptions: hits that are in order, and of which nobody need be told for a time.

An exception withholds the push, never the hit. They stand in the seed `alert_suppression` and in
the district's own `<HUIYAN_HOME>/reviewed/alert_suppression.csv`.
"""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from huiyan.errors import ConfigurationError
from huiyan.settings import Settings
from huiyan.warehouse import reviewed
from huiyan.warehouse.reviewed import EXCEPTIONS, Line

Text = Annotated[str, Field(min_length=1)]


class AlertException(BaseModel):
    """Hits of a rule on a subject or in a unit are in order from a date until another.

    Attributes:
        subject_id: the subject; None for every one of the unit. unit_id: the unit (int_unit); None
            if only the subject counts. One of them is given.
        valid_to: first business date on which it no longer counts. Without one nobody would ever
            look again, so none is open.
        where: the file and line it stands in.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    rule_id: Text
    subject_id: str | None
    unit_id: str | None
    reason: Text
    approved_by: Text
    valid_from: date
    valid_to: date
    where: str = Field(exclude=True)


def _exception(line: Line) -> AlertException:
    try:
        return AlertException.model_validate({**line.cells, "where": line.where})
    except ValidationError as error:
        missing = [str(each["loc"][0]) for each in error.errors() if each["input"] is None]
        said = [f"{', '.join(missing)} must be filled in"] if missing else []
        said += [
            f"{each['loc'][0]}: {each['msg']}"
            for each in error.errors()
            if each["input"] is not None
        ]
        raise ConfigurationError(
            f"{line.where}: {'; '.join(said)}. Nothing is excepted until it is put right."
        ) from error


def _problem(exception: AlertException) -> str | None:
    if exception.subject_id is None and exception.unit_id is None:
        return "neither a subject nor a unit is named"
    if exception.valid_to <= exception.valid_from:
        return f"it ends on {exception.valid_to}, before it begins"
    return None


def checked(settings: Settings) -> list[AlertException]:
    """All exceptions that count in this district, of all times.

    Raises:
        ConfigurationError: one is incomplete or ends before it begins; the message names file and
            line. One that names no rule or no unit there is excepts nothing: issuing warns of it.
    """
    exceptions = [_exception(line) for line in reviewed.effective_lines(EXCEPTIONS, settings)]
    wrong = [f"{each.where}: {problem}" for each in exceptions if (problem := _problem(each))]
    if wrong:
        raise ConfigurationError(f"Exceptions are wrong: {'; '.join(wrong)}.")
    return exceptions
