"""The settings, each declared once, as a type; and the environments, each with its file beside this one.

A value is looked for in this order: an `APP_` variable such as `APP_API__BASE_URL`, the file `.env`, the file of the
environment (`local.toml`, `test.toml` or `production.toml`; `DAGWIRE_ENV` chooses), `base.toml`, and the default in the
resource's own class. `dagwire.explain` lists the source of each value.

A field with several classes takes the one that its `kind` names: `APP_WAREHOUSE__KIND=postgres`.
"""

from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator
from pydantic_settings import SettingsConfigDict

from dagwire import Profiles, ProfileSettings

from resources.bigquery import BigQueryWarehouse
from resources.dashboard import HtmlDashboard
from resources.databricks import DatabricksWarehouse
from resources.flights_api import FlightsApi
from resources.flights_server import FlightsServer
from resources.flights_store import FlightsStore
from resources.postgres import PostgresWarehouse
from resources.snowflake import SnowflakeWarehouse
from resources.superset import SupersetDashboard
from resources.warehouse import DuckDBWarehouse

AnyWarehouse = Annotated[
    DuckDBWarehouse | BigQueryWarehouse | DatabricksWarehouse | PostgresWarehouse | SnowflakeWarehouse,
    Field(discriminator="kind"),
]

AnyDashboard = Annotated[HtmlDashboard | SupersetDashboard, Field(discriminator="kind")]


class Settings(ProfileSettings):
    """The resources themselves, as they are to be: a resource is a pydantic model, so it nests.

    Read once, by the container, when the first of them is needed.
    """

    model_config = SettingsConfigDict(
        env_prefix="APP_",
        env_nested_delimiter="__",
        env_file=".env",
        dotenv_filtering="match_prefix",  # other programs may keep variables there too
        extra="forbid",
        hide_input_in_errors=True,
        nested_model_default_partial_update=True,  # one variable changes one field, and leaves the others
    )

    profiles: ClassVar = Profiles(Path(__file__).parent, default="local")

    api: FlightsApi = FlightsApi()
    server: FlightsServer | None = None
    store: FlightsStore = FlightsStore()
    warehouse: AnyWarehouse = DuckDBWarehouse()
    dashboard: AnyDashboard = HtmlDashboard()

    @property
    def api_location(self) -> Literal["local", "remote"]:
        """The location of the API: the server that `api.base_url` names, or one that we start ourselves."""
        return "remote" if self.api.base_url else "local"

    @model_validator(mode="after")
    def _api_is_somewhere(self) -> Self:
        if self.api.base_url is None and self.server is None:
            msg = "this environment has no server of its own, so APP_API__BASE_URL must say where the API is"
            raise ValueError(msg)
        return self
