"""`CallArguments`: the arguments of a direct call, sorted by kind. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from dagwire.definitions.steps.body import Body
from dagwire.definitions.steps.body_context import BodyContext
from dagwire.definitions.steps.signature import CONFIG_NAME
from dagwire.errors import InvalidInvocationError


class CallArguments(NamedTuple):
    """The arguments of a direct call, sorted by kind."""

    context: Any
    """The context; None if none was passed, or None itself was."""
    config: Any
    """The argument for the parameter `config`; None if it was not passed."""
    resources: Mapping[str, Any]
    """`{parameter: resource}` of those that were passed."""
    inputs: Mapping[str, object]
    """`{parameter: value}` of those that were passed."""


def sort_arguments(body: Body, args: Sequence[object], kwargs: Mapping[str, object]) -> CallArguments:
    """Sort the arguments of a direct call.

    Raises:
        InvalidInvocationError: The context is missing, or an argument is passed twice or has no parameter.
    """
    context, positional, named = _split_context(body, args, kwargs)
    values = _by_parameter(body, positional, named)
    signature = body.signature
    return CallArguments(
        context,
        values.pop(CONFIG_NAME, None) if signature.config is not None else None,
        {name: values.pop(name) for name in signature.keys if name in values},
        values,
    )


def _split_context(
    body: Body, args: Sequence[object], kwargs: Mapping[str, object]
) -> tuple[object, Sequence[object], Mapping[str, object]]:
    name = body.signature.context
    if name is None:
        has_context = bool(args) and isinstance(args[0], BodyContext)
        return (args[0], args[1:], kwargs) if has_context else (None, args, kwargs)
    if name in kwargs:
        return kwargs[name], args, {key: value for key, value in kwargs.items() if key != name}
    if not args or not (args[0] is None or isinstance(args[0], BodyContext)):
        problem = f"takes a context as '{name}', and none was passed. Build one, or pass None, as the first argument."
        raise InvalidInvocationError(body.owner, problem)
    return args[0], args[1:], kwargs


def _by_parameter(body: Body, args: Sequence[object], kwargs: Mapping[str, object]) -> dict[str, Any]:
    signature = body.signature
    if len(args) > len(signature.positional):
        problem = f"takes {len(signature.positional)} arguments by position, and {len(args)} were passed."
        raise InvalidInvocationError(body.owner, problem)
    values = dict(zip(signature.positional, args, strict=False))
    for name, value in kwargs.items():
        if name in values:
            raise InvalidInvocationError(body.owner, f"was passed '{name}' twice.")
        if name not in signature.parameters and not signature.takes_any_name:
            problem = f"has no parameter '{name}'. It takes: {', '.join(signature.parameters) or 'none'}."
            raise InvalidInvocationError(body.owner, problem)
        values[name] = value
    return values
