"""`CalledProvider`: the stand-in of a Factory, a Singleton or a Callable, which calls for its arguments itself.

A copy of such a provider costs several times its call. So a scope in synchronous code calls what the provider declares
with what stands for each argument.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, cast

from dependency_injector import providers

from dagwire.containers.provider_copier import ProviderCopier
from dagwire.containers.provider_graph import ProviderGraph
from dagwire.containers.provider_types import AnyProvider, is_called, is_provider

_NOT_MADE = object()
_DEEPEST = 100
"""The greatest depth of nested calls made here: Python's stack is shorter than dependency-injector's."""


class Call(NamedTuple):
    """The call that one provider declares; worked out once for a plan."""

    function: Callable[..., Any]
    args: Sequence[tuple[Any, bool]]
    """`(value or provider, whether it is a provider that is called)`."""
    plain: Mapping[str, object]
    called: Sequence[tuple[str, AnyProvider]]
    keeps: bool
    """Whether it is a Singleton."""


def calls_of(graph: ProviderGraph, order: Sequence[AnyProvider]) -> dict[AnyProvider, Call]:
    """`{provider: its call}` for each of `order` that can be called here; none if a chain of calls is too long."""
    depth: dict[AnyProvider, int] = {}
    for provider in order:
        depth[provider] = 1 + max((depth.get(one, 0) for one in graph.dependencies(provider)), default=0)
    if max(depth.values(), default=0) > _DEEPEST:
        return {}
    found = ((one, _call_of(one)) for one in order if graph.replacement_of(one) is None)
    return {provider: call for provider, call in found if call is not None}


def _call_of(provider: AnyProvider) -> Call | None:
    declared: Any = provider
    kind = type(provider)
    if kind not in _KINDS or is_provider(declared.provides) or declared.provides is None:
        return None
    args, named = declared.args, declared.kwargs
    has_delegates = any(is_provider(one) and not is_called(one) for one in (*args, *named.values()))
    if has_delegates or (kind is not providers.Callable and declared.attributes):
        return None
    plain = {name: value for name, value in named.items() if not is_provider(value)}
    called = [(name, value) for name, value in named.items() if is_provider(value)]
    return Call(
        declared.provides, [(one, is_provider(one)) for one in args], plain, called, kind is providers.Singleton
    )


_KINDS = (providers.Factory, providers.Singleton, providers.Callable)


class CalledProvider:
    """The stand-in of one provider in one scope; lives as long as the scope."""

    __slots__ = ("_call", "_copier", "_declared", "_made", "_provider")

    def __init__(self, declared: AnyProvider, call: Call, copier: ProviderCopier) -> None:
        """`copier` has the stand-ins of the arguments."""
        self._declared = declared
        self._call = call
        self._copier = copier
        self._made: object = _NOT_MADE
        self._provider: AnyProvider | None = None

    def __call__(self, *args: object, **kwargs: object) -> object:
        """Call the provider; arguments are added to the declared ones, and replace those of the same name."""
        call = self._call
        if not call.keeps:
            return self._result(call, args, kwargs)
        if self._made is _NOT_MADE:
            self._made = self._result(call, args, kwargs)
        return self._made

    def _result(self, call: Call, args: tuple[object, ...], kwargs: dict[str, Any]) -> object:
        slots: Any = self._copier.slots
        named = {**call.plain, **kwargs}
        for name, provider in call.called:
            if name not in kwargs:
                named[name] = slots.get(provider, provider)()
        if not call.args:
            return call.function(*args, **named)
        values: list[Any] = [slots.get(value, value)() if is_called else value for value, is_called in call.args]
        return call.function(*values, *args, **named)

    def as_provider(self) -> AnyProvider:
        """A provider of the same kind, for whoever is given it."""
        if self._provider is None:
            kind: Any = type(self._declared)
            self._provider = cast("AnyProvider", kind(self))
        return self._provider
