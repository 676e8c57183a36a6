"""The API from which the flights come: JSON over HTTP, page by page."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, NamedTuple

import httpx
import stamina
from pydantic import Field, HttpUrl, PositiveFloat, PositiveInt, PrivateAttr, SecretStr, field_validator
from pydantic_core import from_json, to_json

from dagwire import ConfigurableResource, InitResourceContext

from resources.errors import ApiError
from resources.tables import MONTHS, BadPageError, Page, Record, Table

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


class Answer(NamedTuple):
    """A page, checked: whoever keeps `content` can read it again with `Table.read`."""

    content: bytes
    """The records as they came, without the server's timing and address, which differ from fetch to fetch."""
    rows: int


class FlightsApi(ConfigurableResource):
    """A client of the API, with time limits, retries and an optional key.

    A run that reaches it opens it and closes it when it ends; the connections live as long. It sends nothing before it
    is asked for a page. When all attempts have failed it is given up for the rest of the run, so that the next to ask
    has the same error at once.
    """

    base_url: HttpUrl | None = Field(default=None, description="Where the tables are. None: our own server.")
    key: SecretStr | None = Field(default=None, description="Sent as a bearer token.")
    page_size: PositiveInt = 5000
    connect_timeout_s: PositiveFloat = 5
    read_timeout_s: PositiveFloat = 30
    attempts: PositiveInt = 4
    patience_s: PositiveFloat = Field(
        default=60, description="For all attempts of one request; no longer Retry-After is waited for."
    )

    @field_validator("base_url")
    @classmethod
    def _holds_no_password(cls, base_url: HttpUrl | None) -> HttpUrl | None:
        if base_url is not None and (base_url.username or base_url.password):
            msg = "an address is shown in messages, so it may hold no name and password; use `key`"
            raise ValueError(msg)
        return base_url

    _client: httpx.Client = PrivateAttr()
    _log: logging.Logger | logging.LoggerAdapter[Any] = PrivateAttr()
    _given_up: ApiError | None = PrivateAttr(default=None)

    def setup_for_execution(self, context: InitResourceContext) -> None:
        """Make the client."""
        self._log = context.log
        self._client = httpx.Client(
            headers={"Authorization": f"Bearer {self.key.get_secret_value()}"} if self.key else None,
            timeout=httpx.Timeout(self.read_timeout_s, connect=self.connect_timeout_s),
            mounts=NO_PROXY,  # this machine's own server is never behind one
        )

    def teardown_after_execution(self, context: InitResourceContext) -> None:
        """Close its connections."""
        self._client.close()

    def months(self) -> list[str]:
        """The months for which there are flights, as `2013-01`, oldest first."""
        rows = [row for _, page in self._pages(MONTHS, {}) for row in page["rows"]]
        return sorted(f"{row['year']}-{row['month']:02}" for row in rows)

    def fetch(self, table: Table[Any], month: str | None = None) -> Iterator[Answer]:
        """Fetch each page of a table, of one month such as `2013-01` or of all time.

        Raises:
            ApiError: A page could not be had, or is not what `table` promises. The pages before it were yielded.
        """
        where: dict[str, int] = {}
        if month is not None:
            first = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)
            where = {"year": first.year, "month": first.month}
        return (Answer(records_alone(content), len(page["rows"])) for content, page in self._pages(table, where))

    def check_health(self) -> None:
        """Raise an ApiError if the API does not answer, or does not let us in."""
        self.months()

    def _pages(self, table: Table[Record], where: dict[str, int]) -> Iterator[tuple[bytes, Page[Record]]]:
        root = str(self.base_url).rstrip("/")
        query = {**where, "_size": self.page_size, "_shape": "objects", "_nocount": 1}
        url: httpx.URL | None = httpx.URL(f"{root}/{table.name}.json", params=query)
        seen: set[httpx.URL] = set()
        while url is not None:
            seen.add(url)
            content = self._get(url)
            try:
                page = table.read(content)
            except BadPageError as error:
                raise ApiError(
                    url, str(error), "The API does not send what it promised; this page is not kept"
                ) from error
            yield content, page
            url = next_page(page, url, seen)

    def _get(self, url: httpx.URL) -> bytes:
        """The body of a good answer. Asks again where that may help, and never again once it has given the API up."""
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


def records_alone(content: bytes) -> bytes:
    """Keep the records of a page, with every field that they have: equal records make equal content."""
    return to_json({"rows": from_json(content)["rows"], "next_url": None})


def may_pass(error: Exception) -> bool:
    """Whether the same request may fare better later."""
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code in PASSING
    return isinstance(error, httpx.TransportError)


def next_page(page: Page[Any], url: httpx.URL, seen: set[httpx.URL]) -> httpx.URL | None:
    """The address of the next page; None after the last.

    Raises:
        ApiError: It is on another server, which must not receive the key, or is one that was read before.
    """
    if page["next_url"] is None:
        return None
    following = url.join(page["next_url"])
    if (following.scheme, following.netloc) != (url.scheme, url.netloc):
        problem = f"next_url leads to another server, {following.host}"
        raise ApiError(url, problem, "Set base_url to the API's own address")
    if following in seen:
        raise ApiError(url, "next_url leads back to a page that was read before", "The API would page for ever")
    return following


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
            return "Check the API's key"
        case HTTPStatus.NOT_FOUND:
            return "Check the API's base_url"
        case _:
            return LATER
