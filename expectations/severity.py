"""What a failed expectation means: a critical one stops the line, a warning is published as well.

An expectation is a sentence that must hold and a query for the rows that break it. In the query,
`this` is the table at hand; all other tables are named in full. The first rows are kept as proof,
in a form that JSON keeps exact: money as text, never as a float.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import great_expectations.expectations as gxe
from great_expectations.core.result_format import ResultFormat

SAMPLE_ROWS = 20
"""How many failing rows are kept: enough to see the pattern, whatever the size of the fault."""

# The count is no window over everything: such a window fails by chance in DuckDB 1.5 where two
# threads work on few rows (issue 25713 of DuckDB).
_BOUNDED = """\
with this as not materialized (select * from {{batch}}),
failing_row as materialized (
{query}
)
select *, (select count(*) from failing_row) as failing_rows
from failing_row
order by all
limit {limit}"""


class ExpectNoRows(gxe.UnexpectedRowsExpectation):  # type: ignore[misc]  # the library has no types here
    """Holds when the query finds no row; reads once what the parent would read twice."""

    metric_dependencies = ("unexpected_rows_query.table",)

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: Any = None,  # noqa: ARG002  # the parent's signature
    ) -> dict[str, Any]:
        rows = metrics["unexpected_rows_query.table"]
        result: dict[str, Any] = {"observed_value": rows[0]["failing_rows"] if rows else 0}
        if self._get_result_format(runtime_configuration) != ResultFormat.BOOLEAN_ONLY:
            result["details"] = {"unexpected_rows": [_plain_row(row) for row in rows]}
        return {"success": not rows, "result": result}


def critical(sentence: str, query: str) -> ExpectNoRows:
    """Expect that the query finds no row; where it does, nothing is built upon or published."""
    return _expectation(sentence, query, "critical")


def warning(sentence: str, query: str) -> ExpectNoRows:
    """Expect that the query finds no row; where it does, that is told and the run goes on."""
    return _expectation(sentence, query, "warning")


def _expectation(sentence: str, query: str, severity: str) -> ExpectNoRows:
    bounded = _BOUNDED.format(query=_escaped(query.strip("\n")), limit=SAMPLE_ROWS)
    return ExpectNoRows(description=sentence, unexpected_rows_query=bounded, severity=severity)


def _escaped(query: str) -> str:
    """Keep what looks like a placeholder to Great Expectations (braces) or SQLAlchemy (colons)."""
    doubled = re.sub(r"[{}]", lambda brace: 2 * brace.group(), query)
    return doubled.replace(":", "\\:")


def _plain_row(row: dict[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in row.items() if name != "failing_rows"}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, date):
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int | str) else str(value)
