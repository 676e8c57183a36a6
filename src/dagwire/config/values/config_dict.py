"""Dagster's dict forms of a config: as run config has it, and as contexts show it."""

from collections.abc import Callable, Container
from enum import Enum

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from dagwire.config.values.env_var import EnvVar
from dagwire.config.values.launch_form import ReadsInputForm
from dagwire.config.values.model_introspection import key_of
from dagwire.config.values.nested_values import with_items_changed
from dagwire.config.values.type_guards import is_mapping

_Write = Callable[[object], object]


def as_launch_dict(config: BaseModel) -> dict[str, object]:
    """A config as run config has it: an enum's member by its name, a variable as `{"env": "NAME"}`.

    A field of a `Config` that is None is left out, as Dagster leaves it out.
    """
    fields = _fields(config, _in_launch_form)
    return fields if _is_resource(config) else {key: value for key, value in fields.items() if value is not None}


def as_resolved_dict(config: BaseModel, excluded: Container[str] = ()) -> dict[str, object]:
    """The values of a config as contexts show them, an enum's member by its value.

    Args:
        config: A config whose variables are read already.
        excluded: Names of fields that are left out.
    """
    return _fields(config, _resolved, excluded)


def as_op_config(config: object) -> object:
    """A step's config as its `context.op_config`: that of a class as a dict, any other as it is."""
    return as_resolved_dict(config) if isinstance(config, BaseModel) else config


def field_in_launch_form(field: FieldInfo, value: object) -> object:
    """The value of one field as run config has it."""
    return _field(field, value, _in_launch_form)


def _in_launch_form(value: object) -> object:
    if isinstance(value, BaseModel):
        return as_launch_dict(value)
    if isinstance(value, EnvVar):
        return {"env": value.env_var_name}
    return value.name if isinstance(value, Enum) else with_items_changed(value, _in_launch_form)


def _resolved(value: object) -> object:
    if isinstance(value, BaseModel):
        return value if _is_resource(value) else as_resolved_dict(value)
    return value.value if isinstance(value, Enum) else with_items_changed(value, _resolved)


def _is_resource(config: BaseModel) -> bool:
    """Whether a config is a resource, which is not a part of its holder."""
    return isinstance(config, ReadsInputForm) and not config.is_part_of_its_owner


def _fields(config: BaseModel, write: _Write, excluded: Container[str] = ()) -> dict[str, object]:
    """`{key: value}` of all fields but those `excluded`, undeclared ones included."""
    model = type(config)
    values = ((name, value) for name, value in config if name not in excluded)
    return {key_of(model, name): _field(model.model_fields.get(name), value, write) for name, value in values}


def _field(field: FieldInfo | None, value: object, write: _Write) -> object:
    """The value of one field; a member of a discriminated union as `{"dog": {...}}`."""
    written = write(value)
    discriminator = field.discriminator if field is not None else None
    if not (isinstance(discriminator, str) and isinstance(value, BaseModel) and is_mapping(written)):
        return written
    key = key_of(type(value), discriminator)
    return {getattr(value, discriminator): {name: item for name, item in written.items() if name != key}}
