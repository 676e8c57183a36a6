"""Errors of definitions, and of how they fit together: found before anything opens."""

from collections.abc import Iterable, Sequence

from dagwire.errors.dagwire_error import InvalidDefinitionError, InvariantViolationError
from dagwire.suggestions import did_you_mean, quoted_list

_MOST_SHOWN = 24
"""The number of known names that a message lists."""


class ArgumentTypeError(InvalidDefinitionError, TypeError):
    """A definition, a result or an event is given an argument of the wrong type."""

    def __init__(self, owner: str, parameter: str, expected: str, value: object) -> None:
        """`expected` is a noun: "str". The message names types, never the value."""
        self.owner = owner
        self.parameter = parameter
        self.expected = expected
        article = "an" if expected[0].lower() in "aeiou" else "a"
        super().__init__(f"{owner}: `{parameter}` must be {article} {expected}, not {type(value).__name__}.")


class InvalidNameError(InvalidDefinitionError):
    """A definition has a name that cannot serve as one."""

    def __init__(self, owner: str, name: str, problem: str) -> None:
        """`problem` completes the sentence."""
        self.owner = owner
        self.name = name
        super().__init__(f"{owner} cannot be named '{name}': {problem}")


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


class DefinitionCycleError(InvalidDefinitionError):
    """Assets or ops depend on one another in a cycle. Nothing ran."""

    def __init__(self, path: Sequence[str]) -> None:
        """`path` names each definition of the cycle once."""
        self.path: tuple[str, ...] = tuple(path)
        drawn = " -> ".join((*self.path, self.path[0]))
        super().__init__(f"Definitions depend on one another in a cycle: {drawn}. Take one of these arrows away.")


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


class InvalidSelectionError(InvalidDefinitionError, InvariantViolationError):
    """A selection cannot be run: a name in it is unknown, or a selected step needs one that is left out."""


class UnknownNameError(InvalidSelectionError, KeyError):
    """A definition, selection, override or partition is named that does not exist."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        """`kind` is the noun, "job" or "output of step 'load'"; `known` are the valid names."""
        self.kind = kind
        self.name = name
        self.known: tuple[str, ...] = tuple(known)
        shown = self.known if len(self.known) <= _MOST_SHOWN else (*self.known[:_MOST_SHOWN], "...")
        noun, of, owner = kind.partition(" of ")
        self.message: str = (
            f"There is no {noun} '{name}'{of}{owner}.{did_you_mean(name, self.known)} Known: {quoted_list(shown)}."
        )
        super().__init__(self.message)

    def __str__(self) -> str:
        """The message; a KeyError would show it quoted."""
        return self.message
