"""One contract, every object store: a folder, moto with users and rights, and nanio as a second opinion."""

import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from resources.errors import StoreError
from resources.flights_store import FlightsStore
from resources.object_store import ObjectStore
from tests.app.outside import opened, until
from tests.systems.wire import wire_to
from tools.systems.gcs import gcs, make_bucket, upload
from tools.systems.moto import Moto, moto
from tools.systems.nanio import nanio

CANARY = "canary-3e11"
PART_BYTES = 20 * 1024 * 1024
PAGES = [(b'{"rows": [1, 2]}', 2), (b'{"rows": [3]}', 1)]


@dataclass(frozen=True)
class Place:
    """A store that runs."""

    url: str
    access: dict[str, Any]
    """The settings that a store needs besides the url."""

    def recipe(self, folder: str, **changes: object) -> ObjectStore:
        return ObjectStore.model_validate({"url": f"{self.url}/{folder}", **self.access, **changes})


def s3(url: str, access_key_id: str, secret_access_key: str, **more: object) -> dict[str, Any]:
    key = {"access_key_id": access_key_id, "secret_access_key": secret_access_key}
    return {"s3": {**key, "region": "eu-central-1", "endpoint_url": url, **more}, "attempts": 1}


@pytest.fixture(scope="module")
def account() -> Iterator[Moto]:
    with moto() as running:
        running.client("s3").create_bucket(
            Bucket="flights", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
        )
        yield running


@pytest.fixture(scope="module")
def small_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    buckets = tmp_path_factory.mktemp("buckets")
    (buckets / "flights").mkdir()
    with nanio(buckets) as running:
        yield Place("s3://flights", {**s3(running.url, *running.owner), "attempts": 3})


@pytest.fixture(scope="module", params=["folder", "moto", "nanio"])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Place:
    if request.param == "folder":
        return Place(str(tmp_path_factory.mktemp("store")), {})
    if request.param == "moto":
        account = request.getfixturevalue("account")
        return Place("s3://flights", s3(account.url, *account.owner))
    found: Place = request.getfixturevalue("small_server")
    return found


@pytest.fixture
def store(place: Place, request: pytest.FixtureRequest) -> Iterator[ObjectStore]:
    # moto may answer 500 to a reader while an object gives way, as S3 may under load; the client asks again then.
    with opened(place.recipe(request.function.__name__, attempts=4)) as open_store:
        yield open_store


@pytest.mark.parametrize("key", ["plain", "in/a/folder.json", "with space + plus", "Zürich/日本.json", "50%&?=#"])
def test_keys_of_any_kind(key: str, store: ObjectStore) -> None:
    """A value that is put under a key is found under it, and listed as it was written."""
    store.put(key, b"content")
    assert store.get(key) == b"content"
    assert store.keys().count(key) == 1
    store.delete([key])
    assert store.keys().count(key) == 0
    with pytest.raises(KeyError):
        store.get(key)


def test_an_object_gives_way_in_one_step(store: ObjectStore) -> None:
    """Readers see the old content or the new one, never a part; what is deleted twice is deleted."""
    contents = [bytes([letter]) * 300_000 for letter in b"abcdef"]
    store.put("object", contents[0])
    with ThreadPoolExecutor(2) as threads:
        writing = threads.submit(lambda: [store.put("object", content) for content in contents])
        seen = [store.get("object") for _ in range(20)]
        writing.result()
    assert set(seen) <= set(contents)
    assert store.get("object") == contents[-1]
    for _ in range(2):
        store.delete(["object"])


def test_a_large_object_goes_in_parts(store: ObjectStore) -> None:
    """20 MB come back as they were."""
    content = os.urandom(1024) * (PART_BYTES // 1024)
    store.put("large", content)
    assert store.get("large") == content


def test_many_keys_are_all_listed(account: Moto) -> None:
    """A listing has as many pages as it needs, and ends at the folder."""
    place = Place("s3://flights", s3(account.url, *account.owner))
    with opened(place.recipe("listed")) as store, ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: store.put(f"many/{number:04}", b""), range(1_050)))
        store.put("many more/0000", b"")
        assert sorted(store.keys("many")) == [f"many/{number:04}" for number in range(1_050)]


def test_batches_of_pages(place: Place, request: pytest.FixtureRequest) -> None:
    """The store of the flights is the same on each of them."""
    settings = place.recipe(request.function.__name__).model_dump()
    with opened(FlightsStore.model_validate(settings)) as store:
        first = store.replace("flights/2013-01", PAGES)
        second = store.replace("flights/2013-01", PAGES[:1])
        assert store.manifest("flights/2013-01") == second
        assert list(store.read(second)) == [PAGES[0][0]]
        with pytest.raises(StoreError, match="the page is gone"):
            list(store.read(first))


def test_health(place: Place) -> None:
    """A store that answers is well."""
    with opened(place.recipe("health")) as store:
        store.check_health()


# -- refusals ----------------------------------------------------------------------------------------------------------


def test_each_refusal_has_its_own_message(account: Moto, subtests: pytest.Subtests) -> None:
    """A wrong secret, an unknown key, a user who may only read, a missing bucket: reason and setting, and no secret."""
    owner, reader = account.owner, account.reader
    refusals = {
        "wrong secret": (s3(account.url, owner[0], CANARY), "SignatureDoesNotMatch", "`s3.secret_access_key`"),
        "unknown key": (s3(account.url, "AKIA0", CANARY), "InvalidAccessKeyId", "`s3.access_key_id`"),
        "read only": (s3(account.url, *reader), "AccessDenied", "Grant the owner of the store's `s3.access_key_id`"),
        "missing bucket": ({**s3(account.url, *owner), "url": "s3://nowhere"}, "NoSuchBucket", "Make the bucket"),
        "nobody there": (s3("http://127.0.0.1:1", *owner), "error sending request", "Is it reachable"),
    }
    for refusal, (access, reason, remedy) in refusals.items():
        with subtests.test(refusal), opened(ObjectStore.model_validate({"url": "s3://flights", **access})) as store:
            with pytest.raises(StoreError, match=reason) as caught:
                store.put("key", b"content")
            assert remedy in str(caught.value)
            assert str(caught.value).startswith(f"{store.url}/key: cannot write (")
            assert CANARY not in str(caught.value)


def test_listing_reports_what_putting_reports(account: Moto, subtests: pytest.Subtests) -> None:
    """The client's own errors differ by call; ours name the refusal all the same."""
    for url, secret, reason in [
        ("s3://flights", CANARY, "SignatureDoesNotMatch"),
        ("s3://nowhere", "", "NoSuchBucket"),
    ]:
        access = s3(account.url, account.owner[0], secret or account.owner[1])
        with subtests.test(reason), opened(ObjectStore.model_validate({"url": url, **access})) as store:
            for ask in (store.keys, store.check_health, lambda store=store: store.get("key")):
                with pytest.raises(StoreError, match=reason):
                    ask()


def test_a_reader_reads(account: Moto) -> None:
    """Rights are those of the user: one who may not write can read and list."""
    with opened(ObjectStore.model_validate({"url": "s3://flights/r", **s3(account.url, *account.owner)})) as store:
        store.put("key", b"content")
    with opened(ObjectStore.model_validate({"url": "s3://flights/r", **s3(account.url, *account.reader)})) as store:
        assert (store.get("key"), store.keys()) == (b"content", ["key"])


def test_credentials_of_the_environment(account: Moto, monkeypatch: pytest.MonkeyPatch) -> None:
    """A value that the settings do not name comes from the usual variables."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", account.owner.access_key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", account.owner.secret_access_key)
    monkeypatch.setenv("AWS_ENDPOINT_URL", account.url)
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    with opened(ObjectStore(url="s3://flights/environment")) as store:
        store.put("key", b"content")
        assert store.keys() == ["key"]


def test_secrets_are_masked(account: Moto) -> None:
    """The `repr` of a store shows no secret."""
    store = ObjectStore.model_validate({"url": "s3://flights", **s3(account.url, "AKIA1", CANARY)})
    assert "AKIA1" in repr(store)
    assert CANARY not in repr(store)


# -- Google Cloud Storage ----------------------------------------------------------------------------------------------


def test_google_cloud_storage_is_read_by_settings_alone() -> None:
    """The emulator takes no uploads in the form that the client sends, so these objects were put there otherwise."""
    with gcs() as url:
        make_bucket(url, "flights")
        for key in ("2013/plain", "2013/with space/Zürich"):
            upload(url, "flights", key, key.encode())
        settings = {"url": "gs://flights/2013", "gcs": {"endpoint_url": url, "is_anonymous": True}, "attempts": 1}
        with opened(ObjectStore.model_validate(settings)) as store:
            assert sorted(store.keys()) == ["plain", "with space/Zürich"]
            assert store.get("with space/Zürich") == "2013/with space/Zürich".encode()
            with pytest.raises(KeyError):
                store.get("nothing")
            store.check_health()
            with pytest.raises(StoreError, match=r"cannot write .*400 Bad Request"):
                store.put("new", b"content")


# -- links -------------------------------------------------------------------------------------------------------------


def test_a_link_reads_one_object_for_a_while(small_server: Place) -> None:
    """Anybody can read by it, that object alone, until it ends."""
    with opened(small_server.recipe("links")) as store:
        store.put("report ü.json", b"content")
        store.put("other", b"secret")
        link = store.link("report ü.json")
        with urllib.request.urlopen(link) as answer:  # noqa: S310  # our own server
            assert answer.read() == b"content"
        for tampered in (link.replace("report%20%C3%BC.json", "other"), link[:-4] + "0000"):
            assert refused(tampered) == 403
        short = store.link("other", valid_for=timedelta(seconds=1))
        until(lambda: refused(short) == 403)


def refused(link: str) -> int:
    """The status with which a link is refused; 200 if it is not."""
    try:
        with urllib.request.urlopen(link):  # noqa: S310  # our own server
            return 200
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_a_folder_lends_no_links(tmp_path: Path) -> None:
    """A folder has no server, so the message proposes a store that has one."""
    with (
        opened(ObjectStore(url=str(tmp_path))) as store,
        pytest.raises(StoreError, match="a folder cannot lend a link"),
    ):
        store.link("key")


# -- a bad wire --------------------------------------------------------------------------------------------------------


def test_a_cut_is_survived(account: Moto) -> None:
    """A connection that breaks in the middle is made anew, as often as `attempts` allow; then it is an error."""
    port = int(account.url.rpartition(":")[2])
    with wire_to(port) as wire:
        url = f"http://127.0.0.1:{wire.port}"
        access = {**s3(url, *account.owner), "attempts": 2}
        with opened(ObjectStore.model_validate({"url": "s3://flights/cut", **access})) as store:
            store.put("key", b"content")
            wire.cut()
            wire.mend()
            assert store.get("key") == b"content"
            wire.cut()
            with pytest.raises(StoreError, match="Is it reachable"):
                store.get("key")
