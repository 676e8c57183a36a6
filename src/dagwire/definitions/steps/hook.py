"""Hooks: functions that are called after a step."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal, NamedTuple, overload

from dagwire.definitions.specs.valid_names import check_name, name_of
from dagwire.definitions.steps.body import Body
from dagwire.definitions.steps.call_by_name import call_hook_directly
from dagwire.errors import InvalidDefinitionError, InvalidInvocationError

Occasion = Literal["success", "failure"]


class HookExecutionResult(NamedTuple):
    """The result of a hook that takes the events of a step."""

    hook_name: str
    is_skipped: bool = False
    """Whether the hook had nothing to do."""


class HookDefinition:
    """A hook; made by `@success_hook` or `@failure_hook`, or by hand of a function that takes events.

    As a decorator of a job or a graph it is called after each step. A test calls it as it calls its function.
    """

    occasion: Occasion | None = None
    """The end of a step that it is called after; None for each."""

    def __init__(
        self,
        *,
        name: str,
        hook_fn: Callable[..., object],
        required_resource_keys: Iterable[str] | None = None,
        decorated_fn: Callable[..., object] | None = None,
    ) -> None:
        """Declare a hook.

        Args:
            name: Its name.
            hook_fn: Called after each step with its context and the events of the step; returns a HookExecutionResult.
            required_resource_keys: Resources read as `context.resources.<key>`.
            decorated_fn: Called in a test that calls the hook; without it the hook cannot be called.

        Raises:
            InvalidDefinitionError: The name or a parameter cannot be used.
        """
        check_name("hook", name)
        self.name = name
        self.hook_fn = hook_fn
        self.body: Body = Body(hook_fn, f"hook '{name}'", required_resource_keys or (), context_first=True)
        self._called_directly = (
            None
            if decorated_fn is None
            else Body(decorated_fn, self.body.owner, required_resource_keys or (), context_first=True)
        )

    @property
    def required_resource_keys(self) -> set[str]:
        """The keys of its resources."""
        return set(self.body.keys)

    def __call__(self, *args: Any, **kwargs: object) -> object:
        """Put the hook on a job or a graph; or call its function with a context, as a test does.

        Raises:
            InvalidInvocationError: Arguments are missing or unknown, or the hook was made without `decorated_fn`.
            MissingResourceError: A resource is passed neither by keyword nor in the context.
        """
        if len(args) == 1 and not kwargs and hasattr(args[0], "with_hooks"):
            return args[0].with_hooks({self})
        if self._called_directly is None:
            problem = "was made by hand, so it has no function for tests. Call its `hook_fn`, or pass `decorated_fn`."
            raise InvalidInvocationError(self.body.owner, problem)
        return call_hook_directly(self, self._called_directly, args, kwargs)

    def __repr__(self) -> str:
        """Show its name."""
        return f"HookDefinition({self.name})"


class _OccasionalHook(HookDefinition):
    """A hook that is called after one end of a step."""

    def __init__(
        self, name: str, function: Callable[..., object], keys: Iterable[str] | None, occasion: Occasion
    ) -> None:
        super().__init__(name=name, hook_fn=function, required_resource_keys=keys, decorated_fn=function)
        self.occasion = occasion
        self.hook_fn = self._call_if_due
        signature = self.body.signature
        if signature.context is None or signature.inputs or signature.config is not None:
            msg = f"{self.body.owner} must take a `context` first, and then nothing but resources."
            raise InvalidDefinitionError(msg)

    def _call_if_due(self, context: Any, event_list: Sequence[Any]) -> HookExecutionResult:
        """Call the function if the events hold the end that it waits for."""
        is_due = any(e.is_step_success if self.occasion == "success" else e.is_step_failure for e in event_list)
        if is_due:
            keys = self.body.signature.keys
            self.body.function(context, **{name: getattr(context.resources, key) for name, key in keys.items()})
        return HookExecutionResult(self.name, is_skipped=not is_due)


HookDecorator = Callable[[Callable[..., Any]], HookDefinition]


@overload
def success_hook(hook_fn: Callable[..., object]) -> HookDefinition: ...
@overload
def success_hook(*, name: str | None = None, required_resource_keys: Iterable[str] | None = None) -> HookDecorator: ...
def success_hook(
    hook_fn: Callable[..., object] | None = None,
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
        InvalidDefinitionError: The first parameter is not a context, or another is not a resource.
    """
    decorate = _decorator("success", name, required_resource_keys)
    return decorate if hook_fn is None else decorate(hook_fn)


@overload
def failure_hook(hook_fn: Callable[..., object]) -> HookDefinition: ...
@overload
def failure_hook(*, name: str | None = None, required_resource_keys: Iterable[str] | None = None) -> HookDecorator: ...
def failure_hook(
    hook_fn: Callable[..., object] | None = None,
    *,
    name: str | None = None,
    required_resource_keys: Iterable[str] | None = None,
) -> HookDefinition | HookDecorator:
    """Make a hook of a function, to be called when a step has failed, after its last attempt; see `success_hook`."""
    decorate = _decorator("failure", name, required_resource_keys)
    return decorate if hook_fn is None else decorate(hook_fn)


def _decorator(occasion: Occasion, name: str | None, keys: Iterable[str] | None) -> HookDecorator:
    return lambda function: _OccasionalHook(name or name_of(function), function, keys, occasion)


@overload
def event_list_hook(hook_fn: Callable[..., object]) -> HookDefinition: ...
@overload
def event_list_hook(
    *, name: str | None = None, required_resource_keys: Iterable[str] | None = None
) -> HookDecorator: ...
def event_list_hook(
    hook_fn: Callable[..., object] | None = None,
    *,
    name: str | None = None,
    required_resource_keys: Iterable[str] | None = None,
) -> HookDefinition | HookDecorator:
    """Make a hook of a function that takes a context and the events of a step, to be called after each step.

    The function returns a `HookExecutionResult`. Arguments are those of `success_hook`.

    Raises:
        InvalidDefinitionError: The function does not take a context and a list of events.
    """

    def decorate(function: Callable[..., object]) -> HookDefinition:
        hook = HookDefinition(
            name=name or name_of(function),
            hook_fn=function,
            required_resource_keys=required_resource_keys,
            decorated_fn=function,
        )
        if hook.body.signature.context is None or len(hook.body.signature.inputs) != 1:
            msg = f"{hook.body.owner} must take a `context` first, and then the list of events."
            raise InvalidDefinitionError(msg)
        return hook

    return decorate if hook_fn is None else decorate(hook_fn)
