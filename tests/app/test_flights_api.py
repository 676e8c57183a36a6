import logging
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path

import pytest

from resources.errors import ApiError
from resources.flights_api import FlightsApi
from resources.flights_server import FlightsServer
from resources.tables import AIRPORTS, FLIGHTS, WEATHER
from tests.app.misbehaving import (
    FLIGHT,
    Reply,
    Script,
    cut_connection,
    cut_json,
    nobody_there,
    page,
    send,
    serving,
    silence,
)
from tests.app.outside import opened

CANARY = "canary-7d1f"


def impatient(url: str, **changes: object) -> FlightsApi:
    """A client that gives up soon."""
    fields = {"base_url": url, "read_timeout_s": 0.2, "attempts": 2, "patience_s": 5, **changes}
    return FlightsApi.model_validate(fields)


def refusal(*script: Reply, **changes: object) -> tuple[str, Script]:
    """The client's message after these answers."""
    with serving(*script) as server, opened(impatient(server.url, **changes)) as api:
        with pytest.raises(ApiError) as caught:
            list(api.fetch(FLIGHTS, "2013-01"))
        return str(caught.value), server


def test_every_page_of_a_month_comes_once_and_as_it_was_sent(small_database: Path) -> None:
    """The pages of a month, put together, are all its records, and `content` holds the bytes that came."""
    with (
        opened(FlightsServer(database=small_database)) as server,
        opened(impatient(server.url, page_size=50, read_timeout_s=20)) as api,
    ):
        pages = list(api.fetch(FLIGHTS, "2013-02"))
        rows = [row for answer in pages for row in FLIGHTS.read(answer.content)["rows"]]
    assert len(pages) > 2
    assert [answer.rows for answer in pages[:-1]] == [50] * (len(pages) - 1)
    assert len(rows) == sum(answer.rows for answer in pages)
    assert {(row["year"], row["month"]) for row in rows} == {(2013, 2)}
    keys = [(row["time_hour"], row["carrier"], row["flight"]) for row in rows]
    assert len(set(keys)) == len(keys)


def test_a_table_without_months_comes_whole(small_database: Path) -> None:
    """Without a month, all of a table comes."""
    with (
        opened(FlightsServer(database=small_database)) as server,
        opened(impatient(server.url, read_timeout_s=20)) as api,
    ):
        assert sum(answer.rows for answer in api.fetch(AIRPORTS)) == 73


def test_equal_records_make_equal_content(small_database: Path) -> None:
    """The server's timing, and the port on which it listens, are not kept: equal data is not loaded again."""
    contents: list[list[bytes]] = []
    for _ in range(2):
        with (
            opened(FlightsServer(database=small_database)) as server,
            opened(impatient(server.url, read_timeout_s=20, page_size=100)) as api,
        ):
            contents.append([answer.content for answer in api.fetch(FLIGHTS, "2013-02")])
    assert len(contents[0]) > 1
    assert contents[0] == contents[1]


def test_the_months_are_listed(small_database: Path) -> None:
    """The client lists the months that have flights."""
    with (
        opened(FlightsServer(database=small_database)) as server,
        opened(impatient(server.url, read_timeout_s=20)) as api,
    ):
        assert api.months() == [f"2013-{month:02}" for month in range(1, 13)]


def test_a_server_that_is_down_is_named() -> None:
    """Nobody there: one message that names the address and what to check."""
    url = nobody_there()
    with opened(impatient(url)) as api, pytest.raises(ApiError) as caught:
        list(api.fetch(FLIGHTS, "2013-01"))
    assert str(caught.value).startswith(f"{url}/flights.json?year=2013&month=1")
    assert "ConnectError" in str(caught.value)
    assert "Is the API up, and base_url right?" in str(caught.value)


def test_a_server_that_is_too_slow_is_given_up() -> None:
    """No answer within the time limit: asked again, then given up, with the limit's name in the message."""
    message, server = refusal(silence())
    assert "no answer (ReadTimeout" in message
    assert len(server.asked) == 2


def test_a_passing_fault_is_outlived() -> None:
    """500 once, a connection cut once, then a good page: the page is what the caller sees."""
    with serving(send(500, b""), cut_connection(), page(FLIGHT)) as server:
        with opened(impatient(server.url, attempts=3)) as api:
            assert [answer.rows for answer in api.fetch(FLIGHTS)] == [1]
        assert len(server.asked) == 3


def test_a_lasting_fault_is_reported_after_the_last_attempt() -> None:
    """500 always: as many attempts as were allowed, then the status and the address."""
    message, server = refusal(send(500, b"secret trace"))
    assert len(server.asked) == 2
    assert f"{server.url}/flights.json" in message
    assert "answered 500 Internal Server Error" in message
    assert "secret trace" not in message


def test_an_api_that_was_given_up_is_not_asked_again_in_this_run() -> None:
    """After the last attempt every further question has the same error, at once; a new run asks anew."""
    with serving(send(503, b""), send(503, b""), page(FLIGHT)) as server:
        with opened(impatient(server.url)) as api:
            with pytest.raises(ApiError) as first:
                list(api.fetch(FLIGHTS, "2013-01"))
            with pytest.raises(ApiError) as second:
                list(api.fetch(WEATHER, "2013-01"))
            assert second.value is first.value
            assert len(server.asked) == 2
        with opened(impatient(server.url)) as api:
            assert [answer.rows for answer in api.fetch(FLIGHTS)] == [1]


def test_retries_are_told_to_the_runs_log(caplog: pytest.LogCaptureFixture) -> None:
    """Retries are logged, so that whoever watches a run sees them."""
    caplog.set_level(logging.INFO, "dagwire")
    with serving(send(503, b""), page(FLIGHT)) as server, opened(impatient(server.url)) as api:
        list(api.fetch(FLIGHTS))
    assert any(record.getMessage().endswith("attempt 2 of 2") for record in caplog.records)


@pytest.mark.parametrize(
    ("status", "advice"), [(401, "key"), (403, "key"), (404, "base_url"), (400, "Try again later")]
)
def test_a_refusal_that_will_not_pass_is_not_asked_again(status: int, advice: str) -> None:
    """A status for a wrong request is reported at once, with advice."""
    message, server = refusal(send(status, b""))
    assert len(server.asked) == 1
    assert f"answered {status}" in message
    assert advice in message


@pytest.mark.parametrize("as_date", [False, True], ids=["seconds", "date"])
def test_retry_after_is_obeyed(*, as_date: bool) -> None:
    """After 429 with Retry-After, the next attempt waits as long as the API asked."""
    # A date has whole seconds: three from now is two at least.
    wait = format_datetime(datetime.now(UTC) + timedelta(seconds=3), usegmt=True) if as_date else "2"
    with serving(send(429, b"", Retry_After=wait), page(FLIGHT)) as server:
        with opened(impatient(server.url)) as api:
            assert [answer.rows for answer in api.fetch(FLIGHTS)] == [1]
        assert all(later - earlier >= 1.9 for earlier, later in pairwise(server.times))


def test_a_retry_after_beyond_our_patience_is_not_waited_for() -> None:
    """429 for an hour: reported at once, with the hour."""
    message, server = refusal(send(429, b"", Retry_After="3600"))
    assert len(server.asked) == 1
    assert "answered 429 Too Many Requests, Retry-After: 3600" in message


def test_cut_json_is_named_with_its_address() -> None:
    """If a body ends in the middle, the message has the address and the JSON error."""
    message, server = refusal(cut_json())
    assert f"{server.url}/flights.json" in message
    assert "Invalid JSON: EOF" in message


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (
            {name: value for name, value in FLIGHT.items() if name != "carrier"},
            "flights: rows.1.carrier: Field required",
        ),
        (FLIGHT | {"dep_delay": CANARY}, "flights: rows.1.dep_delay: Input should be a valid integer"),
        (FLIGHT | {"distance": None}, "flights: rows.1.distance: Input should be a valid integer"),
    ],
    ids=["missing", "wrong type", "null"],
)
def test_a_record_with_a_bad_field_is_named(record: dict[str, object], said: str) -> None:
    """The address, the record's place and the field; never the value."""
    message, server = refusal(page(FLIGHT, record))
    assert f"{server.url}/flights.json" in message
    assert said in message
    assert CANARY not in message


def test_the_pages_before_a_bad_one_are_handed_out() -> None:
    """A fault on the second page does not take back the first."""
    with (
        serving(page(FLIGHT, next_url="/flights.json?_next=1"), cut_json()) as server,
        opened(impatient(server.url)) as api,
    ):
        pages = api.fetch(FLIGHTS)
        assert next(pages).rows == 1
        with pytest.raises(ApiError, match="_next=1: Invalid JSON"):
            next(pages)


def test_a_cycle_of_pages_is_cut() -> None:
    """next_url that leads back to a page read before is an error, not an endless run."""
    with (
        serving(page(FLIGHT, next_url="/flights.json?_next=1")) as server,
        opened(impatient(server.url)) as api,
        pytest.raises(ApiError, match="leads back to a page that was read before"),
    ):
        list(api.fetch(FLIGHTS))
    assert len(server.asked) == 2


def test_the_key_is_sent_and_nowhere_else(caplog: pytest.LogCaptureFixture) -> None:
    """The key goes to the API, as a bearer token; no log, repr, message or other server ever has it."""
    caplog.set_level(logging.DEBUG)
    with serving(page(FLIGHT)) as elsewhere:
        message, server = refusal(page(FLIGHT, next_url=f"{elsewhere.url}/flights.json"), key=CANARY)
        assert elsewhere.asked == []
    assert server.keys == [f"Bearer {CANARY}"]
    assert "next_url leads to another server, 127.0.0.1" in message
    with opened(impatient(nobody_there(), key=CANARY)) as api, pytest.raises(ApiError) as caught:
        list(api.fetch(WEATHER))
    assert CANARY not in message + str(caught.value) + repr(api) + caplog.text
