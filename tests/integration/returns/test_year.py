"""A year of alerts with bodies that answer like people: on time, late, wrongly, in part, never."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from itertools import groupby, pairwise

import pytest

from alert_district import District
from huiyan.alerts import states
from huiyan.alerts.issue import issue, pending
from huiyan.delivery.deliver import deliver
from huiyan.delivery.extract import Extract
from huiyan.demo.answers import fill_in
from huiyan.demo.replies import Habits
from huiyan.demo.year import count
from huiyan.returns.accept import accept
from huiyan.warehouse.connection import connect
from huiyan.warehouse.evaluate import _Answers
from returned_forms import land, lines_of

FIRST = date(2025, 1, 6)
WEEKS = 52
EVERY_WEEKS = 2
SEED = 7
# Of a hundred hits of the rule so many are right; the third is below its floor.
PLANTED = {"REC-001": 90, "CARD-001": 70, "ATT-001": 15}
HITS = 50


def _number(*parts: object) -> int:
    return int.from_bytes(sha256("|".join(map(str, parts)).encode()).digest()[:4], "big")


def _plant(district: District) -> set[tuple[str, str]]:
    """Hits over the year, some of which end by themselves; those that are right."""
    right = set()
    for rule_id, share in PLANTED.items():
        for number in range(HITS):
            subject = f"{rule_id}/{number:03d}"
            since = FIRST + timedelta(days=_number("since", subject) % (7 * (WEEKS - 12)))
            ends = _number("ends", subject) % 10 == 0
            until = since + timedelta(days=5 + _number("until", subject) % 60) if ends else None
            unit = ("F002", "F003")[_number("unit", subject) % 2]
            district.hit(rule_id, subject, unit, since=since, until=until, subject_type=subject)
            if _number("right", subject) % 100 < share:
                right.add((rule_id, subject))
    return right


def _answered(district: District, sent: date, today: date, right: set[tuple[str, str]]) -> int:
    """Land what the bodies sent back today of the extracts of an earlier date."""
    lines = []
    for (content,) in district.rows(
        "select distinct on (body_code) content from ops.delivery where business_date = %s "
        "and state = 'delivered' order by body_code, version desc",
        sent,
    ):
        form = fill_in(Extract.from_dict(content), today, right, SEED)
        if form is not None:
            lines += [line for line in lines_of(form.name, form.content) if len(line) > 1]
    land(district, today, lines)
    return len(lines)


@pytest.mark.slow
def test_every_alert_of_a_year_ends_in_a_legal_state_and_rules_show_what_they_are_worth(
    district: District,
) -> None:
    for parameter, value in (("precision_floor", "0.30"), ("promotion_floor", "0.50")):
        district.add("reference.rule_parameters", "ALL", parameter, value, FIRST, None)
    district.add("reference.rule_parameters", "ALL", "min_verdicts", 20, FIRST, None)
    right = _plant(district)
    days = [FIRST + timedelta(weeks=week) for week in range(0, WEEKS, EVERY_WEEKS)]
    before: date | None = None
    taken: Counter[str] = Counter()
    known: dict[date, str] = {}
    for day in days:
        district.evaluated(day)
        with connect(district.settings) as connection:
            known[day] = _Answers(connection).on(day)
        if before is not None and _answered(district, before, day, right):
            taken.update(accept(day).counts)
        issue(day)
        for waiting, body in pending():
            deliver(waiting, body)
        before = day

    # People forget cells, and answer twice: what is not taken is named, and nothing is lost.
    assert taken["accepted"] > 100
    assert taken["rejected"] > 0
    landed = district.value("select sum(in_landing) from ops.row_count")
    assert sum(taken.values()) == landed

    # Every hit of a rule that is pushed became an alert, and each was handed over.
    alerts = {
        (rule_id, subject): (alert_id, state)
        for alert_id, rule_id, subject, state in district.rows(
            "select alert_id, rule_id, subject_id, state from ops.alert"
        )
    }
    fallen = dict(
        district.rows("select rule_id, min(valid_from) from ops.rule_demotion group by rule_id")
    )
    assert fallen.keys() == {"ATT-001"}
    spells = district.rows(
        "select rule_id, subject_id, detected_on, cleared_on from marts.fct_rule_hit_spell"
    )
    for rule_id, subject, since, until in spells:
        seen_on = next((day for day in days if since <= day), None)
        if seen_on is None or (until is not None and until <= seen_on):
            continue
        if rule_id != "ATT-001":
            assert (rule_id, subject) in alerts
    handed = {
        alert_id
        for (alert_id,) in district.rows(
            "select distinct alert_id from ops.delivery_alert "
            "inner join ops.delivery using (delivery_id) where state = 'delivered'"
        )
    }
    assert handed == {alert_id for alert_id, _ in alerts.values()}
    twice = district.rows(
        "select body_code, business_date, content_hash from ops.delivery "
        "where state = 'delivered' group by 1, 2, 3 having count(*) > 1"
    )
    assert twice == []

    # What happened to an alert is a chain of legal steps, and its state is the last of them.
    chains: dict[str, list[str]] = defaultdict(list)
    for alert_id, to_state in district.rows(
        "select alert_id, to_state from intermediate.int_alert_event "
        "where to_state is not null order by alert_id, place"
    ):
        chains[alert_id].append(to_state)
    for alert_id, state in alerts.values():
        chain = chains[alert_id]
        assert chain[-1] == state
        # Who verifies may say what the disposing body said before.
        changes = [said for said, _ in groupby(chain)]
        assert all(states.is_legal(*step) for step in pairwise(changes)), chain
    ends = Counter(state for _, state in alerts.values())
    assert ends["closed"] > 40
    assert ends["auto_resolved"] > 0

    # Precision is what was planted, but for what bodies get wrong.
    for rule_id, low, high, verdicts in district.rows(
        "select rule_id, precision_low, precision_high, verdicts from marts.mart_rule_performance"
    ):
        judged = {
            subject
            for (subject,) in district.rows(
                "select distinct subject_id from ops.alert inner join ops.alert_event "
                "using (alert_id) where rule_id = %s and actor = 'body' and event = 'verdict'",
                rule_id,
            )
        }
        assert len(judged) == verdicts
        true = Decimal(sum((rule_id, subject) in right for subject in judged))
        assert low <= true / verdicts <= high, rule_id

    # No answer had a date judged again that it does not bear on.
    with connect(district.settings) as connection:
        answers = _Answers(connection)
    assert {day: answers.on(day) for day in days} == known
    assert len(set(known.values())) > 10

    # The year of the demo counts the same, and sees what is wrong.
    habits = Habits(SEED, right)
    with connect(district.settings) as connection:
        result = count(connection, habits, len(days))
        assert result.alerts == ends
        assert (result.chains, result.not_handed, result.twice, result.unaccounted) == (0, 0, 0, 0)
        assert {rule.rule_id for rule in result.rules if rule.demoted} == {"ATT-001"}
        assert all(rule.is_near for rule in result.rules)
        connection.execute(
            "update ops.alert set state = 'open' where alert_id = "
            "(select min(alert_id) from ops.alert where state = 'closed')"
        )
        connection.execute(
            "update ops.row_count set in_files = in_files + 1, in_landing = in_landing + 1, "
            "good = good + 1"
        )
        failures = count(connection, Habits(SEED, set()), len(days)).failures
        connection.rollback()
    assert any("no legal step" in failure for failure in failures)
    assert any("unaccounted" in failure for failure in failures)
    assert any("not worth" in failure for failure in failures)
