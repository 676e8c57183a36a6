"""Snowflake's answers to a login, which its emulator does not give: a server that speaks only this much."""

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from pydantic import ValidationError

from dagwire.errors import ResourceSetupError

from resources.snowflake import SnowflakeWarehouse
from tests.app.outside import opened
from tests.systems.warehouses import CANARY


@contextmanager
def logins(code: str, message: str) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """A server that refuses each login with Snowflake's own words: its port, and what was sent to it."""
    sent: list[dict[str, Any]] = []

    class Login(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            is_packed = self.headers.get("Content-Encoding") == "gzip"
            sent.append(json.loads(gzip.decompress(body) if is_packed else body)["data"])
            answer = json.dumps({"data": {}, "code": code, "message": message, "success": False}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # as the base class has it
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Login) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1], sent
        server.shutdown()


def warehouse(port: int, **changes: object) -> SnowflakeWarehouse:
    reached_by = {"account": "acme-flights", "user": "ann", "host": "127.0.0.1", "port": port, "protocol": "http"}
    return SnowflakeWarehouse.model_validate({**reached_by, "login_timeout_s": 2, "network_timeout_s": 2, **changes})


@pytest.mark.parametrize(
    ("code", "message", "remedy"),
    [
        ("390100", "Incorrect username or password was specified.", "`user` and `password`"),
        ("390189", "Role 'LOADER' specified in the connect string does not exist or not authorized.", "`role`"),
    ],
)
def test_a_refused_login_is_named(code: str, message: str, remedy: str) -> None:
    """Snowflake's own words, the account, and the settings to look at; never the password."""
    with (
        logins(code, message) as (port, sent),
        pytest.raises(ResourceSetupError) as caught,
        opened(warehouse(port, password=CANARY, role="LOADER", compute="LOADING")),
    ):
        pass
    assert f"Snowflake account acme-flights at 127.0.0.1:{port}, FLIGHTS.PUBLIC: " in str(caught.value)
    assert message.rstrip(".") in str(caught.value)
    assert remedy in str(caught.value)
    assert CANARY not in str(caught.value)
    assert (sent[0]["LOGIN_NAME"], sent[0]["PASSWORD"]) == ("ann", CANARY)


@pytest.mark.parametrize("passphrase", [None, CANARY])
def test_a_key_pair(passphrase: str | None, tmp_path: Path) -> None:
    """The login holds a token that the private key has signed, and Snowflake's refusal of it names the key."""
    key = rsa.generate_private_key(65537, 2048)
    lock = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    (tmp_path / "key.p8").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock))
    with (
        logins("390144", "JWT token is invalid.") as (port, sent),
        pytest.raises(ResourceSetupError, match="`user` and `private_key_file`") as caught,
        opened(warehouse(port, private_key_file=tmp_path / "key.p8", private_key_passphrase=passphrase)),
    ):
        pass
    assert CANARY not in str(caught.value)
    claims = jwt.decode(sent[0]["TOKEN"], key.public_key(), algorithms=["RS256"])
    assert claims["sub"] == "ACME-FLIGHTS.ANN"


def test_a_key_that_cannot_be_read(tmp_path: Path) -> None:
    """A file that is not there, or is no key, is named with its setting before anything is sent."""
    for content in (None, "no key"):
        path = tmp_path / "key.p8"
        if content:
            path.write_text(content)
        with (
            pytest.raises(ResourceSetupError, match="`private_key_file`"),
            opened(warehouse(1, private_key_file=path)),
        ):
            pass


def test_either_a_password_or_a_key() -> None:
    """Neither is refused, and so are both, when the settings are read."""
    for given in ({}, {"password": "x", "private_key_file": "key.p8"}):
        with pytest.raises(ValidationError, match="either `password` or `private_key_file`"):
            warehouse(1, **given)
