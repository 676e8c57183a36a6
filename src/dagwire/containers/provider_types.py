"""The kinds of providers, and how a provider is recognised among the arguments of another."""

from typing import Any, TypeGuard

from dependency_injector import providers

AnyProvider = providers.Provider[Any]

DELEGATES = (
    *(providers.Delegate, providers.CallableDelegate, providers.CoroutineDelegate),
    *(providers.FactoryDelegate, providers.SingletonDelegate),
)
"""The kinds that pass on another provider, uncalled."""

AWAITED = (providers.Coroutine,)
"""The kinds whose call gives a coroutine, whatever they call."""

DIRECTORIES = (providers.Aggregate, providers.Container, providers.DependenciesContainer, providers.Self)
"""The kinds that hold providers by name. Whoever asks one for a member has this member built, and no other."""


def is_provider(value: object) -> TypeGuard[AnyProvider]:
    """Whether `value` is a dependency-injector provider; in a form that type checkers follow.

    Asked of the type: a mock with `spec=Provider` claims by its `__class__` to be one, and is a plain value.
    """
    return issubclass(type(value), providers.Provider)


def is_called(injected: AnyProvider) -> bool:
    """Whether an injected provider is called for its object; a delegated one is passed on itself."""
    return not getattr(type(injected), "__IS_DELEGATED__", False)


def is_custom(provider: AnyProvider) -> bool:
    """Whether the kind of `provider` is the user's own, which may copy and call in ways that nobody can foresee."""
    return type(provider).__module__.partition(".")[0] not in {"dependency_injector", "dagwire"}
