"""`ConfigMapping`: the config of a graph or job becomes the config of its ops."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, overload

from dagwire.config.files.run_config import RunConfig
from dagwire.config.schema.config import Config
from dagwire.config.schema.config_schema import check_schema, validated_config
from dagwire.config.values.type_guards import is_mapping
from dagwire.definitions.steps.signature import annotations_of
from dagwire.errors import ConfigMappingError, InvalidConfigError, InvalidDefinitionError


@dataclass(frozen=True, slots=True, eq=False)
class ConfigMapping:
    """Turns the config that a graph or job declares into the config of its ops."""

    config_fn: Callable[[Any], Any]
    """Takes the config and returns the ops': `{op: {"config": {}}}` for a graph, a whole run config for a job."""
    config_schema: Any = None
    """The declared config: a `Config` class or one of Dagster's forms. None accepts anything."""
    receive_processed_config_values: bool | None = None
    """False passes the config to `config_fn` as written: checked, without defaults, variables unread."""

    def __post_init__(self) -> None:
        """Refuse a schema that cannot be one."""
        check_schema(self.config_schema)

    def resolve(self, given: object, owner: str) -> Mapping[str, Any] | RunConfig:
        """The config of the ops, for `given`.

        Raises:
            InvalidConfigError: `given` does not fit the schema, or the function returns no config.
            ConfigMappingError: The function fails.
        """
        processed = validated_config(self.config_schema, given, owner)
        try:
            returned = self.config_fn((given or {}) if self.receive_processed_config_values is False else processed)
        except Exception as error:
            raise ConfigMappingError(owner, error) from error
        if isinstance(returned, RunConfig) or is_mapping(returned):
            return returned
        kind = type(returned).__name__
        raise InvalidConfigError(owner, [f"its config mapping returned {kind}; return a dict, or a RunConfig"])


@overload
def config_mapping(config_fn: Callable[..., object]) -> ConfigMapping: ...
@overload
def config_mapping(
    *, config_schema: object = None, receive_processed_config_values: bool | None = None
) -> Callable[[Callable[..., Any]], ConfigMapping]: ...
def config_mapping(
    config_fn: Callable[..., object] | None = None,
    *,
    config_schema: object = None,
    receive_processed_config_values: bool | None = None,
) -> ConfigMapping | Callable[[Callable[..., Any]], ConfigMapping]:
    """Make a config mapping of a function; its one parameter may be annotated by a `Config`, in place of a schema.

    Args:
        config_fn: The function, if the decorator is used without arguments.
        config_schema: The declared config; the parameter's `Config` by default.
        receive_processed_config_values: False passes the config as written, without defaults.

    Raises:
        InvalidDefinitionError: The function takes more or less than one parameter, or there are two schemas.

    Example:
        >>> from dagwire import Config, RunConfig, config_mapping, job, op
        >>> class Load(Config):
        ...     limit: int
        >>> @op
        ... def fetch(config: Load):
        ...     return config.limit
        >>> class Nightly(Config):
        ...     size: str = "small"
        >>> @config_mapping
        ... def by_size(config: Nightly):
        ...     return RunConfig(ops={"fetch": Load(limit=10 if config.size == "small" else 1000)})
        >>> @job(config=by_size)
        ... def nightly():
        ...     fetch()
        >>> nightly.execute_in_process({"size": "large"}).output_for_node("fetch")
        1000
    """

    def decorate(function: Callable[..., object]) -> ConfigMapping:
        declared = declared_config(function, f"config mapping '{function.__name__}'")
        if declared is not None and (config_schema is not None or receive_processed_config_values is not None):
            msg = f"config mapping '{function.__name__}' declares its config by its parameter; give no schema beside."
            raise InvalidDefinitionError(msg)
        schema = config_schema if declared is None else declared
        return ConfigMapping(function, schema, receive_processed_config_values)

    return decorate if config_fn is None else decorate(config_fn)


def declared_config(function: Callable[..., object], owner: str) -> type[Config] | None:
    """The `Config` that the one parameter is annotated by, if it is."""
    parameters = list(inspect.signature(function).parameters)
    if len(parameters) != 1:
        msg = f"{owner} takes {len(parameters)} parameters; it takes one, the config."
        raise InvalidDefinitionError(msg)
    annotation = annotations_of(function, owner).get(parameters[0]) if inspect.isroutine(function) else None
    return annotation if isinstance(annotation, type) and issubclass(annotation, Config) else None


def as_config_mapping(config: object) -> ConfigMapping | None:
    """The mapping of `@graph(config=...)`: itself, or one made from a dict that configures the ops for good."""
    if config is None or isinstance(config, ConfigMapping):
        return config
    return ConfigMapping(lambda _: config, {})
