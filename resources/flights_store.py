"""The store that keeps what the API sent, as it came, in batches of pages."""

import gzip
import secrets
import zlib
from collections.abc import Iterable, Iterator
from hashlib import sha256

from pydantic import BaseModel, ValidationError

from resources.errors import StoreError
from resources.object_store import ObjectStore

MANIFEST = "manifest.json"
FASTEST = 1  # gzip's best level takes ten times as long, for a tenth less
AGAIN = "Fetch its month again, with refresh"


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


class FlightsStore(ObjectStore):
    """Batches of pages: `flights/2013-01` is one.

    A page is one compressed object. A batch's pages lie in a folder of their own for each fetch, and its manifest names
    the ones that count. So a batch that is fetched again is replaced at one stroke, when the new manifest is written,
    and a fetch that fails leaves the old one as it was.
    """

    def manifest(self, batch: str) -> Manifest | None:
        """The manifest of a batch that is complete; None where it is not."""
        path = f"{batch}/{MANIFEST}"
        try:
            return Manifest.model_validate_json(self.get(path))
        except KeyError:
            return None
        except ValidationError:
            raise StoreError(f"{self.url}/{path}", "this is no manifest", "Delete it and fetch again") from None

    def replace(self, batch: str, pages: Iterable[tuple[bytes, int]]) -> Manifest:
        """Keep a batch's pages, each with its number of records, in place of those kept before.

        Raises:
            StoreError: The store is full, or may not be written. What was kept before is kept still.
        """
        fetch = f"{batch}/{secrets.token_hex(4)}"
        stored: list[StoredPage] = []
        for number, (content, rows) in enumerate(pages, start=1):
            path = f"{fetch}/page-{number:03}.json.gz"
            self.put(path, gzip.compress(content, FASTEST, mtime=0))
            stored.append(StoredPage(path=path, rows=rows, digest=sha256(content).hexdigest()))
        manifest = Manifest(pages=stored)
        self.put(f"{batch}/{MANIFEST}", manifest.model_dump_json(indent=1).encode())
        self._forget_others(batch, manifest)
        return manifest

    def read(self, manifest: Manifest) -> Iterator[bytes]:
        """Yield the pages of a batch, as they came.

        Raises:
            StoreError: A page is gone, or is not the one that was stored.
        """
        for page in manifest.pages:
            where = f"{self.url}/{page.path}"
            try:
                content = gzip.decompress(self.get(page.path))
            except KeyError:
                raise StoreError(where, "the page is gone", AGAIN) from None
            except (EOFError, OSError, zlib.error) as error:
                raise StoreError(where, f"the page is damaged ({error})", AGAIN) from error
            if sha256(content).hexdigest() != page.digest:
                raise StoreError(where, "the page is not what was stored", AGAIN)
            yield content

    def _forget_others(self, batch: str, manifest: Manifest) -> None:
        """Delete the pages that no manifest names: of the fetch before, and of fetches that were cut off."""
        kept = {f"{batch}/{MANIFEST}", *(page.path for page in manifest.pages)}
        self.delete([key for key in self.keys(batch) if key not in kept])
