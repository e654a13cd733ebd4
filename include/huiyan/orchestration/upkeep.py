"""Nightly upkeep: is the archive what it was, are statistics fresh, which logs may go."""

import hashlib
import logging
import time
from pathlib import Path

from huiyan.errors import HuiyanError, LandingError
from huiyan.feeds.archive import Archive
from huiyan.feeds.contract import load_contracts
from huiyan.orchestration.environment import airflow_home
from huiyan.settings import Settings, get_settings
from huiyan.warehouse.connection import connect

logger = logging.getLogger(__name__)

BLOCK_BYTES = 1_048_576
LOG_DAYS = 90
SHOWN = 20


def verify_archive(settings: Settings | None = None) -> int:
    """Read every registered file in the archive and compare its SHA-256.

    Returns:
        Files verified.

    Raises:
        LandingError: files are missing or altered; the message names them (at most 20).
    """
    settings = settings or get_settings()
    contracts = load_contracts()
    with connect(settings, role="huiyan_load") as connection:
        registered = connection.execute(
            "select distinct b.feed, f.sha256 from ops.batch_file as f"
            " inner join ops.batch as b on f.batch_id = b.batch_id order by 1, 2"
        ).fetchall()
    damaged = []
    for feed, sha256 in registered:
        archive = Archive(settings, contracts[feed])
        digest = hashlib.sha256()
        try:
            with archive.open(sha256) as stream:
                while block := stream.read(BLOCK_BYTES):
                    digest.update(block)
        except (HuiyanError, OSError) as error:
            damaged.append(f"{archive.path(sha256)}: {error}")
            continue
        if digest.hexdigest() != sha256:
            damaged.append(f"{archive.path(sha256)}: its content has another hash")
    if damaged:
        more = f"\nand {len(damaged) - SHOWN} more" if len(damaged) > SHOWN else ""
        raise LandingError(
            f"{len(damaged)} of {len(registered)} archived files are not what was delivered. "
            "Restore them from a backup before a day is replayed:\n"
            + "\n".join(damaged[:SHOWN])
            + more
        )
    logger.info("%s archived files verified", len(registered))
    return len(registered)


def vacuum(settings: Settings | None = None) -> None:
    """Vacuum the warehouse and refresh the planner's statistics."""
    with connect(settings, autocommit=True) as connection:
        connection.execute("vacuum (analyze)")


def prune_logs(settings: Settings | None = None, days: int = LOG_DAYS) -> int:
    """Remove log files older than `days` and folders left empty; files removed."""
    settings = settings or get_settings()
    oldest = time.time() - days * 86_400
    removed = 0
    for folder in (settings.home_dir / "logs", airflow_home(settings) / "logs"):
        for path in sorted(folder.rglob("*"), key=lambda item: len(item.parts), reverse=True):
            removed += _prune(path, oldest)
    logger.info("%s log files removed", removed)
    return removed


def _prune(path: Path, oldest: float) -> int:
    if path.is_symlink():
        return 0
    if path.is_dir():
        if not any(path.iterdir()) and path.stat().st_mtime < oldest:
            path.rmdir()
        return 0
    if path.stat().st_mtime >= oldest:
        return 0
    path.unlink()
    return 1
