"""`InitResourceContext`: the facts that a resource gets when it is opened."""

import logging
from asyncio import AbstractEventLoop
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dagwire.config.values.masking import masked_config
from dagwire.errors import UnknownResourceError
from dagwire.resources.attached_object import IAttachDifferentObjectToOpContext
from dagwire.resources.instance import DagsterInstance
from dagwire.resources.log_manager import DEFAULT_LOG
from dagwire.resources.resource_namespace import ResourceNamespace

_NONE: Mapping[str, object] = {}


class Resources:
    """A read-only view of the open resources that were asked for: one attribute a key; valid until the scope closes."""

    __slots__ = ("__dict__", "_original_by_key")
    _original_by_key: dict[str, object]

    def __init__(self, resource_by_key: Mapping[str, object], namespaces: Mapping[str, object] = _NONE) -> None:
        """Hold `{key: resource}` as attributes, so reading one costs no more than any attribute.

        The attribute of a resource that attaches another object is that object, that of a nested container its
        namespace.
        """
        object.__setattr__(self, "_original_by_key", dict(resource_by_key))
        shown = self.__dict__
        shown.update(resource_by_key)
        for key, resource in resource_by_key.items():
            if isinstance(resource, IAttachDifferentObjectToOpContext):
                shown[key] = resource.get_object_to_set_on_execution_context()
        shown.update(namespaces)

    def __getattr__(self, key: str) -> Any:
        """Return the resources below a path: `resources.gateways.s3` is the resource under "gateways.s3".

        Raises:
            UnknownResourceError: No key asked for has this name or begins with it; it is an AttributeError too.
        """
        prefix = f"{key}."
        originals = self._original_by_key.items()
        inner = {path.removeprefix(prefix): value for path, value in originals if path.startswith(prefix)}
        if inner:
            return Resources(inner)
        raise UnknownResourceError(key, self.__dict__)

    def __getitem__(self, key: str) -> Any:
        """The resource under `key`, which may be a path: `resources["gateways.s3"]`.

        Raises:
            UnknownResourceError: Nobody asked for that key.
        """
        shown = vars(self)
        if key in shown:
            return shown[key]
        first, _, rest = key.partition(".")
        namespace = shown.get(first)
        return namespace[rest] if isinstance(namespace, ResourceNamespace) else self.__getattr__(key)

    def __setattr__(self, key: str, value: object) -> None:
        """Refuse: a scope closes exactly what it opened, so nothing may take its place."""
        msg = f"resources are read only; give '{key}' to the call that opens them"
        raise AttributeError(msg)

    def __repr__(self) -> str:
        """Show the keys; never the values, which may hold secrets."""
        return f"Resources({', '.join(sorted(self.__dict__))})"

    @property
    def original_resource_dict(self) -> dict[str, object]:
        """`{key: resource}`, of the resources themselves."""
        return dict(self._original_by_key)

    def originals(self, keys: Iterable[str]) -> Mapping[str, object]:
        """`{key: resource}` of the resources under `keys` themselves."""
        return {key: self._original_by_key[key] for key in keys}

    def restricted_to(self, keys: Iterable[str]) -> "Resources":
        """Return a view of the resources under `keys`."""
        return Resources(self.originals(keys))

    def __iter__(self) -> Iterator[object]:
        """The resources, in the order of their keys' declaration."""
        return iter(self.__dict__.values())

    def _asdict(self) -> dict[str, object]:
        """Return `{key: resource}`, as a named tuple does."""
        return dict(self.__dict__)


NO_RESOURCES = Resources({})


@dataclass(frozen=True, slots=True, repr=False)
class InitResourceContext:
    """The facts that a resource gets when it is opened; lives as long as that resource is open."""

    resource_config: Any = None
    """The resolved config of this resource: a dict, or the value that its `config_schema` made of it."""
    resource_def: Any = None
    """The definition that is being opened."""
    resources: Any = NO_RESOURCES
    """The resources that this one requires, one attribute a key."""
    run_id: str | None = None
    """The run's id; None outside a run, as in `build_resources`."""
    log: logging.Logger | logging.LoggerAdapter[Any] = field(default=DEFAULT_LOG, repr=False)
    all_resource_defs: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)
    """`{key: definition}` of everything that is provided, whether the run opens it or not."""
    run: Any = None
    """The run; None outside one."""
    instance: DagsterInstance | None = field(default=None, repr=False)
    """The memory of earlier runs, such as the keys of dynamic partitions; an empty one unless one was given."""
    event_loop: AbstractEventLoop | None = field(default=None, repr=False)
    """The loop given to `build_resources`, in which asynchronous parts run; None in all other scopes."""

    def __repr__(self) -> str:
        """Show the facts; secrets in the config are masked."""
        config = masked_config(self.resource_config, type(self.resource_def))
        return (
            f"InitResourceContext(resource_config={config!r}, resource_def={self.resource_def!r}, "
            f"resources={self.resources!r}, run_id={self.run_id!r})"
        )

    @property
    def dagster_run(self) -> Any:
        """The run, by Dagster's older name."""
        return self.run

    @property
    def log_manager(self) -> "logging.Logger | logging.LoggerAdapter[Any]":
        """The log, by Dagster's older name."""
        return self.log

    def for_definition(self, definition: object, config: object, resources: object) -> "InitResourceContext":
        """Return this context for a definition's function."""
        # Written out: every opening makes one, and `dataclasses.replace` takes three times as long.
        return InitResourceContext(
            config,
            definition,
            resources,
            self.run_id,
            self.log,
            self.all_resource_defs,
            self.run,
            self.instance,
            self.event_loop,
        )

    def replace_config(self, config: object) -> "InitResourceContext":
        """Return this context with other config."""
        return self.for_definition(self.resource_def, config, self.resources)
