"""The errors from which others derive, and which say of what kind a fault is."""

import re
from types import TracebackType
from typing import ClassVar


class DagwireError(Exception):
    """Base of every exception that dagwire raises of its own accord."""

    slug: ClassVar[str] = "dagwire"
    """The name of this error's page: `docs/errors/<slug>.md`."""

    is_user_code_error: ClassVar[bool] = False
    """Whether a function of the user's has failed."""

    __module__ = "dagwire.errors"  # from which it is imported, so a traceback shows that

    def __init_subclass__(cls) -> None:
        """Name the error's page after the class; have tracebacks show the module from which it is imported."""
        super().__init_subclass__()
        if cls.__module__.startswith("dagwire.errors."):
            cls.__module__ = "dagwire.errors"
        cls.slug = re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__.removesuffix("Error")).lower()


class InvariantViolationError(DagwireError):
    """The thing asked for is not available: no such name exists, or not at this time, or not in this place."""


class InvalidDefinitionError(DagwireError):
    """A definition, or how definitions fit together, is wrong."""


class InvalidInvocationError(InvariantViolationError, TypeError):
    """A definition was called with the wrong arguments, or outside the place it works in."""

    def __init__(self, owner: str, problem: str) -> None:
        """`owner` is the definition that was called; `problem` completes the sentence."""
        self.owner = owner
        super().__init__(f"{owner} {problem}")


class UserCodeError(DagwireError):
    """A function of the user's that dagwire called has failed. The cause is chained."""

    is_user_code_error: ClassVar[bool] = True

    @property
    def user_exception(self) -> BaseException | None:
        """The exception that the function raised."""
        return self.__cause__

    @property
    def original_exc_info(self) -> tuple[type[BaseException], BaseException, TracebackType | None] | None:
        """The exception that the function raised, as `sys.exc_info()` gives it."""
        cause = self.__cause__
        return None if cause is None else (type(cause), cause, cause.__traceback__)
