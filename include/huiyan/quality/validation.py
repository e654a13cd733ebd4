"""Runs a feed's suite with Great Expectations on one landed batch in PostgreSQL.

Two passes: the first only counts, and Great Expectations bundles the counts of all columns into
one or two queries over the batch; the second looks closer at what failed (examples of values).
"""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_

from huiyan.errors import ConfigurationError, ContractError, WarehouseError
from huiyan.feeds.contract import FeedContract
from huiyan.feeds.tables import CHECKED_BATCH
from huiyan.quality import suites
from huiyan.settings import Settings
from huiyan.warehouse.connection import sqlalchemy_url

EXAMPLES = 10
EXAMPLE_LENGTH = 200
_LONG_NUMBER = re.compile(r"\d(?:[ -]?\d){11,}")
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """What one expectation found in the batch.

    Attributes:
        configuration: the expectation as in the suite, its parameters filled in.
        success: whether the batch meets it.
        evaluated: rows looked at.
        unexpected: rows (or, for the batch as a whole, 0 or 1) that fail.
        result: Great Expectations' own result, card numbers masked.
        condition: true for exactly the rows that fail; only for failed row expectations.
    """

    configuration: dict[str, Any]
    success: bool
    evaluated: int
    unexpected: int
    result: dict[str, Any]
    condition: ColumnElement[bool] | None = None

    @property
    def severity(self) -> str:
        """critical, row or warning."""
        return str(self.configuration["meta"]["severity"])

    @property
    def reason(self) -> str:
        """The words people read."""
        return str(self.configuration["meta"]["reason"])

    @property
    def column(self) -> str:
        """The column concerned, empty for the batch as a whole."""
        return str(self.configuration["kwargs"].get("column", ""))


@dataclass(frozen=True)
class Validation:
    """A suite's results on one batch, in the order of the suite."""

    batch_id: int
    outcomes: list[Outcome]

    def failed(self, severity: str) -> list[Outcome]:
        """Outcomes of that severity that were not met."""
        return [o for o in self.outcomes if o.severity == severity and not o.success]


def masked(value: Any) -> Any:
    """A copy without anything that could be a card or account number in full."""
    if isinstance(value, str):
        return _LONG_NUMBER.sub(lambda found: f"…{found.group()[-4:]}", value[:EXAMPLE_LENGTH])
    if isinstance(value, dict):
        return {key: masked(member) for key, member in value.items()}
    if isinstance(value, list):
        return [masked(member) for member in value]
    return value


@contextmanager
def _batch_definition(contract: FeedContract, batch_id: int, settings: Settings) -> Iterator[Any]:
    import great_expectations as gx
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )
    from great_expectations.datasource.fluent.interfaces import TestConnectionError

    url = sqlalchemy_url(settings)
    if not url.host:
        raise ConfigurationError(
            "HUIYAN_WAREHOUSE_URL needs a host (Great Expectations refuses Unix sockets): "
            "use 127.0.0.1 for a local server."
        )
    stores = InMemoryStoreBackendDefaults(init_temp_docs_sites=False)
    context: Any = gx.get_context(
        mode="ephemeral",
        project_config=DataContextConfig(
            store_backend_defaults=stores,
            progress_bars=ProgressBarsConfig(globally=False),
            analytics_enabled=False,
        ),
    )
    try:
        source = context.data_sources.add_postgres(
            "warehouse",
            connection_string=url.render_as_string(hide_password=False),
            kwargs={
                "connect_args": {
                    "options": "-c role=huiyan_load -c timezone=Asia/Shanghai "
                    f"-c search_path=landing -c {CHECKED_BATCH}={int(batch_id)}"
                }
            },
        )
    except TestConnectionError as error:
        raise WarehouseError(
            "Great Expectations cannot reach the warehouse; nothing was decided. Repeat when it "
            "is well."
        ) from error
    try:
        asset = source.add_table_asset(contract.name, table_name=f"{contract.name}_checked")
        yield asset.add_batch_definition_whole_table(str(batch_id))
    finally:
        source.get_execution_engine().close()
        source.get_engine().dispose()


def _raise_if_broken(result: Any) -> None:
    """Great Expectations catches errors of the database; a check that did not run is no result."""
    info = result.exception_info or {}
    for entry in (info, *info.values()):
        if isinstance(entry, dict) and entry.get("raised_exception"):
            kind = result.expectation_config.type
            message = str(entry.get("exception_message") or "").strip().split("\n")[0]
            raise WarehouseError(
                f"The check {kind} of {result.expectation_config.kwargs.get('column', 'the batch')}"
                f" could not run: {masked(message)}. Nothing was decided; repeat when the "
                "warehouse is well."
            )


def _failing_condition(engine: Any, configuration: Any, metric: str) -> ColumnElement[bool]:
    """The SQL condition of a row expectation that exactly its failing rows fulfil."""
    from great_expectations.expectations.conditions import Condition, deserialize_row_condition
    from great_expectations.validator.metric_configuration import MetricConfiguration
    from great_expectations.validator.metrics_calculator import MetricsCalculator

    domain = {
        "column": configuration.kwargs["column"],
        "batch_id": engine.batch_manager.active_batch_id,
    }
    values = {
        key: value
        for key, value in configuration.kwargs.items()
        if key not in (*domain, "row_condition", "condition_parser")
    }
    calculator = MetricsCalculator(execution_engine=engine, show_progress_bars=False)
    failing: ColumnElement[bool]
    failing, _, _ = calculator.get_metric(
        MetricConfiguration(f"{metric}.condition", domain, values)
    )
    looked_at = configuration.kwargs.get("row_condition")
    if looked_at is None:
        return failing
    if not isinstance(looked_at, Condition):
        looked_at = deserialize_row_condition(looked_at)
    return and_(engine.condition_to_filter_clause(looked_at), failing)


def _suite(feed: str) -> Any:
    """The committed suite; Great Expectations only logs the expectations it cannot make."""
    from great_expectations import ExpectationSuite

    from huiyan.quality import expectations  # noqa: F401  (registers ours)

    document = suites.load(feed)
    suite = ExpectationSuite(**document)
    if len(suite.expectations) != len(document["expectations"]):
        raise ContractError(
            f"The suite {suites.path_of(feed).name} holds expectations that do not exist; "
            "write it anew with `huiyan quality suites --write`."
        )
    return suite


def _run(definition: Any, suite: Any, parameters: dict[str, Any], result_format: Any) -> list[Any]:
    from great_expectations.validator.v1_validator import Validator

    validator = Validator(definition, result_format=result_format)
    results = list(validator.validate_expectation_suite(suite, parameters).results)
    for result in results:
        _raise_if_broken(result)
    return results


def validate(
    contract: FeedContract,
    batch_id: int,
    *,
    rows: int,
    parameters: dict[str, Any],
    settings: Settings,
) -> Validation:
    """Run the feed's committed suite on one landed batch.

    Args:
        rows: rows of the batch in landing.
        parameters: values of the suite's parameters.

    Raises:
        WarehouseError: a check could not run.
        ContractError: the suite is missing or does not fit.
    """
    suite = _suite(contract.name)
    from great_expectations import ExpectationSuite
    from great_expectations.expectations import ExpectTableRowCountToBeBetween
    from great_expectations.expectations.expectation import ColumnMapExpectation

    members = suite.expectations
    with _batch_definition(contract, batch_id, settings) as definition:
        row_wise = [isinstance(member, ColumnMapExpectation) for member in members]
        counted = _run(definition, suite, parameters, {"result_format": "BOOLEAN_ONLY"})
        # Keys that came twice are looked at closer by the quarantine itself.
        closer = [
            index
            for index, result in enumerate(counted)
            if not result.success
            and members[index].configuration.kwargs.get("column") != suites.NATURAL_KEY
        ]
        details = _run(
            definition,
            ExpectationSuite(name=contract.name, expectations=[members[index] for index in closer]),
            parameters,
            {
                "result_format": "SUMMARY",
                "partial_unexpected_count": EXAMPLES,
                "unexpected_index_column_names": ["file_no", "line_no"],
                "return_unexpected_index_query": False,
            },
        )
        detailed = dict(zip(closer, details, strict=True))
        engine = definition.get_batch().data.execution_engine
        outcomes = []
        for index, member in enumerate(members):
            result = detailed.get(index, counted[index])
            success = bool(result.success)
            found: dict[str, Any] = {}
            if index in detailed:
                found = masked(result.to_json_dict()["result"])
            elif row_wise[index]:
                found = {"element_count": rows, "unexpected_count": 0, "unexpected_percent": 0.0}
            elif isinstance(member, ExpectTableRowCountToBeBetween):
                found = {"observed_value": rows}
            configuration = result.expectation_config.to_json_dict()
            configuration["kwargs"].pop("batch_id", None)
            condition = None
            if not success and configuration["meta"]["severity"] == "row":
                condition = _failing_condition(engine, result.expectation_config, member.map_metric)
            outcomes.append(
                Outcome(
                    configuration=configuration,
                    success=success,
                    evaluated=found.get("element_count") or rows,
                    unexpected=found.get("unexpected_count", 0 if success else 1),
                    result=found,
                    condition=condition,
                )
            )
    return Validation(batch_id, outcomes)
