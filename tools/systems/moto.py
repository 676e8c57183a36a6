"""moto, which speaks the protocols of S3, Secrets Manager and SSM, and checks credentials here as AWS does."""

import json
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from importlib import import_module
from typing import Any, NamedTuple

from tools.systems.environments import environment_of
from tools.systems.started import HOST, free_port, is_listening, started

REGION = "eu-central-1"
POLICIES = {
    "owner": {"Effect": "Allow", "Action": ["s3:*", "secretsmanager:*", "ssm:*"], "Resource": "*"},
    "reader": {"Effect": "Allow", "Action": ["s3:Get*", "s3:List*"], "Resource": "*"},
}


class Key(NamedTuple):
    """The credentials of a user."""

    access_key_id: str
    secret_access_key: str


class Moto(NamedTuple):
    """How to reach the server, and as whom."""

    url: str
    owner: Key
    """May do everything in S3, Secrets Manager and SSM."""
    reader: Key
    """May only read from S3."""

    def client(self, service: str, key: Key | None = None) -> Any:
        """A client of boto3, by default the owner's."""
        return client(self.url, service, key or self.owner)


@contextmanager
def moto() -> Generator[Moto]:
    """A new, empty account for the block."""
    port = free_port()
    server = environment_of("moto") / "bin" / "moto_server"
    with started([server, "-H", HOST, "-p", str(port)], lambda: is_listening(port)):
        url = f"http://{HOST}:{port}"
        keys = {name: make_user(url, name, policy) for name, policy in POLICIES.items()}
        check_credentials_from_now_on(port)
        yield Moto(url, **keys)


def make_user(url: str, name: str, policy: Mapping[str, object]) -> Key:
    """Make a user with one policy and one key."""
    iam = client(url, "iam", Key("nobody", "checks this yet"))
    iam.create_user(UserName=name)
    document = json.dumps({"Version": "2012-10-17", "Statement": [policy]})
    iam.put_user_policy(UserName=name, PolicyName="only", PolicyDocument=document)
    made = iam.create_access_key(UserName=name)["AccessKey"]
    return Key(made["AccessKeyId"], made["SecretAccessKey"])


def client(url: str, service: str, key: Key) -> Any:
    """A client of boto3."""
    boto3: Any = import_module("boto3")  # it has no types
    return boto3.client(
        service,
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id=key.access_key_id,
        aws_secret_access_key=key.secret_access_key,
    )


def check_credentials_from_now_on(port: int) -> None:
    """Switch on what moto leaves off by default: without it, every secret is right."""
    connection = HTTPConnection(HOST, port)
    connection.request("POST", "/moto-api/reset-auth", "0", {"Content-Type": "text/plain"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.status == 200, answer.status  # noqa: PLR2004  # OK
