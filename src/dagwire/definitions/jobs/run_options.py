"""`RunOptions`: the arguments of one run."""

from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Executor
from typing import Any, NamedTuple

from dagwire.resources.instance import DagsterInstance


class RetriedRun(NamedTuple):
    """An earlier run that a run goes on with: the steps that it has done are not done again."""

    run_id: str
    root_run_id: str
    """The first run of the row of retries."""
    done: Mapping[str, tuple[str, Collection[str]]]
    """`{step: (the run that did it, the outputs that it gave)}`; their values are loaded by IO managers."""


class RunOptions(NamedTuple):
    """The arguments of one run, beside its job."""

    run_config: Any = None
    """A `RunConfig`, or a dict: `{"ops": {name: {"config": {}}}, "resources": {key: {"config": {}}}}`."""
    partition_key: str | None = None
    tags: Mapping[str, str] = {}
    resources: Mapping[str, object] = {}
    """`{key: resource}`: the strongest replacements there are."""
    raise_on_error: bool = True
    run_id: str | None = None
    on_event: Callable[[Any], None] | None = None
    """Called with each event as it happens, one at a time, by the thread that the step runs in."""
    executor: Executor | None = None
    """Threads to run independent steps in."""
    max_concurrency: int | None = 1
    """The number of steps that may run at once in an event loop; None for as many as are ready."""
    instance: DagsterInstance | None = None
    """The memory of earlier runs; a new one by default."""
    retried: RetriedRun | None = None
    """The run that this one goes on with."""
    input_values: Mapping[str, object] = {}
    """`{input: value}` of the job's own inputs."""
