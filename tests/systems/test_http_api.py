"""The client of APIs against httpbin, which answers as it is asked to."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from resources.errors import ApiError
from resources.http_api import HttpApi
from tests.app.outside import opened
from tests.systems.wire import wire_to
from tools.systems.httpbin import httpbin

CANARY = "canary-5f08"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with httpbin() as url:
        yield url


def client(**changes: object) -> HttpApi:
    return HttpApi.model_validate({"read_timeout_s": 10, "attempts": 2, "patience_s": 5, **changes})


def refusal(url: str, **changes: object) -> str:
    with opened(client(**changes)) as api, pytest.raises(ApiError) as caught:
        api.get(url)
    assert CANARY not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("credentials", "path", "answer"),
    [
        ({"key": CANARY}, "bearer", {"authenticated": True, "token": CANARY}),
        ({"user": "ann", "password": CANARY}, f"basic-auth/ann/{CANARY}", {"authenticated": True, "user": "ann"}),
    ],
    ids=["bearer", "basic"],
)
def test_credentials(credentials: dict[str, str], path: str, answer: dict[str, Any], server: str) -> None:
    """A key is sent as a bearer token, a user and a password as basic authentication."""
    with opened(client(**credentials)) as api:
        assert json.loads(api.get(f"{server}/{path}")).items() >= answer.items()


@pytest.mark.parametrize("path", ["bearer", "basic-auth/ann/other"])
def test_missing_and_wrong_credentials(path: str, server: str) -> None:
    """401 is asked once, and the message names the settings."""
    credentials = {} if path == "bearer" else {"user": "ann", "password": CANARY}
    message = refusal(f"{server}/{path}", **credentials)
    assert message == (f"{server}/{path}: answered 401 UNAUTHORIZED. Check the API's key, or its user and password.")


@pytest.mark.parametrize(
    "given", [{"user": "ann"}, {"password": "x"}, {"key": "x", "user": "ann", "password": "x"}], ids=str
)
def test_credentials_that_do_not_fit_together(given: dict[str, str]) -> None:
    """Half of them, or both kinds, are refused when the settings are read."""
    with pytest.raises(ValidationError, match="give a `key`, or a `user` and a `password`"):
        client(**given)


def test_an_answer_that_may_pass_is_asked_again(server: str) -> None:
    """503 is tried `attempts` times; then the API is given up for the run, and the next to ask knows at once."""
    with opened(client(attempts=3)) as api:
        with pytest.raises(ApiError, match="answered 503 SERVICE UNAVAILABLE"):
            api.get(f"{server}/status/503")
        began = time.monotonic()
        with pytest.raises(ApiError, match="answered 503"):
            api.get(f"{server}/get")
        assert time.monotonic() - began < 0.1


def test_a_slow_answer_is_given_up(server: str) -> None:
    """After `read_timeout_s`, as often as `attempts` allow."""
    message = refusal(f"{server}/delay/5", read_timeout_s=0.3, attempts=2)
    assert "no answer (ReadTimeout" in message


def test_a_redirect_is_not_followed(server: str) -> None:
    """It may lead to another server, which must not receive the key; the message names the address."""
    message = refusal(f"{server}/redirect-to?url=http://elsewhere.example/", key=CANARY)
    assert "answered 302 FOUND. Set base_url to http://elsewhere.example/, if that is the API." in message


def test_a_packed_answer_is_unpacked(server: str) -> None:
    """gzip and deflate are read as what they hold."""
    with opened(client()) as api:
        assert json.loads(api.get(f"{server}/gzip"))["gzipped"] is True
        assert json.loads(api.get(f"{server}/deflate"))["deflated"] is True


def test_connections_are_used_again(server: str) -> None:
    """Requests of a run go over one connection, and at most `connections` are open at once."""
    with wire_to(httpx.URL(server).port or 0) as wire:
        url = f"http://127.0.0.1:{wire.port}/get"
        with opened(client(connections=2)) as api:
            for _ in range(5):
                api.get(url)
            assert wire.accepted == 1
            with ThreadPoolExecutor(6) as threads:
                list(threads.map(lambda _: api.get(f"{url}?delay"), range(12)))
            assert wire.accepted <= 2


def test_a_cut_is_outlived(server: str) -> None:
    """A connection that was lost is made anew; one that is lost each time is an error."""
    with wire_to(httpx.URL(server).port or 0) as wire:
        url = f"http://127.0.0.1:{wire.port}/bytes/100000"
        with opened(client(attempts=3)) as api:
            assert len(api.get(url)) == 100_000
            wire.cut()
            wire.mend()
            assert len(api.get(url)) == 100_000
            wire.cut()
            with pytest.raises(ApiError, match="Is the API up"):
                api.get(url)
