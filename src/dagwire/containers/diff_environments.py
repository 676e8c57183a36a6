"""`diff_environments`: what is not the same in two environments."""

from dagwire.config.environments.environment import environment
from dagwire.config.explain.explained_values import Difference, Explained, differences
from dagwire.containers.explain import explain


def diff_environments(target: object, left: str, right: str) -> list[Difference]:
    """The values of `target` that differ between two environments, each with where it comes from; secrets are masked.

    An environment that is not complete here, since its secrets are kept elsewhere, is compared as far as it goes.

    Args:
        target: What `explain` takes; its settings have `Profiles`.
        left: The name of an environment.
        right: The name of another.

    Raises:
        SettingsError: A source of the settings cannot be read.
        UnknownEnvironmentError: One of them has no profile.
    """
    return differences(_own_values(target, left), _own_values(target, right))


def _own_values(target: object, name: str) -> list[Explained]:
    """The values in an environment, those left out that resources take from the settings."""
    with environment(name):
        return [one for one in explain(target) if not one.source.setting]
