"""Dagster's config types, each with a schema for pydantic: `Field`, `Shape`, `Selector` and their kin."""

import copy
import enum
import json
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import GetCoreSchemaHandler, TypeAdapter, ValidationError
from pydantic_core import CoreSchema, core_schema

from dagwire.config.schema.config_type import ConfigType
from dagwire.config.schema.scalar_config_types import ScalarType
from dagwire.config.values.env_var import variables_in, with_env_forms
from dagwire.config.values.type_guards import is_mapping, is_sequence
from dagwire.config.values.validation_messages import custom_fault, problems_of, unknown_name
from dagwire.errors import InvalidConfigError, InvalidDefinitionError

_NO_DEFAULT: object = object()


class Field(ConfigType):
    """An entry of a dict, with its default and whether it is required.

    It is required unless it has a default, or its type can be made of nothing: a `Noneable`, or a dict none of whose
    entries is required.
    """

    def __init__(
        self,
        config: object,
        default_value: object = _NO_DEFAULT,
        is_required: bool | None = None,
        description: str | None = None,
        is_secret: bool = False,
    ) -> None:
        """`config` is a type or a config type; the default is validated as any value is.

        Raises:
            InvalidDefinitionError: It is required and has a default, or `config` is not a type of config.
            InvalidConfigError: The default does not fit.
        """
        if is_required and default_value is not _NO_DEFAULT:
            msg = "A Field with a default_value cannot be required. Leave out one of them."
            raise InvalidDefinitionError(msg)
        if isinstance(config, Field):
            msg = "The type of a Field cannot be a Field. Give its config_type, or the Field itself."
            raise InvalidDefinitionError(msg)
        self.config_type: ConfigType = config_type_of(config)
        self.description = description
        self.is_secret = is_secret
        if default_value is not _NO_DEFAULT:
            _check_default(self.config_type, default_value)
        self._default = default_value if is_required is not None else _default_of(self.config_type, default_value)
        self.is_required: bool = self._default is _NO_DEFAULT if is_required is None else is_required

    @property
    def default_provided(self) -> bool:
        """Whether there is a default."""
        return self._default is not _NO_DEFAULT

    @property
    def default_value(self) -> Any:
        """The default.

        Raises:
            InvalidDefinitionError: There is none.
        """
        if self._default is _NO_DEFAULT:
            msg = "This Field has no default_value."
            raise InvalidDefinitionError(msg)
        return self._default

    @property
    def default_value_as_json_str(self) -> str:
        """The default as JSON.

        Raises:
            InvalidDefinitionError: There is none.
        """
        return json.dumps(self.default_value)

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The type's own schema, with the default around it."""
        schema = handler.generate_schema(Annotated[Any, self.config_type])
        if self._default is _NO_DEFAULT:
            return schema
        # Copied for each use: a default may be a list that its user changes.
        return core_schema.with_default_schema(
            schema, default_factory=lambda: copy.deepcopy(self._default), validate_default=True
        )


class Noneable(ConfigType):
    """A value of `inner_type`, or None; None if it is left out."""

    def __init__(self, inner_type: object) -> None:
        """`inner_type` is a type or a config type."""
        self.inner_type: ConfigType = config_type_of(inner_type)

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """A nullable schema of `inner_type`."""
        return core_schema.nullable_schema(handler.generate_schema(Annotated[Any, self.inner_type]))


class Shape(ConfigType):
    """A dict of the entries declared, and no others."""

    extra: ClassVar[core_schema.ExtraBehavior] = "forbid"

    def __init__(
        self,
        fields: Mapping[str, object] | None = None,
        description: str | None = None,
        field_aliases: Mapping[str, str] | None = None,
    ) -> None:
        """`fields` are `{name: type, config type or dict}`; `field_aliases` are `{name: other name for it}`."""
        self.fields: dict[str, Field] = {name: as_field(declared) for name, declared in (fields or {}).items()}
        self.description = description
        self.field_aliases: dict[str, str] = dict(field_aliases or {})

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """A typed dict, whose values stay a dict."""
        entries = {
            name: core_schema.typed_dict_field(
                handler.generate_schema(Annotated[Any, field]), required=field.is_required
            )
            for name, field in self.fields.items()
        }
        shape = core_schema.typed_dict_schema(entries, extra_behavior=self.extra)
        return core_schema.no_info_before_validator_function(self._prepared, shape)

    def _prepared(self, given: object) -> object:
        """`given` with aliases resolved; unknown names are refused."""
        if not is_mapping(given):
            return given
        name_by_alias = {alias: name for name, alias in self.field_aliases.items()}
        entries = {name_by_alias.get(name, name): value for name, value in given.items()}
        if self.extra == "forbid":
            self._refuse_unknown(entries)
        return entries

    def _refuse_unknown(self, entries: Mapping[Any, object]) -> None:
        unknown = [f"'{name}': {unknown_name(str(name), self.fields)}" for name in entries if name not in self.fields]
        if unknown:
            raise custom_fault("extra_forbidden", "; ".join(unknown))


class Permissive(Shape):
    """A dict of the entries declared, and any others."""

    extra: ClassVar[core_schema.ExtraBehavior] = "allow"


class Selector(Shape):
    """A dict of exactly one of the entries declared."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """A typed dict for each entry, chosen by the name given."""
        choices = {name: Shape({name: field}) for name, field in self.fields.items()}
        schemas = {name: handler.generate_schema(Annotated[Any, choice]) for name, choice in choices.items()}
        return core_schema.no_info_before_validator_function(
            self._prepared, core_schema.tagged_union_schema(schemas, discriminator=self._chosen)
        )

    def _prepared(self, given: object) -> object:
        entries = super()._prepared({} if given is None else given)
        if is_mapping(entries) and len(entries) != 1 and not (len(self.fields) == 1 and not entries):
            names = ", ".join(self.fields)
            raise custom_fault("selector", f"Give exactly one of {names}; {len(entries)} are given")
        return {name: self._filled(name, entry) for name, entry in entries.items()} if is_mapping(entries) else entries

    def _filled(self, name: str, entry: object) -> object:
        """The entry; its default if the selector names it and no more."""
        field = self.fields.get(name)
        return field.default_value if entry is None and field is not None and field.default_provided else entry

    def _chosen(self, given: object) -> str | None:
        return next(iter(given or self.fields), None) if is_mapping(given) else None


class Array(ConfigType):
    """A list of values of `inner_type`."""

    def __init__(self, inner_type: object) -> None:
        """`inner_type` is a type or a config type."""
        self.inner_type: ConfigType = config_type_of(inner_type)

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """A list of `inner_type`."""
        return core_schema.list_schema(handler.generate_schema(Annotated[Any, self.inner_type]))


class Map(ConfigType):
    """A dict of any keys of `key_type` to values of `inner_type`."""

    def __init__(self, key_type: object, inner_type: object, key_label_name: str | None = None) -> None:
        """`key_label_name` describes the keys, for people.

        Raises:
            InvalidDefinitionError: `key_type` is not a scalar.
        """
        self.key_type: ConfigType = config_type_of(key_type)
        self.inner_type: ConfigType = config_type_of(inner_type)
        self.key_label_name = key_label_name
        if not isinstance(self.key_type, ScalarType) or self.key_type.declared in (dict, list):
            msg = f"The keys of a Map are scalars; {key_type!r} is not. Write str, int, float or bool."
            raise InvalidDefinitionError(msg)

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """A dict of `key_type` to `inner_type`."""
        keys = handler.generate_schema(Annotated[Any, self.key_type])
        return core_schema.dict_schema(keys, handler.generate_schema(Annotated[Any, self.inner_type]))


class ScalarUnion(ConfigType):
    """A scalar of `scalar_type`, or a dict or list of `non_scalar_schema`."""

    def __init__(self, scalar_type: object, non_scalar_schema: object) -> None:
        """`non_scalar_schema` is a dict, a list or a config type."""
        self.scalar_type: ConfigType = config_type_of(scalar_type)
        self.non_scalar_type: ConfigType = config_type_of(non_scalar_schema)

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """A union of both, chosen by whether a dict or a list is given."""
        schemas = {
            "scalar": handler.generate_schema(Annotated[Any, self.scalar_type]),
            "other": handler.generate_schema(Annotated[Any, self.non_scalar_type]),
        }
        return core_schema.tagged_union_schema(
            schemas, discriminator=lambda given: "other" if isinstance(given, dict | list) else "scalar"
        )


def as_field(declared: object) -> Field:
    """The `Field` of an entry in a dict, or of a whole `config_schema`.

    Raises:
        InvalidDefinitionError: `declared` is not a type of config.
    """
    return declared if isinstance(declared, Field) else Field(declared)


def config_type_of(schema: object) -> ConfigType:
    """The config type that `schema` is or abbreviates: `{name: type}`, `{type: type}`, `[type]`, or a type.

    Raises:
        InvalidDefinitionError: It is none of these.
    """
    if isinstance(schema, ConfigType):
        return schema
    if is_mapping(schema):
        keys: list[Any] = list(schema)
        return Map(keys[0], schema[keys[0]]) if len(keys) == 1 and not isinstance(keys[0], str) else Shape(schema)
    if is_sequence(schema):
        if len(schema) == 1:
            return Array(schema[0])
        msg = f"{schema!r} cannot be the type of config: a list declares the type of its items, and no more."
        raise InvalidDefinitionError(msg)
    return ScalarType(schema)


def _default_of(config_type: ConfigType, given: object) -> object:
    """The default given, or the type's own."""
    if given is not _NO_DEFAULT:
        return given
    if isinstance(config_type, Noneable):
        return None
    return {} if _needs_nothing(config_type) else _NO_DEFAULT


def _needs_nothing(config_type: ConfigType) -> bool:
    """Whether an empty dict is a value of the type."""
    if isinstance(config_type, Selector):
        return [field.is_required for field in config_type.fields.values()] == [False]
    if isinstance(config_type, Shape):
        return not any(field.is_required for field in config_type.fields.values())
    return isinstance(config_type, ScalarType) and config_type.declared is dict


def _check_default(config_type: ConfigType, default: object) -> None:
    """Refuse a default that its own type refuses; one with variables is checked when it is used."""
    if isinstance(config_type, ScalarType) and type(default) is config_type.declared:
        return
    if isinstance(default, enum.Enum):
        msg = f"A default in config is the name of an enum's member. Write {default.name!r}."
        raise InvalidDefinitionError(msg)
    if any(True for _ in variables_in(with_env_forms(default))):
        return
    try:
        TypeAdapter(Annotated[Any, config_type]).validate_python(copy.deepcopy(default))
    except ValidationError as error:
        problems = problems_of(error)
    else:
        return
    raise InvalidConfigError("a Field's default_value", problems)
