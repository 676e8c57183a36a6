"""The store that keeps what the API sent, as it came: a folder, S3, Google Cloud Storage or Azure, by `url` alone."""

import gzip
import re
import secrets
import zlib
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from obstore.exceptions import BaseError
from obstore.store import LocalStore, from_url
from obstore.store import ObjectStore as Store
from pydantic import BaseModel, PrivateAttr, ValidationError

from dagwire import ConfigurableResource, InitResourceContext

from resources.errors import StoreError

MANIFEST = "manifest.json"
IF_UNREADABLE = "Check the store's url, and that we are let in"
IF_UNWRITABLE = "Is there room, and may we write? What is stored is kept"
FASTEST = 1  # gzip's best level takes ten times as long, for a tenth less


class StoredPage(BaseModel):
    """An object of the store, and the digest of its content."""

    path: str
    rows: int
    digest: str


class Manifest(BaseModel):
    """The list of a batch's pages, which makes it complete: written last and in one piece, it is there or it is not."""

    pages: list[StoredPage]

    @property
    def rows(self) -> int:
        """The records in all pages."""
        return sum(page.rows for page in self.pages)

    @property
    def digest(self) -> str:
        """Names exactly this content; another fetch, another digest."""
        return sha256("".join(page.digest for page in self.pages).encode()).hexdigest()


class FlightsStore(ConfigurableResource):
    """Batches of pages: `flights/2013-01` is one.

    A run that reaches it opens it; there is nothing to close. A page is one compressed object. A batch's pages lie in a
    folder of their own for each fetch, and its manifest names the ones that count. So a batch that is fetched again is
    replaced at one stroke, when the new manifest is written, and a fetch that fails leaves the old one as it was.
    """

    url: str = "data/raw"

    _store: Store = PrivateAttr()

    def setup_for_execution(self, context: InitResourceContext) -> None:
        """Find the store; a local folder is made if it is not there."""
        with self._as_store_error(self.url, "cannot open the store"):
            parts = urlsplit(self.url)
            if parts.scheme in ("", "file"):
                self._store = LocalStore(Path(parts.path).absolute(), mkdir=True, automatic_cleanup=True)
            else:
                # Keys, regions and the like come from the provider's usual variables, such as AWS_ACCESS_KEY_ID.
                self._store = from_url(self.url)

    def manifest(self, batch: str) -> Manifest | None:
        """The manifest of a batch that is complete; None where it is not."""
        path = f"{batch}/{MANIFEST}"
        with self._as_store_error(path, "cannot read the manifest"):
            try:
                return Manifest.model_validate_json(bytes(self._store.get(path).bytes()))
            except FileNotFoundError:
                return None
            except ValidationError:
                raise StoreError(
                    where=f"{self.url}/{path}", problem="this is no manifest", advice="Delete it and fetch again"
                ) from None

    def replace(self, batch: str, pages: Iterable[tuple[bytes, int]]) -> Manifest:
        """Keep a batch's pages, each with its number of records, in place of those kept before.

        Raises:
            StoreError: The store is full, or may not be written. What was kept before is kept still.
        """
        fetch = f"{batch}/{secrets.token_hex(4)}"
        stored: list[StoredPage] = []
        for number, (content, rows) in enumerate(pages, start=1):
            path = f"{fetch}/page-{number:03}.json.gz"
            self._put(path, gzip.compress(content, FASTEST, mtime=0))
            stored.append(StoredPage(path=path, rows=rows, digest=sha256(content).hexdigest()))
        manifest = Manifest(pages=stored)
        self._put(f"{batch}/{MANIFEST}", manifest.model_dump_json(indent=1).encode())
        self._forget_others(batch, manifest)
        return manifest

    def read(self, manifest: Manifest) -> Iterator[bytes]:
        """Yield the pages of a batch, as they came.

        Raises:
            StoreError: A page is gone, or is not the one that was stored.
        """
        for page in manifest.pages:
            with self._as_store_error(page.path, "cannot read the page"):
                content = gzip.decompress(bytes(self._store.get(page.path).bytes()))
            if sha256(content).hexdigest() != page.digest:
                raise StoreError(
                    where=f"{self.url}/{page.path}",
                    problem="the page is not what was stored",
                    advice="Fetch its month again, with refresh",
                )
            yield content

    def check_health(self) -> None:
        """Raise a StoreError if the store does not answer, or does not let us look into it."""
        with self._as_store_error(self.url, "cannot list the store"):
            next(iter(self._store.list()), None)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]  # it could be Arrow

    def _put(self, path: str, content: bytes) -> None:
        with self._as_store_error(path, "cannot write", IF_UNWRITABLE):
            self._store.put(path, content)

    def _forget_others(self, batch: str, manifest: Manifest) -> None:
        """Delete the pages that no manifest names: of the fetch before, and of fetches that were cut off."""
        kept = {f"{batch}/{MANIFEST}", *(page.path for page in manifest.pages)}
        with self._as_store_error(batch, "cannot delete old pages"):
            listed = self._store.list(batch)  # pyright: ignore[reportUnknownMemberType]  # it could be Arrow, untyped
            found = [entry["path"] for chunk in listed for entry in chunk]
            if old := [path for path in found if path not in kept]:
                self._store.delete(old)

    @contextmanager
    def _as_store_error(self, path: str, problem: str, advice: str = IF_UNREADABLE) -> Generator[None]:
        """Turn the store's errors into a StoreError with the path."""
        try:
            yield
        except (BaseError, OSError, EOFError, ValueError, zlib.error) as error:
            where = path if path == self.url else f"{self.url.rstrip('/')}/{path}"
            raise StoreError(
                where=where,
                problem=f"{problem} ({reason_of(error)})",
                advice=advice,
            ) from error


def reason_of(error: Exception) -> str:
    """The reason of a failure: its first line. Below it obstore prints its own structures, with a server's answer."""
    reason = str(error).partition("\n")[0]
    refusal = re.search(r"status code: ([^:]+): .*<Code>(\w+)</Code>", reason)
    return f"{refusal[1]}, {refusal[2]}" if refusal else reason
