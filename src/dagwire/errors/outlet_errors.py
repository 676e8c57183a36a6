"""Errors of the outlets: the command line, the tests, Dagster, and packages that are not installed."""

from collections.abc import Iterable

from dagwire.errors.dagwire_error import DagwireError, InvalidDefinitionError
from dagwire.suggestions import bullets


class MissingExtraError(DagwireError, ImportError):
    """An optional part is used whose packages are not installed."""

    def __init__(self, purpose: str, extra: str) -> None:
        """`purpose` is what was to be done; `extra` is the extra of dagwire that installs what it needs."""
        self.purpose = purpose
        self.extra = extra
        super().__init__(
            f"{purpose} needs packages that are not installed. Install them: pip install 'dagwire[{extra}]'."
        )


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


class LeakError(DagwireError):
    """A test, or a fixture, left something behind that outlives it."""

    def __init__(self, owner: str, leaks: Iterable[str]) -> None:
        """`leaks` say what it is, and which line made it."""
        self.owner = owner
        self.leaks: tuple[str, ...] = tuple(leaks)
        super().__init__(f"{owner} left behind:{bullets(self.leaks)}")


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
