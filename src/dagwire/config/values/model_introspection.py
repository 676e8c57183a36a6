"""Types as trees of fields: the models that are possible at a path, and all fields that a model declares."""

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from types import UnionType
from typing import Annotated, Any, Literal, NamedTuple, TypeGuard, Union, get_args, get_origin

from pydantic import AliasChoices, AliasPath, BaseModel
from pydantic.fields import FieldInfo

Key = str | int
"""A field's name, a key of a dict, or a position in a list."""


class DeclaredField(NamedTuple):
    """A field that holds a value itself, somewhere below a model."""

    path: tuple[str, ...]
    info: FieldInfo
    owner: type[BaseModel]
    """The model that declares it."""


def declared_fields(model: type[BaseModel]) -> Iterator[DeclaredField]:
    """The fields below `model` that hold values themselves, those of every member of a union included.

    A model that contains itself is entered once.
    """
    yield from _declared_below(model, (), (model,))


def _declared_below(
    model: type[BaseModel], path: tuple[str, ...], around: tuple[type[BaseModel], ...]
) -> Iterator[DeclaredField]:
    for name, info in model.model_fields.items():
        inner = [found for found in models_in(info.annotation) if found not in around]
        for found in inner:
            yield from _declared_below(found, (*path, name), (*around, found))
        if not inner:
            yield DeclaredField((*path, name), info, model)


def models_in(annotation: Any) -> tuple[type[BaseModel], ...]:
    """The models that a value of this type may be: itself, or members of a union; not what a list or dict holds."""
    return tuple(
        dict.fromkeys(one for one in members_of(annotation) if isinstance(one, type) and issubclass(one, BaseModel))
    )


def enum_class(annotation: Any) -> type[Enum] | None:
    """The enum that a type is; None for a union with one, too."""
    return annotation if isinstance(annotation, type) and issubclass(annotation, Enum) else None


def members_of(annotation: Any) -> Iterator[Any]:
    """The types that `annotation` allows, the members of a union one by one."""
    annotation = getattr(annotation, "__value__", annotation)  # of a `type X = ...` statement
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from members_of(get_args(annotation)[0])
    elif origin in (Union, UnionType):
        for argument in get_args(annotation):
            yield from members_of(argument)
    else:
        yield annotation


def literals_of(model: type[BaseModel], name: str) -> tuple[Any, ...]:
    """The values of a field of literals, which discriminate the members of a union; none for other fields."""
    annotation = model.model_fields[name].annotation
    return get_args(annotation) if get_origin(annotation) is Literal else ()


def input_paths(model: type[BaseModel], name: str) -> list[tuple[Key, ...]]:
    """The paths of keys at which pydantic looks for the field `name` in its input; the first that is there wins."""
    config: Mapping[str, Any] = model.model_config
    alias = model.model_fields[name].validation_alias
    paths = list(alias_paths(alias)) if config.get("validate_by_alias", True) is not False else []
    by_name = config.get("validate_by_name") or config.get("populate_by_name")
    return [*paths, (name,)] if by_name or not paths else paths


def alias_paths(alias: str | AliasPath | AliasChoices | None) -> Iterator[tuple[Key, ...]]:
    """The paths of keys that an alias reads."""
    if isinstance(alias, AliasChoices):
        for choice in alias.choices:
            yield from alias_paths(choice)
    elif isinstance(alias, AliasPath):
        yield tuple(alias.path)
    elif alias is not None:
        yield (alias,)


def key_of(model: type[BaseModel], name: str) -> str:
    """The key under which input has the field `name`: its first alias that is a key, or its name."""
    paths = input_paths(model, name) if name in model.model_fields else []
    return next((str(path[0]) for path in paths if len(path) == 1), name)


def name_by_key(model: type[BaseModel]) -> dict[Key, str]:
    """`{key: field}` of all keys that input may use."""
    return {path[0]: name for name in model.model_fields for path in input_paths(model, name) if len(path) == 1}


def models_at(model: type[BaseModel], path: Sequence[Key]) -> tuple[type[BaseModel], ...]:
    """List the models that are possible at `path` below `model`."""
    return tuple(dict.fromkeys(found for annotation in types_at(model, path) for found in models_in(annotation)))


def types_at(model: type[BaseModel], path: Sequence[Key]) -> list[Any]:
    """List the types that are possible at `path` below `model`."""
    annotations: list[Any] = [model]
    for key in path:
        annotations = [inner for annotation in annotations for inner in types_under(annotation, key)]
    return annotations


def may_be_mapping(annotation: Any) -> bool:
    """Whether a value of this type may be a dict, whose keys have names, and not a list, whose places have none."""
    return any(issubclass(_class_of(get_origin(member) or member), Mapping) for member in members_of(annotation))


def types_under(annotation: Any, key: Key) -> Iterator[Any]:
    """The types of the values that a value of this type holds under `key`."""
    for member in members_of(annotation):
        if isinstance(member, type) and issubclass(member, BaseModel):
            if key in member.model_fields:
                yield member.model_fields[str(key)].annotation
        elif get_origin(member) is not None and (arguments := get_args(member)):
            yield arguments[-1] if may_be_mapping(member) else arguments[0]


def _class_of(origin: object) -> type:
    return origin if isinstance(origin, type) else object


def key_text(key: object) -> str:
    """The text by which a variable or a file names a key of a dict: that of an enum's member is its value."""
    return str(key.value if isinstance(key, Enum) else key)


def spelled(annotation: Any) -> str:
    """A type as one would write it: `int`, `Path | None`, `list[str]`, `'a' or 'b'` for literals."""
    if annotation is None or annotation is type(None):
        return "None"
    if isinstance(annotation, type) and get_origin(annotation) is None:
        return annotation.__name__
    members = list(members_of(annotation))
    if len(members) > 1:
        return " | ".join(spelled(member) for member in members)
    member = members[0] if members else annotation
    if isinstance(member, type) and get_origin(member) is None:
        return member.__name__
    if get_origin(member) is Literal:
        return " | ".join(repr(value) for value in get_args(member))
    return str(member).replace("typing.", "").replace(f"{getattr(member, '__module__', '')}.", "")


def is_root_model(annotation: object) -> TypeGuard[type[BaseModel]]:
    """Whether a type is a `RootModel`, by pydantic's mark of it: to load that class takes milliseconds."""
    return isinstance(annotation, type) and issubclass(annotation, BaseModel) and annotation.__pydantic_root_model__
