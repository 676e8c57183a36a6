"""`StepDefinition`: what assets, checks and ops have in common: a body, and how it is run."""

from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from typing import Any

from dagwire.containers.keys import Requirement
from dagwire.definitions.bindings import Bindings, bindings_from
from dagwire.definitions.body import Body
from dagwire.definitions.hook import HookDefinition
from dagwire.definitions.retries import RetryPolicy
from dagwire.definitions.value_types import Classes


class StepDefinition:
    """A body, its own resources, its hooks, and how often it is tried. Callable, as the function is, in a test."""

    def __init__(
        self,
        name: str,
        body: Body,
        *,
        description: str | None = None,
        resource_defs: Mapping[str, object] | None = None,
        retry_policy: RetryPolicy | None = None,
        hooks: Iterable[HookDefinition] | None = None,
        tags: Mapping[str, object] | None = None,
    ) -> None:
        """`resource_defs` are resources of its own, stronger than those of `Definitions`."""
        self.name = name
        self.body = body
        self.description = description
        self.bindings: Bindings = bindings_from(resource_defs)
        self.retry_policy = retry_policy
        self.hooks = frozenset(hooks or ())
        self.tags = {key: str(value) for key, value in (tags or {}).items()}

    @cached_property
    def label(self) -> str:
        """How messages name it."""
        return self.body.owner

    @property
    def output_names(self) -> Collection[str]:
        """The names of what its body gives."""
        return ("result",)

    @property
    def dynamic_output_names(self) -> Collection[str]:
        """Those of which it gives several values."""
        return ()

    @property
    def required_keys(self) -> frozenset[str]:
        """The keys of the resources it asks for."""
        return frozenset(self.body.keys)

    @property
    def required_resource_keys(self) -> set[str]:
        """The same, as Dagster has it."""
        return set(self.body.keys)

    @cached_property
    def requirements(self) -> tuple[Requirement, ...]:
        """Every key that the body or a hook asks for, and who asks."""
        return (*self.body.requirements, *(r for hook in self.hooks for r in hook.body.requirements))

    @cached_property
    def input_classes(self) -> Mapping[str, Classes]:
        """`{input: what its value is held to be an instance of}`, of those that are held to something."""
        inputs = self.body.signature.inputs.values()
        return {parameter.name: parameter.classes for parameter in inputs if parameter.classes}

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function, resources by keyword or in a context given first; see `Body.call`."""
        return self.body.call(self, args, kwargs)

    def __repr__(self) -> str:
        """Name it."""
        return f"{type(self).__name__}({self.name})"
