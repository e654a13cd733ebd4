"""Some of the rules as a backtest judges them: our compiled SQL in one DuckDB session, one date.

What dbt compiled for the DuckDB file is run once more from nothing, in memory and over the same
Parquet files: the intermediate models the rules stand on, then the subjects each rule hits. As in a
backtest of one date a model is a table where it is read more than once, with the columns that what
is asked goes back to; but never what the project makes a view: of those a rule asks for few rows.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import duckdb

from huiyan.lake.columns import kept_columns, making, named
from huiyan.lake.project import Project, read_manifest
from huiyan.rules.catalogue import load_rule

Hits = dict[str, set[str]]

VIEW = "fresh_view"


class Compiled:
    """A session that shows sources and seeds, knows what it will make, and has made nothing yet."""

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
        # DuckDB writes a checkpoint of a database in memory too, if it is attached.
        self._lake = duckdb.connect(config={"threads": threads, "checkpoint_threshold": "1TB"})
        self._lake.execute(f"attach ':memory:' as {self._catalog}")
        self._lake.execute(f"attach '{database}' as built (read_only)")
        for schema in {each.split(".")[0] for each in order}:
            self._lake.execute(f"create schema {self._catalog}.{schema}")
        for relation in order:
            if relation in self._project.models:
                continue
            path = database.parent / f"{relation}.parquet"
            source = f"read_parquet('{path}')" if path.exists() else named("built", relation)
            kind = "view" if path.exists() else "table"
            self._lake.execute(f"create {kind} {named(self._catalog, relation)} as from {source}")
        models, views = self._project.models, {*self._models.values(), *self._views}
        readings = {
            relation: sum(
                models[reader].sql.count(named(self._catalog, relation)) for reader in self._order
            )
            for relation in self._order
        }
        tables = [each for each in self._order if readings[each] > 1 and each not in views]
        self._asked = {
            rule_id: f"select subject_id from {named(self._catalog, model)}"  # noqa: S608
            " where subject_id is not null"
            for rule_id, model in self._models.items()
        }
        self._kept = kept_columns(
            self._lake, self._project, order, tables, [*self._asked.values()], self._catalog
        )

    def __enter__(self) -> "Compiled":
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the session."""
        self._lake.close()

    def judge(self) -> Hits:
        """Make the models; the subjects each rule hits, by its id."""
        for relation in self._order:
            name, query = named(self._catalog, relation), self._project.models[relation].sql
            self._lake.execute(making(name, query, self._kept.get(relation)))
        return {
            rule_id: {subject for (subject,) in self._lake.execute(query).fetchall()}
            for rule_id, query in self._asked.items()
        }
