"""The replacements of a container's providers in one scope, and which replacement wins."""

from collections.abc import Mapping
from typing import NamedTuple

from dagwire.containers.as_container import replacement_providers
from dagwire.containers.keys import Container, Key
from dagwire.containers.option_overrides import with_options_replaced
from dagwire.containers.overrides import in_force
from dagwire.containers.profile_overrides import profile_overrides
from dagwire.containers.provider_types import AnyProvider

_NOTHING: Mapping[str, object] = {}


class Replacements(NamedTuple):
    """The container that a scope works on, and its replacements; lives as long as the scope."""

    container: Container
    """The container, or the copy on which the test in force works."""
    by_strength: dict[Key, AnyProvider]
    """`{key: provider}`, the strongest last."""
    strongest: Mapping[Key, AnyProvider]
    """The replacements that no binding of a definition may change: the test's and the run's."""

    def by_key(self) -> dict[Key, AnyProvider]:
        """`{key: provider}`; what holds an option takes the place of the option.

        Raises:
            ResourceTypeError: An option is replaced by what is not a plain value.
        """
        return with_options_replaced(self.container, self.by_strength) if self.by_strength else self.by_strength


def profile_replacements(container: Container) -> dict[Key, AnyProvider]:
    """`{key: provider}` of the profile of the environment in force.

    Raises:
        UnknownEnvironmentError: The environment that is picked has no profile.
        UnknownNameError: The profile overrides a key that the container does not have.
    """
    overrides = profile_overrides(container)
    return {**replacement_providers(container, overrides)} if overrides else {}


def effective_replacements(
    container: Container, *, run: Mapping[str, object] = _NOTHING, bindings: Mapping[str, object] = _NOTHING
) -> Replacements:
    """Return the replacements of the providers of `container` here and now.

    An override of a test wins over the resources given to a run, these over what is bound to a definition, this over
    the profile of the environment, and this over the container itself.

    Args:
        container: The container that a scope is opened for.
        run: `{key: value or provider}` given to the run.
        bindings: `{key: value or provider}` bound to the definition.

    Raises:
        ResourceTypeError: A value is a resource's class.
        UnknownEnvironmentError: The environment that is picked has no profile.
        UnknownNameError: A profile overrides a key that the container does not have.
    """
    container, overrides = in_force(container)
    by_strength = profile_replacements(container)
    if not (run or bindings or overrides):
        return Replacements(container, by_strength, overrides)
    if bindings:
        by_strength |= replacement_providers(container, bindings)
    strongest: dict[Key, AnyProvider] = {**replacement_providers(container, run)} if run else {}
    for key, provider in overrides.items():
        strongest.pop(key, None)
        strongest[key] = provider
    for key, provider in strongest.items():
        by_strength.pop(key, None)
        by_strength[key] = provider
    return Replacements(container, by_strength, strongest)
