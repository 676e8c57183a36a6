"""Every exception of dagwire: facts as attributes, the message rendered from them, one page each in `docs/errors/`.

Raise sites pass facts. The class keeps them and writes the sentence: what is wrong and who asked, the nearest valid
choice, what to do. No message ever holds the value of a setting, only names and sources.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from dagwire.suggestions import bullets, did_you_mean, first_few, quoted, quoted_list


class DagwireError(Exception):
    """Base of every exception that dagwire raises of its own accord."""

    slug: ClassVar[str] = "dagwire"
    """The name of this error's page: `docs/errors/<slug>.md`."""

    def __init_subclass__(cls) -> None:
        """Name the error's page after the class."""
        super().__init_subclass__()
        cls.slug = re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__.removesuffix("Error")).lower()


class InvariantViolationError(DagwireError):
    """The thing asked for is not available: no such name exists, or not at this time, or not in this place."""


# -- what was declared is wrong: found before anything opens -----------------------------------------------------------


class InvalidDefinitionError(DagwireError):
    """A definition, or how definitions fit together, is wrong."""


class FaultsError(InvalidDefinitionError):
    """Several things are wrong; all of them are listed, and nothing was opened."""

    def __init__(self, faults: Sequence[DagwireError]) -> None:
        """Keep every fault, in the order found."""
        self.faults: tuple[DagwireError, ...] = tuple(faults)
        numbered = "".join(f"\n{i}. {fault}" for i, fault in enumerate(self.faults, 1))
        super().__init__(f"{len(self.faults)} faults were found; nothing was opened.{numbered}")


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
    """Resources depend on one another in a circle. Nothing was opened."""

    def __init__(self, path: Sequence[str]) -> None:
        """`path` names each provider of the circle once, in order of dependency."""
        self.path: tuple[str, ...] = tuple(path)
        drawn = " -> ".join((*self.path, self.path[0]))
        super().__init__(f"Resources depend on one another in a circle: {drawn}. Take one of these arrows away.")


class DefinitionCycleError(InvalidDefinitionError):
    """Assets or ops depend on one another in a circle. Nothing ran."""

    def __init__(self, path: Sequence[str]) -> None:
        """`path` names each definition of the circle once."""
        self.path: tuple[str, ...] = tuple(path)
        drawn = " -> ".join((*self.path, self.path[0]))
        super().__init__(f"Definitions depend on one another in a circle: {drawn}.")


class DuplicateDefinitionError(InvalidDefinitionError):
    """Two definitions have one name."""

    def __init__(self, kind: str, name: str) -> None:
        """`kind` is the noun: asset, job, check."""
        self.kind = kind
        self.name = name
        super().__init__(f"Two definitions of {kind} '{name}' were given. Rename one, or give it once.")


class MergeConflictError(InvalidDefinitionError, InvariantViolationError):
    """Definitions that are merged provide different resources or loggers under one key, or different executors."""

    def __init__(self, key: str, kind: str = "resource") -> None:
        """`kind` is the noun: resource, logger, executor."""
        self.key = key
        self.kind = kind
        super().__init__(
            f"{kind.capitalize()} '{key}' is provided by two of the definitions that are merged, and differs. "
            f"Provide it in one."
        )


class InvalidSelectionError(InvalidDefinitionError, InvariantViolationError):
    """A selection cannot be run: a name in it is unknown, or a selected step needs one that is left out."""


class UnknownNameError(InvalidSelectionError, KeyError):
    """A definition, selection, override or partition is named that does not exist."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        """`kind` is the noun: job, asset, override; `known` are the valid names."""
        self.kind = kind
        self.name = name
        self.known: tuple[str, ...] = tuple(known)
        shown = self.known if len(self.known) <= _MOST_SHOWN else (*self.known[:_MOST_SHOWN], "...")
        self.message: str = f"There is no {kind} '{name}'.{did_you_mean(name, self.known)} Known: {quoted_list(shown)}."
        super().__init__(self.message)

    def __str__(self) -> str:
        """The message; a KeyError would show it quoted."""
        return self.message


class UnknownPartitionError(UnknownNameError):
    """A run or a range names a partition that does not exist. Nothing ran."""

    def __init__(self, key: str, known: Iterable[str]) -> None:
        """`known` are the keys that exist now."""
        super().__init__("partition", key, known)


class OutputAnnotationError(InvalidDefinitionError, InvariantViolationError):
    """An op has several outputs, and its return annotation does not declare as many types."""

    def __init__(self, owner: str, outputs: Sequence[str], annotation: object) -> None:
        """`annotation` is the return annotation; `outputs` are the names of the outputs."""
        self.outputs: tuple[str, ...] = tuple(outputs)
        shown = getattr(annotation, "__name__", None) if isinstance(annotation, type) else annotation
        super().__init__(
            f"{owner} has {len(self.outputs)} outputs ({', '.join(self.outputs)}), and its function is annotated to "
            f"return {shown}. Annotate a tuple of {len(self.outputs)} types, or leave the annotation out."
        )


class PartitionMappingError(InvalidDefinitionError):
    """A partition mapping does not fit the partitions of the two assets that it is between. Nothing ran."""

    def __init__(self, asker: str, upstream: str, mapping: str, problem: str) -> None:
        """`asker` needs partitions of the asset `upstream`; `problem` is a sentence."""
        self.asker = asker
        self.upstream = upstream
        super().__init__(f"{asker} needs partitions of asset '{upstream}' by {mapping}. {problem}")


class MissingUpstreamPartitionError(InvariantViolationError):
    """A partition needs partitions of an upstream asset that do not exist."""

    def __init__(self, asker: str, upstream: str, keys: Sequence[str], missing: Sequence[str]) -> None:
        """`asker` makes `keys`, and needs `missing` of the asset `upstream`."""
        self.asker = asker
        self.upstream = upstream
        self.missing: tuple[str, ...] = tuple(missing)
        made = f"partition '{keys[0]}'" if len(keys) == 1 else f"partitions '{keys[0]}' to '{keys[-1]}'"
        of_whom = f"{asker}, {made}," if keys else asker
        super().__init__(
            f"{of_whom} needs partitions of asset '{upstream}' that do not exist: {first_few(quoted(missing))}. Start "
            f"and end both at the same time, give another `partition_mapping`, or leave them out: "
            f"TimeWindowPartitionMapping(allow_nonexistent_upstream_partitions=True)."
        )


class UnstoredPartitionError(InvalidDefinitionError):
    """A step takes a partition that this run does not make, and nothing stores those of other runs. Nothing ran."""

    def __init__(self, asker: str, upstream: str, taken: Sequence[str], made: Sequence[str]) -> None:
        """`asker` takes the partitions `taken` of the asset `upstream`, of which the run has `made` in memory."""
        self.asker = asker
        self.upstream = upstream
        self.taken: tuple[str, ...] = tuple(taken)
        super().__init__(
            f"{asker} takes {first_few(quoted(taken)) or 'no partition'} of asset '{upstream}'; this run makes "
            f"{first_few(quoted(made))}, and passes its values on in memory. Provide an IO manager as 'io_manager', so "
            f"that values of other runs can be loaded, or name the asset in `deps` and read its data from a resource."
        )


class UnreadableDateError(InvalidDefinitionError, ValueError):
    """A date or partition key is not written in the form that its partitions use."""

    def __init__(self, date: str, fmt: str) -> None:
        """`fmt` is the form, as `strftime` has it."""
        self.date = date
        self.fmt = fmt
        super().__init__(f"'{date}' does not read as a date written '{fmt}'. Write it so, or give another `fmt`.")


class InvalidNameError(InvalidDefinitionError):
    """A definition has a name that cannot serve as one."""

    def __init__(self, owner: str, name: str, problem: str) -> None:
        """`problem` completes the sentence."""
        self.owner = owner
        self.name = name
        super().__init__(f"{owner} cannot be named '{name}': {problem}")


class ArgumentTypeError(InvalidDefinitionError, TypeError):
    """A definition, a result or an event is given an argument of the wrong type."""

    def __init__(self, owner: str, parameter: str, expected: str, value: object) -> None:
        """`expected` is a noun: "str". The message names types, never the value."""
        self.owner = owner
        self.parameter = parameter
        self.expected = expected
        article = "an" if expected[0].lower() in "aeiou" else "a"
        super().__init__(f"{owner}: `{parameter}` must be {article} {expected}, not {type(value).__name__}.")


_MOST_SHOWN = 24


# -- what was given is wrong: settings, variables, run config ----------------------------------------------------------


class InvalidConfigError(DagwireError, ValueError):
    """Config given for a resource, an op or an asset does not fit its declaration. Nothing was opened."""

    def __init__(self, owner: str, problems: Iterable[str], heading: str = "") -> None:
        """`problems` name field and expectation, never the value given; `heading` comes above them."""
        self.owner = owner
        self.problems: tuple[str, ...] = tuple(problems)
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
        told = f"is '{name}', and there is no such environment" if name else "picks none, and there is no default"
        super().__init__(
            f"{picked_by} {told}.{did_you_mean(name, self.known)} Known ones: {', '.join(self.known) or 'none'}."
        )


class MissingVariableError(InvalidConfigError):
    """Environment variables that an `EnvVar` names are not set. Nothing was opened."""

    def __init__(self, askers_by_variable: Mapping[str, str]) -> None:
        """`{variable: who reads it}`."""
        self.askers_by_variable: dict[str, str] = dict(askers_by_variable)
        lines = [f"{name}, read by {asker}" if asker else name for name, asker in self.askers_by_variable.items()]
        super().__init__("the environment", lines, "Environment variables are not set:")


class ConfigFaultsError(InvalidConfigError):
    """The config of several owners does not fit; all faults are listed, and nothing was opened."""

    def __init__(self, faults: Sequence[InvalidConfigError]) -> None:
        """Keep every fault, in the order found."""
        self.faults: tuple[InvalidConfigError, ...] = tuple(faults)
        problems = [f"{fault.owner}: {problem}" for fault in self.faults for problem in fault.problems]
        super().__init__(", ".join(fault.owner for fault in self.faults), problems, "The config given is not valid:")


def gathered(faults: Sequence[DagwireError]) -> DagwireError:
    """The one error to raise for `faults`, of which there is at least one."""
    if len(faults) == 1:
        return faults[0]
    configs = [fault for fault in faults if isinstance(fault, InvalidConfigError)]
    if len(configs) < len(faults):
        return FaultsError(faults)
    missing = [fault for fault in configs if isinstance(fault, MissingVariableError)]
    if len(missing) < len(faults):
        return ConfigFaultsError(configs)
    return MissingVariableError({name: asker for one in missing for name, asker in one.askers_by_variable.items()})


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


# -- a call is wrong ---------------------------------------------------------------------------------------------------


class InvalidInvocationError(InvariantViolationError, TypeError):
    """A definition was called with the wrong arguments, or outside the place it works in."""

    def __init__(self, owner: str, problem: str) -> None:
        """`owner` is the definition that was called; `problem` completes the sentence."""
        self.owner = owner
        super().__init__(f"{owner} {problem}")


class InvalidPropertyError(DagwireError):
    """An attribute of a context was read in a place where it has no value."""

    def __init__(self, name: str, reason: str) -> None:
        """`name` is the attribute; `reason` completes the sentence."""
        self.name = name
        super().__init__(f"`context.{name}` has no value here: {reason}.")


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


class UnexpectedResultError(InvariantViolationError):
    """A body returned what its definition does not declare."""

    def __init__(self, step: str, problem: str) -> None:
        """`step` is the definition whose body ran."""
        self.step = step
        super().__init__(f"{step} {problem}")


class MissingValueError(InvariantViolationError, FileNotFoundError):
    """A step takes the value of an asset that its run does not make, and nothing has stored it.

    It is a FileNotFoundError as in Dagster, whose default IO manager finds no file then.
    """

    def __init__(self, asset: str, partition_key: str | None) -> None:
        """Keep the asset and its partition; None for an asset without partitions."""
        self.asset = asset
        self.partition_key = partition_key
        partition = "" if partition_key is None else f", partition '{partition_key}'"
        super().__init__(
            f"There is no value of asset '{asset}'{partition}: the run does not make it, and no earlier run of its "
            f"instance did. Select it too, or provide an IO manager under 'io_manager' that keeps values between runs."
        )


class UnpicklableValueError(InvariantViolationError):
    """A value has no pickle, and its IO manager stores pickles. Nothing was stored."""

    def __init__(self, place: str, found: str, cause: BaseException) -> None:
        """`place` is the asset or output; the value itself is not shown, only its type `found`."""
        self.place = place
        super().__init__(
            f"{place}: a {found} is not picklable ({type(cause).__name__}); its IO manager stores pickles. "
            f"Give the output an IO manager that stores such values, or mem_io_manager, which keeps them in memory."
        )


class WrongTypeError(DagwireError, TypeError):
    """A step was given or gave a value of another type than it declares."""

    def __init__(self, step: str, place: str, name: str, dagster_type: Any, type_check: Any) -> None:
        """Name the place and the type.

        Args:
            step: The definition that takes or gives the value.
            place: "input" or "output".
            name: The name of the input or output.
            dagster_type: The declared type.
            type_check: The result of its check; its description is shown, the value is not.
        """
        self.step = step
        self.place = place
        self.name = name
        self.dagster_type = dagster_type
        self.type_check = type_check
        self.metadata: Mapping[str, object] = type_check.metadata
        found = f" {type_check.description.rstrip('.')}." if type_check.description else ""
        self.description: str = (
            f"{step}: {place} '{name}' is not of its declared type {dagster_type.display_name}.{found}"
        )
        super().__init__(f"{self.description} Change the declaration, or the value.")


# -- a life cycle failed -----------------------------------------------------------------------------------------------


class UserCodeError(DagwireError):
    """A function of the user's that dagwire called has failed. The cause is chained."""


class ConfigMappingError(UserCodeError):
    """The function of a config mapping failed. Nothing was opened. The cause is chained."""

    def __init__(self, owner: str, cause: BaseException) -> None:
        """`owner` is the graph or job whose config is mapped."""
        self.owner = owner
        super().__init__(f"The config mapping of {owner} failed: {type(cause).__name__}: {cause}")


class StepExecutionError(UserCodeError):
    """The body of a step raised an exception, which is chained; a run raises that exception itself."""

    def __init__(self, step: str, cause: BaseException) -> None:
        """`cause` is the exception of the body."""
        self.step = step
        super().__init__(f"Step '{step}' failed: {type(cause).__name__}: {cause}")


class StepExitError(UserCodeError):
    """The body of a step called `sys.exit()`, which fails the step whatever its code. The SystemExit is chained."""

    def __init__(self, step: str, code: object) -> None:
        """`code` is the argument of `sys.exit`."""
        self.step = step
        self.code = code
        super().__init__(
            f"{step} called sys.exit({'' if code is None else repr(code)}), which fails its step. To end a step early, "
            f"return; to fail it, raise an exception."
        )


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


class MissingExtraError(DagwireError, ImportError):
    """An optional part is used whose packages are not installed."""

    def __init__(self, purpose: str, extra: str) -> None:
        """`purpose` is what was to be done; `extra` is the extra of dagwire that installs what it needs."""
        self.purpose = purpose
        self.extra = extra
        super().__init__(
            f"{purpose} needs packages that are not installed. Install them: pip install 'dagwire[{extra}]'."
        )


class RetryPolicyError(InvalidDefinitionError, TypeError):
    """A retry policy and the resource that it is for do not fit together: one is asynchronous, the other is not."""

    def __init__(self, resource: str, problem: str) -> None:
        """`problem` includes the policy that would fit."""
        self.resource = resource
        super().__init__(f"The retry policy of resource '{resource}' {problem}")


class CheckFailedError(DagwireError):
    """A blocking asset check failed, so nothing downstream of its asset ran."""

    def __init__(self, check: str, asset: str, description: str | None) -> None:
        """`check` is the check's name, `asset` the asset key checked."""
        self.check = check
        self.asset = asset
        said = f": {description}" if description else ""
        super().__init__(f"Blocking check '{check}' of asset '{asset}' failed{said}.")


# -- tests -------------------------------------------------------------------------------------------------------------


class LeakError(DagwireError):
    """A test, or a fixture, left something behind that outlives it."""

    def __init__(self, owner: str, leaks: Iterable[str]) -> None:
        """`leaks` say what it is, and which line made it."""
        self.owner = owner
        self.leaks: tuple[str, ...] = tuple(leaks)
        super().__init__(f"{owner} left behind:{bullets(self.leaks)}")


# -- the command line --------------------------------------------------------------------------------------------------


class DefinitionsNotFoundError(DagwireError):
    """The command line finds no definitions to work on, or cannot load them."""

    def __init__(self, problem: str) -> None:
        """`problem` describes what was looked for and where."""
        super().__init__(
            f"{problem} Name them as 'module:attribute', by -m or in pyproject.toml: "
            '[tool.dagwire] definitions = "package.module:defs".'
        )


class DefinitionsImportError(DagwireError, ImportError):
    """The module of the definitions, or one that it imports, fails while it is imported. Nothing was opened."""

    def __init__(self, module: str, failure: str) -> None:
        """`failure` is the traceback through the user's own files, the error last."""
        self.module = module
        super().__init__(f"Importing '{module}' fails. Mend the last of these lines first:\n{failure}")


class StateFileError(DagwireError):
    """A file in which the command line keeps what one tick leaves for the next cannot be read or written."""

    def __init__(self, path: str, problem: str) -> None:
        """`problem` describes the fault."""
        self.path = path
        self.problem = problem
        super().__init__(f"{path} {problem}")


class TickFailedError(DagwireError):
    """The function of a schedule or sensor raised. Nothing was run, and no cursor was kept. The cause is chained."""

    def __init__(self, label: str, cause: BaseException) -> None:
        """`label` names the definition."""
        self.label = label
        super().__init__(f"The function of {label} failed: {type(cause).__name__}: {cause}")


class AlreadyTickingError(DagwireError):
    """A schedule or sensor is being asked by another process. Nothing was asked or run."""

    def __init__(self, label: str, lock: str) -> None:
        """`label` names the definition; `lock` is the file that the other process holds."""
        self.label = label
        self.lock = lock
        super().__init__(f"Another process is at a tick of {label} and holds {lock}. Ask again when it is done.")


# -- integrations ------------------------------------------------------------------------------------------------------


class NotCarriedError(InvalidDefinitionError):
    """A definition, or a key, has no equal in Dagster. Nothing was left out: no Dagster definition was made."""

    def __init__(self, part: str, problem: str) -> None:
        """`part` names it, `problem` describes why and what to do."""
        self.part = part
        self.problem = problem
        super().__init__(f"{part} {problem}")


class DagsterStepError(DagwireError):
    """A step that Dagster executes failed; for resources, where Dagster keeps only the text of the real error."""

    def __init__(self, step: str, text: str) -> None:
        """`text` is the real error's class and message."""
        self.step = step
        self.text = text
        super().__init__(f"Step '{step}' failed: {text}")
