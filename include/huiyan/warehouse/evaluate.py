"""Evaluates a business date: staging, intermediate, rules and marts, then the ledger gate.

A date is judged on everything delivered for business dates up to it. Whatever changes an earlier
date makes the later ones stale: they are taken back and replayed in order, so days may arrive, and
be corrected, in any order. A date whose inputs and code have not changed is not evaluated again.

One dbt command builds all layers of a date: starting dbt costs more than the layers of an ordinary
day, so a command (or a task) per layer would only multiply the start.
"""

import logging
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256

import psycopg
from psycopg import sql

from huiyan.errors import EvaluationError, WarehouseError
from huiyan.feeds import cards
from huiyan.rules import exceptions, life_cycle
from huiyan.rules.catalogue import load_rules, missing_parameters
from huiyan.rules.life_cycle import History
from huiyan.settings import Settings, get_settings
from huiyan.warehouse import dbt, reviewed
from huiyan.warehouse.connection import connect

logger = logging.getLogger(__name__)

LOCK = 0x48594556  # advisory lock: one evaluation at a time in a warehouse
WORK = 0x48594557  # advisory lock: shared by what an evaluation has begun to write
ATTEMPTS = 3
WORKING = ("intermediate", "slice", "rules", "patterns")  # that each version of the code makes anew
# What these say is written into the facts; a change of it changes facts of any age.
REGISTERS = ("finance_users", "treasury_users", "accounts")
# Voucher entries from which slices pay: below, all rules in full take as long as the slices do.
WORTH_SLICING = 300_000
STATUSES = ("hit", "clear", "not_applicable", "not_evaluated")


@dataclass(frozen=True)
class EvaluationResult:
    """What evaluating a business date did.

    Attributes:
        business_date: the date asked for.
        dates: the dates evaluated now, in order; empty if nothing had changed.
        statuses: rules by status on the business date, from the ledger.
        failures: of the dates evaluated now, what each rule that failed said; its hits stand as
            they stood the day before.
    """

    business_date: date
    dates: list[date] = field(default_factory=list)
    statuses: dict[str, list[str]] = field(default_factory=dict)
    failures: dict[date, dict[str, str]] = field(default_factory=dict)


@contextmanager
def _alone(settings: Settings) -> Iterator[psycopg.Connection]:
    """A connection that holds the warehouse's evaluation lock while it is open.

    Who ends it from outside ends the evaluation: what that still writes is waited for, and it
    begins nothing more (macro `in_turn`).

    Raises:
        WarehouseError: it was ended, or the server could not do what was asked of it.
    """
    try:
        with connect(settings, role="huiyan_build", autocommit=True) as connection:
            _wait_for(connection, LOCK)
            _wait_for(connection, WORK)
            connection.execute("select pg_advisory_unlock(%s)", (WORK,))
            yield connection
    except psycopg.OperationalError as error:
        reason = " ".join(str(error).split())
        raise WarehouseError(
            f"The evaluation could not go on: {reason}. What is unfinished is marked; run the date "
            "again."
        ) from error


def _wait_for(connection: psycopg.Connection, lock: int) -> None:
    """Take an advisory lock; if others have it, say first who, for one that is stuck never ends."""
    if connection.execute("select pg_try_advisory_lock(%s)", (lock,)).fetchone() == (True,):
        return
    for (pid,) in connection.execute(
        "select pid from pg_locks where locktype = 'advisory' and granted"
        " and database = (select oid from pg_database where datname = current_database())"
        " and (classid::bigint << 32) + objid::bigint = %s",
        (lock,),
    ):
        logger.warning(
            "Waiting for another evaluation (server process %s). If it is a left-over, end it: "
            "select pg_terminate_backend(%s).",
            pid,
            pid,
        )
    connection.execute("select pg_advisory_lock(%s)", (lock,))


def _turn(connection: psycopg.Connection) -> str:
    """Whose turn it is, as dbt's models are told: the locks, and the process that has the first."""
    return f"{LOCK}/{WORK}/{connection.info.backend_pid}"


class _Answers:
    """What came back from the bodies and bears on a date: closings and demotions.

    A verdict bears on nothing before the alert is closed by it: else every closing would have all
    dates since the verdict evaluated again.
    """

    def __init__(self, connection: psycopg.Connection) -> None:
        rows = connection.execute(
            "select closings.business_date + 1 as counts_from,"
            " concat_ws(' ', closings.alert_id, closings.event_id, said.to_state, said.event_id)"
            " from ops.alert_event as closings left join lateral ("
            "  select verdicts.to_state, verdicts.event_id from ops.alert_event as verdicts"
            "  where verdicts.alert_id = closings.alert_id and verdicts.actor = 'body'"
            "  and verdicts.event = 'verdict' and (verdicts.business_date, verdicts.event_id)"
            "  < (closings.business_date, closings.event_id)"
            "  order by verdicts.business_date desc, verdicts.event_id desc limit 1"
            " ) as said on true"
            " where closings.actor = 'body' and closings.event = 'closed'"
            " union all"
            " select valid_from, concat_ws(' ', rule_id, rule_version, to_status, reviewed_from)"
            " from ops.rule_demotion"
            " order by 1, 2"
        )
        digest = sha256()
        self._days: list[date] = []
        self._digests: list[str] = []
        for day, said in rows:
            digest.update(f"{day} {said}\n".encode())
            self._days.append(day)
            self._digests.append(digest.copy().hexdigest())

    def on(self, day: date) -> str:
        """Fingerprint of what bears on `day`; empty if nothing does."""
        known = bisect_right(self._days, day)
        return self._digests[known - 1] if known else ""


def _fingerprint(connection: psycopg.Connection, day: date, code: str, answers: _Answers) -> str:
    """Of all that decides what `day` shows: deliveries, subscription, answers and `code`.

    Forms say what became of alerts, not what happened: no rule reads them as deliveries.
    """
    batches = connection.execute(
        "select string_agg(batch_id::text, ',' order by batch_id) from ops.batch"
        " where status = 'accepted' and business_date <= %s"
        " and feed not in (select feed from ops.feed where kind = 'form')",
        (day,),
    ).fetchone()
    feeds = connection.execute(
        "select string_agg(feed, ',' order by feed) from ops.feed"
        " where is_subscribed and kind <> 'form'"
    ).fetchone()
    return sha256(repr((batches, feeds, code, answers.on(day))).encode()).hexdigest()


def load_seeds(connection: psycopg.Connection, day: date, settings: Settings) -> None:
    """Load the seeds if their files differ from those loaded last; the schema's comment knows."""
    wanted = f"seeds {dbt.seeds_hash()} {reviewed.fingerprint(settings)}"
    loaded = connection.execute(
        "select obj_description('reference'::regnamespace, 'pg_namespace')"
    ).fetchone()
    if loaded is None or loaded[0] != wanted:
        dbt.dbt("seed", settings=settings, business_date=day)
        reviewed.load(connection, settings)
        connection.execute(f"comment on schema reference is '{wanted}'")


def _stale_dates(connection: psycopg.Connection, day: date, code: str, in_full: bool) -> list[date]:
    """Dates to evaluate so that `day` and all later evaluated ones are right, in order.

    An earlier date counts only if a replay of it was broken off, or if what bodies answered came
    after it was evaluated and bears on it: answers are taken up where alerts are issued.
    """
    recorded = connection.execute(
        "select business_date, state, fingerprint, answers from ops.evaluation"
    )
    states = {row[0]: (row[1], row[2], row[3]) for row in recorded}
    answers = _Answers(connection)
    dates = sorted({*states, day})
    first = next(
        (
            other
            for other in dates
            if states.get(other, ("stale",))[0] == "stale"
            or states[other][2] != answers.on(other)
            or (
                other >= day
                and (in_full or states[other][1] != _fingerprint(connection, other, code, answers))
            )
        ),
        None,
    )
    return [other for other in dates if first is not None and other >= first]


def _mark_stale(connection: psycopg.Connection, days: list[date]) -> None:
    """Record before anything is taken back that `days` are to be evaluated."""
    with connection.transaction():
        for day in days:
            connection.execute(
                "insert into ops.evaluation (business_date, state, fingerprint)"
                " values (%s, 'stale', '')"
                " on conflict (business_date) do update set state = 'stale'",
                (day,),
            )


def _merged_feeds(connection: psycopg.Connection) -> list[str]:
    """Feeds whose staging table holds every accepted batch (there may be none): it is not built.

    None while a table is missing or its model may have changed since it was built.
    """
    built = connection.execute(
        "select obj_description('staging'::regnamespace, 'pg_namespace'),"
        " array_agg(table_name::text) from information_schema.tables where table_schema = 'staging'"
    ).fetchone()
    if built is None or built[0] != dbt.staging_hash() or not set(dbt.STAGING) <= set(built[1]):
        return []
    rows = connection.execute(
        "select feed.feed from ops.feed as feed where not exists ("
        " select from ops.batch as batch"
        " left join staging.merged_batch as merged on batch.batch_id = merged.batch_id"
        " where batch.feed = feed.feed and batch.status = 'accepted'"
        " and (merged.batch_id is null or merged.is_pending)"
        ") order by feed.feed"
    )
    return [feed for (feed,) in rows]


def _views(connection: psycopg.Connection) -> tuple[str, str]:
    """What the views are, and what they must be for a day to be filled through them."""
    row = connection.execute(
        "select obj_description('rules'::regnamespace, 'pg_namespace'),"
        " md5(string_agg(schemaname || '.' || viewname, ',' order by schemaname, viewname))"
        " from pg_views where schemaname = any(%s)",
        (list(WORKING),),
    ).fetchone()
    noted, names = row if row is not None else (None, None)
    return str(noted), f"views {names} of {dbt.project_hash()}"


def _drop_working_models(connection: psycopg.Connection) -> None:
    """Empty the schemas of working tables and views, which another version of the code made."""
    made = connection.execute(
        "select case table_type when 'VIEW' then 'view' else 'table' end, table_schema, table_name"
        " from information_schema.tables where table_schema = any(%s)",
        (list(WORKING),),
    ).fetchall()
    with connection.transaction():
        for kind, schema, name in made:
            connection.execute(
                sql.SQL("drop {} if exists {} cascade").format(
                    sql.SQL(kind), sql.Identifier(schema, name)
                )
            )


def _failures(connection: psycopg.Connection, day: date) -> dict[str, str]:
    """What each rule that failed on `day` said, by rule id."""
    rules = {rule.model: rule.id for rule in load_rules().values()}
    rows = connection.execute(
        "select part, message from ops.rule_failure where business_date = %s order by part", (day,)
    )
    return {rules[model]: cards.hide_all(message) for model, message in rows}


def _standing(connection: psycopg.Connection) -> tuple[date, str] | None:
    """The business date that the working tables show, with its fingerprint; None if in doubt."""
    is_kept = connection.execute("select to_regclass('slice.standing') is not null").fetchone()
    if is_kept != (True,):
        return None
    return connection.execute("select business_date, fingerprint from slice.standing").fetchone()


def _note_standing(connection: psycopg.Connection, day: date, fingerprint: str) -> None:
    """Say which date the working tables show, in a table that a crash empties as it does them."""
    connection.execute(
        "create unlogged table if not exists slice.standing"
        " (business_date date not null, fingerprint text not null)"
    )
    connection.execute("insert into slice.standing values (%s, %s)", (day, fingerprint))


def _forget_standing(connection: psycopg.Connection) -> None:
    connection.execute("drop table if exists slice.standing")


def _seeds_change(connection: psycopg.Connection, after: date, until: date) -> bool:
    """Whether a row of a dated seed begins or ends to count after `after` and not after `until`."""
    dated = connection.execute(
        "select table_name::text, column_name::text from information_schema.columns"
        " where table_schema = 'reference' and column_name in ('valid_from', 'valid_to')"
        " order by 1, 2"
    ).fetchall()
    days = sql.SQL(" union all ").join(
        sql.SQL("select {} as day from reference.{}").format(
            sql.Identifier(column), sql.Identifier(table)
        )
        for table, column in dated
    )
    query = sql.SQL("select from ({}) as days where day > %s and day <= %s limit 1").format(days)
    return connection.execute(query, (after, until)).fetchone() is not None


def _demotions_begin(connection: psycopg.Connection, after: date, until: date) -> bool:
    """Whether a demotion begins to count after `after` and not after `until`."""
    return (
        connection.execute(
            "select from ops.rule_demotion where valid_from > %s and valid_from <= %s limit 1",
            (after, until),
        ).fetchone()
        is not None
    )


def _is_worth_slicing(connection: psycopg.Connection) -> bool:
    row = connection.execute(
        "select reltuples >= %s from pg_class"
        " where oid = to_regclass('staging.stg_finance__voucher_entry')",
        (WORTH_SLICING,),
    ).fetchone()
    return row is not None and bool(row[0])


def _registers_change(connection: psycopg.Connection, after: date, until: date) -> bool:
    """Whether the registers of users and accounts say another thing on `until` than on `after`.

    They do if files came that are not those that came before, or if a user's last day has passed.
    """
    closed = connection.execute(
        "select from (select closed_on from staging.stg_finance__user"
        " union all select closed_on from staging.stg_treasury__user) as users"
        " where closed_on > %s and closed_on <= %s limit 1",
        (after, until),
    ).fetchone()
    if closed is not None:
        return True
    delivered = connection.execute(
        "select batch.feed, batch.business_date > %(after)s,"
        " string_agg(file.sha256, ',' order by file.sha256)"
        " from ops.batch as batch"
        " left join ops.batch_file as file on batch.batch_id = file.batch_id"
        " where batch.feed = any(%(feeds)s) and batch.status = 'accepted'"
        " and batch.business_date <= %(until)s"
        " group by batch.batch_id, batch.feed, batch.business_date, batch.version"
        " order by batch.feed, batch.business_date, batch.version",
        {"after": after, "until": until, "feeds": list(REGISTERS)},
    )
    content: dict[str, str] = {}
    for feed, is_new, files in delivered:
        if is_new and (files is None or content.get(feed) != files):
            return True
        content[feed] = files
    return False


def _evaluated_before(
    connection: psycopg.Connection, day: date, code: str, answers: _Answers
) -> date | None:
    """The date from which the working tables can be moved on to `day` instead of made anew.

    Everything they show must still be so: an earlier date, with its deliveries and the code as they
    were; and nothing between the two may change what facts of any age mean.
    """
    standing = _standing(connection)
    if standing is None:
        return None
    before, fingerprint = standing
    if (
        before >= day
        or fingerprint != _fingerprint(connection, before, code, answers)
        or _demotions_begin(connection, before, day)
        or _seeds_change(connection, before, day)
        or _registers_change(connection, before, day)
    ):
        return None
    return before


def _build(
    connection: psycopg.Connection, day: date, before: date | None, settings: Settings
) -> None:
    """Run dbt for `day`.

    With `before`, what registers and seeds say stands as on that date; and in a large district only
    what changed or fell due since is evaluated.
    """
    connection.execute("delete from ops.rule_failure where business_date = %s", (day,))
    noted, wanted = _views(connection)
    is_made = noted == wanted
    is_standing = is_made and before is not None
    moves_on = is_standing and _is_worth_slicing(connection)
    left_out = [f"config.meta.feed:{feed}" for feed in _merged_feeds(connection)]
    # Dropping a view that others stand on drops those too: dbt must know of them then.
    cache = ["--no-populate-cache"] if is_made else []
    if is_made:
        left_out += ["config.materialized:fresh_view", "config.materialized:view"]
    else:
        _drop_working_models(connection)
    if is_standing:
        left_out.append("tag:register")
    if moves_on:
        left_out.append("tag:fact")
    dbt.dbt(
        "run",
        *cache,
        *(("--exclude", *left_out) if left_out else ()),
        settings=settings,
        business_date=day,
        evaluated_before=before if moves_on else None,
        turn=_turn(connection),
    )
    connection.execute(f"comment on schema staging is '{dbt.staging_hash()}'")
    connection.execute(f"comment on schema rules is '{_views(connection)[1]}'")


def _evaluate_date(
    connection: psycopg.Connection,
    day: date,
    code: str,
    history: History,
    settings: Settings,
    in_full: bool,
) -> dict[str, str]:
    """Build every layer as of `day`; again if a delivery was accepted meanwhile.

    From the date evaluated last only what changed or fell due since is evaluated, unless `in_full`
    or something stands in the way of it; the result is the same.

    Returns:
        The rules that failed, with what they said; the next run of the date tries them again.
    """
    for _ in range(ATTEMPTS):
        answers = _Answers(connection)
        delivered = _fingerprint(connection, day, code, answers)
        before = None if in_full else _evaluated_before(connection, day, code, answers)
        _forget_standing(connection)
        try:
            _build(connection, day, before, settings)
        except WarehouseError as error:
            if before is None:
                raise
            logger.warning("%s is evaluated in full: %s", day, error)
            _build(connection, day, None, settings)
        if _fingerprint(connection, day, code, _Answers(connection)) != delivered:
            continue
        _check_ledger(connection, day, history)
        failures = _failures(connection, day)
        connection.execute(
            "update ops.evaluation set state = 'evaluated', fingerprint = %s, answers = %s,"
            " evaluated_at = clock_timestamp() where business_date = %s",
            ("" if failures else delivered, answers.on(day), day),
        )
        if not failures:
            _note_standing(connection, day, delivered)
        return failures
    raise EvaluationError(
        f"Deliveries up to {day} kept changing while it was evaluated. Wait until the feeds are "
        "collected, then run the date again."
    )


def _ledger(connection: psycopg.Connection, day: date) -> dict[str, str]:
    rows = connection.execute(
        "select rule_id, status from marts.fct_rule_run where business_date = %s", (day,)
    )
    return dict(rows.fetchall())


def _check_ledger(connection: psycopg.Connection, day: date, history: History) -> None:
    """The ledger gate: every rule not retired on `day` is accounted for, and nothing else is."""
    ledger = _ledger(connection, day)
    expected = load_rules().keys() - life_cycle.retired(history, day)
    wrong = [f"{rule} has no row" for rule in sorted(expected - ledger.keys())]
    wrong += [
        f"{rule} is not in the catalogue or is retired" for rule in sorted(ledger.keys() - expected)
    ]
    wrong += [
        f"{rule} has the status {status}"
        for rule, status in sorted(ledger.items())
        if status not in STATUSES
    ]
    if wrong:
        raise EvaluationError(
            f"The ledger of {day} does not account for every rule: {'; '.join(wrong)}. Look at the "
            "rule's model and at the list in rule_results.sql or pattern_results.sql, then run the "
            "date again."
        )


def _check_parameters(days: list[date], history: History) -> None:
    for day in days:
        missing = missing_parameters(day, life_cycle.retired(history, day))
        if missing:
            raise EvaluationError(
                f"On {day} these thresholds have not exactly one value in force: "
                f"{', '.join(missing)}. Correct dbt_project/seeds/rules/rule_parameters.csv."
            )


def evaluate(
    business_date: date, settings: Settings | None = None, *, in_full: bool = False
) -> EvaluationResult:
    """Judge `business_date` and replay every later evaluated date that it has made stale.

    Idempotent; may be killed at any point and repeated. Two at once in one warehouse: the second
    waits, and then has nothing to do if nothing changed. With `in_full`, `business_date` is
    evaluated even if nothing changed, and every rule looks at all there is.

    Raises:
        WarehouseError: dbt failed; a rule that fails does not make it fail.
        EvaluationError: a rule is not accounted for.
        ConfigurationError: the status of the rules or the exceptions break their own rules.
    """
    settings = settings or get_settings()
    history = life_cycle.checked_history(settings)
    exceptions.checked(settings)
    code = f"{settings.district} {dbt.project_hash()} {reviewed.fingerprint(settings)}"
    with _alone(settings) as connection:
        stale = _stale_dates(connection, business_date, code, in_full)
        _check_parameters(stale, history)
        _mark_stale(connection, stale)
        if stale:
            load_seeds(connection, business_date, settings)
        failures = {
            day: _evaluate_date(connection, day, code, history, settings, in_full) for day in stale
        }
        statuses: dict[str, list[str]] = {}
        for rule, status in sorted(_ledger(connection, business_date).items()):
            statuses.setdefault(status, []).append(rule)
    return EvaluationResult(business_date, stale, statuses, failures)
