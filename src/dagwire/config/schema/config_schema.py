"""`config_schema`: config checked against a definition's schema, a `Config` class or one of Dagster's config types."""

from functools import lru_cache
from typing import Annotated, Any, NamedTuple, TypeGuard

from pydantic import BaseModel, TypeAdapter, ValidationError

from dagwire.config.schema.config import Config, ConfigAsDict
from dagwire.config.schema.config_types import Field, Shape, as_field
from dagwire.config.values.env_var import EnvVar, check_variables_are_set, read_variables, variables_in
from dagwire.config.values.launch_form import LAUNCH_FORM
from dagwire.config.values.nested_config import set_values
from dagwire.config.values.nested_values import merged_config
from dagwire.config.values.type_guards import is_mapping
from dagwire.config.values.validation_messages import problems_of
from dagwire.errors import ConfigMappingError, InvalidConfigError


class ConfiguredSchema:
    """A schema with config of its own, from `configured`; accepted wherever a schema is."""

    def __init__(self, schema: object, config_or_function: object, declared: object = None) -> None:
        """Config for `schema`, or a function that makes it from config of the schema `declared`.

        Raises:
            InvalidDefinitionError: `declared` is not a type of config.
        """
        check_schema(declared)
        self.schema = schema
        self.declared = declared
        self._function = config_or_function if callable(config_or_function) else None
        self._config = _plain(config_or_function)

    def validated(self, given: object, owner: str) -> object:
        """The config of `schema`, with a run's config merged over it or given to the function.

        Raises:
            ConfigMappingError: The function fails.
            InvalidConfigError: `given`, or the function's config, does not fit.
        """
        if self._function is None:
            return validated_config(self.schema, self._merged(given), owner)
        config = validated_config(self.declared, given, owner)
        try:
            made = self._function(config)
        except Exception as error:
            raise ConfigMappingError(owner, error) from error
        return validated_config(self.schema, _plain(made), owner)

    def _merged(self, given: object) -> object:
        if is_mapping(self._config) and is_mapping(given):
            return merged_config(self._config, given)
        return self._config if given is None else given


def _plain(config: object) -> object:
    """A config as a dict of the values with which it was built, if it is an object."""
    return set_values(config) if isinstance(config, BaseModel) else config


def check_schema(schema: object) -> None:
    """Refuse a schema that cannot be one, when a definition is made.

    Raises:
        InvalidDefinitionError: It is not a type of config, or holds something that is not.
    """
    if schema is not None and not (is_config_class(schema) or isinstance(schema, ConfiguredSchema)):
        as_field(schema)


def validated_config(schema: object, given: object, owner: str) -> object:
    """`given` checked against `schema`, with every `EnvVar` in it read.

    Args:
        schema: None (anything goes), a `Config` class, a type, or one of Dagster's config types: `{name: type}`,
            `Field`, `Shape` and the others of `dagwire.config.schema.config_types`.
        given: The config as written in code, in a run config or in a file.
        owner: The configured object, for messages: "resource 'api'".

    Raises:
        MissingVariableError: Variables named in `given` are not set.
        InvalidConfigError: The values do not fit; every fault is named.
    """
    if isinstance(schema, ConfiguredSchema):
        return schema.validated(given, owner)
    check_variables_are_set((variable, owner) for variable in variables_in(given))
    if schema is None:
        return {} if given is None else read_variables(given)
    if given is None and _may_be_left_out(schema):
        return None
    read: list[tuple[str, EnvVar]] = []
    try:
        if is_config_class(schema):
            config = schema.model_validate({} if given is None else given, context=LAUNCH_FORM)
            read += config.variables()
            check_variables_are_set((variable, f"field '{path}' of {owner}") for path, variable in read)
            return config.with_variables_read()
        return _compiled(_ById(schema)).validated(given)
    except ValidationError as error:
        problems = problems_of(error, read)
    # Raised outside the handler: pydantic's error holds the values, and would be chained.
    raise InvalidConfigError(owner, problems)


def is_config_class(schema: object) -> TypeGuard[type[Config]]:
    """Whether a schema is a `Config` class."""
    return isinstance(schema, type) and issubclass(schema, Config)


def _may_be_left_out(schema: Any) -> bool:
    """Whether `schema` is a `Field` that is not required and has no default."""
    return getattr(schema, "is_required", True) is False and not schema.default_provided


class _ById:
    """A schema as the key of a cache, compared by identity: most schemas are dicts, which have no hash."""

    __slots__ = ("schema",)

    def __init__(self, schema: object) -> None:
        self.schema = schema

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ById) and self.schema is other.schema

    def __hash__(self) -> int:
        return id(self.schema)


class _Compiled(NamedTuple):
    """A schema with its validator."""

    field: Field
    adapter: TypeAdapter[Any]

    def validated(self, given: object) -> object:
        """The config; the schema's default if none is given."""
        if given is None and self.field.default_provided:
            given = self.field.default_value
        return self.adapter.validate_python({} if given is None and self._is_dict else given, context=LAUNCH_FORM)

    @property
    def _is_dict(self) -> bool:
        """Whether nothing means a dict without entries, so that each required one is reported."""
        return isinstance(self.field.config_type, Shape | ConfigAsDict)


@lru_cache(maxsize=512)
def _compiled(schema: _ById) -> _Compiled:
    """The compiled schema. The cache keeps the schema itself, so that its id is not given to another."""
    field = as_field(schema.schema)
    return _Compiled(field, TypeAdapter(Annotated[Any, field]))
