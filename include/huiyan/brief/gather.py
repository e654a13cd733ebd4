"""Reads what a brief says of a business date from the registers and the marts."""

from datetime import date

from huiyan.brief import disposed, judged, received
from huiyan.brief.content import Brief, Section
from huiyan.orchestration import calendar
from huiyan.orchestration.status import day_status
from huiyan.orchestration.steps import is_known
from huiyan.settings import Settings
from huiyan.warehouse.connection import connect
from huiyan.workdays import is_workday

JUDGED = """
select
    max(state) filter (where business_date = %(day)s),
    max(business_date) filter (where state = 'evaluated')
from ops.evaluation
"""


def gather(day: date, settings: Settings) -> Brief:
    """The brief of a business date. Nobody waits here: a feed that is not there is late.

    Raises:
        WarehouseError: the warehouse cannot be reached.
    """
    status = day_status(day, settings, calendar.collected_until(day))
    with connect(settings, role="huiyan_load") as connection:
        sections = [received.feeds(status), received.quarantine(connection, status.feeds)]
    with connect(settings, role="huiyan_push") as connection:
        connection.execute("set transaction isolation level repeatable read read only")
        state, judged_until = connection.execute(JUDGED, {"day": day}).fetchone() or (None, None)
        # Before the first date is judged there are no marts.
        if judged_until is not None:
            sections.append(received.unmatched(connection, judged_until))
        if state == "evaluated":
            sections += judged.rules(connection, day, is_workday=is_workday(day))
            sections.append(disposed.alerts(connection, day))
        else:
            sections.append(_unjudged(day, state, has_come=is_known(connection, day)))
        sections += [
            disposed.deliveries(connection, day),
            disposed.returns(connection, day),
            disposed.deadlines(connection, day),
        ]
        load, operations = disposed.operations(connection, day)
        sections.append(load)
        if judged_until is not None:
            sections.append(judged.precision(connection, day))
            sections.append(judged.proposals(connection, day))
        sections.append(operations)
    return Brief(day, settings.district, sections)


def _unjudged(day: date, state: str | None, *, has_come: bool) -> Section:
    if not has_come:
        # A run would be refused; a feed that is late says itself what to do.
        off = "" if is_workday(day) else "no working day, "
        return Section("rules", "Rules", [f"Nothing to judge: {off}no feed has come for it."], [])
    why = "must be judged anew" if state else "has not been judged"
    return Section("rules", "Rules", [], [f"{day} {why}: run it (huiyan run --date {day})."])
