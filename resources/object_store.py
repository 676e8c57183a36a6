"""Objects under keys: in a folder, on S3, Google Cloud Storage or Azure, by `url` alone."""

import json
import os
import re
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, from_url
from obstore.store import ObjectStore as Store
from pydantic import BaseModel, Field, PositiveFloat, PositiveInt, PrivateAttr, SecretStr, field_validator

from dagwire import ConfigurableResource, InitResourceContext

from resources.errors import StoreError, advice_for

GOOGLE = "https://storage.googleapis.com"
IF_UNREADABLE = "Check the store's url, and that we are let in"
IF_UNWRITABLE = "Is there room, and may we write? What is stored is kept"
ADVICE = {
    "SignatureDoesNotMatch": "Check the store's `s3.secret_access_key`, or AWS_SECRET_ACCESS_KEY",
    "InvalidAccessKeyId": "Check the store's `s3.access_key_id`, or AWS_ACCESS_KEY_ID",
    "AccessDenied": "Grant the owner of the store's `s3.access_key_id` the right to it",
    "NoSuchBucket": "Make the bucket, or check the store's `url`",
    "AuthenticationFailed": "Check the store's `azure.account_key`",
    "ContainerNotFound": "Make the container, or check the store's `url`",
    "error sending request": "Is it reachable? Check the store's endpoint, `connect_timeout_s` and `read_timeout_s`",
}


class S3Access(BaseModel):
    """Who we are on S3, and where it is. What is not set comes from AWS_ACCESS_KEY_ID and the like."""

    access_key_id: str | None = None
    secret_access_key: SecretStr | None = None
    session_token: SecretStr | None = None
    region: str | None = None
    endpoint_url: str | None = Field(default=None, description="Of another server that speaks S3.")

    def config(self) -> dict[str, Any]:
        """The keys that obstore knows."""
        return {
            "access_key_id": self.access_key_id,
            "secret_access_key": _revealed(self.secret_access_key),
            "token": _revealed(self.session_token),
            "region": self.region,
            "endpoint": self.endpoint_url,
            "virtual_hosted_style_request": False if self.endpoint_url else None,
        }


class GcsAccess(BaseModel):
    """Who we are on Google Cloud Storage. What is not set comes from GOOGLE_APPLICATION_CREDENTIALS and the like."""

    service_account_file: Path | None = None
    endpoint_url: str | None = Field(default=None, description="Of another server that speaks its protocol.")
    is_anonymous: bool = Field(default=False, description="Whether requests are sent without credentials.")

    def config(self) -> dict[str, Any]:
        """The keys that obstore knows."""
        if self.is_anonymous:  # in the only form in which obstore asks nobody for a token
            key = {"disable_oauth": True, "client_email": "", "private_key": "", "private_key_id": ""}
            return {"service_account_key": json.dumps({"gcs_base_url": self.endpoint_url or GOOGLE, **key})}
        return {
            "service_account": self.service_account_file and str(self.service_account_file),
            "base_url": self.endpoint_url,
        }


class AzureAccess(BaseModel):
    """Who we are on Azure. What is not set comes from AZURE_STORAGE_ACCOUNT_NAME and the like."""

    account_name: str | None = None
    account_key: SecretStr | None = None
    endpoint_url: str | None = Field(default=None, description="Of another server that speaks its protocol.")

    def config(self) -> dict[str, Any]:
        """The keys that obstore knows."""
        return {
            "account_name": self.account_name,
            "account_key": _revealed(self.account_key),
            "endpoint": self.endpoint_url,
        }


SCHEMES = ("", "file", "s3", "gs", "az", "azure")
"""The beginnings of urls; none, or `file`, is a folder."""


class ObjectStore(ConfigurableResource):
    """Objects under keys. A run that reaches it opens it; its connections live as long, and there is nothing to close.

    An object is replaced in one step: readers see the old one or the new one. Large ones are sent in parts.
    """

    url: str = "data/raw"
    s3: S3Access = S3Access()
    gcs: GcsAccess = GcsAccess()
    azure: AzureAccess = AzureAccess()
    connect_timeout_s: PositiveFloat = 5
    read_timeout_s: PositiveFloat = Field(default=60, description="For one request.")
    attempts: PositiveInt = Field(default=4, description="For one request; a refusal is not tried again.")
    patience_s: PositiveFloat = Field(default=120, description="For all attempts of one request.")

    _store: Store = PrivateAttr()

    @field_validator("url")
    @classmethod
    def _is_of_a_known_kind(cls, url: str) -> str:
        scheme = urlsplit(url).scheme
        if scheme not in SCHEMES:
            msg = f"no store has a url that begins with {scheme}://; give a folder, or one with s3://, gs:// or az://"
            raise ValueError(msg)
        return url

    def setup_for_execution(self, context: InitResourceContext) -> None:
        """Find the store; a local folder is made if it is not there."""
        with self._as_store_error(self.url, "cannot open the store"):
            parts = urlsplit(self.url)
            if parts.scheme in ("", "file"):
                self._store = LocalStore(Path(parts.path).absolute(), mkdir=True, automatic_cleanup=True)
            else:
                self._store = self._remote(parts.scheme)

    def put(self, key: str, content: bytes) -> None:
        """Keep `content` under `key`, in place of what was there."""
        with self._as_store_error(key, "cannot write", IF_UNWRITABLE):
            self._store.put(key, content)

    def get(self, key: str) -> bytes:
        """The content under `key`.

        Raises:
            KeyError: There is none.
            StoreError: It cannot be read.
        """
        with self._as_store_error(key, "cannot read"):
            try:
                return bytes(self._store.get(key).bytes())
            except FileNotFoundError as error:
                if "NoSuchBucket" in str(error):
                    raise
        raise KeyError(key)

    def keys(self, under: str = "") -> list[str]:
        """The keys in the folder `under`, and in the folders in it."""
        with self._as_store_error(under or self.url, "cannot list"):
            listed = self._store.list(under or None)  # pyright: ignore[reportUnknownMemberType]  # it could be Arrow
            return [entry["path"] for chunk in listed for entry in chunk]

    def delete(self, keys: Sequence[str]) -> None:
        """Delete objects; one that is not there is as good as deleted."""
        with self._as_store_error(self.url, "cannot delete"):
            if isinstance(self._store, LocalStore):
                for key in keys:
                    with suppress(FileNotFoundError):
                        self._store.delete(key)
            elif keys:
                self._store.delete(list(keys))

    def link(self, key: str, valid_for: timedelta = timedelta(hours=1)) -> str:
        """A URL by which anybody can read one object for a while, without credentials.

        Raises:
            StoreError: The store is a folder, which has no server, or its credentials cannot sign.
        """
        if isinstance(self._store, LocalStore):
            raise StoreError(
                f"{self.url}/{key}", "a folder cannot lend a link", "Use a store with a server, such as S3"
            )
        with self._as_store_error(key, "cannot sign a link"):
            signing: Any = self._store  # every store that has a server can
            return obstore.sign(signing, "GET", key, valid_for)

    def check_health(self) -> None:
        """Raise a StoreError if the store does not answer, or does not let us look into it."""
        with self._as_store_error(self.url, "cannot list"):
            next(iter(self._store.list()), None)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]  # it could be Arrow

    def _remote(self, scheme: str) -> Store:
        schemes: dict[str, S3Access | GcsAccess | AzureAccess] = {"gs": self.gcs, "az": self.azure, "azure": self.azure}
        access = schemes.get(scheme, self.s3)
        given = {name: value for name, value in access.config().items() if value is not None}
        is_plain = (access.endpoint_url or "").startswith("http:") or "AWS_ALLOW_HTTP" in os.environ
        arguments: dict[str, Any] = {
            "config": given or None,
            "client_options": {
                "connect_timeout": timedelta(seconds=self.connect_timeout_s),
                "timeout": timedelta(seconds=self.read_timeout_s),
                "allow_http": is_plain,
            },
            "retry_config": {
                "max_retries": self.attempts - 1,
                "retry_timeout": timedelta(seconds=self.patience_s),
            },
        }
        return from_url(self.url, **arguments)

    @contextmanager
    def _as_store_error(self, key: str, problem: str, advice: str = IF_UNREADABLE) -> Generator[None]:
        """Turn the store's errors into a StoreError with the place."""
        try:
            yield
        except (BaseError, OSError, EOFError, ValueError) as error:
            where = key if key == self.url else f"{self.url.rstrip('/')}/{key}"
            reason = reason_of(error)
            raise StoreError(where, f"{problem} ({reason})", advice_for(reason, ADVICE, advice)) from error


def _revealed(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None


def reason_of(error: Exception) -> str:
    """The reason of a failure: the server's code, or the first line. Below it obstore prints its own structures."""
    refusal = re.search(r"status code: ([^:]+): .*?<Code>(\w+)</Code>", str(error), re.DOTALL)
    return f"{refusal[1]}, {refusal[2]}" if refusal else str(error).partition("\n")[0]
