"""`ExecutorDefinition`: how Dagster spreads the steps of a run. dagwire runs them in one process and records it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

from dagwire.config.values.type_guards import is_mapping
from dagwire.errors import InvalidDefinitionError
from dagwire.suggestions import did_you_mean


@dataclass(frozen=True, slots=True, eq=False)
class ExecutorDefinition:
    """The way in which Dagster spreads the steps of a run over processes.

    A run of dagwire stays in one process; `execute_in_process(executor=)` takes threads. The definition is kept, so
    that the job has its executor on Dagster.
    """

    name: str
    fields: frozenset[str] = frozenset()
    """The names of its config."""
    config: Mapping[str, object] | None = None
    """The config that `configured` set."""
    description: str | None = None

    def configured(
        self,
        config_or_config_fn: object,
        name: str | None = None,
        config_schema: object = None,
        description: str | None = None,
    ) -> "ExecutorDefinition":
        """Return this executor with config.

        Args:
            config_or_config_fn: `{field: value}`.
            name: Another name.
            config_schema: Not taken: only a function could use it.
            description: For people.

        Raises:
            InvalidDefinitionError: The config is not a dict, or has a field that this executor does not know.
        """
        if not is_mapping(config_or_config_fn) or config_schema is not None:
            msg = f"executor '{self.name}' takes its config as a dict; a function that makes it is Dagster's alone."
            raise InvalidDefinitionError(msg)
        for field in config_or_config_fn:
            if field not in self.fields:
                hint = did_you_mean(str(field), self.fields)
                raise InvalidDefinitionError(f"executor '{self.name}' has no config '{field}'.{hint}")
        config = {**(self.config or {}), **config_or_config_fn}
        return replace(self, name=name or self.name, config=config, description=description or self.description)


@runtime_checkable
class AnyExecutor(Protocol):
    """An executor of dagwire or of a library of Dagster's, such as Kubernetes' or Celery's."""

    @property
    def name(self) -> str:
        """Its name in a launch's config."""
        ...

    def configured(self, config_or_config_fn: object, name: str | None = None) -> object:
        """Return it with config."""
        ...


def checked_executor(owner: str, executor: object) -> AnyExecutor | None:
    """Return the executor of `owner`, or None.

    Raises:
        InvalidDefinitionError: It is not an executor.
    """
    if executor is None or isinstance(executor, AnyExecutor):
        return executor
    msg = f"{owner} takes an ExecutorDefinition as its executor, not {type(executor).__name__}."
    raise InvalidDefinitionError(msg)


_IN_PROCESS = frozenset({"marker_to_close", "retries"})
_MULTIPROCESS = frozenset({"max_concurrent", "start_method", "tag_concurrency_limits", "retries"})
_EITHER = frozenset({"in_process", "multiprocess"})

in_process_executor: ExecutorDefinition = ExecutorDefinition("in_process", _IN_PROCESS)
"""The steps of a run one after another in one process."""
multiprocess_executor: ExecutorDefinition = ExecutorDefinition("multiprocess", _MULTIPROCESS)
"""The executor that runs each step in a process of its own."""
multi_or_in_process_executor: ExecutorDefinition = ExecutorDefinition("multi_or_in_process_executor", _EITHER)
"""The choice between the two, by run config."""
