"""Errors of resources: what is asked for and provided, and how it is opened and closed."""

from collections.abc import Iterable, Sequence

from dagwire.errors.dagwire_error import DagwireError, InvalidDefinitionError, InvariantViolationError, UserCodeError
from dagwire.suggestions import did_you_mean, first_few, quoted_list


class MissingResourceError(InvalidDefinitionError):
    """A resource is asked for by a key that nothing provides. Nothing was opened."""

    def __init__(self, key: str, askers: Iterable[str], known_keys: Iterable[str]) -> None:
        """`askers` are the definitions that ask for `key`; `known_keys` is what is provided."""
        self.key = key
        self.askers: tuple[str, ...] = tuple(askers)
        self.known_keys: tuple[str, ...] = tuple(sorted(known_keys))
        asked = f", asked for by {first_few(self.askers)}," if self.askers else ""
        super().__init__(
            f"Resource '{key}'{asked} is not provided.{did_you_mean(key, self.known_keys)} "
            f"Provided: {quoted_list(self.known_keys)}."
        )


class ResourceTypeError(InvalidDefinitionError, TypeError):
    """The value under a key is not of the type that its user declared. Nothing was opened."""

    def __init__(self, key: str, problem: str) -> None:
        """`problem` has the value found and the type expected."""
        self.key = key
        super().__init__(f"Resource '{key}': {problem}")


class InvalidProviderError(InvalidDefinitionError):
    """A provider of the container cannot give anything: it is undefined, or declared with what cannot work.

    Nothing was opened.
    """

    def __init__(self, name: str, problem: str, required_by: Iterable[str] = ()) -> None:
        """`name` is the provider's key or a description; `required_by` are the keys and definitions that need it."""
        self.name = name
        self.problem = problem
        self.required_by: tuple[str, ...] = tuple(required_by)
        needed = f", needed by {first_few(self.required_by)}" if self.required_by else ""
        super().__init__(f"Provider '{name}'{needed}: {problem}")


class LifetimeError(InvalidDefinitionError):
    """A resource depends on one that is closed before it. Nothing was opened."""

    def __init__(self, path: Sequence[str], longer: str, shorter: str) -> None:
        """`path` names the providers from the resource of the `longer` lifetime down to that of the `shorter` one."""
        self.path: tuple[str, ...] = tuple(path)
        self.longer: str = longer
        self.shorter: str = shorter
        above, below = self.path[0], self.path[-1]
        super().__init__(
            f"Resource '{above}' lives for {_span(longer)} and depends on '{below}', which lives for {_span(shorter)}: "
            f"{' -> '.join(self.path)}. Have '{below}' live for {_span(longer)} too, or '{above}' for {_span(shorter)}."
        )


def _span(lifetime: str) -> str:
    return f"the {lifetime}" if lifetime == "process" else f"a {lifetime}"


class ResourceCycleError(InvalidDefinitionError, InvariantViolationError):
    """Resources depend on one another in a cycle. Nothing was opened."""

    def __init__(self, path: Sequence[str]) -> None:
        """`path` names each provider of the cycle once, in order of dependency."""
        self.path: tuple[str, ...] = tuple(path)
        drawn = " -> ".join((*self.path, self.path[0]))
        super().__init__(f"Resources depend on one another in a cycle: {drawn}. Take one of these arrows away.")


class UnknownResourceError(DagwireError, AttributeError):
    """A key was read from `resources` that its reader did not ask for."""

    def __init__(self, key: str, known_keys: Iterable[str]) -> None:
        """`known_keys` is what the reader asked for."""
        self.key = key
        self.known_keys: tuple[str, ...] = tuple(sorted(known_keys))
        super().__init__(
            f"No resource '{key}' is open here.{did_you_mean(key, self.known_keys)} "
            f"Open: {quoted_list(self.known_keys)}. "
            f"Name it in `required_resource_keys` or as a parameter to have it opened."
        )


class ResourceNotOpenError(DagwireError, RuntimeError):
    """A resource with a life cycle was read outside a run scope, where nothing would close it."""

    def __init__(self, resource: str) -> None:
        """`resource` is the recipe's name."""
        self.resource = resource
        super().__init__(
            f"{resource} has a life cycle, and is open only inside a run scope. Open it with "
            f"`with build_resources(container) as resources:`, which closes it too."
        )


class UnopenedAttributeError(ResourceNotOpenError, AttributeError):
    """A private attribute was read of a resource that nobody has opened, so that nothing has set it."""

    def __init__(self, resource: str, attribute: str) -> None:
        """`resource` is the class's name."""
        self.resource = resource
        self.attribute = attribute
        DagwireError.__init__(
            self,
            f"{resource} is not open, so '{attribute}' was never set: a run scope sets a resource up, on a copy of its "
            "own. In a Dagster project, pass the resource through `resources_for_dagster`.",
        )


class RetryPolicyError(InvalidDefinitionError, TypeError):
    """A retry policy and the resource that it is for do not fit together: one is asynchronous, the other is not."""

    def __init__(self, resource: str, problem: str) -> None:
        """`problem` includes the policy that would fit."""
        self.resource = resource
        super().__init__(f"The retry policy of resource '{resource}' {problem}")


class ResourceSetupError(UserCodeError):
    """A resource could not be opened; those opened before it were closed. The cause is chained."""

    def __init__(self, key: str, askers: Iterable[str], cause: BaseException) -> None:
        """`askers` are the definitions for whom `key` was opened."""
        self.key = key
        self.askers: tuple[str, ...] = tuple(askers)
        asked = f" for {first_few(self.askers)}" if self.askers else ""
        super().__init__(f"Resource '{key}' could not be opened{asked}: {type(cause).__name__}: {cause}")


class ResourceTeardownError(UserCodeError):
    """A resource failed while it was closed; every other one was closed too. The cause is chained."""

    def __init__(self, key: str, cause: BaseException) -> None:
        """`cause` is what its close raised."""
        self.key = key
        super().__init__(f"Resource '{key}' failed while closing: {type(cause).__name__}: {cause}")
