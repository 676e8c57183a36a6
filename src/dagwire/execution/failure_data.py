"""The reason of a step's failure, as results and events report it."""

import traceback
from typing import NamedTuple

from dagwire.definitions.specs.retries import Failure


class FailureData(NamedTuple):
    """The reason of a step's failure."""

    error: "ErrorInfo"

    @property
    def user_failure_data(self) -> Failure | None:
        """The `Failure` that the body raised, with its description and metadata; None if it raised another error."""
        return self.error.exception if isinstance(self.error.exception, Failure) else None


class ErrorInfo(NamedTuple):
    """An exception, in words."""

    exception: BaseException

    @property
    def message(self) -> str:
        """The last lines of its traceback: its class and its message."""
        return "".join(traceback.format_exception_only(self.exception))

    @property
    def cls_name(self) -> str:
        """The name of its class."""
        return type(self.exception).__name__

    @property
    def cause(self) -> "ErrorInfo | None":
        """The exception that it was raised from."""
        return ErrorInfo(self.exception.__cause__) if self.exception.__cause__ is not None else None

    def to_string(self) -> str:
        """The whole traceback."""
        return "".join(traceback.format_exception(self.exception))
