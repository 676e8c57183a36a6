"""Config schemas as Dagster's: its config types have namesakes, and a `Config` class becomes a dict of fields."""

from collections.abc import Callable, Mapping
from typing import Any, get_origin

import dagster as dg
from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python

from dagwire.config.schema import config_types as ours
from dagwire.config.schema.config import Config
from dagwire.config.schema.config_schema import ConfiguredSchema, is_config_class
from dagwire.config.schema.enum_config_type import Enum
from dagwire.config.schema.scalar_config_types import ScalarType
from dagwire.config.values.model_introspection import key_of, models_in, spelled
from dagwire.config.values.secrecy import secrecy_of
from dagwire.integrations.dagster.typed_text import TypedText

_PLAIN: Mapping[Any, object] = {str: str, int: int, float: float, bool: bool, dict: dict, list: list, Any: dg.Any}


def dagster_schema(schema: object) -> Any:
    """Return a `config_schema` as Dagster's; what dagwire alone can check, it checks when the config arrives."""
    if schema is None:
        return None
    if isinstance(schema, ConfiguredSchema):
        return dg.Field(dg.Any, is_required=False)
    if is_config_class(schema):
        return _fields(schema)
    return _field(ours.as_field(schema))


def _fields(model: type[Config]) -> dict[str, dg.Field]:
    return {key_of(model, name): _model_field(name, info) for name, info in model.model_fields.items()}


def _model_field(name: str, info: FieldInfo) -> dg.Field:
    secrecy = secrecy_of(name, info)
    secret: Any = {"is_secret": True} if secrecy is not None and secrecy.is_secret else {}
    default: Any = {"is_required": info.is_required()}
    if isinstance(info.default, bool | int | float | str) and not secret:
        default = {"default_value": to_jsonable_python(info.default)}
    return dg.Field(_annotated(info.annotation), description=info.description, **default, **secret)


def _annotated(annotation: Any) -> object:
    """The config type of a field's annotation."""
    models = [model for model in models_in(annotation) if issubclass(model, Config)]
    if len(models) == 1 and models[0] is annotation:
        return dg.Shape(_fields(models[0]))
    if (get_origin(annotation) or annotation) in {list, set, tuple, frozenset}:
        return dg.Array(dg.Any)
    if (get_origin(annotation) or annotation) is dict:
        return dg.Permissive()
    written = spelled(annotation)
    if models_in(annotation) or ("|" in written and not written.endswith(" | None")):
        return dg.Any
    return dg.Noneable(TypedText(written)) if written.endswith(" | None") else TypedText(written)


def _field(field: ours.Field) -> dg.Field:
    default: Any = {"default_value": field.default_value} if field.default_provided else {}
    if not default:
        default = {"is_required": field.is_required}
    secret: Any = {"is_secret": True} if field.is_secret else {}
    return dg.Field(_config_type(field.config_type), description=field.description, **default, **secret)


def _config_type(declared: Any) -> Any:
    if isinstance(declared, ours.Field):
        return _config_type(declared.config_type)
    if isinstance(declared, ScalarType):
        if declared.takes_env_form:
            return {str: dg.StringSource, int: dg.IntSource, bool: dg.BoolSource}[declared.declared]
        return _PLAIN[declared.declared] if declared.declared in _PLAIN else _annotated(declared.declared)
    return _KINDS[type(declared)](declared)


def _entries(shape: ours.Shape) -> dict[str, dg.Field]:
    return {name: _field(field) for name, field in shape.fields.items()}


_KINDS: Mapping[type, Callable[[Any], Any]] = {
    Enum: lambda one: dg.Enum(one.given_name, [dg.EnumValue(choice.config_value) for choice in one.enum_values]),
    ours.Array: lambda one: dg.Array(_config_type(one.inner_type)),
    ours.Map: lambda one: dg.Map(_config_type(one.key_type), _config_type(one.inner_type), one.key_label_name),
    ours.Noneable: lambda one: dg.Noneable(_config_type(one.inner_type)),
    ours.Permissive: lambda one: dg.Permissive(_entries(one), one.description),
    ours.ScalarUnion: lambda one: dg.ScalarUnion(_config_type(one.scalar_type), _config_type(one.non_scalar_type)),
    ours.Selector: lambda one: dg.Selector(_entries(one), one.description),
    ours.Shape: lambda one: dg.Shape(_entries(one), one.description, one.field_aliases or None),
}
