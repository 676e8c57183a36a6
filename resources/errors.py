"""Errors for the failures of outside systems."""


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
