"""Some of the rules as a backtest judges them: our compiled SQL in one DuckDB session, one date.

What dbt compiled for the DuckDB file is run once more from nothing, in memory and over the same
Parquet files: the intermediate models the rules stand on, then each rule with its evidence. As in a
backtest of one date a model is a table where it is read more than once, but never what the project
makes a view: of those a rule asks for few columns and rows.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import duckdb

from huiyan.lake.project import Project, read_manifest
from huiyan.rules.catalogue import load_rule

Hits = dict[str, set[str]]

VIEW = "fresh_view"


def _named(catalog: str, relation: str) -> str:
    schema, name = relation.split(".")
    return f'"{catalog}"."{schema}"."{name}"'


class Compiled:
    """A session that shows sources and seeds, and has made nothing yet; close it after use."""

    def __init__(self, database: Path, manifest: Path, rules: Sequence[str], threads: int) -> None:
        """Open it.

        Args:
            database: the DuckDB file that dbt built; the Parquet files lie beside it.
            manifest: what dbt wrote of that build.
        """
        said = json.loads(manifest.read_text("utf-8"))
        self._project: Project = read_manifest(said)
        self._views = {
            f"{node['schema']}.{node['name']}"
            for node in said["nodes"].values()
            if node["config"].get("materialized") == VIEW
        }
        self._catalog = database.stem
        self._models = {rule.id: f"{rule.layer}.{rule.model}" for rule in map(load_rule, rules)}
        order = self._project.upstream(*self._models.values())
        self._order = [each for each in order if each in self._project.models]
        self._lake = duckdb.connect(config={"threads": threads})
        self._lake.execute(f"attach ':memory:' as {self._catalog}")
        self._lake.execute(f"attach '{database}' as built (read_only)")
        for schema in {each.split(".")[0] for each in order}:
            self._lake.execute(f"create schema {self._catalog}.{schema}")
        for relation in order:
            if relation in self._project.models:
                continue
            path = database.parent / f"{relation}.parquet"
            source = f"read_parquet('{path}')" if path.exists() else _named("built", relation)
            kind = "view" if path.exists() else "table"
            self._lake.execute(f"create {kind} {_named(self._catalog, relation)} as from {source}")

    def __enter__(self) -> "Compiled":
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the session."""
        self._lake.close()

    def judge(self) -> Hits:
        """Make the models and the rules; the subjects each rule hits, by its id."""
        models, rules = self._project.models, set(self._models.values())
        for relation in self._order:
            name = _named(self._catalog, relation)
            readings = sum(models[reader].sql.count(name) for reader in self._order)
            is_table = relation in rules or (readings > 1 and relation not in self._views)
            kind = "table" if is_table else "view"
            self._lake.execute(f"create {kind} {name} as ({models[relation].sql})")
        return {
            rule_id: {
                subject
                for (subject,) in self._lake.execute(
                    f"select subject_id from {_named(self._catalog, model)}"  # noqa: S608
                    " where subject_id is not null"
                ).fetchall()
            }
            for rule_id, model in self._models.items()
        }
