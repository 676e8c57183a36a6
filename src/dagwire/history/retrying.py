"""Which steps of an earlier run are not done again. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from dagwire.definitions.jobs.job import JobDefinition
from dagwire.definitions.jobs.run_options import RetriedRun
from dagwire.history.recorded_runs import RecordedCheck, RecordedRun, RecordedStep

_ERROR = "ERROR"


def retried_run(
    job: JobDefinition, run: RecordedRun, steps: Sequence[RecordedStep], checks: Iterable[RecordedCheck]
) -> RetriedRun:
    """The steps of `run` that `job` need not do again.

    A step is done again if it failed, was skipped or interrupted or never began, if one of its checks did not pass, and
    if it comes after such a step. So is a step whose outputs became steps of their own.
    """
    not_passed = {check.step for check in checks if not check.passed and check.severity == _ERROR}
    step_by_name = {step.step: step for step in steps}
    done: dict[str, tuple[str, Sequence[str]]] = {}
    for node in job.steps:  # in running order: those before a node have been looked at
        step = step_by_name.get(node.name)
        is_done = step is not None and step.state == "done" and step.step not in not_passed
        if (
            step is not None
            and is_done
            and not _is_mapped_over(job, node.name)
            and all(name in done for name in node.after)
        ):
            done[node.name] = (step.source or run.run_id, step.outputs)
    return RetriedRun(run.run_id, run.root or run.run_id, done)


def _is_mapped_over(job: JobDefinition, name: str) -> bool:
    return any(node.mapped_over is not None and name in (node.name, node.mapped_over.node) for node in job.steps)


def is_all_done(job: JobDefinition, retried: RetriedRun) -> bool:
    """Whether nothing is left to do."""
    done: Mapping[str, object] = retried.done
    return all(node.name in done for node in job.steps)
