"""What is systemic by definition (LOOP-001) follows from the cases planted for other rules."""

from bisect import bisect_left
from collections import defaultdict

from huiyan.demo.desk import unit_digits
from huiyan.demo.district import District, Unit
from huiyan.demo.reference import unrouted
from huiyan.demo.truth import Case, Truth
from huiyan.rules.catalogue import load_rules

RULE, UNITS, DAYS = "LOOP-001", 5, 90
_RULES = load_rules()
# How many have to share a subject for it to be a hit.
_SHARED_BY = {
    "ATT-004": 2,
    "INV-005": 2,
    "REC-005": 2,
    "PAY-008": 2,
    "SCF-001": 1,
    "SCF-005": 3,
}


def plant_systemic(district: District, truth: Truth) -> None:
    """Plant LOOP-001 where cases of one rule lie in five units of one regulator.

    With one unit less it is a near miss. Every planted case is a hit from the opening delivery or
    a later one on: with daily deliveries over 90 days and more the earliest would not count, so
    nothing is derived then.
    """
    days = district.options.business_days
    if days[-1] - days[0] >= DAYS:
        return
    owners = Owners(district, truth)
    nobodys = unrouted(district)
    units: dict[tuple[str, str], set[int]] = defaultdict(set)
    for case in truth.cases:
        if case.kind == "planted" and counts(case.rule_id):
            unit = owners.of(case)
            if unit is not nobodys:
                units[unit.regulator, case.rule_id].add(unit.index)
    for (regulator, rule), concerned in units.items():
        subject = f"{regulator}:{rule}"
        if len(concerned) >= UNITS:
            truth.plant(RULE, subject, f"{len(concerned)} 个单位有同一规则的疑点")
        elif len(concerned) == UNITS - 1:
            truth.near(RULE, subject, "只有四个单位")


def counts(rule_id: str) -> bool:
    """Whether hits of the rule are pushed and about something a unit did."""
    rule = _RULES[rule_id]
    is_pushed = rule.status in ("trial", "fixed")
    return is_pushed and rule.family not in ("LOOP", "STAT") and rule_id != "SCF-008"


class Owners:
    """Tells which unit a planted case concerns: the later or paying one of several."""

    def __init__(self, district: District, truth: Truth) -> None:
        self._days = district.options.business_days
        self._uses = truth.uses
        self._units: dict[str, Unit] = {}
        self._payers: dict[str, Unit] = {}
        for unit in district.units:
            names = (unit.finance_code, unit.treasury_code, unit.acct_set, unit.basic)
            for name in (*names, unit.zero_balance, *unit.others.values()):
                self._units[name] = unit
            for person in (*unit.staff, *unit.further_staff):
                self._units[person.card_no] = unit
            if unit.treasury_code:
                self._payers[unit.treasury_code[-6:]] = unit
        for lease in district.leases:
            self._units[lease.lease_no] = lease.unit
        self._units.pop("", None)

    def of(self, case: Case) -> Unit:
        """The unit of a planted case.

        Raises:
            LookupError: nothing is known about who the subject belongs to.
        """
        head, *rest = case.subject_id.split(":")
        kind = _RULES[case.rule_id].subject_type
        if case.rule_id in _SHARED_BY:
            return self._sharer(head, _SHARED_BY[case.rule_id])
        if case.rule_id == "SCF-003":
            return self._units[rest[0]]
        if "/" in head:
            return self._units[head.split("/")[0]]
        if kind in ("payment", "card_transaction", "voucher"):
            return self._payers[unit_digits(head)]
        return self._units[head]

    def _sharer(self, name: str, needed: int) -> Unit:
        """Whose use was the latest on the business date that first found enough of them."""
        uses = sorted(self._uses[name], key=lambda each: each.known_on)
        if len(uses) < needed:
            raise LookupError(f"{name} is used {len(uses)} times, not {needed}")
        found_on = self._days[bisect_left(self._days, uses[needed - 1].known_on)]
        known = [each for each in uses if each.known_on <= found_on]
        return max(known, key=lambda each: each.order).unit
