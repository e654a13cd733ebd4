"""The dbt project compiled for DuckDB once per version of it: SQL that judges any business date.

The compiled SQL reads the business date from the DuckDB variable `business_date`, so one session
judges a history without starting dbt again. What was compiled is kept in the state directory until
the project changes.
"""

import json
import re
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from huiyan.errors import NotFoundError
from huiyan.lake import dbt
from huiyan.settings import Settings
from huiyan.warehouse.dbt import PROJECT, project_hash

FORMAT = 2
LAYERS = ("intermediate", "rules", "patterns")
VARIABLE = "getvariable('business_date')"
COMPARED = re.compile(rf"(?:\w+\.)?(\w+) (<=|>=|<|>) {re.escape(VARIABLE)}(?! *[-+*/])")


@dataclass(frozen=True)
class Model:
    """A model above staging.

    Attributes:
        relation: `schema.name`.
        sql: its query, which names relations as `"memory"."schema"."name"`.
        parents: the relations it reads.
    """

    relation: str
    sql: str
    parents: tuple[str, ...]

    @property
    def compared(self) -> frozenset[tuple[str, str]]:
        """Columns compared with the business date, each with the operator (column first)."""
        return frozenset(COMPARED.findall(self.sql))

    @property
    def is_dated(self) -> bool:
        """Whether it uses the business date otherwise than to compare a column with it."""
        return VARIABLE in COMPARED.sub("", self.sql)

    def derives(self, column: str) -> bool:
        """Whether it gives the name `column` to anything."""
        return re.search(rf"\bas {column}\b", self.sql) is not None


@dataclass(frozen=True)
class Seed:
    """A seed; `path` is relative to the dbt project, `columns` maps each column to its type."""

    relation: str
    path: str
    columns: dict[str, str]


@dataclass(frozen=True)
class Project:
    """The compiled models, the seeds, and the feed each staging table holds, by relation."""

    models: dict[str, Model]
    seeds: dict[str, Seed]
    feeds: dict[str, str]

    def upstream(self, *relations: str) -> list[str]:
        """The relations and all they stand on, each after what it reads.

        Raises:
            NotFoundError: the project has no such model.
        """
        missing = [each for each in relations if each not in self.models]
        if missing:
            raise NotFoundError(f"The dbt project has no model {', '.join(missing)}.")
        found: dict[str, None] = {}

        def visit(relation: str) -> None:
            if relation not in found:
                for parent in self.models[relation].parents if relation in self.models else ():
                    visit(parent)
                found[relation] = None

        for each in relations:
            visit(each)
        return list(found)


def _relation(node: dict[str, Any]) -> str:
    return f"{node['schema']}.{node.get('alias') or node['identifier']}"


def read_manifest(manifest: dict[str, Any]) -> Project:
    """The project as a manifest of `dbt compile` has it."""
    nodes: dict[str, dict[str, Any]] = {**manifest["sources"], **manifest["nodes"]}
    models, seeds, feeds = {}, {}, {}
    for key, node in manifest["nodes"].items():
        kind = key.split(".")[0]
        relation = _relation(node)
        if kind == "model" and node.get("compiled_code"):
            parents = tuple(
                sorted(_relation(nodes[parent]) for parent in node["depends_on"]["nodes"])
            )
            models[relation] = Model(relation, node["compiled_code"], parents)
        elif kind == "model" and "feed" in node["config"]["meta"]:
            feeds[relation] = node["config"]["meta"]["feed"]
        elif kind == "seed":
            seeds[relation] = Seed(
                relation, node["original_file_path"], node["config"]["column_types"]
            )
    return Project(models, seeds, feeds)


def _compile(folder: Path, settings: Settings) -> Project:
    target = dbt.run(
        ["compile", "--no-populate-cache", "--no-introspect", "--select", *LAYERS],
        business_date="variable",
        folder=folder,
        database=dbt.IN_MEMORY,
        settings=settings,
    )
    return read_manifest(json.loads((target / "manifest.json").read_text("utf-8")))


def load(folder: Path, settings: Settings) -> Project:
    """The compiled project: from `folder`, or compiled and kept there if the code has changed.

    Raises:
        WarehouseError: the project does not compile.
    """
    version = sha256(f"{FORMAT} {settings.district} {project_hash()}".encode()).hexdigest()
    kept = folder / f"project-{version[:16]}.json"
    if kept.exists():
        said = json.loads(kept.read_text("utf-8"))
        return Project(
            {
                each["relation"]: Model(**{**each, "parents": tuple(each["parents"])})
                for each in said["models"]
            },
            {each["relation"]: Seed(**each) for each in said["seeds"]},
            said["feeds"],
        )
    project = _compile(folder / "dbt", settings)
    for stale in folder.glob("project-*"):
        stale.unlink()
    draft = kept.with_suffix(".new")
    content = {
        "models": [asdict(each) for each in project.models.values()],
        "seeds": [asdict(each) for each in project.seeds.values()],
        "feeds": project.feeds,
    }
    draft.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    draft.rename(kept)
    return project


def seed_file(seed: Seed) -> Path:
    """The seed's CSV file."""
    return PROJECT / seed.path
