"""`@op`: a function that is one step of a job."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, overload

from dagwire.definitions.bindings import Bindings, bindings_from
from dagwire.definitions.body import Body
from dagwire.definitions.composition import Composition, composing
from dagwire.errors import InvalidDefinitionError


class Nothing:
    """The type of an input or output that orders two ops and carries no value."""


@dataclass(frozen=True, slots=True)
class In:
    """An input of an op, as `ins=` declares it."""

    dagster_type: Any = Any
    description: str | None = None
    default_value: Any = inspect.Parameter.empty

    @property
    def is_nothing(self) -> bool:
        """Whether it orders ops and carries no value."""
        return self.dagster_type is Nothing


@dataclass(frozen=True, slots=True)
class Out:
    """An output of an op, as `out=` declares it."""

    dagster_type: Any = Any
    description: str | None = None
    is_required: bool = True


class OpDefinition:
    """An op; made by `@op`. Called in the body of a job it takes its place there; elsewhere it runs, as in a test."""

    def __init__(
        self,
        name: str,
        body: Body,
        ins: Mapping[str, In],
        outs: Mapping[str, Out],
        *,
        description: str | None = None,
        tags: Mapping[str, str] | None = None,
        bindings: Bindings | None = None,
    ) -> None:
        """`ins` are all inputs, those that are parameters included, `{name: In}`."""
        self.name = name
        self.body = body
        self.ins = ins
        self.outs = outs
        self.description = description
        self.tags = dict(tags or {})
        self.bindings: Bindings = bindings or {}

    @cached_property
    def label(self) -> str:
        """How messages name it."""
        return self.body.owner

    @property
    def required_keys(self) -> frozenset[str]:
        """The keys of the resources it asks for."""
        return frozenset(self.body.keys)

    @property
    def required_resource_keys(self) -> set[str]:
        """The same, as Dagster has it."""
        return set(self.body.keys)

    def alias(self, name: str) -> "AliasedOp":
        """This op under another name, to be called in a job's body."""
        return AliasedOp(self, name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """In a job's body, take a place in the job; elsewhere run, resources by keyword or in a context."""
        composition = composing()
        if composition is not None:
            return _place(composition, self, self.name, args, kwargs)
        return self.body.call(*args, **kwargs)

    def __repr__(self) -> str:
        """Name it."""
        return f"OpDefinition({self.name})"


@dataclass(frozen=True, slots=True)
class AliasedOp:
    """An op under another name."""

    definition: OpDefinition
    name: str

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Take a place in the job under this name.

        Raises:
            InvalidDefinitionError: No job is being defined.
        """
        composition = composing()
        if composition is None:
            msg = f"op '{self.definition.name}' as '{self.name}' can be called only in the body of a job."
            raise InvalidDefinitionError(msg)
        return _place(composition, self.definition, self.name, args, kwargs)


def _place(
    composition: Composition, op: OpDefinition, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> Any:
    return composition.place(op, name, list(op.ins), list(op.outs), args, kwargs)


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
    tags: Mapping[str, str] | None = None,
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
    tags: Mapping[str, str] | None = None,
) -> OpDefinition | Callable[[Callable[..., Any]], OpDefinition]:
    """Make an op of a function; its parameters are read as those of an asset, its inputs being other ops' outputs.

    Args:
        compute_fn: The function, where the decorator is used without arguments.
        name: The function's name by default.
        description: For people; the docstring by default.
        ins: What there is to say of inputs; one of type `Nothing` orders ops without being a parameter.
        out: The output, or `{name: Out}` for several.
        config_schema: Config for `context.op_config`, where there is no parameter `config`.
        required_resource_keys: Resources read as `context.resources.<key>`.
        resource_defs: Resources of its own, stronger than those of the job.
        tags: For people and outlets.

    Raises:
        InvalidDefinitionError: A parameter or a name cannot be used.
    """

    def decorate(function: Callable[..., Any]) -> OpDefinition:
        own = name or function.__name__
        body = Body(function, f"op '{own}'", required_resource_keys or (), config_schema)
        declared = dict(ins or {})
        parameters = {
            parameter.name: declared.get(parameter.name, In(parameter.annotation, default_value=parameter.default))
            for parameter in body.signature.inputs.values()
        }
        outs = dict(out) if isinstance(out, Mapping) else {"result": out or Out(body.signature.returns)}
        return OpDefinition(
            own,
            body,
            {**parameters, **declared},
            outs,
            description=description or inspect.getdoc(function),
            tags=tags,
            bindings=bindings_from(resource_defs),
        )

    return decorate if compute_fn is None else decorate(compute_fn)
