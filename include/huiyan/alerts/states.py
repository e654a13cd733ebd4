"""The states of an alert: which follows which, what a verdict may rest on, what a close-out needs.

Nothing here knows a database. Every change of state is one event; the machine and the channels move
an alert by `MACHINE`, a body by what it answers. People do not fill in a form for every step: who
writes a verdict has received the alert and looked into it. So an answer may leave steps out that
decide nothing (`IMPLIED`); they are recorded all the same, each marked as implied by the answer,
and the events of an alert always form a chain of legal transitions. A verdict or a close-out is
never implied.
"""

from collections import deque
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from huiyan.said import says_something

STATES = (
    "open",
    "delivered",
    "acknowledged",
    "verifying",
    "confirmed",
    "partly",
    "not_confirmed",
    "rectifying",
    "closed",
    "reopened",
    "auto_resolved",
    "transferred_as_lead",
)
VERDICTS = frozenset({"confirmed", "partly", "not_confirmed"})
FOUND = frozenset({"confirmed", "partly"})
ENDS = frozenset({"closed", "transferred_as_lead"})
IMPLIED = frozenset({"acknowledged", "verifying", "rectifying"})

BEGUN = frozenset({"acknowledged", "verifying", "rectifying"}) | VERDICTS
MACHINE: Mapping[str, frozenset[str]] = {
    # A new alert that reopens the case of a closed one is opened and reopened at once.
    "open": frozenset({"delivered", "auto_resolved", "reopened"}),
    "delivered": frozenset({"auto_resolved"}),
    "acknowledged": frozenset({"auto_resolved"}),
    "reopened": frozenset({"delivered", "auto_resolved"}),
    "auto_resolved": frozenset({"reopened"}),
    "not_confirmed": frozenset({"reopened"}),
    "closed": frozenset({"reopened"}),
    "transferred_as_lead": frozenset({"reopened"}),
}
BODY: Mapping[str, frozenset[str]] = {
    "delivered": frozenset({"acknowledged"}),
    "acknowledged": frozenset({"verifying"}),
    "verifying": VERDICTS,
    # A verdict may be corrected by another one until the matter is closed.
    "confirmed": frozenset({"partly", "not_confirmed", "rectifying", "transferred_as_lead"}),
    "partly": frozenset({"confirmed", "not_confirmed", "rectifying", "transferred_as_lead"}),
    "not_confirmed": frozenset({"confirmed", "partly", "closed"}),
    "rectifying": frozenset({"closed", "transferred_as_lead"}) | VERDICTS,
}

EVENT_OF = {
    "acknowledged": "acknowledged",
    "verifying": "verifying",
    "confirmed": "verdict",
    "partly": "verdict",
    "not_confirmed": "verdict",
    "rectifying": "rectifying",
    "closed": "closed",
    "transferred_as_lead": "transferred",
}

# A reason that the rule was right goes with a finding, one that it was not with none; what is true
# in part may be untrue for either cause in the rest.
REASONS_OF: Mapping[str, frozenset[str]] = {
    "confirmed": frozenset({"confirmed", "fixed_before_notice"}),
    "partly": frozenset(
        {
            "confirmed",
            "data_wrong",
            "rule_wrong",
            "exception_approved",
            "change_rule",
            "fixed_before_notice",
        }
    ),
    "not_confirmed": frozenset({"data_wrong", "rule_wrong", "exception_approved", "change_rule"}),
}

NO_ACTION = "none_needed"
FIXED_BEFORE = "fixed_before_notice"
CLOSE_OUT_NEEDS = ("action", "evidence", "amount_recovered")


def is_legal(state: str, to_state: str) -> bool:
    """Whether an alert may go from one state to the other in one step, whoever takes it."""
    return to_state in MACHINE.get(state, ()) or to_state in BODY.get(state, ())


def steps(state: str, to_state: str) -> tuple[str, ...] | None:
    """States a body's answer takes the alert through, the last one being `to_state`.

    Those before the last are implied. An alert that has not been marked as handed over yet (`open`,
    `reopened`) counts as delivered: its form came back.

    Returns:
        None if no legal way leads there, or if the alert is there already.
    """
    start = "delivered" if state in ("open", "reopened") else state
    ways: deque[tuple[str, ...]] = deque([(start,)])
    while ways:
        way = ways.popleft()
        following = BODY.get(way[-1], frozenset())
        if to_state in following:
            return (*way[1:], to_state)
        ways.extend((*way, state) for state in sorted(following & IMPLIED) if state not in way)
    return None


def asked_of_close_out(
    needs: Collection[str], verdict: str, *, reason: str, action: str | None
) -> frozenset[str]:
    """What a close-out must bring, of `CLOSE_OUT_NEEDS`.

    Args:
        needs: what the rule's standard demands of a finding. Without a finding nothing is put right
            and nothing paid back: only the evidence is asked for. What the unit had put right
            before it was told asks for no action and no money either.
    """
    is_put_right = verdict in FOUND and reason != FIXED_BEFORE
    asked = frozenset(needs) if is_put_right else frozenset({"evidence"})
    return asked | {"amount_recovered"} if action == "return_money" else asked


# What was done, said and proven for one verdict tells nothing of the contrary one.
UNSAID: Mapping[str, Any] = dict.fromkeys(("action", "evidence_reference", "note"))


def is_turned(former: str | None, verdict: str | None) -> bool:
    """Whether a verdict says the contrary of the one before: a finding is none, or none is one.

    Then `UNSAID` is what remains of what had been said.
    """
    known = former in VERDICTS and verdict in VERDICTS
    return known and (former in FOUND) != (verdict in FOUND)


def missing_for_close_out(
    needs: Collection[str],
    verdict: str,
    *,
    reason: str,
    action: str | None,
    amount_recovered: Decimal | None,
    evidence_reference: str | None,
) -> tuple[str, ...]:
    """What a close-out lacks, of `asked_of_close_out`, in their order; empty if it is complete."""
    asked = asked_of_close_out(needs, verdict, reason=reason, action=action)
    there = {
        "action": action not in (None, NO_ACTION),
        "evidence": says_something(evidence_reference),
        "amount_recovered": amount_recovered is not None and amount_recovered > 0,
    }
    return tuple(need for need in CLOSE_OUT_NEEDS if need in asked and not there[need])


def is_accounted_for(recovered: Decimal, least: Decimal, verdict: str, *notes: str | None) -> bool:
    """Whether what was paid back is what has to be, or it is said why it is less.

    Args:
        recovered, least: CNY; what has to go back counts without its sign.
        notes: what was said about the matter.
    """
    return recovered >= abs(least) or verdict == "partly" or any(map(says_something, notes))
