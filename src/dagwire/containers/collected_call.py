"""The calls that providers make of their parts: lists, dicts, attributes, items and method calls, as function calls."""

from collections.abc import Callable, Sequence
from operator import getitem
from typing import Any

from dependency_injector import providers

from dagwire.containers.provider_types import AnyProvider, is_called, is_provider

_GETTERS: dict[type, Callable[..., object]] = {providers.AttributeGetter: getattr, providers.ItemGetter: getitem}


def collected_call(provider: AnyProvider) -> tuple[Callable[..., object], Sequence[object]] | None:
    """The function that gives what `provider` gives, and its arguments, providers among them called; or None."""
    declared: Any = provider
    kind: Any = type(provider)
    if kind is providers.List:
        return _if_called(_listed, declared.args)
    if kind is providers.Dict:
        named: dict[object, object] = declared.kwargs
        names = tuple(named)
        return None if any(map(is_provider, names)) else _if_called(_dict_maker(names), tuple(named.values()))
    if kind in _GETTERS:
        return None if is_provider(declared.name) else _if_called(_GETTERS[kind], (declared.provides, declared.name))
    if kind is providers.ProvidedInstance:
        return _if_called(_itself, (declared.provides,))
    if kind is providers.MethodCaller and not declared.kwargs:
        return _if_called(_called, (declared.provides, *declared.args))
    return None


def _if_called(
    function: Callable[..., object], values: Sequence[object]
) -> tuple[Callable[..., object], Sequence[object]] | None:
    """The call, unless it passes on a provider uncalled."""
    return None if any(is_provider(one) and not is_called(one) for one in values) else (function, values)


def _listed(*values: object) -> list[object]:
    return [*values]


def _dict_maker(names: tuple[object, ...]) -> Callable[..., dict[object, object]]:
    def made(*values: object) -> dict[object, object]:
        return dict(zip(names, values, strict=True))

    return made


def _itself(value: object) -> object:
    return value


def _called(method: Callable[..., object], *args: object) -> object:
    return method(*args)
