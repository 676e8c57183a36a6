"""`reconstructable`: a job that is named by the function that makes it, for `execute_job`."""

import importlib
import inspect
from dataclasses import dataclass
from typing import Any

from dagwire.definitions.jobs.job import JobDefinition
from dagwire.errors import InvariantViolationError


@dataclass(frozen=True, slots=True)
class ReconstructableJob:
    """A name of a module from which a job is made again; made by `reconstructable`."""

    module_name: str
    fn_name: str

    def get_definition(self) -> JobDefinition:
        """Return the job.

        Raises:
            InvariantViolationError: The function returns something else.
        """
        target: Any = getattr(importlib.import_module(self.module_name), self.fn_name)
        job = target if isinstance(target, JobDefinition) else target()
        if not isinstance(job, JobDefinition):
            problem = f"reconstructable: {self.fn_name} returns {type(job).__name__}, not a job."
            raise InvariantViolationError(f"{problem} Return a job; make one of a graph by `to_job`.")
        return job


def reconstructable(target: object) -> ReconstructableJob:
    """Name a job by a function of a module, so that it can be made again elsewhere.

    Args:
        target: A function without parameters that returns a job, or a job; each under its name in a module.

    Raises:
        InvariantViolationError: It is something else, or no module has it under its name.
    """
    if isinstance(target, JobDefinition):
        return _of_job(target)
    name = getattr(target, "__qualname__", type(target).__name__)
    if not inspect.isfunction(target):
        raise InvariantViolationError(f"reconstructable takes a function that returns a job, not {name}.")
    if "<" in name:
        msg = f"reconstructable takes a function of a module; {name} is inside another, or a lambda."
        raise InvariantViolationError(msg)
    if any(one.default is one.empty for one in inspect.signature(target).parameters.values()):
        raise InvariantViolationError(f"reconstructable takes a function without parameters; {name} needs arguments.")
    return ReconstructableJob(target.__module__, name)


def _of_job(job: JobDefinition) -> ReconstructableJob:
    """The name of a job in the module whose function was decorated."""
    function = job.graph.composed.body if job.graph is not None else None
    module, name = getattr(function, "__module__", ""), getattr(function, "__qualname__", "")
    if not name or getattr(importlib.import_module(module), name, None) is not job:
        msg = f"reconstructable takes a job of a module, under the name of its function; job '{job.name}' is not one."
        raise InvariantViolationError(msg)
    return ReconstructableJob(module, name)
