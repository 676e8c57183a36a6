"""`diff_environments`: what is not the same in two environments."""

from typing import Any

from dagwire.config.environments import environment
from dagwire.config.provenance import Difference, differences
from dagwire.containers.explain import explain


def diff_environments(target: Any, left: str, right: str) -> list[Difference]:
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
    with environment(left):
        in_left = explain(target)
    with environment(right):
        return differences(in_left, explain(target))
