import gzip
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from dagwire.errors import ResourceSetupError

from resources.errors import StoreError
from resources.flights_server import HOST, listen
from resources.flights_store import FlightsStore
from tests.app.outside import files_no_larger_than, is_listening, opened, read_only_folder, until

BATCH = "flights/2013-01"
PAGES = [(b'{"rows": [1, 2]}', 2), (b'{"rows": [3]}', 1)]


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A small S3 server that checks signatures: its address, and the folder whose folders are its buckets."""
    buckets = tmp_path_factory.mktemp("buckets")
    with listen(0) as listener:
        port = listener.getsockname()[1]
    server = subprocess.Popen(
        [Path(sys.executable).with_name("nanio"), "serve", "--host", HOST, "--port", str(port), "--data-dir", buckets],
        env={**os.environ, "NANIO_ACCESS_KEY": "id", "NANIO_SECRET_KEY": "key"},
        stderr=subprocess.DEVNULL,
    )
    until(lambda: is_listening(port))
    yield f"http://{HOST}:{port}", buckets
    server.terminate()
    server.wait()


@pytest.fixture
def s3(s3_server: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The url of a place in a bucket of this test's own, and the usual variables that lead to it."""
    address, buckets = s3_server
    bucket = buckets / tmp_path.name.replace("_", "-").lower()
    bucket.mkdir()
    for name, value in {
        "AWS_ENDPOINT_URL": address,
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "id",
        "AWS_SECRET_ACCESS_KEY": "key",
        "AWS_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    return f"s3://{bucket.name}/2013"


@pytest.fixture(params=["folder", "file url", "s3"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A store in several places, which differ in nothing but the url."""
    places = {"folder": str(tmp_path / "raw"), "file url": (tmp_path / "raw").as_uri()}
    return places[request.param] if request.param in places else request.getfixturevalue("s3")


@pytest.mark.parametrize("kind", ["s3x", "ftp"])
def test_a_url_of_no_store_is_refused_before_anything_opens(kind: str) -> None:
    """A kind of store that we do not know is a fault of the settings, so `dagwire check` finds it."""
    with pytest.raises(ValidationError, match=f"no store has a url that begins with {kind}://; give a folder, or one"):
        FlightsStore(url=f"{kind}://example.org/raw")


def test_what_was_stored_is_read_as_it_came(url: str) -> None:
    """Wherever the url leads: the same bytes, in the same order, and a manifest that counts them."""
    with opened(FlightsStore(url=url)) as store:
        assert store.manifest(BATCH) is None
        written = store.replace(BATCH, PAGES)
    with opened(FlightsStore(url=url)) as store:
        manifest = store.manifest(BATCH)
        assert manifest == written
        assert manifest.rows == 3
        assert list(store.read(manifest)) == [content for content, _ in PAGES]


def test_a_new_fetch_takes_the_place_of_the_old(url: str) -> None:
    """After a second fetch only its pages are there, under another digest; other months are untouched."""
    with opened(FlightsStore(url=url)) as store:
        other = store.replace("flights/2013-02", PAGES)
        first = store.replace(BATCH, PAGES)
        second = store.replace(BATCH, [(b'{"rows": []}', 0)])
        assert second.digest != first.digest
        assert store.manifest(BATCH) == second
        assert list(store.read(second)) == [b'{"rows": []}']
        with pytest.raises(StoreError, match="the page is gone"):
            list(store.read(first))
        assert store.manifest("flights/2013-02") == other
        assert len(list(store.read(other))) == 2


def test_one_object_a_page_compressed_under_a_folder_for_the_month(tmp_path: Path) -> None:
    """The layout that a person finds who looks into the store."""
    with opened(FlightsStore(url=str(tmp_path))) as store:
        manifest = store.replace(BATCH, PAGES)
    assert files_in(tmp_path) == sorted([f"{BATCH}/manifest.json", *(page.path for page in manifest.pages)])
    assert all(page.path.startswith(f"{BATCH}/") for page in manifest.pages)
    assert gzip.decompress((tmp_path / manifest.pages[0].path).read_bytes()) == PAGES[0][0]


def test_a_fetch_that_breaks_off_leaves_the_month_as_it_was(tmp_path: Path) -> None:
    """Whatever happens before the last page: what was complete stays, what was not does not become so."""

    def breaking_off() -> Iterator[tuple[bytes, int]]:
        yield PAGES[1]
        raise KeyboardInterrupt

    with opened(FlightsStore(url=str(tmp_path))) as store:
        with pytest.raises(KeyboardInterrupt):
            store.replace(BATCH, breaking_off())
        assert store.manifest(BATCH) is None
        whole = store.replace(BATCH, PAGES)
        with pytest.raises(KeyboardInterrupt):
            store.replace(BATCH, breaking_off())
        assert store.manifest(BATCH) == whole
        assert list(store.read(whole)) == [content for content, _ in PAGES]
        again = store.replace(BATCH, PAGES)
    assert files_in(tmp_path) == sorted([f"{BATCH}/manifest.json", *(page.path for page in again.pages)])


def test_the_same_content_has_the_same_digest(tmp_path: Path) -> None:
    """The digest names the content, not the time or place of storing it."""
    with opened(FlightsStore(url=str(tmp_path))) as store:
        assert store.replace(BATCH, PAGES).digest == store.replace("flights/2013-02", PAGES).digest
        assert store.replace(BATCH, PAGES[:1]).digest != store.replace(BATCH, PAGES[1:]).digest


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda page: page.write_bytes(gzip.compress(b"other")), "the page is not what was stored"),
        (lambda page: page.write_bytes(page.read_bytes()[:-12]), "the page is damaged"),
        (
            lambda page: page.write_bytes(page.read_bytes()[:12] + b"!!" + page.read_bytes()[14:]),
            "the page is damaged",
        ),
        (lambda page: page.unlink(), "the page is gone"),
    ],
    ids=["changed", "cut", "spoilt", "gone"],
)
def test_a_damaged_page_is_named(damage: object, said: str, tmp_path: Path) -> None:
    """A page that is not what was stored is never handed out; the message names it."""
    assert callable(damage)
    with opened(FlightsStore(url=str(tmp_path))) as store:
        manifest = store.replace(BATCH, PAGES)
        damage(tmp_path / manifest.pages[0].path)
        with pytest.raises(StoreError, match=said) as caught:
            list(store.read(manifest))
    assert f"{tmp_path}/{manifest.pages[0].path}" in str(caught.value)


def test_a_damaged_manifest_is_named(tmp_path: Path) -> None:
    """A manifest that is none is an error with its path; it is not taken for an incomplete month."""
    path = tmp_path / BATCH / "manifest.json"
    path.parent.mkdir(parents=True)
    path.write_text('{"pages": [')
    with (
        opened(FlightsStore(url=str(tmp_path))) as store,
        pytest.raises(StoreError, match="this is no manifest") as caught,
    ):
        store.manifest(BATCH)
    assert str(path) in str(caught.value)


def test_a_full_store_is_named_and_keeps_what_it_has(tmp_path: Path) -> None:
    """No room for a page: the path, the reason, and the month stays as it was."""
    with opened(FlightsStore(url=str(tmp_path))) as store:
        before = store.replace(BATCH, PAGES)
        with files_no_larger_than(10_000), pytest.raises(StoreError, match=r"cannot write .*File too large") as caught:
            store.replace(BATCH, [PAGES[0], (os.urandom(100_000), 1)])
        assert f"{tmp_path}/{BATCH}/" in str(caught.value)
        assert store.manifest(BATCH) == before
        assert len(list(store.read(before))) == 2


def test_a_folder_that_may_not_be_written_is_named() -> None:
    """Not allowed: the path and the reason, without the client's own structures."""
    with (
        read_only_folder() as folder,
        opened(FlightsStore(url=str(folder))) as store,
        pytest.raises(StoreError, match="Permission denied") as caught,
    ):
        store.replace(BATCH, PAGES)
    assert f"{folder}/{BATCH}/" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_place_that_cannot_be_a_store_is_named(tmp_path: Path) -> None:
    """A file in the way of a folder: the url and the reason, when it is opened."""
    (tmp_path / "taken").write_text("a file stands here")
    url = str(tmp_path / "taken" / "raw")
    with pytest.raises(ResourceSetupError, match="Not a directory") as caught, opened(FlightsStore(url=url)):
        pass
    assert f"{url}: cannot open the store" in str(caught.value)


def test_a_missing_bucket_is_named(s3: str) -> None:
    """A store that answers but has no such bucket: the url, and the store's own word for it."""
    assert s3.startswith("s3://")
    with (
        opened(FlightsStore(url="s3://nowhere/raw")) as store,
        pytest.raises(StoreError, match=r"cannot write \(404 Not Found, NoSuchBucket\)") as caught,
    ):
        store.replace(BATCH, PAGES)
    assert str(caught.value).startswith("s3://nowhere/raw/flights/2013-01/")


def test_a_wrong_key_is_named_and_not_shown(s3: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that does not let us in: the url, and the store's own word for it; never the key."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "canary-2c77")
    with (
        opened(FlightsStore(url=s3)) as store,
        pytest.raises(StoreError, match=r"cannot read \(403 Forbidden, SignatureDoesNotMatch\)") as caught,
    ):
        store.manifest(BATCH)
    assert "canary" not in str(caught.value)
