"""Explaining settings whose sources may be faulty."""

from collections.abc import Mapping

from pydantic_settings import BaseSettings

from dagwire.config.explain.explain_settings import explain_settings
from dagwire.config.explain.explained_values import Explained, SourceKind
from dagwire.config.explain.replaced_sources import as_called
from dagwire.config.settings.settings_error import settings_error
from dagwire.config.settings.source_checks import check_source_limits
from dagwire.config.settings.source_limits import bounded_sources
from dagwire.errors import SettingsError, UnknownEnvironmentError


def explain_sources(
    settings: BaseSettings | type[BaseSettings],
    arguments: Mapping[str, object],
    otherwise: SourceKind = SourceKind.CONSTRUCTOR,
) -> list[Explained]:
    """`explain_settings`, with one error for whatever a source raises.

    Raises:
        SettingsError: A source cannot be read. Values that are missing or wrong are explained as such.
        UnknownEnvironmentError: The environment that is picked has no profile.
    """
    kind = settings if isinstance(settings, type) else type(settings)
    try:
        check_source_limits(as_called(kind, arguments))
        with bounded_sources(kind):
            return explain_settings(settings, arguments, otherwise=otherwise)
    except (SettingsError, UnknownEnvironmentError):
        raise
    except Exception as error:  # noqa: BLE001  # whatever a source raises is a fault of the settings
        fault = settings_error(kind, arguments, error)
    # Raised outside the handler: pydantic's error holds the whole input, secrets included, and would be chained.
    raise fault
