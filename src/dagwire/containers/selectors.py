"""Asking a Selector which of its branches it chooses."""

from collections.abc import Callable
from typing import Any

from dependency_injector import providers

from dagwire.containers.provider_types import AnyProvider, is_provider
from dagwire.errors import DagwireError, InvalidProviderError, ResourceSetupError, UnknownNameError


def chosen_branch(
    selector: AnyProvider, current: Callable[[AnyProvider], Callable[[], object]], name: Callable[[AnyProvider], str]
) -> AnyProvider:
    """The branch that `selector` chooses now.

    Args:
        selector: The Selector, as it is declared.
        current: What stands for a provider in the scope.
        name: The name of a provider, for messages.

    Raises:
        InvalidProviderError: It chooses by an option that is not set.
        UnknownNameError: It chooses a branch that it does not have.
        ResourceSetupError: What it asks raised.
    """
    stubbed: Any = selector
    ask, branches = stubbed.selector, stubbed.providers
    try:
        choice = current(ask)() if is_provider(ask) else ask()
    except DagwireError:
        raise
    except Exception as cause:
        raise ResourceSetupError(name(selector), (), cause) from cause
    if choice is None:
        asked = ask.get_name() if isinstance(ask, providers.ConfigurationOption) else _name_of(ask, name)
        problem = f"Its selector {asked} is not set. Set it to one of: {', '.join(branches)}."
        raise InvalidProviderError(name(selector), problem)
    if choice not in branches:
        raise UnknownNameError(f"branch of Selector '{name(selector)}'", str(choice), branches)
    branch: AnyProvider = branches[choice]
    return branch


def _name_of(ask: object, name: Callable[[AnyProvider], str]) -> str:
    return name(ask) if is_provider(ask) else getattr(ask, "__name__", type(ask).__name__)
