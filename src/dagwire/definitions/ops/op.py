"""`OpDefinition`: a function that is one step of a job."""

import copy
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Self

from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.assets.node_assets import NodeAssets
from dagwire.definitions.ops.composition import composing
from dagwire.definitions.ops.ins_and_outs import (
    In,
    Out,
    input_definition,
    output_definition,
)
from dagwire.definitions.ops.op_as_assets import op_as_assets
from dagwire.definitions.ops.op_signature import checked_inputs, checked_outputs
from dagwire.definitions.specs.retries import RetryPolicy
from dagwire.definitions.specs.valid_attributes import json_tags
from dagwire.definitions.specs.valid_names import check_name
from dagwire.definitions.steps.body import Body
from dagwire.definitions.steps.hook import HookDefinition
from dagwire.definitions.steps.input_and_output_definitions import InputDefinition, OutputDefinition
from dagwire.definitions.steps.signature import RESULT
from dagwire.definitions.steps.step_definition import StepDefinition
from dagwire.definitions.value_types.dagster_type import DagsterType
from dagwire.errors import UnknownNameError


class OpDefinition(StepDefinition[In]):
    """An op; made by `@op`. Called in the body of a job it takes its place there; elsewhere it runs, as in a test."""

    def __init__(
        self,
        compute_fn: Callable[..., object] | Body,
        name: str,
        ins: Mapping[str, In] | None = None,
        outs: Mapping[str, Out] | None = None,
        description: str | None = None,
        config_schema: object = None,
        required_resource_keys: Iterable[str] | None = None,
        tags: Mapping[str, object] | None = None,
        retry_policy: RetryPolicy | None = None,
        code_version: str | None = None,
        pool: str | None = None,
        *,
        resource_defs: object = None,
    ) -> None:
        """Make an op by hand; `@op` reads most of this from a function.

        Args:
            compute_fn: Takes the context and `{input: value}`, and yields Outputs.
            name: The op's name.
            ins: All inputs.
            outs: All outputs; one of any type by default.
            description: For people.
            config_schema: Config for `context.op_config`.
            required_resource_keys: Resources read as `context.resources.<key>`.
            tags: For people and outlets.
            retry_policy: How often it is tried again if it fails.
            code_version: Changes when the values that the function makes change.
            pool: Limits on Dagster how many steps of the pool run at once; recorded here.
            resource_defs: Resources of its own, a dict or a container, stronger than the job's.

        Raises:
            InvalidDefinitionError: A name cannot be used, or a default is not of its input's type.
        """
        check_name("op", name)
        if isinstance(compute_fn, Body):
            body = compute_fn
        else:
            body = Body(_with_inputs_as_dict(compute_fn), f"op '{name}'", required_resource_keys or (), config_schema)
        self.outs: dict[str, Out] = checked_outputs(body, {RESULT: Out()} if outs is None else outs, code_version)
        super().__init__(
            name,
            body,
            description=description,
            resource_defs=resource_defs,
            retry_policy=retry_policy,
            tags=json_tags(tags),
            ins=checked_inputs(body, ins or {}),
            io_manager_keys={output: out.io_manager_key for output, out in self.outs.items() if out.io_manager_key},
        )
        self.code_version = code_version
        self.pool = pool
        self._types_by_output = {output: out.value_type for output, out in self.outs.items()}
        self._alias: str | None = None

    # -- facts ---------------------------------------------------------------------------------------------------------

    @property
    def compute_fn(self) -> Callable[..., Any]:
        """The function."""
        return self.body.function

    @property
    def alias_name(self) -> str:
        """Its other name, if it has one, or its own."""
        return self._alias or self.name

    @property
    def required_resource_keys(self) -> set[str]:
        """The keys of the resources that its function asks for."""
        return set(self.body.keys)

    @property
    def config_schema(self) -> object:
        """The declared config; None for none."""
        return self.body.config_schema

    @property
    def version(self) -> str | None:
        """`code_version`, under its older name."""
        return self.code_version

    @property
    def pools(self) -> set[str]:
        """The pool, if there is one."""
        return {self.pool} if self.pool is not None else set()

    @property
    def input_dict(self) -> dict[str, InputDefinition]:
        """`{input: its definition}`."""
        return {name: input_definition(name, declared) for name, declared in self.ins.items()}

    @property
    def input_defs(self) -> list[InputDefinition]:
        """The inputs, with their names."""
        return list(self.input_dict.values())

    @property
    def output_dict(self) -> dict[str, OutputDefinition]:
        """`{output: its definition}`."""
        return {name: output_definition(name, declared) for name, declared in self.outs.items()}

    @property
    def output_defs(self) -> list[OutputDefinition]:
        """The outputs, with their names."""
        return list(self.output_dict.values())

    @property
    def positional_inputs(self) -> list[str]:
        """The names of the inputs that a call may give by place."""
        return list(self.ins)

    def input_def_named(self, name: str) -> InputDefinition:
        """The input of that name.

        Raises:
            UnknownNameError: There is none.
        """
        if name not in self.ins:
            raise UnknownNameError(f"input of {self.label}", name, self.ins)
        return self.input_dict[name]

    def output_def_named(self, name: str) -> OutputDefinition:
        """The output of that name.

        Raises:
            UnknownNameError: There is none.
        """
        if name not in self.outs:
            raise UnknownNameError(f"output of {self.label}", name, self.outs)
        return self.output_dict[name]

    def input_has_default(self, name: str) -> bool:
        """Whether an input has a default."""
        return self.input_def_named(name).has_default_value

    def default_value_for_input(self, name: str) -> Any:
        """The default of an input."""
        return self.input_def_named(name).default_value

    def has_input(self, name: str) -> bool:
        """Whether there is such an input."""
        return name in self.ins

    def has_output(self, name: str) -> bool:
        """Whether there is such an output."""
        return name in self.outs

    @property
    def output_names(self) -> Collection[str]:
        """The names of its outputs."""
        return self.outs

    @property
    def dynamic_output_names(self) -> Collection[str]:
        """The names of its dynamic outputs."""
        return [output for output, out in self.outs.items() if out.is_dynamic]

    @property
    def stored_outputs(self) -> Iterable[str]:
        """The outputs that have a value."""
        return [output for output, out in self.outs.items() if not out.is_nothing]

    def output_type(self, output: str) -> DagsterType:
        """The declared type of an output."""
        return self._types_by_output[output]

    @property
    def input_defaults(self) -> Mapping[str, object]:
        """`{input: value}` of the inputs that have a default."""
        return {name: declared.default_value for name, declared in self.ins.items() if declared.has_default}

    def output_metadata(self, output: str) -> Mapping[str, object]:
        """The declared metadata of an output."""
        return self.outs[output].metadata or {}

    def as_assets(self, assets: NodeAssets) -> AssetsDefinition:
        """Return the assets that its outputs are; `AssetsDefinition.from_op` calls this."""
        return op_as_assets(self, assets)

    # -- copies --------------------------------------------------------------------------------------------------------

    def alias(self, name: str) -> Self:
        """This op under another name, to be called in a job's body."""
        check_name("op", name)
        return self._changed(_alias=name)

    def with_hooks(self, hook_defs: Iterable[HookDefinition]) -> Self:
        """This op with more hooks, to be called in a job's body."""
        return self._changed(hooks=self.hooks | frozenset(hook_defs))

    def with_retry_policy(self, retry_policy: RetryPolicy) -> Self:
        """This op tried again by another policy, to be called in a job's body."""
        return self._changed(retry_policy=retry_policy)

    def tag(self, tags: Mapping[str, object] | None) -> Self:
        """This op with more tags, to be called in a job's body."""
        return self._changed(tags={**self.tags, **json_tags(tags)})

    def configured(
        self,
        config_or_config_fn: object,
        name: str,
        config_schema: object = None,
        description: str | None = None,
    ) -> Self:
        """This op under a new name, with its config given or made by a function of other config.

        Args:
            config_or_config_fn: The config, over which a run's is merged; or a function that returns this op's config.
            name: The new op's name.
            config_schema: The schema of the config that the function takes.
            description: This op's by default.
        """
        check_name("op", name)
        body = self.body.configured(config_or_config_fn, config_schema, f"op '{name}'")
        return self._changed(name=name, body=body, description=description or self.description)

    def _changed(self, **attributes: object) -> Self:
        changed = copy.copy(self)
        for cached in ("requirements", "label"):
            vars(changed).pop(cached, None)
        vars(changed).update(attributes)
        return changed

    def __call__(self, *args: object, **kwargs: object) -> object:
        """In a job's body, take a place in the job; elsewhere call the function, as a test does."""
        composition = composing()
        if composition is not None:
            return composition.place(self, self._alias, args, kwargs)
        return super().__call__(*args, **kwargs)


def _with_inputs_as_dict(compute_fn: Callable[..., object]) -> Callable[..., object]:
    """The form in which a body is called: the inputs by keyword."""

    def call(context: object, **inputs: object) -> Any:
        return compute_fn(context, inputs)

    return call
