"""Units in which a rule finds something again after a body has settled what it found before."""

from collections.abc import Callable

from huiyan.demo.cases.worker import Caseworker
from huiyan.demo.days import iso
from huiyan.demo.desk import Desk, made
from huiyan.demo.district import District, Unit
from huiyan.demo.systemic import Owners
from huiyan.demo.truth import Said, Settled, Truth

RULE, PLACE = "CARD-004", 20 * 37
DATES = 4  # opened, answered, its closing judged by, found again


def plant_recurrences(district: District, desk_of: Callable[[Unit], Desk], truth: Truth) -> None:
    """Plant what LOOP-002 finds once bodies answer; call it when CARD-004 is planted."""
    if len(district.options.business_days) < DATES:
        return
    worker = _Recurrences(district, desk_of, truth)
    worker.begin_at(PLACE)
    worker.make()


class _Recurrences(Caseworker):
    def make(self) -> None:
        """Cash is drawn with a card, a body settles it, cash is drawn again."""
        owners = Owners(self.district, self.truth)
        self._taken = {
            owners.of(case).index
            for case in self.truth.cases
            if case.rule_id == RULE and case.kind == "planted"
        }
        self._twice("confirmed", "属实、办结后再次取现")
        self._twice("not_confirmed", "核实不属实，之后又取现")

    def _twice(self, said: Said, note: str) -> None:
        desk = self.desk(
            lambda unit: (
                unit.index not in self._taken and bool(unit.staff and unit.staff[0].card_no)
            )
        )
        self._taken.add(desk.unit.index)
        before, again = (self._drawn(desk, self.back(ago), note) for ago in (30, 1))
        day = iso(self.district.options.business_days[-2])
        self.truth.settled.append(Settled(RULE, before, said, day, again))

    def _drawn(self, desk: Desk, day: int, note: str) -> str:
        number = made(
            desk.swipe(
                desk.unit.staff[0],
                day,
                640,
                1500_00,
                "扬江银行自助取款机",
                "6011",
                "扬江市",
                "cash_advance",
            )
            or None
        )
        self.truth.plant(RULE, number, note)
        return number
