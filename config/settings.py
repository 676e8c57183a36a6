"""The settings, each declared once, as a type.

A value is looked for in this order: an `APP_` variable such as `APP_API__BASE_URL`, the file `.env`, the file of the
environment (`local.toml`, `test.toml` or `production.toml` beside this one; `DAGWIRE_ENV` chooses), `base.toml`, and
the default in the resource's own class. Files are merged field by field.
"""

import os
from pathlib import Path
from typing import Literal, Self

from pydantic import model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from resources.dashboard import HtmlDashboard
from resources.flights_api import FlightsApi
from resources.flights_server import FlightsServer
from resources.object_store import FlightsStore
from resources.warehouse import DuckDBWarehouse

FOLDER = Path(__file__).parent
BASE = FOLDER / "base.toml"
SWITCH = "DAGWIRE_ENV"


class UnknownEnvironmentError(SettingsError):
    """`DAGWIRE_ENV` names no file."""

    def __init__(self, name: str, known: list[str]) -> None:
        """Keep the name that was asked for, and those there are."""
        super().__init__(name, known)
        self.name = name
        self.known = known

    def __str__(self) -> str:
        """The message."""
        return f"{SWITCH} is '{self.name}', and there is no such environment. Known ones: {', '.join(self.known)}."


class Settings(BaseSettings):
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

    api: FlightsApi = FlightsApi()
    server: FlightsServer | None = None
    store: FlightsStore = FlightsStore()
    # With a second warehouse: Annotated[DuckDBWarehouse | ..., Field(discriminator="kind")].
    warehouse: DuckDBWarehouse = DuckDBWarehouse()
    dashboard: HtmlDashboard = HtmlDashboard()

    @property
    def api_location(self) -> Literal["local", "remote"]:
        """Where the API is: on the server that `api.base_url` names, or on one that we start ourselves."""
        return "remote" if self.api.base_url else "local"

    @model_validator(mode="after")
    def _api_is_somewhere(self) -> Self:
        if self.api.base_url is None and self.server is None:
            msg = "this environment has no server of its own, so APP_API__BASE_URL must say where the API is"
            raise ValueError(msg)
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Add the files of the environment, under everything else."""
        files = TomlConfigSettingsSource(settings_cls, toml_file=[BASE, environment_file()], deep_merge=True)
        return init_settings, env_settings, dotenv_settings, file_secret_settings, files


def environment_file() -> Path:
    """The file of the environment in force.

    Raises:
        UnknownEnvironmentError: There is none of that name.
    """
    files = {path.stem: path for path in sorted(FOLDER.glob("*.toml")) if path != BASE}
    name = os.environ.get(SWITCH, "local")
    if name not in files:
        raise UnknownEnvironmentError(name, list(files))
    return files[name]
