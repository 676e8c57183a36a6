"""What stands among the arguments of a provider: values, and other providers."""

from typing import Any, TypeGuard

from dependency_injector import providers

AnyProvider = providers.Provider[Any]


def is_provider(value: object) -> TypeGuard[AnyProvider]:
    """Whether `value` is a dependency-injector provider; in a form that type checkers follow."""
    return isinstance(value, providers.Provider)


def is_called(injected: AnyProvider) -> bool:
    """Whether what is injected is what the provider provides; delegated ones are handed on themselves."""
    return not getattr(type(injected), "__IS_DELEGATED__", False)
