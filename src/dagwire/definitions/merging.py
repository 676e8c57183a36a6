"""The resources, loggers and executor of merged definitions."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dagwire.config.values.type_guards import is_mapping
from dagwire.containers.keys import Container
from dagwire.containers.merged_container import merged_container
from dagwire.definitions.specs.executor_definition import AnyExecutor
from dagwire.errors import MergeConflictError


def merged_resources(resources: Sequence[tuple[Container, object]]) -> object:
    """Merge resources, each a container and what it was made of: a mapping if all were mappings, else a container.

    Raises:
        MergeConflictError: Two provide different resources under one key.
    """
    container = merged_container([container for container, _ in resources])
    mappings: list[Any] = [{} if source is None else source for _, source in resources]
    if not all(is_mapping(mapping) for mapping in mappings):
        return container
    return {key: resource for mapping in mappings for key, resource in mapping.items()}


def merged_executor(executors: Iterable[AnyExecutor | None]) -> AnyExecutor | None:
    """Return the one executor that is set, or None.

    Raises:
        MergeConflictError: Two are set, and differ.
    """
    merged: AnyExecutor | None = None
    for executor in executors:
        if executor is not None and merged is not None and executor is not merged:
            raise MergeConflictError(executor.name, "executor")
        merged = executor if merged is None else merged
    return merged


def merged_loggers(loggers: Iterable[Mapping[str, object]]) -> dict[str, Any]:
    """Merge loggers by name.

    Raises:
        MergeConflictError: Two have one name, and differ.
    """
    merged: dict[str, Any] = {}
    for by_name in loggers:
        for name, logger in by_name.items():
            if merged.setdefault(name, logger) is not logger:
                raise MergeConflictError(name, "logger")
    return merged
