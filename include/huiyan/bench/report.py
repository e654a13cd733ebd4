"""Writes what a run measured as a page: ratios first, seconds as context, then the machine."""

from collections.abc import Iterable, Sequence
from heapq import nlargest
from pathlib import Path
from statistics import fmean

from huiyan.bench import layers
from huiyan.bench.outcome import Evaluated, Landed, Outcome

LAYERS = (
    *("staging", "intermediate", "rules", "history", "patterns", "marts"),
    layers.TESTS,
)
SLOWEST = 12
SLOWEST_OF_DAY = 6
MEGABYTE = 1_000_000


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], left: int = 1) -> list[str]:
    """A Markdown table; the first `left` columns are aligned left, the others right."""
    rule = [" --- " if place < left else " ---: " for place, _ in enumerate(head)]
    return [
        f"| {' | '.join(head)} |",
        f"|{'|'.join(rule)}|",
        *(f"| {' | '.join(row)} |" for row in rows),
        "",
    ]


def _count(number: int) -> str:
    return f"{number:,}"


def _seconds(seconds: float) -> str:
    return f"{seconds:,.1f}"


def _rate(rows: int, seconds: float) -> str:
    return f"{rows / seconds:,.0f}" if seconds > 0 else "–"


def _ratio(numerator: float, denominator: float) -> str:
    return f"{numerator / denominator:,.1f}" if denominator > 0 else "–"


def _percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:,.0f} %" if whole > 0 else "–"


def _of(runs: Iterable[layers.NodeRun], *names: str) -> list[layers.NodeRun]:
    return [run for run in runs if run.layer in names]


def _known(values: Iterable[float | None]) -> float | None:
    """The sum, None if one of them is not known."""
    found = list(values)
    known = [value for value in found if value is not None]
    return sum(known) if len(known) == len(found) else None


def _collect_seconds(landed: Iterable[Landed]) -> float:
    return sum(each.collect_seconds for each in landed)


def _gate_seconds(landed: Iterable[Landed]) -> float:
    return sum(each.gate_seconds for each in landed)


def _seconds_in_all(outcome: Outcome, *days: Evaluated) -> float:
    return fmean(outcome.arrived[day.business_date] + day.seconds for day in days)


def _commands(days: Iterable[Evaluated]) -> float:
    return fmean(day.seconds for day in days)


def _layers(days: Iterable[Evaluated], *names: str) -> float:
    return fmean(layers.busy(_of(day.runs, *names)) for day in days)


def _judged(*days: Evaluated) -> float:
    return _layers(days, "intermediate", "rules")


def _ratios(outcome: Outcome) -> list[str]:
    year, days = outcome.evaluated[0], outcome.single_days
    landed = outcome.landed_on(year.business_date, "daily")
    rows = sum(each.rows for each in landed)
    collecting = _collect_seconds(landed)
    bare = sum(each.seconds for each in outcome.copied)
    lines = [
        (
            "Landing: rows per second as a share of bare COPY of the same files",
            _percent(bare, collecting),
            f"{_count(rows)} rows: {_seconds(collecting)} s against {_seconds(bare)} s"
            f" ({_rate(rows, collecting)} rows/s)",
        ),
        (
            "Quality gate: time as a share of landing",
            _percent(_gate_seconds(landed), collecting),
            f"{_seconds(_gate_seconds(landed))} s",
        ),
    ]
    cpu = _known(each.collect_cpu_seconds for each in landed)
    bare_cpu = _known(each.cpu_seconds for each in outcome.copied)
    if cpu is not None and bare_cpu is not None:
        lines.insert(
            1,
            (
                "Landing: the same by processor time, which other work cannot stretch",
                _percent(bare_cpu, cpu),
                f"{_seconds(cpu)} s against {_seconds(bare_cpu)} s of processor",
            ),
        )
    if outcome.duck is not None:
        above = ("intermediate", "rules")
        ours, theirs = _of(year.runs, *above), _of(outcome.duck.runs, *above)
        lines += [
            (
                f"{label}: PostgreSQL's time over DuckDB's",
                _ratio(layers.busy(_of(ours, *names)), layers.busy(_of(theirs, *names))),
                f"{_seconds(layers.busy(_of(ours, *names)))} s against "
                f"{_seconds(layers.busy(_of(theirs, *names)))} s",
            )
            for label, names in (
                ("Intermediate models", ("intermediate",)),
                ("All rules in full", ("rules",)),
                ("Both", above),
            )
        ]
        hand = outcome.duck.by_hand
        lines.append(
            (
                f"{len(hand.hits)} rules with the models they need, our SQL on DuckDB: its time"
                " over that of queries written by hand",
                _ratio(hand.our_seconds, hand.seconds),
                f"{_seconds(hand.our_seconds)} s against {_seconds(hand.seconds)} s",
            )
        )
    if outcome.plain is not None:
        script = outcome.plain.seconds
        scan = _judged(year)
        lines.append(
            (
                "All rules in full (intermediate, rules): their time over the pandas script's",
                _ratio(scan, script),
                f"{_seconds(scan)} s against {_seconds(script)} s",
            )
        )
        if days:
            more = _seconds_in_all(outcome, *days)
            lines.append(
                (
                    "One more day (landed, checked, evaluated): the pandas script's time over it",
                    _ratio(script, more),
                    f"{_seconds(script)} s against {_seconds(more)} s",
                )
            )
    if days:
        judged, all_judged = _judged(*days), _judged(year)
        lines.append(
            (
                "Judging one more day (intermediate, rules) as a share of judging all",
                _percent(judged, all_judged),
                f"{_seconds(judged)} s against {_seconds(all_judged)} s",
            )
        )
        lines.append(
            (
                "Evaluating one more day (the command, staging to marts) as a share of all",
                _percent(_commands(days), year.seconds),
                f"{_seconds(_commands(days))} s against {_seconds(year.seconds)} s",
            )
        )
        more, whole = _seconds_in_all(outcome, *days), _seconds_in_all(outcome, year)
        lines.append(
            (
                "One more day (landed, checked, evaluated) as a share of the year",
                _percent(more, whole),
                f"{_seconds(more)} s against {_seconds(whole)} s",
            )
        )
    if len(outcome.aged) > 1:
        short, *_, long = outcome.aged
        lines.append(
            (
                f"Evaluating one more day (the command, staging to marts) after {long.months}"
                f" months: its time over that after {short.months}",
                _ratio(_commands(long.evaluated), _commands(short.evaluated)),
                f"{_seconds(_commands(long.evaluated))} s against"
                f" {_seconds(_commands(short.evaluated))} s",
            )
        )
        lines.append(
            (
                f"Judging one more day (intermediate, rules) after {long.months} months: its time"
                f" over that after {short.months}",
                _ratio(_judged(*long.evaluated), _judged(*short.evaluated)),
                f"{_seconds(_judged(*long.evaluated))} s against"
                f" {_seconds(_judged(*short.evaluated))} s",
            )
        )
    return _table(("What", "Ratio", "Seconds"), lines)


def _landing(outcome: Outcome) -> list[str]:
    bare = {each.feed: each for each in outcome.copied}
    year = outcome.evaluated[0].business_date
    rows = []
    for each in outcome.landed_on(year):
        yardstick = bare.get(each.feed)
        rows.append(
            (
                each.feed,
                _count(each.rows),
                _count(round(each.bytes / MEGABYTE)),
                _seconds(yardstick.seconds) if yardstick else "–",
                _seconds(each.collect_seconds),
                _rate(each.rows, each.collect_seconds),
                _percent(yardstick.seconds, each.collect_seconds) if yardstick else "–",
                _seconds(each.gate_seconds),
                _count(each.quarantined),
                "–" if each.memory_bytes is None else _count(round(each.memory_bytes / MEGABYTE)),
            )
        )
    head = (
        "Feed", "Rows", "MB", "Bare COPY s", "Landing s", "Rows/s", "Share of COPY", "Gate s",
        "Quarantined", "Memory MB",
    )  # fmt: skip
    return _table(head, rows)


def _evaluation(outcome: Outcome) -> list[str]:
    year = outcome.evaluated[0]
    days = outcome.single_days
    theirs = outcome.duck.runs if outcome.duck else []
    rows = []
    for layer in LAYERS:
        own = _of(year.runs, layer)
        if not own:
            continue
        other = _of(theirs, layer)
        rows.append(
            (
                layer,
                _count(len(own)),
                _seconds(layers.busy(own)),
                _seconds(layers.busy(other)) if other else "–",
                _ratio(layers.busy(own), layers.busy(other)) if other else "–",
                _seconds(_layers(days, layer)) if days else "–",
            )
        )
    rows.append(
        (
            "wall time of the command",
            _count(len(year.runs)),
            _seconds(year.seconds),
            "–",
            "–",
            _seconds(_commands(days)) if days else "–",
        )
    )
    head = (
        "Layer",
        "Nodes",
        "PostgreSQL s",
        "DuckDB s",
        "Ratio",
        "One more day s",
    )
    return _table(head, rows)


def _slowest(outcome: Outcome) -> list[str]:
    year = outcome.evaluated[0]
    theirs = {run.name: run.seconds for run in outcome.duck.runs} if outcome.duck else {}
    of_year = {run.name: run.seconds for run in year.runs}
    of_day: dict[str, float] = {}
    for day in outcome.single_days:
        for run in day.runs:
            share = run.seconds / len(outcome.single_days)
            of_day[run.name] = of_day.get(run.name, 0) + share
    names = {
        *nlargest(SLOWEST, of_year, key=of_year.__getitem__),
        *nlargest(SLOWEST_OF_DAY, of_day, key=of_day.__getitem__),
    }
    slow = sorted(
        (run for run in year.runs if run.name in names), key=lambda run: run.seconds, reverse=True
    )
    return _table(
        ("Node", "Layer", "PostgreSQL s", "DuckDB s", "One more day s"),
        [
            (
                run.name,
                run.layer,
                _seconds(run.seconds),
                _seconds(theirs[run.name]) if run.name in theirs else "–",
                _seconds(of_day[run.name]) if run.name in of_day else "–",
            )
            for run in slow
        ],
        left=2,
    )


def _hits(outcome: Outcome) -> list[str]:
    if outcome.duck is None:
        return []
    ours, theirs = outcome.duck.postgresql_seconds, outcome.duck.duckdb_seconds
    comparison = outcome.duck.comparison
    wrong = {each.rule_id for each in comparison.differences}
    rows = []
    for rule_id, hits in sorted(comparison.hits.items()):
        rows.append(
            (
                rule_id,
                _count(hits),
                "no" if rule_id in wrong else "yes",
                f"{ours.get(rule_id, 0):,.2f}",
                f"{theirs.get(rule_id, 0):,.2f}",
            )
        )
    head = ("Rule", "Hits", "The same on DuckDB", "PostgreSQL s", "DuckDB s")
    return [
        "## Rules on both databases",
        "",
        "Compared: every hit with all its columns and its evidence, and every population.",
        "",
        *_table(head, rows),
    ]


def _by_hand(outcome: Outcome) -> list[str]:
    if outcome.duck is None:
        return []
    hand = outcome.duck.by_hand
    same = (
        "Both find the same subjects."
        if not hand.different
        else f"They find other subjects in {', '.join(hand.different)}."
    )
    return [
        "## Queries written by hand for DuckDB",
        "",
        f"{len(hand.hits)} of the rules ({', '.join(sorted(hand.hits))}) as somebody fluent in"
        " DuckDB would write them straight over the same Parquet files"
        " ([source](../include/huiyan/bench/plain_duckdb.py)): what several need is made once; no"
        " units, populations or evidence. Against them stands the SQL that a backtest runs"
        " ([how](../include/huiyan/bench/compiled.py)): the intermediate models of these rules,"
        " then the subjects of the rules, in one session on one date, with the same two threads;"
        " compiled and planned before, as a backtest does once for all its dates. By hand"
        f" {hand.seconds:,.2f} s, ours {hand.our_seconds:,.2f} s. {same}",
        "",
    ]


def _aged(outcome: Outcome) -> list[str]:
    if not outcome.aged:
        return []
    rows = [
        (
            str(each.months),
            _count(each.rows),
            _count(each.day_rows),
            *(_seconds(_layers(each.evaluated, layer)) for layer in LAYERS),
            _seconds(_commands(each.evaluated)),
        )
        for each in outcome.aged
    ]
    return [
        "## One more day after a longer history",
        "",
        f"The same days of {outcome.aged_scale:g} of a district, each time in a warehouse of its"
        " own that holds only the months before them; seconds are the mean of those days. Rows are"
        " those of the daily feeds.",
        "",
        *_table(
            (
                "Months",
                "Rows before",
                "Rows of the days",
                *(f"{layer} s" for layer in LAYERS),
                "Wall time s",
            ),
            rows,
        ),
    ]


def _plain(outcome: Outcome) -> list[str]:
    plain = outcome.plain
    if plain is None:
        return []
    memory = "" if plain.memory_bytes is None else f", {plain.memory_bytes / MEGABYTE:,.0f} MB more"
    same = (
        "The warehouse has the same hits open."
        if not plain.different
        else f"The warehouse has other hits open of {', '.join(plain.different)}."
    )
    return [
        "## A plain pandas script",
        "",
        f"What a user would write instead ([source](../include/huiyan/bench/plain_pandas.py)):"
        f" {len(plain.hits)} of the rules ({', '.join(sorted(plain.hits))}) over the same files,"
        " all of them every time, thresholds in the code, no history, quarantine, evidence or"
        f" pushing. It took {_seconds(plain.seconds)} s{memory}, and found"
        f" {_count(sum(plain.hits.values()))} subjects. {same}",
        "",
    ]


def _machine(outcome: Outcome) -> list[str]:
    facts = outcome.machine
    gigabytes = "–" if facts.memory_bytes is None else f"{facts.memory_bytes / 2**30:,.1f} GiB"
    load = "–" if facts.load_before is None else f"{facts.load_before:.2f}"
    rows = [
        ("Processor", f"{facts.processor}, {facts.cores} cores usable"),
        ("Memory", gigabytes),
        ("Load average before the run", load),
        ("Python", facts.python),
        ("PostgreSQL", f"{facts.postgresql} (embedded)"),
        ("dbt", f"{facts.dbt}, 2 threads"),
        ("DuckDB", f"{facts.duckdb}, 2 threads, over Parquet"),
        *((f"`{name}`", value) for name, value in facts.settings.items()),
    ]
    return _table(("Fact", "Value"), rows, left=2)


def render(outcome: Outcome) -> str:
    """The page as Markdown."""
    year = outcome.evaluated[0].business_date
    rows = {each.feed: each.rows for each in outcome.landed_on(year)}
    made = "reused" if outcome.made_seconds is None else f"made in {outcome.made_seconds:,.0f} s"
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`, not by hand: one run on the machine described below. Seconds",
        "depend on it and on what else it did: compare ratios.",
        "",
        f"The district: {_count(outcome.accounts)} account sets, scale {outcome.scale:g} of a"
        f" district-year ({', '.join(f'{_count(rows[feed])} {feed}' for feed in rows)};"
        f" files {made}). Everything up to {year} arrives as one delivery, then one day after"
        f" another. One more day is the mean of the last {len(outcome.single_days)} days: the"
        " first after such a load finds little of it in memory, as no other day does. All else is"
        " timed once.",
        "",
        "## Ratios",
        "",
        *_ratios(outcome),
        "A layer's time is that of its models added up, each with its hooks, indexes and",
        "statistics; both databases build two models at a time. DuckDB reads the staging tables of",
        "the same run as Parquet, the last day included, and builds the same models, going on from",
        "the same history; marts and landing are PostgreSQL's. Feeds of a single day are",
        "landed and checked two at a time, in processes of their own, as by the scheduler's tasks.",
        "",
        "## Landing",
        "",
        "Bare COPY: the same CSV files into text tables without key or index, in one transaction",
        "each. Landing also checks encoding, cells and controls, counts, archives and registers.",
        "Memory: what the process grew by at its peak while landing that feed. Gate: the suite of",
        "expectations and the decision; loading the programs, once a process, is left out.",
        "",
        *_landing(outcome),
        "## Evaluation",
        "",
        "The wall time is that of the command as a caller sees it: seeds, reading the project and",
        "dbt's own time included, two models at a time.",
        "",
        *_evaluation(outcome),
        "The slowest nodes of the year and of one more day:",
        "",
        *_slowest(outcome),
        *_hits(outcome),
        *_aged(outcome),
        *_by_hand(outcome),
        *_plain(outcome),
        "## Machine",
        "",
        *_machine(outcome),
    ]
    return "\n".join(lines)


def write(outcome: Outcome, path: Path) -> None:
    """Write the page to `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(render(outcome), "utf-8")
