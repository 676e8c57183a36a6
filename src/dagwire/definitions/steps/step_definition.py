"""`StepDefinition`: the common part of assets, checks and ops: a body, and how it runs."""

import copy
import inspect
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Generic, Protocol, Self, TypeVar

from dagwire.computed_once import computed_once
from dagwire.containers.keys import Requirement
from dagwire.definitions.specs.argument_types import check_members, check_type
from dagwire.definitions.specs.retries import RetryPolicy
from dagwire.definitions.specs.valid_attributes import json_tags
from dagwire.definitions.steps.body import Body
from dagwire.definitions.steps.bound_resources import Bindings, bindings_from
from dagwire.definitions.steps.call_by_name import call_directly
from dagwire.definitions.steps.hook import HookDefinition
from dagwire.definitions.steps.input_and_output_definitions import InputDefinition, OutputDefinition
from dagwire.definitions.steps.job_being_defined import PLACING
from dagwire.definitions.steps.stored_input import input_requirement, output_requirement
from dagwire.definitions.value_types.class_types import ANY
from dagwire.definitions.value_types.dagster_type import DagsterType
from dagwire.definitions.value_types.resolve_type import resolve_type
from dagwire.resources.io_manager import DEFAULT_IO_MANAGER


class AnyIn(Protocol):
    """The declaration of an input, of an asset or of an op."""

    @property
    def dagster_type(self) -> Any:
        """The type that its value must have; Any if none is declared."""
        ...

    @property
    def metadata(self) -> Mapping[str, object] | None:
        """Facts for the IO manager that loads it."""
        ...

    @property
    def input_manager_key(self) -> str | None:
        """The key of the IO manager or input manager that loads it."""
        ...


D = TypeVar("D", bound=AnyIn)


class StepDefinition(Generic[D]):
    """A body, its own resources, its hooks and its retry policy. A test calls it as it calls the function."""

    def __init__(
        self,
        name: str,
        body: Body,
        *,
        description: str | None = None,
        resource_defs: object = None,
        retry_policy: RetryPolicy | None = None,
        hooks: Iterable[HookDefinition] | None = None,
        tags: Mapping[str, object] | None = None,
        ins: Mapping[str, D] | None = None,
        io_manager_keys: Mapping[str, str] | None = None,
        pool: str | None = None,
    ) -> None:
        """Keep the facts that the decorators read.

        Args:
            name: The name of its step.
            body: The function.
            description: For people.
            resource_defs: Resources of its own, a dict or a container, stronger than those of `Definitions`.
            retry_policy: How often a failed step is tried again.
            hooks: Called after the step.
            tags: The tags of its step.
            ins: `{input: declaration}`.
            io_manager_keys: `{output: key}` of the IO managers that store values, if the definition names them.
            pool: The pool whose limit holds for its step in Dagster; inert here.

        Raises:
            InvalidDefinitionError: An argument has the wrong type.
        """
        self.name = name
        self.body = body
        self.description = description
        self.bindings: Bindings = bindings_from(resource_defs)
        check_type(body.owner, "retry_policy", retry_policy, RetryPolicy)
        check_members(body.owner, "hooks", hooks, HookDefinition)
        check_type(body.owner, "pool", pool, str)
        self.retry_policy = retry_policy
        self.hooks: frozenset[HookDefinition] = frozenset(hooks or ())
        self.pool = pool
        self.tags: dict[str, str] = json_tags(tags)
        # The default key is the same as none: without such a resource, values stay in memory.
        self.io_manager_keys: dict[str, str] = {
            output: key for output, key in (io_manager_keys or {}).items() if key != DEFAULT_IO_MANAGER
        }
        self.ins: dict[str, D] = dict(ins or {})
        self.input_manager_keys: dict[str, str] = {
            name: declared.input_manager_key
            for name, declared in self.ins.items()
            if declared.input_manager_key not in (None, DEFAULT_IO_MANAGER)
        }
        """`{input: key}` of the managers that load values, if the definition names them."""

        types = {name: self.input_type(name) for name in (*body.signature.inputs, *self.ins)}
        self.checked_inputs: dict[str, DagsterType] = {
            name: declared for name, declared in types.items() if not (declared.is_any or declared.is_nothing)
        }
        """`{input: type}` of the inputs whose values are checked."""

    @computed_once
    def label(self) -> str:
        """Its name in messages."""
        return self.body.owner

    @property
    def shown_name(self) -> str:
        """The name of its step, as people see it."""
        return self.name

    @property
    def output_names(self) -> Collection[str]:
        """The names of its outputs."""
        return ("result",)

    @property
    def dynamic_output_names(self) -> Collection[str]:
        """The names of its dynamic outputs."""
        return ()

    @property
    def required_keys(self) -> frozenset[str]:
        """The keys of its resources, those of IO managers included."""
        managers = (*self.io_manager_keys.values(), *self.input_manager_keys.values())
        of_hooks = (key for hook in self.hooks for key in hook.body.keys)
        of_types = (key for one in self._value_types for key in one.all_resource_keys)
        return frozenset((*self.body.keys, *of_hooks, *managers, *of_types))

    @property
    def required_resource_keys(self) -> set[str]:
        """The keys of its resources, as a set; Dagster's name for `required_keys`."""
        return set(self.required_keys)

    @computed_once
    def requirements(self) -> tuple[Requirement, ...]:
        """The requirements of the body, its hooks, its outputs and its inputs."""
        return (
            *self.body.requirements,
            *(r for hook in self.hooks for r in hook.body.requirements),
            *(output_requirement(self.label, output, key) for output, key in self.io_manager_keys.items()),
            *(input_requirement(self.label, name, key) for name, key in self.input_manager_keys.items()),
            *(Requirement(key, f"type '{one.display_name}'") for key, one in self.resources_by_type.items()),
        )

    @computed_once
    def keys_in_context(self) -> tuple[str, ...]:
        """The keys of the resources that its context shows: the body's, and those of its IO managers and types."""
        managers = (*self.io_manager_keys.values(), *self.input_manager_keys.values())
        return (*self.body.keys, *managers, *self.resources_by_type)

    def without_io_managers(self) -> Self:
        """Return a copy without IO managers: its values stay in memory."""
        copied = copy.copy(self)
        for cached in ("requirements", "keys_in_context"):
            vars(copied).pop(cached, None)
        copied.io_manager_keys = {}
        copied.input_manager_keys = {}
        return copied

    # -- types ---------------------------------------------------------------------------------------------------------

    @computed_once
    def resources_by_type(self) -> Mapping[str, DagsterType]:
        """`{key: type}` of the resources that checks of its types ask for."""
        return {key: dagster_type for dagster_type in self._value_types for key in dagster_type.check_resource_keys}

    @property
    def _value_types(self) -> Iterable[DagsterType]:
        return (*self.checked_inputs.values(), *map(self.output_type, self.output_names))

    @property
    def input_defs(self) -> list[InputDefinition]:
        """Its inputs."""
        return [self._input_definition(name) for name in dict.fromkeys((*self.body.signature.inputs, *self.ins))]

    def _input_definition(self, name: str) -> InputDefinition:
        parameter = self.body.signature.inputs.get(name)
        return InputDefinition(
            name,
            self.input_type(name),
            default_value=inspect.Parameter.empty if parameter is None else parameter.default,
            metadata=self.input_metadata(name),
            input_manager_key=self.input_manager_keys.get(name),
        )

    @property
    def output_defs(self) -> list[OutputDefinition]:
        """Its outputs."""
        return [
            OutputDefinition(
                name,
                self.output_type(name),
                io_manager_key=self.io_manager_keys.get(name, DEFAULT_IO_MANAGER),
                metadata=self.output_metadata(name),
            )
            for name in self.output_names
        ]

    def input_type(self, name: str) -> DagsterType:
        """Return the declared type of an input."""
        declared = self.ins.get(name)
        if declared is not None and declared.dagster_type is not Any:
            return resolve_type(declared.dagster_type)
        parameter = self.body.signature.inputs.get(name)
        return ANY if parameter is None else parameter.dagster_type

    def output_type(self, output: str) -> DagsterType:
        """Return the declared type of an output."""
        del output
        return ANY

    # -- facts for IO managers -----------------------------------------------------------------------------------------

    @property
    def stored_outputs(self) -> Iterable[str]:
        """The names of the outputs that may have a value to store."""
        return ()

    def output_metadata(self, output: str) -> Mapping[str, object]:
        """Return the declared metadata of an output."""
        del output
        return {}

    @property
    def input_defaults(self) -> Mapping[str, object]:
        """`{input: value}` of the defaults that its declarations have, beside those of its parameters."""
        return {}

    def input_metadata(self, name: str) -> Mapping[str, object]:
        """Return the declared metadata of an input."""
        declared = self.ins.get(name)
        return (declared.metadata if declared is not None else None) or {}

    def __call__(self, *args: object, **kwargs: object) -> object:
        """Call the function as a test does: with inputs, config, and resources by keyword or in a context.

        In the body of a job it takes a place there instead. The values are checked as in a run; it returns what the
        function returns.

        Raises:
            InvalidInvocationError: Arguments are missing, passed twice, or unknown.
            MissingResourceError: A resource is passed neither by keyword nor in the context.
            InvalidConfigError: The config does not fit.
            WrongTypeError: A value is not of its declared type.
            UnexpectedResultError: The result does not fit the declared outputs.
        """
        placing = PLACING.get()
        if placing is not None:
            return placing.place_step(self, args, kwargs)
        return call_directly(self, args, kwargs)

    def __repr__(self) -> str:
        """Show its class and name."""
        return f"{type(self).__name__}({self.name})"


AnyStep = StepDefinition[Any]
"""A step, whatever declares its inputs."""
