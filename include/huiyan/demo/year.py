"""Months of the demo district, delivery by delivery, with bodies that answer like people.

The planted cases stand at the end of the months, as in any demo district; what the demo delivers at
once is delivered bit by bit here, and the forms of one date answer the extracts of the date before.
What bodies are to find is known: of a rule's planted hits a share is true, another one for each
rule; whatever else is found is not.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise
from math import sqrt
from pathlib import Path
from shutil import rmtree

import psycopg

from huiyan.alerts import states
from huiyan.demo.answers import MISTAKEN_PERCENT, chosen
from huiyan.demo.days import months_ending, workday
from huiyan.demo.desk import Row
from huiyan.demo.district import LAST_DAY, MIN_ACCOUNTS, Options
from huiyan.demo.generate import World, generate
from huiyan.demo.landing import Landing
from huiyan.demo.make import (
    CROSSWALK,
    DAILY,
    OPTIONAL,
    first_snapshots,
    install_crosswalk,
    later_snapshots,
    write_crosswalk,
)
from huiyan.demo.replies import Habits, Replies, send_back
from huiyan.demo.truth import Truth, delivered_subject
from huiyan.environment import restored_environment
from huiyan.errors import ConfigurationError
from huiyan.orchestration.run import DONE, run_day
from huiyan.settings import Settings, get_settings
from huiyan.warehouse import embedded
from huiyan.warehouse.connection import connect

MARKER = "year.txt"
TRUE_PERCENT = (96, 90, 80, 60, 20)
Z = 3.29  # of 1,000 shares one lies further away by chance
KEY = "the fictitious district"  # known to all: its cards and its forms are made up


@dataclass(frozen=True)
class YearOptions:
    """What to run.

    Attributes:
        accounts: account sets of the district. months: of life.
        every: working days between two deliveries.
    """

    accounts: int = MIN_ACCOUNTS
    months: int = 12
    every: int = 10
    seed: int = 2025

    def __post_init__(self) -> None:
        if self.every < 1:
            raise ValueError(f"every must be at least 1 working day, not {self.every}")

    @property
    def district(self) -> Options:
        """Options of the district."""
        return Options(self.accounts, self.months, self.seed, last_day=LAST_DAY)

    @property
    def business_days(self) -> list[int]:
        """Ordinals of the dates: one every so many working days, the demo's own at the end."""
        days = self.district.business_days
        (first, _), *_ = months_ending(days[-1], self.months)
        early = []
        day = workday(first + 6)
        while day < days[0]:
            early.append(day)
            for _ in range(self.every):
                day = workday(day + 1)
        return [*early, *days]


@dataclass(frozen=True)
class RuleWorth:
    """What verdicts say of a rule, and what they had to say.

    Attributes:
        verdicts: alerts with one. right: confirmed, wholly or in part.
        expected: share that had to be confirmed: what is true, but for what bodies get wrong.
        demoted: its alerts are no longer pushed since verdicts said too little for it.
    """

    rule_id: str
    verdicts: int
    right: int
    expected: float
    demoted: bool

    @property
    def share(self) -> float:
        """Share of the verdicts that confirm."""
        return self.right / self.verdicts

    @property
    def is_near(self) -> bool:
        """Whether the share is as near to the expected one as its number of verdicts lets it be."""
        spread = sqrt(self.expected * (1 - self.expected) / self.verdicts)
        return abs(self.share - self.expected) <= Z * spread + 1 / self.verdicts


@dataclass(frozen=True)
class YearResult:
    """What became of everything, counted at the end.

    Attributes:
        dates: business dates run. troubles: what did not work, one text each.
        alerts: by state. chains: alerts whose events are no chain of legal steps to their state.
        lost: hits of pushed rules without an alert. not_handed: alerts with a body that never had
            them. twice: extracts handed over more than once.
        forms, lines: sent back. taken: what became of the lines, by outcome.
        unaccounted: lines sent back that became neither.
        reopened, demoted, escalated, returned: alerts, rules, alerts, extracts.
    """

    dates: int
    troubles: tuple[str, ...]
    alerts: Mapping[str, int]
    chains: int
    lost: int
    not_handed: int
    twice: int
    extracts: int
    forms: int
    lines: int
    taken: Mapping[str, int]
    unaccounted: int
    reopened: int
    escalated: int
    returned: int
    rules: tuple[RuleWorth, ...]

    @property
    def failures(self) -> tuple[str, ...]:
        """What does not hold; empty if all of it does."""
        far = [rule.rule_id for rule in self.rules if not rule.is_near]
        said = (
            (len(self.troubles), "dates did not run through"),
            (self.chains, "alerts are in a state that no legal step led to"),
            (self.lost, "hits have no alert"),
            (self.not_handed, "alerts were never handed over"),
            (self.twice, "extracts were handed over twice"),
            (self.unaccounted, "lines of forms are unaccounted for"),
            (len(far), f"rules are not worth what was planted: {', '.join(far)}"),
        )
        return tuple(f"{count:,} {words}" for count, words in said if count)


class _Whole(Landing):
    """A landing zone without the rows that end in quarantine: in small deliveries they are many."""

    def spoil(
        self, feed: str, day: int, row: Row, column: str | None, cell: str, what: str
    ) -> None:
        """Leave it out."""


def run_year(
    options: YearOptions, folder: Path, say: Callable[[str], None] = lambda _: None
) -> YearResult:
    """Make the district below `folder`, run its dates, count.

    It has a state directory and a warehouse of its own there, which an earlier year's make room
    for; the warehouse is stopped at the end and stays.

    Raises:
        ConfigurationError: `folder` holds something else.
    """
    days = [date.fromordinal(day) for day in options.business_days]
    with _home(folder) as settings:
        try:
            say("making the district")
            world = _make(options, settings, folder)
            habits = _habits(world.truth, options.seed, settings)
            forms = lines = 0
            troubles: list[str] = []
            for place, day in enumerate(days):
                if place:
                    sent = send_back(days[place - 1], day, habits, settings)
                    forms, lines = forms + sent.forms, lines + sent.lines
                else:
                    sent = Replies()
                done = run_day(day)
                if done.exit_code != DONE:
                    seen = done.status.troubled if done.status else []
                    troubles.append(f"{day}: {done.failures or done.failed_rules or seen}")
                say(
                    f"{day} ({place + 1} of {len(days)}): {sent.forms} forms with {sent.lines} "
                    f"answers came, {sum(done.deliveries.values())} extracts went out"
                )
            with connect(settings) as connection:
                return count(connection, habits, len(days), troubles, Replies(forms, lines))
        finally:
            embedded.stop(settings)


@contextmanager
def _home(folder: Path) -> Iterator[Settings]:
    """Settings with a state directory in `folder`, and nothing of the environment's own."""
    home = folder / "home"
    if folder.exists() and any(folder.iterdir()) and not (folder / MARKER).exists():
        raise ConfigurationError(
            f"{folder} is not empty and holds no demo year: choose another folder with --out."
        )
    with restored_environment():
        for name in [name for name in os.environ if name.startswith("HUIYAN_")]:
            del os.environ[name]
        os.environ["HUIYAN_HOME"] = str(home)
        os.environ["HUIYAN_CARD_KEY"] = os.environ["HUIYAN_RETURN_KEY"] = KEY
        os.environ["HUIYAN_FEEDS"] = ",".join(f"+{feed}" for feed in OPTIONAL)
        settings = get_settings()
        if home.exists():
            embedded.stop(settings)
            rmtree(home)
        settings.make_home()
        (folder / MARKER).write_text("huiyan demo year\n", "utf-8")
        yield settings


def _make(options: YearOptions, settings: Settings, folder: Path) -> World:
    days = options.business_days
    landing = _Whole(settings.landing, days, frozenset())
    landing.ensure(DAILY)
    world = generate(options.district, landing)
    first_snapshots(landing, world.district, days[0])
    later_snapshots(landing, world.district, options.district.later_snapshot_day)
    landing.close()
    write_crosswalk(folder / CROSSWALK, world.district)
    install_crosswalk(folder, settings)
    return world


def _habits(truth: Truth, seed: int, settings: Settings) -> Habits:
    key = settings.card_key_bytes()
    true = set()
    for case in truth.cases:
        if case.kind == "planted" and chosen(
            _true_percent(case.rule_id, seed), "true", seed, case.rule_id, case.subject_id
        ):
            true.add((case.rule_id, delivered_subject(case.rule_id, case.subject_id, key)))
    settled = {
        (each.rule_id, each.subject_id): (date.fromisoformat(each.settled_on), each.said)
        for each in truth.settled
    }
    return Habits(seed, true, settled)


def _true_percent(rule_id: str, seed: int) -> int:
    """The share of a rule's planted hits that is true, in percent."""
    place = next(n for n in range(1, 6) if n == 5 or chosen(20 * n, "worth", seed, rule_id))
    return TRUE_PERCENT[place - 1]


def count(
    connection: psycopg.Connection,
    habits: Habits,
    dates: int,
    troubles: Sequence[str] = (),
    sent: Replies = Replies(),  # noqa: B008
) -> YearResult:
    """Count what became of the alerts and forms of a warehouse whose bodies have these habits.

    Args:
        dates: business dates run. troubles: what did not work in them. sent: what was sent back.
    """

    def one(query: str) -> int:
        row = connection.execute(query.encode()).fetchone()
        return int(row[0] or 0) if row else 0

    intake = connection.execute(INTAKE).fetchone() or (0, 0, 0, 0)
    taken = dict(zip(OUTCOMES, map(int, intake), strict=True))
    alerts: dict[str, int] = dict(
        connection.execute("select state, count(*) from ops.alert group by 1 order by 1").fetchall()
    )
    return YearResult(
        dates=dates,
        troubles=tuple(troubles),
        alerts=alerts,
        chains=_illegal_chains(connection),
        lost=_lost(connection),
        not_handed=one(NOT_HANDED),
        twice=one(TWICE),
        extracts=one("select count(*) from ops.delivery where state = 'delivered'"),
        forms=sent.forms,
        lines=sent.lines,
        taken=taken,
        unaccounted=abs(one(LANDED) - sum(taken.values())),
        reopened=one("select count(*) from ops.alert_recurrence"),
        escalated=one(
            "select count(distinct alert_id) from ops.alert_event where event = 'escalated'"
        ),
        returned=one("select count(*) from ops.delivery where content ? 'returned'"),
        rules=tuple(_worth(connection, habits)),
    )


OUTCOMES = ("accepted", "repeated", "rejected", "unanswered")
INTAKE = """
select
    coalesce(sum(accepted), 0),
    coalesce(sum(repeated), 0),
    coalesce(sum(rejected), 0),
    coalesce(sum(unanswered), 0)
from ops.return_intake
"""
# Without a route nobody is to have it: the operators have been told so.
NOT_HANDED = """
select count(*)
from (select distinct alert_id from ops.alert_route) as routed
where not exists (
    select 1
    from ops.delivery_alert
    inner join ops.delivery using (delivery_id)
    where delivery_alert.alert_id = routed.alert_id and state = 'delivered'
)
"""
TWICE = """
select count(*)
from (
    select body_code
    from ops.delivery
    where state = 'delivered'
    group by body_code, business_date, content_hash
    having count(*) > 1
) as again
"""
LANDED = """
select sum(in_landing)
from ops.row_count
inner join ops.batch using (batch_id)
where feed = 'returns'
"""
CHAINS = """
select alert_id, to_state, alert.state
from intermediate.int_alert_event
inner join ops.alert using (alert_id)
where to_state is not null
order by alert_id, place
"""
# A rule's hits are pushed until verdicts take it out of what is pushed.
LOST = """
select count(*)
from marts.fct_rule_hit_spell as spells
inner join marts.dim_rule as rules using (rule_id)
left join ops.rule_demotion as demotions
    on spells.rule_id = demotions.rule_id and demotions.to_status = 'shadow'
where
    rules.status in ('trial', 'fixed')
    and demotions.rule_id is null
    and spells.rule_id <> %s
    and not exists (
        select 1
        from ops.alert
        where alert.rule_id = spells.rule_id and alert.subject_id = spells.subject_id
    )
"""
WORTH = """
select
    events.rule_id,
    alert.subject_id,
    (array_agg(events.to_state order by events.place desc))[1] <> 'not_confirmed'
from intermediate.int_alert_event as events
inner join ops.alert using (alert_id)
where events.event = 'verdict' and events.to_state is not null
group by events.rule_id, alert.subject_id
order by events.rule_id, alert.subject_id
"""


def _illegal_chains(connection: psycopg.Connection) -> int:
    """Alerts whose events are no chain of legal steps that ends in their state."""
    illegal = 0
    rows = connection.execute(CHAINS).fetchall()
    for _, group in groupby(rows, key=lambda row: row[0]):
        events = list(group)
        # Who verifies may say what the disposing body said before.
        changes = [to_state for to_state, _ in groupby(row[1] for row in events)]
        is_legal = all(states.is_legal(*step) for step in pairwise(changes))
        illegal += not (is_legal and changes[-1] == events[-1][2])
    return illegal


def _lost(connection: psycopg.Connection) -> int:
    """Hits that had to become alerts and did not; LOOP-002 raises another rule's alerts instead."""
    row = connection.execute(LOST, ("LOOP-002",)).fetchone()
    return int(row[0]) if row else 0


def _worth(connection: psycopg.Connection, habits: Habits) -> Iterator[RuleWorth]:
    demoted = {row[0] for row in connection.execute("select rule_id from ops.rule_demotion")}
    mistaken = MISTAKEN_PERCENT / 100
    rows = connection.execute(WORTH).fetchall()
    for rule_id, group in groupby(rows, key=lambda row: row[0]):
        judged = [(subject, is_right) for _, subject, is_right in group]
        true = sum((rule_id, subject) in habits.true for subject, _ in judged) / len(judged)
        yield RuleWorth(
            rule_id,
            len(judged),
            sum(is_right for _, is_right in judged),
            true + mistaken * (1 - 2 * true),
            rule_id in demoted,
        )
