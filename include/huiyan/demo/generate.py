"""Makes the district's months: cases first, ordinary life around them, a little dirt at the end."""

from dataclasses import dataclass

from huiyan.demo import dirt
from huiyan.demo.cases import plant_all
from huiyan.demo.days import months_ending
from huiyan.demo.desk import Desk, Sink
from huiyan.demo.district import District, Options, Unit
from huiyan.demo.life import Month, items_per_month, rents
from huiyan.demo.others import plant_others
from huiyan.demo.rectification import plant_rectifications
from huiyan.demo.recurrence import plant_recurrences
from huiyan.demo.systemic import plant_systemic
from huiyan.demo.truth import Truth


@dataclass
class World:
    """The district as it stands at the end, and what is known about it."""

    district: District
    truth: Truth


def generate(options: Options, sink: Sink) -> World:
    """Make the district and hand every row of the daily feeds to `sink`, unit by unit."""
    district = District(options)
    truth = Truth(options.last_day)
    desks: dict[int, Desk] = {}

    def desk_of(unit: Unit) -> Desk:
        if unit.index not in desks:
            desks[unit.index] = Desk(district, unit, sink, options.last)
        return desks[unit.index]

    ordinary_leases = list(district.leases)
    plant_all(district, desk_of, truth)
    rents(district, desk_of, ordinary_leases)
    dirt.scatter(district, desk_of, sink, truth)
    plant_recurrences(district, desk_of, truth)
    plant_rectifications(district, desk_of, truth)
    plant_systemic(district, truth)
    plant_others(district, truth)
    items = items_per_month(district)
    spans = months_ending(options.last, options.months)
    for unit in district.units:
        if not unit.ordinary or not unit.finance_code:
            continue
        desk = desk_of(unit)
        for first, last in spans:
            Month(desk, first, last, items).live()
    return World(district, truth)
