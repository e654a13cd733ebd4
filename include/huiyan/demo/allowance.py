"""What some rules may find beside the planted cases: chance, peculiarity, and what adds up.

Every other rule is exact: whatever it finds beside the planted is wrong.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Allowance:
    """The share of a rule's population that may be hit without having been planted, and why."""

    share: float
    reason: str

    def of(self, population: int) -> int:
        """How many subjects that is."""
        return int(self.share * population)


ALLOWED: dict[str, Allowance] = {
    "STAT-001": Allowance(
        1.0,
        "chance: up to some thousand amounts even a lawful account set exceeds 0.0022; the rule is "
        "a shadow and its hits are never pushed",
    ),
    "STAT-002": Allowance(
        0.015,
        "months in which a unit buys several times, and amounts planted for other rules",
    ),
    "STAT-003": Allowance(
        0.001, "units that by chance, or by one contract in instalments, buy from one supplier"
    ),
    "SCF-008": Allowance(
        0.01,
        "cases planted for other rules that fall into one unit by chance and add up to the score",
    ),
}


def allowed(rule_id: str, population: int) -> int:
    """Subjects of a rule that may be hit without having been planted; 0 for exact rules."""
    allowance = ALLOWED.get(rule_id)
    return allowance.of(population) if allowance else 0
