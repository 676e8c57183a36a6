"""Dagster's launch form of config, read: enums by their members' names, unions by selectors, scalars taken strictly."""

from collections.abc import Collection, Iterable, Mapping
from enum import Enum
from typing import Annotated, Any, ClassVar, NamedTuple, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import InitErrorDetails

from dagwire.config.values.env_var import EnvVar, is_env_form
from dagwire.config.values.model_introspection import Key, key_of, literals_of, members_of, models_in
from dagwire.config.values.nested_values import of_its_kind
from dagwire.config.values.type_guards import AnyCollection, is_collection, is_mapping
from dagwire.config.values.validation_messages import custom_fault, unknown_name


class InputForm(dict[str, object]):
    """A form of input that is not pydantic's own; passed as the context of a validation.

    The dict is empty, so that a user's validators find nothing in their context, as usual.
    """


LAUNCH_FORM = InputForm()
"""The form of run config: names of enum members, selectors for unions, no text for a number."""
VARIABLE_TEXT = InputForm()
"""The texts of variables: a member of an enum is written by its name or by its value."""


class UntypedText(str):
    """Text from a place that knows nothing but text, such as a command line; a field of any type may read it."""

    __slots__ = ()


class ReadsInputForm:
    """A model whose fields read an input form themselves, from the context of their validation."""

    is_part_of_its_owner: ClassVar[bool] = True
    """Whether it is read, validated and shown with its holder; a resource is opened by itself."""


def from_input_form(field: FieldInfo, value: object, form: InputForm | None) -> object:
    """The value of one field, read from an input form into pydantic's own; without a form only selectors are read.

    Raises:
        ValidationError: The value is not in this form; each fault has its path below the field.
    """
    return _read(_Declared(field.annotation, _name_of(field.discriminator)), value, form)


def read_launch_form(annotation: object, value: object) -> object:
    """A value of a type, read from launch form into pydantic's own.

    Raises:
        ValidationError: The value is not in this form; each fault has its path below the value.
    """
    return _read(_declared(annotation), value, LAUNCH_FORM)


def member_by_name(enum: type[Enum], value: object) -> object:
    """The member of an enum that is named so, unless the text is the value of a member: in code, values come first."""
    if not isinstance(value, str) or any(member.value == value for member in enum):
        return value
    return enum.__members__.get(value, value)


class _Declared(NamedTuple):
    """A type, with the name of the field that discriminates the members of a union."""

    annotation: object
    discriminator: str | None = None


def _declared(annotation: object) -> _Declared:
    """The type of an item; its discriminator is in the metadata of `Annotated`."""
    metadata = get_args(annotation)[1:] if get_origin(annotation) is Annotated else ()
    names = (_name_of(mark.discriminator) for mark in metadata if isinstance(mark, FieldInfo))
    return _Declared(annotation, next(names, None))


def _name_of(discriminator: object) -> str | None:
    """A discriminator that is the name of a field; pydantic alone calls one that is a function."""
    return discriminator if isinstance(discriminator, str) else None


def _read(declared: _Declared, value: object, form: InputForm | None) -> object:
    reading = _Reading(form)
    read = reading.read(declared, value, ())
    if reading.faults:
        raise ValidationError.from_exception_data("config", reading.faults, hide_input=True)
    return read


_Path = tuple[Key, ...]
_SCALAR_TYPES = (str, int, float, bool)


class _Reading:
    """The value of one field as it is read, and the faults found on the way."""

    def __init__(self, form: InputForm | None) -> None:
        self.faults: list[InitErrorDetails] = []
        self._is_launch = form is LAUNCH_FORM
        self._is_text = form is VARIABLE_TEXT

    def read(self, declared: _Declared, value: object, at: _Path) -> object:
        """The value at a path below the field, in pydantic's form."""
        if value is None or isinstance(value, EnvVar | BaseModel):
            return value
        if is_mapping(value):
            return self._read_mapping(declared, value, at)
        if is_collection(value):
            return self._read_items(declared, value, at)
        return self._read_scalar(declared, value, at)

    def _read_items(self, declared: _Declared, value: AnyCollection, at: _Path) -> object:
        types = _item_types(declared, len(value))
        items = [
            self.read(_declared(kind), item, (*at, place))
            for place, (kind, item) in enumerate(zip(types, value, strict=True))
        ]
        return of_its_kind(value, items) if any(a is not b for a, b in zip(items, value, strict=True)) else value

    def _read_mapping(self, declared: _Declared, value: Mapping[Any, object], at: _Path) -> object:
        models = models_in(declared.annotation)
        if declared.discriminator is not None:
            return self._read_selector(models, declared.discriminator, value, at)
        if models:
            is_known = len(models) == 1 and not issubclass(models[0], ReadsInputForm)
            return self._read_fields(models[0], value, at) if is_known else value
        keys, items = _entry_types(declared)
        return {self.read(keys, key, (*at, key)): self.read(items, item, (*at, key)) for key, item in value.items()}

    def _read_fields(self, model: type[BaseModel], value: Mapping[Any, object], at: _Path) -> dict[Any, object]:
        """The values of a plain model, whose fields do not read an input form themselves."""
        fields = model.model_fields
        return {
            key: self.read(
                _Declared(fields[str(key)].annotation, _name_of(fields[str(key)].discriminator)), item, (*at, key)
            )
            if key in fields
            else item
            for key, item in value.items()
        }

    def _read_selector(
        self, models: tuple[type[BaseModel], ...], discriminator: str, value: Mapping[Any, object], at: _Path
    ) -> object:
        """`{"dog": {...}}` as the fields of a Dog; pydantic's own form, with the discriminator inside, is kept."""
        keys = {tag: key_of(model, discriminator) for model in models for tag in literals_of(model, discriminator)}
        is_flat = not value.keys().isdisjoint({discriminator, *keys.values()})
        if is_flat or (is_env_form(value) and "env" not in keys):
            return value
        if len(value) == 1 and not keys.keys().isdisjoint(value):
            return self._selected(keys, value, at)
        if not self._is_launch:
            return value  # pydantic reports the discriminator that it misses
        if len(value) != 1:
            return self._fail(value, at, f"Give exactly one of {', '.join(map(str, keys))}; {len(value)} are given")
        tag = next(iter(value))
        return self._fail(value, (*at, tag), unknown_name(str(tag), map(str, keys)))

    def _selected(self, keys: Mapping[object, str], value: Mapping[Any, object], at: _Path) -> object:
        """The fields of the member that a selector names, its discriminator included."""
        tag, fields = next(iter(value.items()))
        if fields is None or is_mapping(fields):
            return {**(fields or {}), keys[tag]: tag}
        return fields if isinstance(fields, BaseModel) else self._fail(value, (*at, tag), "Input should be a dict")

    def _read_scalar(self, declared: _Declared, value: object, at: _Path) -> object:
        members = [member for member in members_of(declared.annotation) if member is not type(None)]
        enums = [member for member in members if isinstance(member, type) and issubclass(member, Enum)]
        if enums and (self._is_launch or self._is_text) and not isinstance(value, Enum):
            return self._read_member(enums[0], value, at, is_alone=len(members) == 1)
        if (
            self._is_launch
            and type(value) in _SCALAR_TYPES
            and members
            and all(kind in _SCALAR_TYPES for kind in members)
        ):
            fits = type(value) in members or (isinstance(value, int) and float in members)
            return (
                value
                if fits
                else self._fail(value, at, f"Input should be {_listed(members)}, not {type(value).__name__}")
            )
        return value

    def _read_member(self, enum: type[Enum], value: object, at: _Path, *, is_alone: bool) -> object:
        """The member of an enum by its name."""
        named = enum.__members__.get(value) if isinstance(value, str) else None
        if self._is_launch:
            if named is None and is_alone:
                return self._fail(value, at, f"Input should be {_listed(map(repr, enum.__members__))}")
            return value if named is None else named
        valued = next((member for member in enum if member.value == value), None)
        if named is not None and valued is not None and named is not valued:
            return self._fail(value, at, "The text is the name of one member and the value of another")
        return value if valued is not None or named is None else named

    def _fail(self, value: object, at: _Path, message: str) -> object:
        fault: InitErrorDetails = {"type": custom_fault("launch_form", message), "loc": at, "input": value}
        self.faults.append(fault)
        return value


def _item_types(declared: _Declared, count: int) -> list[object]:
    """The types of a collection's items; a tuple declares each by its position."""
    for member in members_of(declared.annotation):
        arguments = get_args(member)
        if get_origin(member) is tuple and Ellipsis not in arguments and len(arguments) == count:
            return list(arguments)
        if arguments and _is_generic(member):
            return [arguments[0]] * count
    return [object] * count


def _entry_types(declared: _Declared) -> tuple[_Declared, _Declared]:
    """The types of a dict's keys and values."""
    for member in members_of(declared.annotation):
        arguments = get_args(member)
        if len(arguments) == 2 and _is_generic(member):  # noqa: PLR2004  # a key and a value
            return _declared(arguments[0]), _declared(arguments[1])
    return _Declared(object), _Declared(object)


def _is_generic(annotation: object) -> bool:
    origin = get_origin(annotation)
    return isinstance(origin, type) and issubclass(origin, Collection)


def _listed(options: Iterable[object]) -> str:
    """Options as a sentence has them: `int or str`."""
    *first, last = (option.__name__ if isinstance(option, type) else str(option) for option in options)
    return f"{', '.join(first)} or {last}" if first else last
