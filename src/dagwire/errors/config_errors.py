"""Errors of settings, variables, config files and run config."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dagwire.credentials import without_passwords_in_addresses
from dagwire.errors.dagwire_error import DagwireError, InvalidInvocationError, InvariantViolationError, UserCodeError
from dagwire.suggestions import bullets, did_you_mean, quoted_list


class InvalidConfigError(DagwireError, ValueError):
    """Config given for a resource, an op or an asset does not fit its declaration. Nothing was opened."""

    def __init__(self, owner: str, problems: Iterable[str], heading: str = "") -> None:
        """`problems` name field and expectation, never the value given; `heading` comes above them.

        A name that nothing knows is repeated, and may be an address that was written in the wrong place.
        """
        self.owner = owner
        self.problems: tuple[str, ...] = tuple(map(without_passwords_in_addresses, problems))
        super().__init__(f"{heading or f'The config of {owner} is not valid:'}{bullets(self.problems)}")

    @property
    def errors(self) -> "list[ConfigError]":
        """The problems with their paths, as Dagster's error lists them."""
        return [ConfigError(problem, problem.partition(": ")[0]) for problem in self.problems]


@dataclass(frozen=True, slots=True)
class ConfigError:
    """A problem of an `InvalidConfigError`."""

    message: str
    """Field and expectation; never the value given."""
    path: str
    """The field, or the place in the run config."""


class MissingVariableError(InvalidConfigError):
    """Environment variables that an `EnvVar` names are not set. Nothing was opened."""

    def __init__(self, askers_by_variable: Mapping[str, str]) -> None:
        """`{variable: who reads it}`."""
        self.askers_by_variable: dict[str, str] = dict(askers_by_variable)
        lines = [f"{name}, read by {asker}" if asker else name for name, asker in self.askers_by_variable.items()]
        super().__init__("the environment", lines, "Environment variables are not set:")


class SettingsError(DagwireError, ValueError):
    """Settings could not be read; each line names the variable that sets the value. Nothing was opened."""

    def __init__(self, settings: str, problems: Iterable[str], looked_in: Iterable[str] = ()) -> None:
        """`settings` is the class; `problems` name variable and expectation; no value is among them.

        `looked_in` are the places where values were looked for, the strongest first.
        """
        self.settings = settings
        self.problems: tuple[str, ...] = tuple(problems)
        self.looked_in: tuple[str, ...] = tuple(looked_in)
        places = f"\nLooked in: {', '.join(self.looked_in)}." if self.looked_in else ""
        super().__init__(f"{settings} could not be read:{bullets(self.problems)}{places}")


class ConfigFileError(InvariantViolationError, ValueError):
    """A configuration file cannot be read, or is broken. Nothing was opened."""

    def __init__(self, path: str, problem: str, line: int | None = None) -> None:
        """`problem` describes the fault without showing the file's text."""
        self.path = path
        self.line = line
        self.problem = problem
        super().__init__(f"{path}, line {line}: {problem}" if line else f"{path}: {problem}")


class UnknownEnvironmentError(DagwireError, ValueError):
    """The environment that was picked has no profile. Nothing was opened."""

    def __init__(self, name: str, known: Iterable[str], picked_by: str) -> None:
        """`known` are the environments there are; `picked_by` is what named this one: "DAGWIRE_ENV"."""
        self.name = name
        self.known: tuple[str, ...] = tuple(known)
        self.picked_by = picked_by
        super().__init__(f"{picked_by} {self._message()}")

    def _message(self) -> str:
        if self.name and not self.known:
            return f"is '{self.name}', and no settings have profiles, so there are no environments to choose from."
        problem = f"is '{self.name}', which has no profile" if self.name else "picks none, and there is no default"
        return f"{problem}.{did_you_mean(self.name, self.known)} Known: {quoted_list(self.known)}."


class FrozenConfigError(InvalidInvocationError, AttributeError):
    """A public field of a resource or config was set after it was built."""

    def __init__(self, owner: str, field: str) -> None:
        """`owner` is the class, `field` the attribute that was set."""
        self.field = field
        super().__init__(
            f"{owner}.{field}",
            f"is config and cannot be set after construction. For state that changes while a resource is open, declare "
            f"a private attribute: `_{field.lstrip('_')}: ... = PrivateAttr()`.",
        )


class UnconfiguredFieldError(DagwireError, AttributeError):
    """A field was read that is left to launch, outside a run: nothing has configured it yet."""

    def __init__(self, owner: str, field: str) -> None:
        """`owner` is the class, `field` the attribute that was read."""
        self.owner = owner
        self.field = field
        super().__init__(
            f"{owner}.{field} is left to launch. It has a value once a run, or `build_resources` with "
            f"`resource_config`, has opened the resource."
        )


class UnresolvedVariableError(DagwireError, RuntimeError):
    """An `EnvVar` was used as if it were its value, outside a run."""

    def __init__(self, name: str) -> None:
        """`name` is the variable's."""
        self.name = name
        super().__init__(
            f"EnvVar('{name}') stands for a value that is read when a run starts; here it is used as a value. "
            f"Pass it on whole as config, or read it now with EnvVar('{name}').get_value()."
        )


class ConfigMappingError(UserCodeError):
    """The function of a config mapping, or of `configured`, failed. Nothing was opened. The cause is chained."""

    def __init__(self, owner: str, cause: BaseException) -> None:
        """`owner` is the graph, job, op or resource whose config is mapped."""
        self.owner = owner
        super().__init__(f"The config mapping of {owner} failed: {type(cause).__name__}: {cause}")
