"""Give the figures of a workspace as Prometheus text, for its scraper or node_exporter's collector.

Names begin with `niaga_` and end in their unit. Moments are seconds since 1970. No amount of money
and no name of a person is among them: whoever watches machines need not see pay.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from ..history.trends import EXCEPTION_MARTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from prometheus_client.metrics_core import Metric

    from ..workspace import Workspace
    from .status import Status

    Sample = tuple[Sequence[str], float]


class _Figures:
    """Collects figures, each with its help, all with the company as a label."""

    def __init__(self, company: str) -> None:
        self._company = company
        self.metrics: list[Metric] = []

    def add(
        self, name: str, help_text: str, labels: Sequence[str], samples: Iterable[Sample]
    ) -> None:
        """Add a figure with its samples, values of its labels and value; without any, nothing."""
        from prometheus_client.core import GaugeMetricFamily

        family = GaugeMetricFamily(f"niaga_{name}", help_text, labels=["company", *labels])
        for values, value in samples:
            family.add_metric([self._company, *values], value)
        if family.samples:
            self.metrics.append(family)

    def collect(self) -> Iterable[Metric]:
        """Give all figures, as a registry asks for them."""
        return self.metrics


def metrics_text(status: Status) -> str:
    """Give the figures of a status as Prometheus text."""
    from prometheus_client import CollectorRegistry, generate_latest

    figures = _Figures(status.company)
    _add_runs(figures, status)
    _add_sources(figures, status)
    _add_held(figures, status)
    _add_publication(figures, status)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(figures)
    return generate_latest(registry).decode()


def write_metrics(workspace: Workspace, status: Status) -> None:
    """Write the figures where `metrics_file` says, whole or not at all; nowhere by default."""
    file = workspace.metrics_file
    if file is None:
        return
    # The collector reads only names that end in .prom.
    temporary = file.with_name(file.name + ".tmp")
    temporary.write_text(metrics_text(status), encoding="utf-8")
    # It runs as another user.
    temporary.chmod(0o644)
    temporary.replace(file)


def _add_runs(figures: _Figures, status: Status) -> None:
    last = status.last_runs
    figures.add(
        "run_last_start_timestamp_seconds", "When the last run of a verb began.", ["verb"],
        [([run.verb], _moment(run.started_at)) for run in last],
    )  # fmt: skip
    figures.add(
        "run_last_duration_seconds", "How long the last run of a verb took.", ["verb"],
        [
            ([run.verb], (run.finished_at - run.started_at).total_seconds())
            for run in last
            if run.finished_at
        ],
    )  # fmt: skip
    figures.add(
        "run_last_exit_code", "Exit code of the last run of a verb: 0 is done.", ["verb"],
        [([run.verb], run.exit_code) for run in last if run.exit_code is not None],
    )  # fmt: skip
    figures.add(
        "run_last_done_timestamp_seconds", "When a run of a verb was last done.", ["verb"],
        [([verb], _moment(at)) for verb, at in status.last_done.items()],
    )  # fmt: skip
    figures.add(
        "run_last_loaded_rows", "Rows that the last run of a verb has loaded.", ["verb"],
        [([run.verb], run.rows_loaded) for run in last if run.rows_loaded is not None],
    )  # fmt: skip
    figures.add(
        "run_last_held_rows", "Rows that the last run of a verb has held back.", ["verb"],
        [([run.verb], run.rows_held) for run in last if run.rows_held is not None],
    )  # fmt: skip


def _add_sources(figures: _Figures, status: Status) -> None:
    arrivals = status.arrivals
    figures.add(
        "source_last_export_timestamp_seconds", "When the last export of a source came.",
        ["source"], [([one.source], _moment(one.last_at)) for one in arrivals if one.last_at],
    )  # fmt: skip
    figures.add(
        "source_late", "1 where a source's export should have come and has not.", ["source"],
        [([one.source], float(one.is_late)) for one in arrivals],
    )  # fmt: skip
    figures.add(
        "feed_rows", "Rows of a feed, by the source that they come from.", ["feed", "source"],
        [([one.feed, one.source], one.rows) for one in status.feeds],
    )  # fmt: skip
    figures.add(
        "feed_business_date_timestamp_seconds", "Up to which day a feed has come.",
        ["feed", "source"],
        [([one.feed, one.source], _day(one.business_date)) for one in status.feeds
         if one.business_date],
    )  # fmt: skip
    figures.add(
        "unusual_exports", "Exports of the last 7 days of unusual volume.", [],
        [([], len(status.unusual))],
    )  # fmt: skip


def _add_held(figures: _Figures, status: Status) -> None:
    figures.add(
        "held_files", "Files that are held back.", ["status"],
        [([name], sum(file.status == name for file in status.held_files))
         for name in ("rejected", "waiting")],
    )  # fmt: skip
    held: dict[tuple[str, str], int] = {}
    for row in status.held_rows:
        held[row.source, row.feed] = held.get((row.source, row.feed), 0) + row.rows
    figures.add(
        "held_row_faults", "Faults of rows that are held back; a row may have several.",
        ["source", "feed"], list(held.items()),
    )  # fmt: skip
    figures.add("expectations", "Expectations of the last checked run.", [], [([], status.checks)])
    figures.add(
        "expectations_failed", "Expectations that the last checked run did not meet.", ["severity"],
        [([severity], sum(check.severity == severity for check in status.failed_checks))
         for severity in ("critical", "warning")],
    )  # fmt: skip
    figures.add(
        "notification_targets_unreached", "Targets that the last message did not reach.", [],
        [([], len(status.unreached))],
    )  # fmt: skip


def _add_publication(figures: _Figures, status: Status) -> None:
    published = status.publication
    if published is None:
        return
    figures.add(
        "publication_timestamp_seconds", "When the current publication was made.", [],
        [([], _moment(published.published_at))],
    )  # fmt: skip
    figures.add(
        "publication_rows", "Rows of a mart in the current publication.", ["mart"],
        [([mart], rows) for mart, rows in published.rows.items()],
    )  # fmt: skip
    figures.add(
        "publication_exceptions", "Rows of the marts of exceptions.", [],
        [([], sum(published.rows.get(mart, 0) for mart in EXCEPTION_MARTS))],
    )  # fmt: skip


def _moment(at: datetime) -> float:
    return at.replace(tzinfo=UTC).timestamp()


def _day(day: date) -> float:
    return datetime.combine(day, time(), UTC).timestamp()
