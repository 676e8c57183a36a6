"""`@success_hook` and `@failure_hook`: functions that are called after a step."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal, overload

from dagwire.definitions.specs.valid_names import check_name, name_of
from dagwire.definitions.steps.body import Body
from dagwire.errors import InvalidDefinitionError

Occasion = Literal["success", "failure"]


@dataclass(frozen=True, slots=True, eq=False)
class HookDefinition:
    """A hook; made by `@success_hook` or `@failure_hook`. Callable, as the function is, in a test."""

    name: str
    body: Body
    occasion: Occasion

    @property
    def required_resource_keys(self) -> set[str]:
        """The keys of its resources."""
        return set(self.body.keys)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function with resources by keyword or in a context passed first; see `Body.call`."""
        return self.body.call(self, args, kwargs)


HookDecorator = Callable[[Callable[..., Any]], HookDefinition]


@overload
def success_hook(hook_fn: Callable[..., Any]) -> HookDefinition: ...
@overload
def success_hook(*, name: str | None = None, required_resource_keys: Iterable[str] | None = None) -> HookDecorator: ...
def success_hook(
    hook_fn: Callable[..., Any] | None = None,
    *,
    name: str | None = None,
    required_resource_keys: Iterable[str] | None = None,
) -> HookDefinition | HookDecorator:
    """Make a hook of a function that takes a context, to be called when a step is done.

    Args:
        hook_fn: The function, if the decorator is used without arguments.
        name: The function's name by default.
        required_resource_keys: Resources read as `context.resources.<key>`, beside annotated parameters.

    Raises:
        InvalidDefinitionError: A parameter is neither a context nor a resource.
    """
    decorate = _decorator("success", name, required_resource_keys)
    return decorate if hook_fn is None else decorate(hook_fn)


@overload
def failure_hook(hook_fn: Callable[..., Any]) -> HookDefinition: ...
@overload
def failure_hook(*, name: str | None = None, required_resource_keys: Iterable[str] | None = None) -> HookDecorator: ...
def failure_hook(
    hook_fn: Callable[..., Any] | None = None,
    *,
    name: str | None = None,
    required_resource_keys: Iterable[str] | None = None,
) -> HookDefinition | HookDecorator:
    """Make a hook of a function, to be called when a step has failed, after its last attempt; see `success_hook`."""
    decorate = _decorator("failure", name, required_resource_keys)
    return decorate if hook_fn is None else decorate(hook_fn)


def _decorator(occasion: Occasion, name: str | None, keys: Iterable[str] | None) -> HookDecorator:
    def decorate(function: Callable[..., Any]) -> HookDefinition:
        own = name or name_of(function)
        check_name("hook", own)
        body = Body(function, f"hook '{own}'", keys or ())
        if body.signature.inputs or body.signature.config is not None:
            names = ", ".join(body.signature.inputs) or "config"
            msg = f"{body.owner} takes {names}, and a hook has no such arguments. It takes `context` and resources."
            raise InvalidDefinitionError(msg)
        return HookDefinition(own, body, occasion)

    return decorate
