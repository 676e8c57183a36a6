"""The last lines of a run: what was done, what failed and why, where the results are."""

from collections.abc import Iterator
from dataclasses import dataclass

from dagwire.cli.failures import summary_of
from dagwire.definitions.specs.check_results import AssetCheckEvaluation, AssetCheckSeverity
from dagwire.definitions.specs.metadata import PathMetadataValue, UrlMetadataValue
from dagwire.execution.event_types import DagsterEventType
from dagwire.execution.result import ExecuteInProcessResult


@dataclass(frozen=True, slots=True)
class Run:
    """The result of a run."""

    result: ExecuteInProcessResult
    took_s: float

    @property
    def is_fine(self) -> bool:
        """Whether every step and every check went well, warnings aside."""
        return self.result.success and not failed_checks(self.result)


def failed_checks(result: ExecuteInProcessResult) -> list[AssetCheckEvaluation]:
    """The checks that did not pass, blocking or not, warnings left out."""
    return [
        evaluation
        for evaluation in result.get_asset_check_evaluations()
        if not evaluation.passed and evaluation.severity is AssetCheckSeverity.ERROR
    ]


def summary_lines(run: Run) -> Iterator[str]:
    """The last lines, for people."""
    yield from _warnings(run.result)
    yield from _where(run.result)
    yield f"{'Done' if run.is_fine else 'Failed'} in {run.took_s:.1f} s: {_counts(run.result)}."


def failure_lines(result: ExecuteInProcessResult) -> Iterator[str]:
    """A message for each failure."""
    steps_by_error: dict[BaseException | None, list[str]] = {}
    for event in result.get_step_failure_events():
        steps_by_error.setdefault(event.error, []).append(f"'{event.step_key}'")
    for error, steps in steps_by_error.items():
        yield f"{'Step' if len(steps) == 1 else 'Steps'} {', '.join(steps)} failed: {summary_of(error)}"
    for event in result.filter_events(lambda event: event.event_type is DagsterEventType.RUN_FAILURE):
        if event.error is not None and event.error not in steps_by_error:
            yield summary_of(event.error)
    for evaluation in failed_checks(result):
        if not evaluation.blocking:
            yield _verdict(evaluation, "did not pass")


def _warnings(result: ExecuteInProcessResult) -> Iterator[str]:
    """A message for each check that did not pass and only warns."""
    for evaluation in result.get_asset_check_evaluations():
        if not evaluation.passed and evaluation.severity is AssetCheckSeverity.WARN:
            yield _verdict(evaluation, "warns")


def _verdict(evaluation: AssetCheckEvaluation, verdict: str) -> str:
    reason = reason_of(evaluation)
    asset = evaluation.asset_key.to_user_string()
    return f"Check '{evaluation.check_name}' of asset '{asset}' {verdict}{f': {reason}' if reason else ''}"


def reason_of(evaluation: AssetCheckEvaluation) -> str:
    """The description and the metadata of a check; empty if it has neither."""
    metadata = ", ".join(f"{name}: {value.value}" for name, value in evaluation.metadata.items())
    parts = [evaluation.description or "", f"({metadata})" if metadata else ""]
    return " ".join(part for part in parts if part)


def _where(result: ExecuteInProcessResult) -> Iterator[str]:
    for event in result.get_asset_materialization_events():
        for name, value in event.materialization.metadata.items():
            if isinstance(value, PathMetadataValue | UrlMetadataValue):
                yield f"{event.materialization.asset_key.to_user_string()} {name}: {value.value}"


def _counts(result: ExecuteInProcessResult) -> str:
    steps = len(result.dagster_run.step_keys_to_execute or ())
    done = len(result.get_step_success_events())
    evaluations = result.get_asset_check_evaluations()
    passed = sum(evaluation.passed for evaluation in evaluations)
    parts = [f"{done} of {steps} steps done"]
    if evaluations:
        parts.append(f"{passed} of {len(evaluations)} checks passed")
    if skipped := len(result.get_step_skipped_events()):
        parts.append(f"{skipped} skipped")
    return ", ".join(parts)
