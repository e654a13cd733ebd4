"""What the compiled project says of its models."""

import pytest

from huiyan.errors import NotFoundError
from huiyan.lake.project import Model, Project, read_manifest

DATE = "getvariable('business_date')"
IN_FORCE = f"p.valid_from <= {DATE}\n        and (p.valid_to is null or p.valid_to > {DATE})"


def model(name: str, sql: str = "select 1", *parents: str) -> Model:
    return Model(f"intermediate.{name}", sql, tuple(f"intermediate.{each}" for each in parents))


@pytest.mark.parametrize(
    ("sql", "is_dated"),
    [
        ("select 1", False),
        (f"select * from p where {IN_FORCE}", False),
        (f"select closed_on is null or closed_on > {DATE} from p", False),
        (f"select * from p where {IN_FORCE} and {DATE} - day > 3", True),
        (f"select date_diff('day', cast(day as date), cast({DATE} as date)) from p", True),
        (f"select * from p where day <= {DATE} - 30", True),
        (f"select {DATE} as day", True),
    ],
)
def test_a_model_is_dated_if_it_does_more_than_compare(sql: str, is_dated: bool) -> None:
    assert model("m", sql).is_dated is is_dated


def test_compared_columns_carry_their_operators() -> None:
    assert model("m", f"select 1 where {IN_FORCE}").compared == {
        ("valid_from", "<="),
        ("valid_to", ">"),
    }


def test_upstream_stands_before_what_reads_it() -> None:
    models = [model("c", "", "a", "b"), model("b", "", "a"), model("a")]
    project = Project({each.relation: each for each in models}, {}, {})
    assert project.upstream("intermediate.c") == [f"intermediate.{each}" for each in "abc"]
    with pytest.raises(NotFoundError, match=r"no model rules\.x"):
        project.upstream("rules.x")


def test_a_manifest_gives_models_seeds_and_feeds() -> None:
    def node(schema: str, name: str, **more: object) -> dict[str, object]:
        config: dict[str, object] = {"meta": {}, "column_types": {}}
        return {"schema": schema, "alias": name, "config": config, **more}

    staging = node("staging", "stg_x")
    staging["config"] = {"meta": {"feed": "x"}}
    parents = ["model.huiyan.stg_x", "source.huiyan.ops.feed", "seed.huiyan.s"]
    project = read_manifest(
        {
            "sources": {"source.huiyan.ops.feed": {"schema": "ops", "identifier": "feed"}},
            "nodes": {
                "model.huiyan.stg_x": staging,
                "model.huiyan.int_x": node(
                    "intermediate",
                    "int_x",
                    compiled_code="select 1",
                    depends_on={"nodes": parents},
                ),
                "seed.huiyan.s": node("reference", "s", original_file_path="seeds/s.csv"),
            },
        }
    )
    assert project.models["intermediate.int_x"].parents == (
        "ops.feed",
        "reference.s",
        "staging.stg_x",
    )
    assert project.feeds == {"staging.stg_x": "x"}
    assert project.seeds["reference.s"].path == "seeds/s.csv"
