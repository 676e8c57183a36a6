"""BigQuery's own: the cost of a question before it is asked, and Google's default credentials."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dagwire.errors import ResourceSetupError

from resources.bigquery import BigQueryWarehouse, literal_of
from resources.errors import WarehouseError
from resources.tables import FLIGHTS
from tests.app.misbehaving import FLIGHT
from tests.app.outside import opened
from tests.systems.warehouses import System, a_bigquery

pytestmark = pytest.mark.may_leak


@pytest.fixture(scope="module")
def system() -> Iterator[System]:
    with a_bigquery(Path()) as running:
        yield running


@pytest.mark.systems
def test_a_question_has_a_cost_before_it_is_asked(system: System) -> None:
    """The emulator's is 0 bytes; a wrong question is refused as if it were asked."""
    with opened(system.recipe("cost")) as warehouse:
        warehouse.replace(FLIGHTS, "2013-01", [[FLIGHT]], "d")
        assert warehouse.cost_bytes("SELECT * FROM flights WHERE month = ?", [1]) == 0
        with pytest.raises(WarehouseError, match="nowhere"):
            warehouse.cost_bytes("SELECT * FROM nowhere")


@pytest.mark.systems
def test_texts_of_a_script_are_quoted(system: System) -> None:
    """A script takes no parameters by position, so its texts are written into it, quotes and all."""
    text = "it's a \\ \" text"
    with opened(system.recipe("quoted")) as warehouse:
        assert warehouse.query(f"SELECT {literal_of(5)} AS number, ? AS text", [text]) == [{"number": 5, "text": text}]
        warehouse.replace(FLIGHTS, "2013-01", [[FLIGHT]], text)
        assert warehouse.loads()[0].digest == text


def test_missing_default_credentials_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without a key, and without a login of gcloud, the message names the setting before anything is sent."""
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    with (
        pytest.raises(ResourceSetupError, match="`service_account_file`, or log in"),
        opened(BigQueryWarehouse(project="p")),
    ):
        pass


def test_a_key_that_is_none_is_named(tmp_path: Path) -> None:
    """A file that is not a service account's key is named with its setting."""
    (tmp_path / "key.json").write_text("{}")
    recipe = BigQueryWarehouse(project="p", service_account_file=tmp_path / "key.json")
    with pytest.raises(ResourceSetupError, match="Check the warehouse's `service_account_file`"), opened(recipe):
        pass
