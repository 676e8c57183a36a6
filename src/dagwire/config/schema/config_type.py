"""`ConfigType`: the base of Dagster's config types."""

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema


class ConfigType:
    """A kind of `config_schema`; immutable, and usable wherever a type is."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The schema with which pydantic validates."""
        raise NotImplementedError  # pragma: no cover - each kind has its own
