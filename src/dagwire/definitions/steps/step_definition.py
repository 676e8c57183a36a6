"""`StepDefinition`: what assets, checks and ops have in common: a body, and how it is run."""

import copy
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from typing import Any, Generic, Protocol, Self, TypeVar

from dagwire.containers.keys import Requirement
from dagwire.definitions.specs.retries import RetryPolicy
from dagwire.definitions.steps.body import Body
from dagwire.definitions.steps.bound_resources import Bindings, bindings_from
from dagwire.definitions.steps.hook import HookDefinition
from dagwire.definitions.steps.stored_input import input_requirement, output_requirement
from dagwire.definitions.steps.type_checks import Classes, checkable_classes


class AnyIn(Protocol):
    """What there is to say of an input, be it an asset's or an op's."""

    @property
    def dagster_type(self) -> Any:
        """What its value is held to be; Any where nothing is said."""
        ...

    @property
    def metadata(self) -> Mapping[str, object] | None:
        """Facts for what loads it."""
        ...

    @property
    def input_manager_key(self) -> str | None:
        """What loads it."""
        ...


D = TypeVar("D", bound=AnyIn)


class StepDefinition(Generic[D]):
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
        ins: Mapping[str, D] | None = None,
        io_manager_keys: Mapping[str, str] | None = None,
    ) -> None:
        """Keep what the decorators read.

        Args:
            name: The name of its step.
            body: The function.
            description: For people.
            resource_defs: Resources of its own, stronger than those of `Definitions`.
            retry_policy: How often it is tried again where it fails.
            hooks: Called when it is done, or has failed.
            tags: Of its step.
            ins: `{input: what is said of it}`.
            io_manager_keys: `{output: key}` of what stores a value, for outputs that say so.
        """
        self.name = name
        self.body = body
        self.description = description
        self.bindings: Bindings = bindings_from(resource_defs)
        self.retry_policy = retry_policy
        self.hooks = frozenset(hooks or ())
        self.tags = {key: str(value) for key, value in (tags or {}).items()}
        self.io_manager_keys = dict(io_manager_keys or {})
        self.ins = dict(ins or {})
        self.input_manager_keys = {
            name: said.input_manager_key for name, said in self.ins.items() if said.input_manager_key is not None
        }
        """`{input: key}` of what loads a value, for inputs that say so."""

    @cached_property
    def label(self) -> str:
        """How messages name it."""
        return self.body.owner

    @property
    def shown_name(self) -> str:
        """How people are told of its step."""
        return self.name

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
        return frozenset((*self.body.keys, *self.io_manager_keys.values(), *self.input_manager_keys.values()))

    @property
    def required_resource_keys(self) -> set[str]:
        """The same, as Dagster has it."""
        return set(self.required_keys)

    @cached_property
    def requirements(self) -> tuple[Requirement, ...]:
        """Every key that the body, a hook, an output or an input asks for, and who asks."""
        return (
            *self.body.requirements,
            *(r for hook in self.hooks for r in hook.body.requirements),
            *(output_requirement(self.label, output, key) for output, key in self.io_manager_keys.items()),
            *(input_requirement(self.label, name, key) for name, key in self.input_manager_keys.items()),
        )

    def without_io_managers(self) -> Self:
        """A copy that names no IO manager: its values are handed on in memory."""
        copied = copy.copy(self)
        vars(copied).pop("requirements", None)
        copied.io_manager_keys = {}
        copied.input_manager_keys = {}
        return copied

    @cached_property
    def input_classes(self) -> Mapping[str, Classes]:
        """`{input: what its value is held to be an instance of}`, of those that are held to something."""
        found = {name: checkable_classes(self.input_type(name)) for name in self.body.signature.inputs}
        return {name: classes for name, classes in found.items() if classes}

    # -- what IO managers are told -------------------------------------------------------------------------------------

    @property
    def stored_outputs(self) -> Iterable[str]:
        """The outputs that may have a value to store."""
        return ()

    def output_type(self, output: str) -> Any:
        """What an output is declared as."""
        del output
        return self.body.signature.returns

    def output_metadata(self, output: str) -> Mapping[str, object]:
        """What the definition says of an output."""
        del output
        return {}

    def input_type(self, name: str) -> Any:
        """What an input is declared as."""
        said = self.ins.get(name)
        if said is not None and said.dagster_type is not Any:
            return said.dagster_type
        parameter = self.body.signature.inputs.get(name)
        return Any if parameter is None else parameter.annotation

    def input_metadata(self, name: str) -> Mapping[str, object]:
        """What the definition says of an input."""
        said = self.ins.get(name)
        return (said.metadata if said is not None else None) or {}

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function, resources by keyword or in a context given first; see `Body.call`."""
        return self.body.call(self, args, kwargs)

    def __repr__(self) -> str:
        """Name it."""
        return f"{type(self).__name__}({self.name})"
