"""Retries, and the exceptions by which a body controls them: `RetryPolicy`, `RetryRequested`, `Failure`."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from dagwire.definitions.specs.argument_types import check_type
from dagwire.definitions.specs.metadata import MetadataValue
from dagwire.definitions.specs.normalized_metadata import normalized_metadata
from dagwire.errors import ArgumentTypeError, InvalidDefinitionError


class Backoff(Enum):
    """The growth of the delay from one attempt to the next."""

    LINEAR = "LINEAR"
    EXPONENTIAL = "EXPONENTIAL"


class Jitter(Enum):
    """The spread of the delay, so that many steps are not retried at one moment."""

    FULL = "FULL"
    """Anywhere between nothing and the delay."""
    PLUS_MINUS = "PLUS_MINUS"
    """The delay, more or less a random part of it."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """The number of retries of a step that fails, and the delay before each."""

    max_retries: int = 1
    delay: float | None = None
    """Seconds before the first retry; none by default."""
    backoff: Backoff | None = None
    jitter: Jitter | None = None

    def __post_init__(self) -> None:
        """Refuse `backoff` or `jitter` without a delay, which would have no effect.

        Raises:
            InvalidDefinitionError: `backoff` or `jitter` is given without `delay`.
            ArgumentTypeError: An argument is of another type.
        """
        if type(self.max_retries) is not int:  # None is not a number of retries
            raise ArgumentTypeError("RetryPolicy", "max_retries", "int", self.max_retries)
        check_type("RetryPolicy", "delay", self.delay, float, int)
        check_type("RetryPolicy", "backoff", self.backoff, Backoff)
        check_type("RetryPolicy", "jitter", self.jitter, Jitter)
        given = [name for name in ("backoff", "jitter") if getattr(self, name) is not None]
        if given and self.delay is None:
            msg = f"A RetryPolicy has {' and '.join(given)} and no delay to apply it to. Give `delay`, in seconds."
            raise InvalidDefinitionError(msg)

    def calculate_delay(self, attempt_num: int) -> float:
        """The seconds to wait before retry `attempt_num`, which counts from 1."""
        delay = self.delay or 0.0
        if self.backoff is Backoff.LINEAR:
            delay *= attempt_num
        elif self.backoff is Backoff.EXPONENTIAL:
            delay *= 2**attempt_num - 1
        if self.jitter is Jitter.FULL:
            return random.random() * delay  # noqa: S311  # it spreads load, it guards nothing
        if self.jitter is Jitter.PLUS_MINUS:
            return delay + (2 * random.random() - 1) * (self.delay or 0.0)  # noqa: S311  # it spreads load, it guards nothing
        return delay


class RetryRequested(Exception):  # noqa: N818  # Dagster's name
    """Raised by a body to have its step retried."""

    def __init__(self, max_retries: int | None = 1, seconds_to_wait: float | None = None) -> None:
        """`max_retries` counts all retries of the step; `raise ... from error` keeps the reason."""
        check_type("RetryRequested", "max_retries", max_retries, int)
        check_type("RetryRequested", "seconds_to_wait", seconds_to_wait, float, int)
        super().__init__(f"The step asked to be tried again, {max_retries} times at most.")
        self.max_retries: int = 1 if max_retries is None else max_retries
        self.seconds_to_wait = seconds_to_wait


class Failure(Exception):  # noqa: N818  # Dagster's name
    """Raised by a body to fail with a description and metadata of its own."""

    def __init__(
        self,
        description: str | None = None,
        metadata: Mapping[str, object] | None = None,
        allow_retries: bool | None = None,  # Dagster's signature
    ) -> None:
        """`allow_retries=False` fails at once, whatever the step's policy is."""
        super().__init__(description or "")
        self.label = "intentional-failure"
        """Dagster's name for a failure that a body raises on purpose."""
        self.description = description
        self.metadata: Mapping[str, MetadataValue] = normalized_metadata(metadata, "a Failure")
        self.allow_retries: bool = True if allow_retries is None else allow_retries
