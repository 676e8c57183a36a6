"""`run_job`: the one call from definitions to the layer below them.

Data flows from definitions to execution, so a definition cannot import its runner. It knows the runner's name, and
loads it when it is asked to run.
"""

import importlib
from functools import cache
from typing import TYPE_CHECKING, Protocol

from dagwire.definitions.jobs.run_options import RunOptions

if TYPE_CHECKING:
    from dagwire.definitions.jobs.job import JobDefinition
    from dagwire.execution.result import ExecuteInProcessResult


class RunJob(Protocol):
    """Runs a job to its end, in this process."""

    def __call__(self, job: "JobDefinition", options: RunOptions) -> "ExecuteInProcessResult":
        """Run `job`."""
        ...


def run_job(job: "JobDefinition", options: RunOptions) -> "ExecuteInProcessResult":
    """Run `job`; its runner is loaded with the first one."""
    return _runner()(job, options)


@cache
def _runner() -> RunJob:
    run: RunJob = importlib.import_module("dagwire.execution.run").run_job
    return run
