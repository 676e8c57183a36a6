"""Configs within configs: defaults that run config is merged over, and configs that it may leave out."""

from collections.abc import Mapping
from types import NoneType
from typing import TypeGuard

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from dagwire.config.values.launch_form import ReadsInputForm
from dagwire.config.values.model_introspection import key_of, members_of, name_by_key
from dagwire.config.values.nested_values import merged_config
from dagwire.config.values.type_guards import is_mapping


class _Config(ReadsInputForm, BaseModel):
    """A `Config`, as far as this module knows it."""


def merged_over_default(field: FieldInfo, value: object) -> object:
    """Run config for a nested config, merged over the field's default; every other value as it is."""
    if not is_mapping(value) or field.is_required() or field.default_factory_takes_validated_data:
        return value
    default: object = field.get_default(call_default_factory=True)
    is_alone = isinstance(default, BaseModel) and _only_config(field) is type(default)
    return merged_config(set_values(default), value) if is_alone and isinstance(default, BaseModel) else value


def set_values(config: BaseModel) -> dict[str, object]:
    """`{key: value}` of the fields that `config` was built with; nested configs as dicts."""
    return {
        key_of(type(config), name): _set_values_in(type(config), name, getattr(config, name))
        for name in config.model_fields_set
    }


def _set_values_in(model: type[BaseModel], name: str, value: object) -> object:
    field = model.model_fields.get(name)
    config = _only_config(field) if field is not None else None
    if config is None or not config.is_part_of_its_owner or not isinstance(value, config):
        return value
    return set_values(value) if type(value) is config else value


def with_omitted_configs(model: type[BaseModel], values: Mapping[str, object]) -> Mapping[str, object]:
    """`values` with an empty dict for each required nested config that is left out and needs no value of its own."""
    present = {name for key, name in name_by_key(model).items() if key in values}
    omitted = {
        key_of(model, name): dict[str, object]()
        for name, field in model.model_fields.items()
        if name not in present and field.is_required() and _needs_nothing(_only_config(field))
    }
    return {**omitted, **values} if omitted else values


def _needs_nothing(config: type[_Config] | None) -> bool:
    """Whether a config can be made of an empty dict."""
    if config is None or not config.is_part_of_its_owner:
        return False
    required = (field for field in config.model_fields.values() if field.is_required())
    return all(_needs_nothing(_only_config(field)) for field in required)


def _only_config(field: FieldInfo) -> type[_Config] | None:
    """The config class that a field holds, if it may hold nothing else but None."""
    members = [member for member in members_of(field.annotation) if member is not NoneType]
    only = members[0] if len(members) == 1 else None
    return only if _is_config(only) else None


def _is_config(declared: object) -> TypeGuard[type[_Config]]:
    return isinstance(declared, type) and issubclass(declared, BaseModel) and issubclass(declared, ReadsInputForm)
