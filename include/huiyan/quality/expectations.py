"""Expectations of our own: what Great Expectations cannot say about a text that must be read.

The checked batch shows every column twice: as delivered (`amt`) and as the warehouse reads it
(`amt_typed`, null where it cannot be read). An expectation names the delivered column, so that
reports show what the sender wrote.
"""

import gc
import os

os.environ["GX_ANALYTICS_ENABLED"] = "false"

from datetime import date
from typing import Any, ClassVar

import sqlalchemy as sa
from great_expectations.core.suite_parameters import SuiteParameterDict
from great_expectations.execution_engine import SqlAlchemyExecutionEngine
from great_expectations.expectations.expectation import (
    ColumnMapExpectation,
    render_suite_parameter_string,
)
from great_expectations.expectations.metrics import (
    ColumnMapMetricProvider,
    column_condition_partial,
)
from great_expectations.render import RenderedStringTemplateContent
from great_expectations.render.components import LegacyRendererType
from great_expectations.render.renderer.renderer import renderer

from huiyan.feeds.tables import TYPED

READ_AS = {
    "int": "an integer",
    "date": "a date",
    "timestamp": "a timestamp",
    "money": "money",
    "flag": "a yes/no flag",
    "enum": "a code of the code list",
}


def _sentence(configuration: Any, template: str, **params: Any) -> list[Any]:
    column = configuration.kwargs["column"]
    return [
        RenderedStringTemplateContent(
            content_block_type="string_template",
            string_template={"template": template, "params": {"column": column, **params}},
        )
    ]


class ColumnValuesReadAs(ColumnMapMetricProvider):
    """A given value is read as the declared type."""

    condition_metric_name = "column_values.read_as"
    condition_value_keys = ("data_type",)

    @column_condition_partial(engine=SqlAlchemyExecutionEngine)
    def _sqlalchemy(cls, column: Any, data_type: str, **kwargs: Any) -> Any:  # noqa: N805
        return sa.column(f"{column.name}{TYPED}").is_not(None)


class ColumnValuesReadBetween(ColumnMapMetricProvider):
    """A value that can be read lies within bounds, both inclusive; an unreadable one passes."""

    condition_metric_name = "column_values.read_between"
    condition_value_keys = ("min_value", "max_value")

    @column_condition_partial(engine=SqlAlchemyExecutionEngine)
    def _sqlalchemy(
        cls,  # noqa: N805
        column: Any,
        min_value: int | str | None,
        max_value: int | str | None,
        **kwargs: Any,
    ) -> Any:
        typed: Any = sa.column(f"{column.name}{TYPED}")
        read: Any = typed

        def bound(value: int | str) -> Any:
            # As a date, not as a text PostgreSQL would have to read again for every row.
            if isinstance(value, str):
                return sa.literal(date.fromisoformat(value), sa.Date())
            return value

        if isinstance(min_value, str) or isinstance(max_value, str):
            read = sa.cast(typed, sa.Date)
        conditions = []
        if min_value is not None:
            conditions.append(read >= bound(min_value))
        if max_value is not None:
            conditions.append(read <= bound(max_value))
        return sa.or_(typed.is_(None), sa.and_(sa.true(), *conditions))


class ExpectColumnValuesToReadAs(ColumnMapExpectation):
    """Expect every given value of a column to be read as its declared type.

    Args:
        column: the column as delivered.
        data_type: declared type of the feed contract (a key of READ_AS).
        value_set: of an `enum`, the spellings accepted (for the report).
    """

    data_type: str
    value_set: list[str] | None = None

    map_metric: ClassVar[str] = "column_values.read_as"
    success_keys: ClassVar[tuple[str, ...]] = ("data_type", "mostly")
    args_keys: ClassVar[tuple[str, ...]] = ("column", "data_type")

    @classmethod
    @renderer(renderer_type=LegacyRendererType.PRESCRIPTIVE)
    @render_suite_parameter_string
    def _prescriptive_renderer(
        cls,
        configuration: Any = None,
        result: Any = None,
        runtime_configuration: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> list[Any]:
        values = configuration.kwargs.get("value_set")
        among = f": {' · '.join(values)}" if values else ""
        return _sentence(
            configuration,
            "values must read as $expected.",
            expected=READ_AS[configuration.kwargs["data_type"]] + among,
        )


class ExpectColumnValuesToReadBetween(ColumnMapExpectation):
    """Expect the values of a column, once read as their type, to lie within bounds.

    Args:
        column: the column as delivered.
        min_value, max_value: inclusive; numbers, or ISO dates for dates and timestamps.
    """

    min_value: int | str | SuiteParameterDict | None = None
    max_value: int | str | SuiteParameterDict | None = None

    map_metric: ClassVar[str] = "column_values.read_between"
    success_keys: ClassVar[tuple[str, ...]] = ("min_value", "max_value", "mostly")
    args_keys: ClassVar[tuple[str, ...]] = ("column", "min_value", "max_value")

    @classmethod
    @renderer(renderer_type=LegacyRendererType.PRESCRIPTIVE)
    @render_suite_parameter_string
    def _prescriptive_renderer(
        cls,
        configuration: Any = None,
        result: Any = None,
        runtime_configuration: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> list[Any]:
        low = configuration.kwargs.get("min_value")
        high = configuration.kwargs.get("max_value")
        words = [f"at least {low}"] if low is not None else []
        words += [f"at most {high}"] if high is not None else []
        return _sentence(
            configuration, "values must be $expected once read.", expected=" and ".join(words)
        )


# All of these modules stay as long as the process: the collector would walk through them in a gate.
gc.freeze()
