"""The one thing that definitions ask of the layer below them: to run a job.

Data flows from definitions to execution, so a definition cannot import what runs it. It holds this slot instead, which
`dagwire.execution` fills when it is imported, as it is with the public names of `dagwire`.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from dagwire.errors import DagwireError
from dagwire.resources.instance import DagsterInstance

if TYPE_CHECKING:
    from dagwire.definitions.job import JobDefinition
    from dagwire.execution.result import ExecuteInProcessResult


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What one run is given, beside its job."""

    run_config: Any = None
    """A `RunConfig`, or a dict: `{"ops": {name: {"config": {}}}, "resources": {key: {"config": {}}}}`."""
    partition_key: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    resources: Mapping[str, object] = field(default_factory=dict[str, object])
    """`{key: resource}`: the strongest replacements there are."""
    raise_on_error: bool = True
    run_id: str | None = None
    on_event: Callable[[Any], None] | None = None
    """Told each event as it happens, one at a time; by the thread that the step runs in."""
    executor: Executor | None = None
    """Threads to run independent steps in."""
    max_concurrency: int | None = 1
    """How many steps may run at once in an event loop; None for as many as are ready."""
    instance: DagsterInstance | None = None
    """What the run knows of earlier ones; a new one by default."""
    input_values: Mapping[str, object] = field(default_factory=dict[str, object])
    """`{input: value}` of the job's own inputs."""


class RunJob(Protocol):
    """Runs a job to its end, in this process."""

    def __call__(self, job: "JobDefinition", options: RunOptions) -> "ExecuteInProcessResult":
        """Run `job`."""
        ...


_run_job: RunJob | None = None


def provide_runner(run_job: RunJob) -> None:
    """Fill the slot; called once, by the execution layer."""
    global _run_job  # noqa: PLW0603  # this is the slot
    _run_job = run_job


def run_job(job: "JobDefinition", options: RunOptions) -> "ExecuteInProcessResult":
    """Run `job` with what fills the slot."""
    if _run_job is None:
        msg = "nothing runs jobs yet: import dagwire.execution too, or take the public names of dagwire"
        raise DagwireError(msg)
    return _run_job(job, options)
