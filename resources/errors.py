"""Errors for the failures of outside systems."""

from collections.abc import Mapping


class FlightsError(Exception):
    """A failure, with its place and its remedy in one message. Never holds the value of a secret."""

    def __init__(self, where: object, problem: str, advice: str) -> None:
        """Keep the three facts, which the message joins."""
        super().__init__(where, problem, advice)
        self.where = str(where)
        self.problem = problem
        self.advice = advice

    def __str__(self) -> str:
        """The message."""
        return f"{self.where}: {self.problem}. {self.advice}."


class ServerError(FlightsError):
    """The local server could not be started."""


class ApiError(FlightsError):
    """The API could not be reached, refused, or sent something that is not what it promised."""


class StoreError(FlightsError):
    """The object store could not be read or written."""


class WarehouseError(FlightsError):
    """The warehouse could not be opened, read or written."""


class DashboardError(FlightsError):
    """The dashboard could not be published."""


class MissingPackageError(FlightsError):
    """The client of a system is not installed."""


def advice_for(reason: str, known: Mapping[str, str], otherwise: str) -> str:
    """The advice for a failure: the one whose key is a part of `reason`, whatever the case."""
    return next((advice for part, advice in known.items() if part.lower() in reason.lower()), otherwise)
