"""Runs dbt in this process, on this warehouse, with all it writes kept in the state directory."""

import gc
import hashlib
import logging
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from huiyan.environment import restored_environment
from huiyan.errors import WarehouseError
from huiyan.settings import REPOSITORY, Settings
from huiyan.warehouse.connection import sqlalchemy_url

if TYPE_CHECKING:
    from dbt.artifacts.schemas.run import RunResult
    from dbt.cli.main import dbtRunnerResult
    from dbt.contracts.graph.manifest import Manifest

PROJECT = REPOSITORY / "dbt_project"
SOURCE_SUFFIXES = (".sql", ".yml", ".csv", ".md")
STAGING = tuple(path.stem for path in sorted((PROJECT / "models" / "staging").glob("stg_*.sql")))

# The parsed project. The name says from what: a process finds what holds for it, or nothing.
PARSED = "parsed-{}.msgpack"
PARSERS = tuple(f"{name} {version(name)}" for name in ("dbt-core", "dbt-postgres"))

logger = logging.getLogger(__name__)

# dbt keeps its flags and its log in globals: one command at a time in a process.
_one_at_a_time = threading.Lock()


class DbtError(WarehouseError):
    """A dbt command failed; `reason` is what dbt says of it, by model."""

    def __init__(self, command: str, reason: str, log: Path) -> None:
        super().__init__(
            f"dbt {command} failed: {reason}. The database is as complete as before the failed "
            f"model; put the cause right and run the date again. Details: {log}"
        )
        self.reason = reason


def _hash(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(str(path.relative_to(PROJECT)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _sources(*folders: str) -> list[Path]:
    return [
        path
        for folder in folders
        for path in (PROJECT / folder).rglob("*")
        if path.suffix in SOURCE_SUFFIXES
    ]


def seeds_hash() -> str:
    """Fingerprint of the seeds and of how they are loaded."""
    return _hash([*_sources("seeds"), PROJECT / "dbt_project.yml"])


def staging_hash() -> str:
    """Fingerprint of everything that decides what the staging tables hold."""
    return _hash([*_sources("models/staging", "macros"), PROJECT / "dbt_project.yml"])


def inputs_hash() -> str:
    """Fingerprint of everything that decides which columns the rules find in their inputs."""
    return _hash(
        [
            *_sources("models/staging", "models/intermediate", "models/history", "macros", "seeds"),
            *(PROJECT / "models" / "patterns").glob("pattern_*.sql"),
        ]
    )


def project_hash() -> str:
    """Fingerprint of everything in the dbt project that can change a result."""
    return _hash(
        [
            *_sources("models", "macros", "seeds"),
            PROJECT / "dbt_project.yml",
            PROJECT / "profiles.yml",
        ]
    )


def environment(
    settings: Settings,
    business_date: date | None = None,
    evaluated_before: date | None = None,
    turn: str = "",
) -> dict[str, str]:
    """Environment variables the project and its profile read.

    With `evaluated_before`, the date that the working tables show, they are moved on from there.
    With `turn`, every model first asks whether the evaluation still has it (macro `in_turn`).
    """
    url = sqlalchemy_url(settings)
    variables = {
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        # Writing the manifest takes as long as twenty small models.
        "DBT_WRITE_JSON": "false",
        "HUIYAN_DB_HOST": url.host or "",
        "HUIYAN_DB_PORT": str(url.port or 5432),
        "HUIYAN_DB_USER": url.username or "",
        "HUIYAN_DB_PASSWORD": url.password or "",
        "HUIYAN_DB_NAME": url.database or "",
        "HUIYAN_DISTRICT": settings.district,
        "HUIYAN_EVALUATED_BEFORE": evaluated_before.isoformat() if evaluated_before else "",
        "HUIYAN_TURN": turn,
    }
    if business_date is not None:
        variables["HUIYAN_BUSINESS_DATE"] = business_date.isoformat()
    return variables


@contextmanager
def _without_complaints() -> Iterator[None]:
    """A log that cannot be written (a full disk) must not bury the error under its own."""
    before = logging.raiseExceptions
    logging.raiseExceptions = False
    try:
        yield
    finally:
        logging.raiseExceptions = before


def _target(settings: Settings, database: str) -> Path:
    return settings.home_dir / "dbt" / database


def _options(settings: Settings, database: str) -> list[str]:
    return [
        *("--project-dir", str(PROJECT)),
        *("--profiles-dir", str(PROJECT)),
        *("--target-path", str(_target(settings, database))),
        *("--log-path", str(settings.home_dir / "logs" / "dbt")),
        *("--log-level", "none"),
        *("--log-level-file", "info"),
    ]


_manifests: dict[tuple[str, ...], "Manifest"] = {}


def _read_parsed(path: Path) -> "Manifest | None":
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder

    try:
        parsed = path.read_bytes()
    except FileNotFoundError:
        return None
    manifest = Manifest.from_msgpack(parsed, decoder=extended_mashumuro_decoder)
    manifest.build_flat_graph()
    return manifest


def _write_parsed(manifest: "Manifest", path: Path) -> None:
    from dbt.parser.manifest import extended_mashumaro_encoder

    former = {*path.parent.glob(PARSED.format("*"))} - {path}
    draft = path.with_suffix(f".{os.getpid()}")
    draft.write_bytes(manifest.to_msgpack(extended_mashumaro_encoder))
    draft.replace(path)
    for other in former:
        other.unlink(missing_ok=True)


def _manifest(options: Sequence[str], target: Path, parsed_from: tuple[str, ...]) -> "Manifest":
    """The parsed project, once per database and state of its files.

    dbt keeps what it has parsed too, but reads every source file to learn that none has changed,
    and parses them all again for another host or port, which no model knows.
    """
    from dbt.cli.main import dbtRunner

    if parsed_from not in _manifests:
        digest = hashlib.sha256(repr(parsed_from).encode()).hexdigest()
        path = target / PARSED.format(digest)
        manifest = _read_parsed(path)
        if manifest is None:
            result = dbtRunner().invoke(["parse", *options])
            _check(result, "parse", options)
            manifest = result.result
            _write_parsed(manifest, path)
        _manifests[parsed_from] = manifest
        # It stays as long as the process: the collector would walk through all of it every day.
        gc.freeze()
    return _manifests[parsed_from]


def _check(result: "dbtRunnerResult", command: str, options: Sequence[str]) -> None:
    if result.success:
        return
    log = options[options.index("--log-path") + 1]
    failed = [
        (node.node.name, node.message or node.status)
        for node in getattr(result.result, "results", None) or []
        if node.status in ("error", "fail", "runtime error")
    ]
    if failed and command == "test":
        raise WarehouseError(
            "these tests fail (--- was expected and not found, +++ found and not expected).\n\n"
            + "\n\n".join(f"{name}: {message.strip()}" for name, message in failed)
            + f"\n\nDetails: {log}/dbt.log"
        )
    failures = [f"{name}: {' '.join(message.split())}" for name, message in failed]
    reason = "; ".join(failures) or str(result.exception or "no reason was given")
    raise DbtError(command, reason, Path(log) / "dbt.log")


def _run(
    command: str,
    arguments: Sequence[str],
    settings: Settings,
    business_date: date,
    evaluated_before: date | None = None,
    turn: str = "",
) -> list["RunResult"]:
    from dbt.cli.main import dbtRunner

    variables = environment(settings, business_date, evaluated_before, turn)
    database = variables["HUIYAN_DB_NAME"]
    options = _options(settings, database)
    with _one_at_a_time, _without_complaints(), restored_environment(variables):
        parsed_from = (database, project_hash(), *PARSERS)
        manifest = _manifest(options, _target(settings, database), parsed_from)
        result = dbtRunner(manifest=manifest).invoke([command, *options, *arguments])
        _check(result, command, options)
        return list(getattr(result.result, "results", []))


def dbt(
    command: str,
    *arguments: str,
    settings: Settings,
    business_date: date,
    evaluated_before: date | None = None,
    turn: str = "",
) -> None:
    """Run one dbt command, e.g. `dbt("build", "--select", "marts", ...)`.

    See `environment` for `evaluated_before` and `turn`. What dbt says of every node goes to the
    log, at level DEBUG, as `nodes` of the record.

    Raises:
        DbtError: a model failed, or the project cannot be read; the message names it.
        WarehouseError: a test failed; the message has what was expected and what was found.
    """
    nodes = _run(command, arguments, settings, business_date, evaluated_before, turn)
    logger.debug("dbt %s: %d nodes", command, len(nodes), extra={"nodes": nodes})


def rendered(text: str, *, settings: Settings, business_date: date) -> str:
    """What Jinja makes of `text` with the project's macros at hand; nothing is built.

    Raises:
        DbtError: a macro fails, or the project cannot be read.
    """
    arguments = ("--inline", text, "--no-populate-cache")
    (result,) = _run("compile", arguments, settings, business_date)
    return str(result.node.compiled_code)
