"""`Config`: the typed, frozen values that an asset, an op or a resource is given."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, core_schema

from dagwire.config.schema.config_fields import fields_of
from dagwire.config.schema.config_type import ConfigType
from dagwire.config.schema.config_types import Field
from dagwire.config.values.config_dict import as_resolved_dict
from dagwire.config.values.deferred_validation import adapt_schema
from dagwire.config.values.env_var import EnvVar, check_variables_are_set, read_variables
from dagwire.config.values.launch_form import LAUNCH_FORM, VARIABLE_TEXT, InputForm, ReadsInputForm
from dagwire.config.values.masking import masked_field
from dagwire.config.values.model_introspection import enum_class, key_of, members_of, name_by_key
from dagwire.config.values.nested_values import with_items_changed
from dagwire.config.values.type_guards import SCALARS, is_collection, is_mapping
from dagwire.errors import FrozenConfigError, InvalidDefinitionError, UnconfiguredFieldError, UnresolvedVariableError


class Config(ReadsInputForm, BaseModel):  # noqa: PLW1641  # pydantic makes the hash of a frozen model
    """The typed, frozen values of one asset, op or resource.

    A pydantic model of any field types. A field that may be None is None by default. Unknown names are refused, error
    texts never repeat the input, and an `EnvVar` may stand for the value of any field until the run starts.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(
        frozen=True,
        extra="forbid",
        arbitrary_types_allowed=True,
        hide_input_in_errors=True,
    )

    @classmethod
    def __get_pydantic_core_schema__(cls, source: type[Any], handler: GetCoreSchemaHandler) -> CoreSchema:
        """Let every field take an `EnvVar` in place of its value; complete defaults of optional fields and enums.

        A `field_validator("*", mode="wrap")` would do the same in one line, but pydantic refuses such a validator on
        the discriminator of a union, and resources are members of unions in settings.
        """
        for name, field in cls.model_fields.items():
            if isinstance(field.default, Field):
                msg = f"{cls.__name__}.{name} is a dagwire.Field, which is for a config_schema. Write pydantic.Field."
                raise InvalidDefinitionError(msg)
            if field.is_required() and _may_be_none(field):
                field.default = None
            if not cls.model_config.get("use_enum_values"):
                field.default = _with_member(f"{cls.__name__}.{name}", field)
        schema = handler(source)
        adapt_schema(handler.resolve_ref_schema(schema), cls)
        return schema

    def __setattr__(self, name: str, value: object) -> None:
        """Set a private attribute; refuse a public field, with the fix.

        Raises:
            FrozenConfigError: `name` is not private. Nothing was changed.
        """
        if not name.startswith("_") and self.model_config.get("frozen"):
            raise FrozenConfigError(type(self).__name__, name)
        super().__setattr__(name, value)

    if not TYPE_CHECKING:  # pragma: no branch - a checker alone goes past it, and would take any attribute for granted

        def __getattr__(self, name: str) -> Any:
            """Refuse a field that is left to launch, with the reason.

            Raises:
                UnconfiguredFieldError: The field has no value yet; it is an AttributeError too.
            """
            if name in type(self).model_fields:
                raise UnconfiguredFieldError(type(self).__name__, name)
            return super().__getattr__(name)

    def __eq__(self, other: object) -> bool:
        """Whether class and values are equal; an unread variable equals only itself."""
        try:
            return super().__eq__(other)
        except UnresolvedVariableError:
            return False

    def __repr_args__(self) -> Iterator[tuple[str | None, object]]:
        """The fields as `repr` shows them: secrets are masked."""
        fields = type(self).model_fields
        for name, value in super().__repr_args__():
            yield name, masked_field(name, value, fields.get(name)) if name else value

    def with_variables_read(self) -> Self:
        """This config with every `EnvVar` replaced by its value and validated; itself if it has none.

        Raises:
            MissingVariableError: Variables are not set; all of them are named.
            ValidationError: A value does not fit its field.
        """
        if self.holds_scalars_only():
            return self
        variables = list(self.variables())
        if not variables:
            return self
        owner = type(self).__name__
        check_variables_are_set((variable, f"field '{path}' of {owner}") for path, variable in variables)
        unread = {path.partition(".")[0] for path, _ in variables}
        values = {name: _read(self._values()[name]) for name in self.model_fields_set | unread}
        return type(self).model_validate(values, by_name=True, context=VARIABLE_TEXT)

    def with_values(self, values: Mapping[str, object]) -> Self:
        """This config with `values` merged over its own, field by field, in nested configs too.

        Raises:
            ValidationError: A value does not fit its field, or a name is unknown.
        """
        return self._with_values(values, None)

    def with_launch_config(self, config: Mapping[str, object]) -> Self:
        """This config with a run's config merged over its own; values are in Dagster's launch form.

        Raises:
            ValidationError: A value does not fit its field, or a name is unknown.
        """
        return self._with_values(config, LAUNCH_FORM)

    def _with_values(self, values: Mapping[str, object], form: InputForm | None) -> Self:
        model = type(self)
        names = name_by_key(model) | ({} if form else {name: name for name in model.model_fields})
        own = {key_of(model, name): self._values()[name] for name in self.model_fields_set}
        merged = {
            key_of(model, names.get(key, key)): _merged_over(self._values().get(names.get(key, key)), value, form)
            for key, value in values.items()
        }
        return model.model_validate(own | merged, context=form)

    @classmethod
    def to_config_schema(cls) -> ConfigType:
        """The fields as a `config_schema`, whose validated config is a dict."""
        return ConfigAsDict(cls)

    @classmethod
    def to_fields_dict(cls) -> dict[str, Field]:
        """`{key: field}` of the fields as Dagster's config types."""
        return fields_of(cls)

    def holds_scalars_only(self) -> bool:
        """Whether no field holds a value that may hold others: the quick answer to most questions below."""
        return SCALARS.issuperset(map(type, self._values().values()))

    def variables(self) -> Iterator[tuple[str, EnvVar]]:
        """`(field path, variable)` for each `EnvVar` held, in nested configs and collections too."""
        for name, value in self._values().items():
            if type(value) not in SCALARS:
                yield from variables_at(name, value)

    def _values(self) -> dict[str, Any]:
        """`{name: value}`, with the undeclared names of a class that allows them."""
        return {**self.__dict__, **self.__pydantic_extra__} if self.__pydantic_extra__ else vars(self)


class ConfigAsDict(ConfigType):
    """The fields of a `Config` class; the validated config is a dict, as functions expect it."""

    def __init__(self, model: type[Config]) -> None:
        """`model` declares the fields."""
        self.model = model

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The model's schema, then its values."""
        return core_schema.no_info_after_validator_function(_resolved, handler.generate_schema(self.model))


def _resolved(config: Config) -> dict[str, object]:
    return as_resolved_dict(config.with_variables_read())


def variables_at(path: str, value: object) -> Iterator[tuple[str, EnvVar]]:
    """`(path, variable)` for each `EnvVar` in `value`, whose own path is `path`."""
    if type(value) in SCALARS:
        return
    if isinstance(value, EnvVar):
        yield path, value
    elif isinstance(value, Config):
        if value.is_part_of_its_owner:
            yield from ((f"{path}.{inner}", variable) for inner, variable in value.variables())
    elif is_mapping(value):
        for key, item in value.items():
            yield from variables_at(f"{path}.{key}", item)
    elif is_collection(value):
        for position, item in enumerate(value):
            yield from variables_at(f"{path}.{position}", item)


def _read(value: object) -> object:
    """`value` with the variables in it read, those of configs in collections too."""
    if isinstance(value, Config):
        return value.with_variables_read() if value.is_part_of_its_owner else value
    if isinstance(value, EnvVar):
        return read_variables(value)
    return with_items_changed(value, _read)


def _merged_over(built: object, value: object, form: InputForm | None) -> object:
    """A nested config with `value` merged over it; `value` alone if it is for another class of a union."""
    if isinstance(built, Config) and is_mapping(value):
        try:
            return built.with_launch_config(value) if form is LAUNCH_FORM else built.with_values(value)
        except ValidationError:
            pass
    return value


def _with_member(owner: str, field: FieldInfo) -> Any:
    """Return the default of a field; if it is text for a member of the field's enum, by name or value, the member.

    Raises:
        InvalidDefinitionError: The text is not a member's.
    """
    enum, default = enum_class(field.annotation), field.default
    if enum is None or not isinstance(default, str) or isinstance(default, (enum, EnvVar)):
        return default
    by_text = {member.value: member for member in enum} | dict(enum.__members__)
    if default not in by_text:
        msg = f"{owner} has the default '{default}', which is not a {enum.__name__}: {', '.join(enum.__members__)}."
        raise InvalidDefinitionError(msg)
    return by_text[default]


def _may_be_none(field: FieldInfo) -> bool:
    """Whether None is a value of the field's type; a marked `Any` is a field for some resource."""
    if field.annotation is Any:
        return not field.metadata
    return type(None) in members_of(field.annotation)


class PermissiveConfig(Config):
    """A `Config` that keeps names it does not declare."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="allow")
