"""The fields of a `Config` class as Dagster's config types."""

from collections.abc import Mapping
from enum import Enum as PythonEnum
from types import NoneType
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from dagwire.config.schema.config_type import ConfigType
from dagwire.config.schema.config_types import Array, Field, Map, Noneable, Permissive, Selector, Shape
from dagwire.config.schema.enum_config_type import Enum
from dagwire.config.schema.scalar_config_types import BoolSource, IntSource, ScalarType, StringSource
from dagwire.config.values.config_dict import field_in_launch_form
from dagwire.config.values.launch_form import ReadsInputForm
from dagwire.config.values.model_introspection import key_of, literals_of, members_of, models_in


def fields_of(model: type[BaseModel]) -> dict[str, Field]:
    """`{key: field}` of a model's fields, each with its type, description and default."""
    return {key_of(model, name): _field(info) for name, info in model.model_fields.items()}


def _field(info: FieldInfo) -> Field:
    config_type = _config_type(info.annotation, info.discriminator)
    if info.is_required() or info.default_factory_takes_validated_data:
        return Field(config_type, description=info.description)
    default = info.get_default(call_default_factory=True)
    if default is None and not isinstance(config_type, Noneable):
        return Field(config_type, is_required=False, description=info.description)
    return Field(config_type, field_in_launch_form(info, default), description=info.description)


def _config_type(annotation: object, discriminator: object = None) -> ConfigType:
    members = [member for member in members_of(annotation) if member is not NoneType]
    config_type = _of_members(members, annotation, discriminator)
    is_optional = NoneType in members_of(annotation)
    return Noneable(config_type) if is_optional else config_type


def _of_members(members: list[Any], annotation: object, discriminator: object) -> ConfigType:
    models = models_in(annotation)
    if isinstance(discriminator, str):
        tagged = ((str(tag), model) for model in models for tag in literals_of(model, discriminator))
        return Selector({tag: _shape(model, discriminator) for tag, model in tagged})
    if len(members) != 1:
        return ScalarType(annotation)
    return _shape(models[0]) if models and issubclass(models[0], ReadsInputForm) else _of_member(members[0])


def _of_member(member: object) -> ConfigType:
    origin, arguments = get_origin(member), get_args(member)
    if member in _SOURCES:
        return _SOURCES[member]
    if isinstance(member, type) and issubclass(member, PythonEnum):
        return Enum.from_python_enum_direct_values(member)
    if origin is list and arguments:
        return Array(_config_type(arguments[0]))
    if isinstance(origin, type) and issubclass(origin, Mapping) and arguments:
        return Map(arguments[0], _config_type(arguments[1]))
    return ScalarType(member)


def _shape(model: type[BaseModel], discriminator: str | None = None) -> Shape:
    left_out = {key_of(model, discriminator)} if discriminator is not None else set[str]()
    fields = {key: field for key, field in fields_of(model).items() if key not in left_out}
    kind = Permissive if model.model_config.get("extra") == "allow" else Shape
    return kind(fields, description=model.__doc__)


_SOURCES: dict[object, ConfigType] = {str: StringSource, int: IntSource, bool: BoolSource}
