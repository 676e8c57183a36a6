"""A client of JSON over HTTP: with credentials, time limits, retries, and connections that are used again."""

import logging
from collections.abc import Generator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Self

import httpx
import stamina
from pydantic import (
    Field,
    HttpUrl,
    PositiveFloat,
    PositiveInt,
    PrivateAttr,
    SecretStr,
    field_validator,
    model_validator,
)

from dagwire import ConfigurableResource, InitResourceContext

from resources.errors import ApiError

PASSING = frozenset(
    {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)
"""The answers that may be another one in a moment."""

# The run's own log reports retries; stamina would print them as well, through whatever it finds installed.
stamina.instrumentation.set_on_retry_hooks([])

LATER = "Try again later; what is stored already is kept"
NO_PROXY: dict[str, None] = {"all://127.0.0.1": None, "all://localhost": None}


class HttpApi(ConfigurableResource):
    """A client of one API.

    A run that reaches it opens it and closes it when it ends; the connections live as long. It sends nothing before it
    is asked. When all attempts have failed it is given up for the rest of the run, so that the next to ask has the
    same error at once.
    """

    base_url: HttpUrl | None = Field(default=None, description="Where the tables are. None: our own server.")
    key: SecretStr | None = Field(default=None, description="Sent as a bearer token.")
    user: str | None = Field(default=None, description="Sent with `password`, in place of a key.")
    password: SecretStr | None = None
    connect_timeout_s: PositiveFloat = 5
    read_timeout_s: PositiveFloat = 30
    attempts: PositiveInt = 4
    patience_s: PositiveFloat = Field(
        default=60, description="For all attempts of one request; no longer Retry-After is waited for."
    )
    connections: PositiveInt = Field(default=10, description="The most that are open at once; others wait for one.")

    @field_validator("base_url")
    @classmethod
    def _holds_no_password(cls, base_url: HttpUrl | None) -> HttpUrl | None:
        if base_url is not None and (base_url.username or base_url.password):
            msg = "an address is shown in messages, so it may hold no name and password; use `key`"
            raise ValueError(msg)
        return base_url

    @model_validator(mode="after")
    def _has_one_kind_of_credentials(self) -> Self:
        if (self.user is None) != (self.password is None) or (self.key and self.user):
            msg = "give a `key`, or a `user` and a `password`, or neither"
            raise ValueError(msg)
        return self

    _client: httpx.Client = PrivateAttr()
    _log: logging.Logger | logging.LoggerAdapter[Any] = PrivateAttr()
    _given_up: ApiError | None = PrivateAttr(default=None)

    def setup_for_execution(self, context: InitResourceContext) -> None:
        """Make the client."""
        self._log = context.log
        self._client = httpx.Client(
            auth=self._credentials(),
            limits=httpx.Limits(max_connections=self.connections),
            timeout=httpx.Timeout(self.read_timeout_s, connect=self.connect_timeout_s, pool=self.patience_s),
            mounts=NO_PROXY,  # this machine's own server is never behind one
        )

    def teardown_after_execution(self, context: InitResourceContext) -> None:
        """Close its connections."""
        self._client.close()

    def get(self, url: httpx.URL | str) -> bytes:
        """The body of a good answer. Asks again where that may help, and never again once it has given the API up.

        Raises:
            ApiError: The API refused, sent us elsewhere, or did not answer.
        """
        if self._given_up is not None:
            raise self._given_up
        try:
            for attempt in stamina.retry_context(self._when_to_retry, self.attempts, self.patience_s):
                with attempt:
                    if attempt.num > 1:
                        self._log.info("%s: attempt %d of %d", url, attempt.num, self.attempts)
                    return self._client.get(url).raise_for_status().content
        except httpx.HTTPError as error:
            failure = ApiError(url, problem_of(error), advice_for(error))
            if may_pass(error):
                self._given_up = failure
            raise failure from error
        raise AssertionError  # the loop returns or raises

    def _when_to_retry(self, error: Exception) -> bool | float:
        """Whether to ask again: after the API's own Retry-After where it sends one, else with growing pauses."""
        wait_s = retry_after_s(error.response) if isinstance(error, httpx.HTTPStatusError) else None
        if wait_s is None or not may_pass(error):
            return may_pass(error)
        return wait_s if wait_s <= self.patience_s else False

    def _credentials(self) -> httpx.Auth | None:
        if self.user is not None and self.password is not None:
            return httpx.BasicAuth(self.user, self.password.get_secret_value())
        return Bearer(self.key) if self.key else None


class Bearer(httpx.Auth):
    """A key, sent with each request."""

    def __init__(self, key: SecretStr) -> None:
        """Keep the key."""
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        """Put the key into the request's header."""
        request.headers["Authorization"] = f"Bearer {self._key.get_secret_value()}"
        yield request


def may_pass(error: Exception) -> bool:
    """Whether the same request may fare better later."""
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code in PASSING
    return isinstance(error, httpx.TransportError)


def retry_after_s(answer: httpx.Response) -> float | None:
    """The seconds that the API asks us to wait: it may send their number, or a date."""
    asked = answer.headers.get("Retry-After", "")
    if asked.isdigit():
        return float(asked)
    try:
        return max((parsedate_to_datetime(asked) - datetime.now(UTC)).total_seconds(), 0.0)
    except ValueError:
        return None


def problem_of(error: httpx.HTTPError) -> str:
    """The status and Retry-After of an answer, or why there was none; never a body, which may repeat what we sent."""
    if not isinstance(error, httpx.HTTPStatusError):
        return f"no answer ({type(error).__name__}: {error})"
    answer = error.response
    wait = answer.headers.get("Retry-After")
    return f"answered {answer.status_code} {answer.reason_phrase}" + (f", Retry-After: {wait}" if wait else "")


def advice_for(error: httpx.HTTPError) -> str:
    """The advice to the user about an error."""
    if not isinstance(error, httpx.HTTPStatusError):
        return f"Is the API up, and base_url right? {LATER}"
    match error.response.status_code:
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            return "Check the API's key, or its user and password"
        case HTTPStatus.NOT_FOUND:
            return "Check the API's base_url"
        case _ if error.response.has_redirect_location:
            return f"Set base_url to {error.response.headers['Location']}, if that is the API"
        case _:
            return LATER
