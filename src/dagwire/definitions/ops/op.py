"""`@op`: a function that is one step of a job."""

import copy
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Self, overload

from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.assets.node_assets import NodeAssets
from dagwire.definitions.ops.composition import composing
from dagwire.definitions.ops.ins_and_outs import DynamicOut, In, Out
from dagwire.definitions.ops.op_as_assets import op_as_assets
from dagwire.definitions.specs.retries import RetryPolicy
from dagwire.definitions.specs.valid_names import check_name, doc_of, name_of
from dagwire.definitions.steps.body import Body
from dagwire.definitions.steps.hook import HookDefinition
from dagwire.definitions.steps.signature import RESULT
from dagwire.definitions.steps.step_definition import StepDefinition
from dagwire.definitions.value_types.dagster_type import DagsterType
from dagwire.definitions.value_types.value_annotations import (
    dynamic_annotation,
    value_annotation,
    value_annotations,
)
from dagwire.errors import InvalidDefinitionError


class OpDefinition(StepDefinition[In]):
    """An op; made by `@op`. Called in the body of a job it takes its place there; elsewhere it runs, as in a test."""

    def __init__(
        self,
        name: str,
        body: Body,
        ins: Mapping[str, In],
        outs: Mapping[str, Out],
        *,
        code_version: str | None = None,
        **step: Any,
    ) -> None:
        """`ins` are all inputs, those that are parameters included; `step` is what `StepDefinition` takes."""
        super().__init__(
            name,
            body,
            ins=ins,
            io_manager_keys={output: out.io_manager_key for output, out in outs.items() if out.io_manager_key},
            **step,
        )
        self.outs = outs
        self.code_version = code_version
        self._types_by_output = {output: out.value_type for output, out in outs.items()}
        self._alias: str | None = None

    @property
    def alias_name(self) -> str:
        """Its other name, if it has one, or its own."""
        return self._alias or self.name

    @property
    def config_schema(self) -> object:
        """The declared config; None for none."""
        return self.body.config_schema

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

    def tag(self, tags: Mapping[str, object]) -> Self:
        """This op with more tags, to be called in a job's body."""
        return self._changed(tags={**self.tags, **{key: str(value) for key, value in tags.items()}})

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

    def _changed(self, **attributes: Any) -> Self:
        changed = copy.copy(self)
        vars(changed).pop("requirements", None)
        vars(changed).update(attributes)
        return changed

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """In a job's body, take a place in the job; elsewhere run, resources by keyword or in a context.

        Raises:
            InvalidDefinitionError: An op under another name is called outside a job's body.
        """
        composition = composing()
        if composition is not None:
            return composition.place(self, self.alias_name, args, kwargs)
        if self._alias is not None:
            msg = f"op '{self.name}' as '{self._alias}' can be called only in the body of a job."
            raise InvalidDefinitionError(msg)
        return super().__call__(*args, **kwargs)


@overload
def op(compute_fn: Callable[..., Any]) -> OpDefinition: ...
@overload
def op(
    *,
    name: str | None = None,
    description: str | None = None,
    ins: Mapping[str, In] | None = None,
    out: Out | Mapping[str, Out] | None = None,
    config_schema: object = None,
    required_resource_keys: Iterable[str] | None = None,
    resource_defs: Mapping[str, object] | None = None,
    tags: Mapping[str, object] | None = None,
    retry_policy: RetryPolicy | None = None,
    code_version: str | None = None,
) -> Callable[[Callable[..., Any]], OpDefinition]: ...
def op(  # Dagster's signature
    compute_fn: Callable[..., Any] | None = None,
    *,
    name: str | None = None,
    description: str | None = None,
    ins: Mapping[str, In] | None = None,
    out: Out | Mapping[str, Out] | None = None,
    config_schema: object = None,
    required_resource_keys: Iterable[str] | None = None,
    resource_defs: Mapping[str, object] | None = None,
    tags: Mapping[str, object] | None = None,
    retry_policy: RetryPolicy | None = None,
    code_version: str | None = None,
) -> OpDefinition | Callable[[Callable[..., Any]], OpDefinition]:
    """Make an op from a function; its parameters are read as an asset's are, its inputs are other ops' outputs.

    Args:
        compute_fn: The function, if the decorator is used without arguments.
        name: The function's name by default.
        description: For people; the docstring by default.
        ins: `{input: In}`; one of type `Nothing` orders ops without being a parameter.
        out: The output, or `{name: Out}` for several.
        config_schema: Config for `context.op_config`, if there is no parameter `config`.
        required_resource_keys: Resources read as `context.resources.<key>`.
        resource_defs: Resources of its own, stronger than those of the job.
        tags: For people and outlets.
        retry_policy: How often it is tried again if it fails.
        code_version: Changes when what the function makes changes.

    Raises:
        InvalidDefinitionError: A parameter or a name cannot be used.
    """

    def decorate(function: Callable[..., Any]) -> OpDefinition:
        own = name or name_of(function)
        check_name("op", own)
        body = Body(function, f"op '{own}'", required_resource_keys or (), config_schema)
        outs = _several_outs(out, body) if isinstance(out, Mapping) else {RESULT: _single_out(out, body)}
        return OpDefinition(
            own,
            body,
            _inputs(body, ins or {}),
            outs,
            description=description or doc_of(function),
            resource_defs=resource_defs,
            retry_policy=retry_policy,
            tags=tags,
            code_version=code_version,
        )

    return decorate if compute_fn is None else decorate(compute_fn)


def _single_out(declared: Out | None, body: Body) -> Out:
    """The one output; the return annotation fills in its type."""
    returns = body.signature.returns
    of_each = dynamic_annotation(returns)
    if declared is None:
        return Out(value_annotation(returns)) if of_each is None else DynamicOut(of_each)
    if declared.dagster_type is not Any:
        return declared
    if declared.is_dynamic:
        return declared._replace(dagster_type=Any if of_each is None else of_each)
    return declared._replace(dagster_type=value_annotation(returns))


def _several_outs(declared: Mapping[str, Out], body: Body) -> dict[str, Out]:
    kinds = value_annotations(body.signature.returns, len(declared))
    return {
        name: out._replace(dagster_type=kind) if out.dagster_type is Any and not out.is_dynamic else out
        for (name, out), kind in zip(declared.items(), kinds, strict=True)
    }


def _inputs(body: Body, declared: Mapping[str, In]) -> dict[str, In]:
    """All inputs: the parameters, and those of type `Nothing`.

    Raises:
        InvalidDefinitionError: `ins` declares a value that is not a parameter.
    """
    inputs: dict[str, In] = {}
    for parameter in body.signature.inputs.values():
        own = declared.get(parameter.name, In())
        default = own.default_value if own.has_default else parameter.default
        annotation = parameter.annotation if own.dagster_type is Any else own.dagster_type
        inputs[parameter.name] = own._replace(dagster_type=annotation, default_value=default)
    strange = [name for name, own in declared.items() if name not in inputs and not own.is_nothing]
    if strange and not body.signature.takes_any_name:
        msg = f"{body.owner}: `ins` names {', '.join(strange)}, and the function has no such parameter."
        raise InvalidDefinitionError(msg)
    return {**inputs, **{name: own for name, own in declared.items() if name not in inputs}}
