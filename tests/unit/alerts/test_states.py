"""Which state follows which, and what a close-out needs, for every pair there is."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from huiyan.alerts import words
from huiyan.alerts.states import (
    BODY,
    CLOSE_OUT_NEEDS,
    ENDS,
    EVENT_OF,
    FOUND,
    IMPLIED,
    MACHINE,
    REASONS_OF,
    STATES,
    VERDICTS,
    is_legal,
    missing_for_close_out,
    steps,
)

any_state = st.sampled_from(STATES)


def test_every_state_has_a_word_and_every_name_is_a_state() -> None:
    assert set(words.STATE) == set(STATES)
    named = {*MACHINE, *BODY, *EVENT_OF, *ENDS, *IMPLIED, *VERDICTS}
    for following in (*MACHINE.values(), *BODY.values()):
        named |= following
    assert named <= set(STATES)
    assert set(words.CLOSE_OUT_NEEDS) == set(CLOSE_OUT_NEEDS)
    assert set(words.PROGRESS) <= set(EVENT_OF)


def test_every_reason_goes_with_a_verdict() -> None:
    assert set(REASONS_OF) == set(words.VERDICTS) == VERDICTS
    assert set().union(*REASONS_OF.values()) == set(words.REASONS)
    assert not REASONS_OF["confirmed"] & REASONS_OF["not_confirmed"]


@given(st.lists(any_state, max_size=12))
def test_answers_make_a_chain_of_legal_steps(asked: list[str]) -> None:
    """Whatever bodies ask for, in whatever order: what is taken is legal step by step."""
    state = "delivered"
    for to_state in asked:
        way = steps(state, to_state)
        if way is None:
            continue
        assert way[-1] == to_state
        assert set(way[:-1]) <= IMPLIED
        for following in way:
            assert is_legal(state, following)
            state = following
    if state in ENDS:
        assert all(steps(state, to_state) is None for to_state in STATES)


@given(any_state, any_state)
def test_nothing_that_decides_is_implied(state: str, to_state: str) -> None:
    way = steps(state, to_state)
    if way is not None:
        assert to_state in EVENT_OF
        assert len(set(way)) == len(way)
    if to_state in {"closed", "transferred_as_lead"}:
        assert (way is not None) == (state in VERDICTS | {"rectifying"}) or (
            state == "not_confirmed" and to_state == "transferred_as_lead"
        )
    if state == "auto_resolved":
        assert way is None


def test_a_verdict_says_that_the_alert_came_and_was_looked_into() -> None:
    assert steps("delivered", "confirmed") == ("acknowledged", "verifying", "confirmed")
    assert steps("reopened", "confirmed") == ("acknowledged", "verifying", "confirmed")
    assert steps("verifying", "partly") == ("partly",)
    assert steps("confirmed", "closed") == ("rectifying", "closed")
    assert steps("not_confirmed", "closed") == ("closed",)
    assert steps("confirmed", "acknowledged") is None
    assert steps("delivered", "closed") is None
    assert steps("delivered", "rectifying") is None
    assert steps("closed", "confirmed") is None


@given(
    st.sets(st.sampled_from(CLOSE_OUT_NEEDS)),
    st.sampled_from(sorted(VERDICTS)),
    st.sampled_from(sorted(words.REASONS)),
    st.none() | st.sampled_from(sorted(words.ACTIONS)),
    st.none() | st.decimals("0", "100", places=2),
    st.none() | st.just("") | st.just("收据 12"),
)
def test_a_close_out_brings_what_the_standard_demands(
    needs: set[str],
    verdict: str,
    reason: str,
    action: str | None,
    amount: Decimal | None,
    evidence: str | None,
) -> None:
    missing = missing_for_close_out(
        needs,
        verdict,
        reason=reason,
        action=action,
        amount_recovered=amount,
        evidence_reference=evidence,
    )
    is_put_right = verdict in FOUND and reason != "fixed_before_notice"
    assert ("action" in missing) == (
        is_put_right and "action" in needs and action in (None, "none_needed")
    )
    asks_for_evidence = "evidence" in needs or not is_put_right
    assert ("evidence" in missing) == (asks_for_evidence and not evidence)
    asks_for_money = (is_put_right and "amount_recovered" in needs) or action == "return_money"
    assert ("amount_recovered" in missing) == (asks_for_money and not amount)
