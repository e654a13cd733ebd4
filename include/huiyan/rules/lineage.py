"""What models read, told from their SQL: which models, and in the end which feeds."""

import re
from functools import cache
from pathlib import Path

from huiyan.rules import catalogue

REF = re.compile(r"ref\('(\w+)'\)")
# A macro or a loop is given the name of a model, which it reads.
GIVEN = re.compile(r"'((?:stg|int)_\w+)'")
FEED = re.compile(r"meta=\{'feed': '(\w+)'")
STAGING = "stg_"


def refs(sql: str) -> list[str]:
    """The models and seeds that SQL names, each once, in its order."""
    return list(dict.fromkeys(REF.findall(sql)))


@cache
def _text(models: Path, model: str) -> str:
    paths = _paths(models)
    return paths[model].read_text(encoding="utf-8") if model in paths else ""


@cache
def _paths(models: Path) -> dict[str, Path]:
    return {path.stem: path for path in models.rglob("*.sql")}


@cache
def parents(models: Path, model: str) -> frozenset[str]:
    """The models and seeds that a model below `models` reads; nothing of a seed."""
    text = _text(models, model)
    by_macro = {"int_voucher_entry"} if "named_bookings(" in text else set()
    return frozenset({*refs(text), *GIVEN.findall(text), *by_macro} - {model})


@cache
def staging(models: Path, model: str) -> frozenset[str]:
    """The staging models that a model stands on, itself if it is one."""
    if model.startswith(STAGING):
        return frozenset({model})
    return frozenset[str]().union(*(staging(models, parent) for parent in parents(models, model)))


def feeds(model: str) -> frozenset[str]:
    """The feeds whose rows a model stands on; of a rule's model, those it could need."""
    models = catalogue.MODELS
    sources = staging(models, model)
    return frozenset(name for source in sources for name in FEED.findall(_text(models, source)))
