"""`config_schema`: what Dagster's dict forms and plain types mean, as pydantic models."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError, create_model

from dagwire.config.config import Config, problems_of
from dagwire.config.env_var import read_variables, variables_in
from dagwire.config.narrowing import is_mapping
from dagwire.errors import InvalidConfigError, MissingVariableError


def validated_config(schema: object, given: object, owner: str) -> Any:
    """`given` checked against `schema`, with every `EnvVar` in it read.

    Args:
        schema: None (anything goes), a `Config` class, a type, or `{name: type or nested dict}`.
        given: The config as written in code, in a run config or in a file.
        owner: Who is configured, for messages: "resource 'api'".

    Raises:
        MissingVariableError: Variables named in `given` are not set.
        InvalidConfigError: The values do not fit; every fault is named.
    """
    unset = {v.env_var_name: owner for v in variables_in(given) if v.get_value() is None}
    if unset:
        raise MissingVariableError(unset)
    given = read_variables(given)
    if schema is None:
        return {} if given is None else given
    try:
        if is_mapping(schema):
            return _model_of(schema).model_validate(given or {}).model_dump()
        if isinstance(schema, type) and issubclass(schema, Config):
            return schema.model_validate({} if given is None else given)
        return _adapter(schema).validate_python(given)
    except ValidationError as error:
        problems = problems_of(error, _model_of(schema) if is_mapping(schema) else Config)
    raise InvalidConfigError(owner, problems)


def _adapter(schema: Any) -> TypeAdapter[Any]:
    return TypeAdapter(schema)


def _model_of(fields: Mapping[str, Any]) -> type[BaseModel]:
    types: dict[str, Any] = {
        name: (_model_of(declared) if is_mapping(declared) else declared, ...) for name, declared in fields.items()
    }
    return create_model("config", __config__=ConfigDict(extra="forbid", hide_input_in_errors=True), **types)
