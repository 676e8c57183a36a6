"""The API from which the flights come: JSON over HTTP, page by page."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import httpx
from pydantic import PositiveInt
from pydantic_core import from_json, to_json

from resources.errors import ApiError
from resources.http_api import HttpApi
from resources.tables import MONTHS, BadPageError, Page, Record, Table


class Answer(NamedTuple):
    """A page, checked: whoever keeps `content` can read it again with `Table.read`."""

    content: bytes
    """The records as they came, without the server's timing and address, which differ from fetch to fetch."""
    rows: int


class FlightsApi(HttpApi):
    """The flights, the weather, and what they refer to, by table and month."""

    page_size: PositiveInt = 5000

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
            content = self.get(url)
            try:
                page = table.read(content)
            except BadPageError as error:
                raise ApiError(
                    url, str(error), "The API does not send what it promised; this page is not kept"
                ) from error
            yield content, page
            url = next_page(page, url, seen)


def records_alone(content: bytes) -> bytes:
    """Keep the records of a page, with every field that they have: equal records make equal content."""
    return to_json({"rows": from_json(content)["rows"], "next_url": None})


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
