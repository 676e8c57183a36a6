"""`execute_job`: a run of a job that is named by its function, in an instance."""

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

from dagwire.definitions.jobs.reconstructable import ReconstructableJob
from dagwire.definitions.jobs.run_options import RunOptions
from dagwire.definitions.specs.valid_attributes import json_tags
from dagwire.errors import ArgumentTypeError
from dagwire.execution.result import ExecuteInProcessResult
from dagwire.execution.run import run_job
from dagwire.resources.instance import DagsterInstance


class JobExecutionResult(ExecuteInProcessResult):
    """The result of `execute_job`. Dagster reads values inside its `with` block only; here they are always at hand."""

    @classmethod
    def of(cls, result: ExecuteInProcessResult) -> Self:
        """Return another result as one of this class."""
        return cls(result.job_def, result.dagster_run, result._record)

    def __enter__(self) -> Self:
        """Return the result."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Keep the result: its values stay."""


def execute_job(
    job: ReconstructableJob,
    instance: DagsterInstance,
    run_config: object = None,
    tags: Mapping[str, object] | None = None,
    raise_on_error: bool = False,  # Dagster's signature
    op_selection: Sequence[str] | None = None,
    *,
    asset_selection: object = None,
) -> JobExecutionResult:
    """Run a job in an instance, in this process; the job's executor is recorded for Dagster alone.

    Args:
        job: Made by `reconstructable`.
        instance: The memory of earlier runs, which keeps this one, too.
        run_config: A `RunConfig` or a dict, merged over the job's own.
        tags: The run's tags, merged over the job's own.
        raise_on_error: Whether a failing step's own exception is raised; otherwise the result reports it.
        op_selection: The steps to run; all by default.
        asset_selection: The assets to make, of a job of assets.

    Raises:
        ArgumentTypeError: The job was not made by `reconstructable`, or there is no instance.
        InvalidConfigError: Config does not fit. Nothing was opened.
        InvalidDefinitionError: Something needed is missing or declared wrongly. Nothing was opened.
    """
    _check("job", job, ReconstructableJob)
    _check("instance", instance, DagsterInstance)
    options = RunOptions(run_config, tags=json_tags(tags), raise_on_error=raise_on_error, instance=instance)
    return JobExecutionResult.of(run_job(job.get_definition().subset(op_selection, asset_selection), options))


def _check(parameter: str, given: object, kind: type) -> None:
    if not isinstance(given, kind):
        raise ArgumentTypeError("execute_job", parameter, kind.__name__, given)
