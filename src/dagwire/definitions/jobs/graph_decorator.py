"""`@graph`: a graph from a function that calls ops."""

import inspect
from collections.abc import Callable, Mapping
from functools import update_wrapper
from typing import Any, NamedTuple, overload

from dagwire.definitions.jobs.graph import GraphDefinition
from dagwire.definitions.ops.composed_body import composed_body
from dagwire.definitions.ops.config_mapping import ConfigMapping, as_config_mapping
from dagwire.definitions.specs.valid_names import check_name, doc_of, name_of
from dagwire.errors import InvalidDefinitionError


class GraphIn(NamedTuple):
    """An input of a graph, as `ins=` declares it."""

    description: str | None = None


class GraphOut(NamedTuple):
    """An output of a graph, as `out=` declares it."""

    description: str | None = None


@overload
def graph(compose_fn: Callable[..., object]) -> GraphDefinition: ...
@overload
def graph(
    *,
    name: str | None = None,
    description: str | None = None,
    ins: Mapping[str, GraphIn] | None = None,
    out: GraphOut | Mapping[str, GraphOut] | None = None,
    tags: Mapping[str, object] | None = None,
    config: ConfigMapping | Mapping[str, object] | None = None,
) -> Callable[[Callable[..., Any]], GraphDefinition]: ...
def graph(
    compose_fn: Callable[..., object] | None = None,
    *,
    name: str | None = None,
    description: str | None = None,
    ins: Mapping[str, GraphIn] | None = None,
    out: GraphOut | Mapping[str, GraphOut] | None = None,
    tags: Mapping[str, object] | None = None,
    config: ConfigMapping | Mapping[str, object] | None = None,
) -> GraphDefinition | Callable[[Callable[..., Any]], GraphDefinition]:
    """Make a graph from a function that calls ops and graphs; calling them connects them, nothing runs.

    Args:
        compose_fn: The function, if the decorator is used without arguments.
        name: The function's name by default.
        description: For people; the docstring by default.
        ins: `{input: GraphIn}`; the inputs are the function's parameters.
        out: `{output: GraphOut}` if there are several; the function then returns a dict or a tuple.
        tags: Tags of the jobs that are made of it.
        config: Turns the graph's own config into that of its ops; a dict configures them once and for all.

    Raises:
        InvalidDefinitionError: `ins` names no parameter, or the function returns something else than outputs.

    Example:
        >>> from dagwire import graph, op
        >>> @op
        ... def double(number):
        ...     return number * 2
        >>> @graph
        ... def fourfold(number):
        ...     return double(double(number))
        >>> fourfold.execute_in_process(input_values={"number": 3}).output_value()
        12
    """

    def decorate(function: Callable[..., object]) -> GraphDefinition:
        own = name or name_of(function)
        check_name("graph", own)
        owner = f"graph '{own}'"
        inputs = composed_inputs(function)
        outs = out if out is None or isinstance(out, Mapping) else {"result": out}
        _check_declared(owner, ins or {}, inputs, outs or {})
        ports: dict[str, GraphIn | GraphOut] = {**(ins or {}), **(outs or {})}
        definition = GraphDefinition.of_body(
            own,
            inputs,
            composed_body(owner, function, inputs, None if outs is None else list(outs), as_config_mapping(config)),
            description=description or doc_of(function),
            tags=tags,
            descriptions={name: port.description for name, port in ports.items()},
        )
        update_wrapper(definition, function, updated=())
        return definition

    return decorate if compose_fn is None else decorate(compose_fn)


def composed_inputs(function: Callable[..., object]) -> tuple[str, ...]:
    """The inputs of the job or graph that a function composes: its parameters."""
    parameters = inspect.signature(function).parameters.values()
    return tuple(p.name for p in parameters if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL))


def _check_declared(owner: str, ins: Mapping[str, object], inputs: tuple[str, ...], outs: Mapping[str, object]) -> None:
    strange = [given for given in ins if given not in inputs]
    if strange:
        msg = f"{owner}: `ins` names {', '.join(strange)}, and the function has no such parameter."
        raise InvalidDefinitionError(msg)
    for ports, kind in ((ins, GraphIn), (outs, GraphOut)):
        wrong = [(name, port) for name, port in ports.items() if not isinstance(port, kind)]
        if wrong:
            name, port = wrong[0]
            msg = f"{owner}: '{name}' is declared by {type(port).__name__}; declare it by a {kind.__name__}."
            raise InvalidDefinitionError(msg)
