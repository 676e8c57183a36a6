"""The inputs and outputs of an op, from its declarations and its function's annotations. Pure."""

import typing
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dagwire.definitions.ops.ins_and_outs import DynamicOut, In, Out
from dagwire.definitions.specs.valid_names import check_name
from dagwire.definitions.steps.body import Body
from dagwire.definitions.steps.signature import RESULT
from dagwire.definitions.value_types.dagster_type import DagsterType
from dagwire.definitions.value_types.resolve_type import resolve_type
from dagwire.definitions.value_types.type_check import TypeCheckContext
from dagwire.definitions.value_types.value_annotations import dynamic_annotation, value_annotation, value_annotations
from dagwire.errors import InvalidDefinitionError, OutputAnnotationError


def inferred_outputs(declared: Out | Mapping[str, Out] | None, body: Body) -> dict[str, Out]:
    """The outputs; the return annotation fills in types that no `Out` declares.

    Raises:
        InvalidDefinitionError: The annotation does not fit the declared outputs.
    """
    if isinstance(declared, Mapping):
        return _several_outputs(declared, body)
    return {RESULT: _single_output(declared, body)}


def _single_output(declared: Out | None, body: Body) -> Out:
    returns = body.signature.returns
    of_each = dynamic_annotation(returns)
    if declared is None:
        return Out(value_annotation(returns)) if of_each is None else DynamicOut(of_each)
    _check_kind(body.owner, "`out`", declared, Out)
    if declared.dagster_type is not Any:
        return declared
    if declared.is_dynamic:
        return replace(declared, dagster_type=Any if of_each is None else of_each)
    return replace(declared, dagster_type=value_annotation(returns))


def _several_outputs(declared: Mapping[str, Out], body: Body) -> dict[str, Out]:
    _check_annotation(declared, body)
    if len(declared) == 1:
        ((name, out),) = declared.items()
        return {name: _single_output(out, body)}
    kinds = value_annotations(body.signature.returns, len(declared))
    return {
        name: replace(out, dagster_type=kind) if out.dagster_type is Any and not out.is_dynamic else out
        for (name, out), kind in zip(declared.items(), kinds, strict=True)
    }


def _check_annotation(declared: Mapping[str, Out], body: Body) -> None:
    """Refuse a return annotation that is not a tuple of as many types as there are outputs."""
    returns = body.signature.returns
    items = typing.get_args(returns)
    is_tuple = typing.get_origin(returns) is tuple and len(items) == len(declared) and Ellipsis not in items
    if len(declared) > 1 and not is_tuple and returns not in (Any, None, type(None), tuple):
        raise OutputAnnotationError(body.owner, list(declared), returns)


def _check_kind(owner: str, place: str, declaration: object, kind: type[In | Out]) -> None:
    if not isinstance(declaration, kind):
        msg = f"{owner}: {place} is declared by {type(declaration).__name__}; declare it by an {kind.__name__}."
        raise InvalidDefinitionError(msg)


def checked_outputs(body: Body, outs: Mapping[str, Out], code_version: str | None) -> dict[str, Out]:
    """The outputs with the op's code version, if they have none of their own.

    Raises:
        InvalidDefinitionError: A name cannot be used, or a value is not an Out.
    """
    for name, out in outs.items():
        check_name("output", name)
        _check_kind(body.owner, f"output '{name}'", out, Out)
    return {name: replace(out, code_version=out.code_version or code_version) for name, out in outs.items()}


def checked_inputs(body: Body, declared: Mapping[str, In]) -> dict[str, In]:
    """The inputs: the parameters, and the declared ones of type `Nothing`.

    Raises:
        InvalidDefinitionError: `ins` declares a value that is not a parameter, or an input whose type is Nothing and
            that is one; a name cannot be used; a default is not of its type.
    """
    for name, own in declared.items():
        _check_kind(body.owner, f"input '{name}'", own, In)
    inputs: dict[str, In] = {}
    for parameter in body.signature.inputs.values():
        own = declared.get(parameter.name, In())
        if own.is_nothing:
            msg = (
                f"{body.owner}: input '{parameter.name}' is of type Nothing, so it has no value. Remove the parameter."
            )
            raise InvalidDefinitionError(msg)
        default = own.default_value if own.has_default else parameter.default
        annotation = parameter.annotation if own.dagster_type is Any else own.dagster_type
        inputs[parameter.name] = replace(own, dagster_type=annotation, default_value=default)
    strange = [name for name, own in declared.items() if name not in inputs and not own.is_nothing]
    if strange and not body.signature.takes_any_name:
        msg = f"{body.owner}: `ins` names {', '.join(strange)}, and the function has no such parameter."
        raise InvalidDefinitionError(msg)
    inputs |= {name: own for name, own in declared.items() if name not in inputs}
    for name, own in inputs.items():
        check_name("input", name)
        _check_default(body, name, own)
    return inputs


def _check_default(body: Body, name: str, declared: In) -> None:
    """Refuse a default of another scalar type; checks of other types may need resources, and wait for the run."""
    if not declared.has_default:
        return
    is_wrong = declared.value_type in _SCALARS and not _is_of_type(declared.value_type, declared.default_value)
    if declared.is_nothing or is_wrong:
        kind = declared.value_type.display_name
        msg = f"{body.owner}: the default of input '{name}' is not of its type, {kind}. Change the one or the other."
        raise InvalidDefinitionError(msg)


def _is_of_type(dagster_type: DagsterType, value: object) -> bool:
    return dagster_type.type_check(TypeCheckContext(""), value).success


_SCALARS = tuple(map(resolve_type, (bool, float, int, str)))
