"""The location of a validation error in settings: its path of fields, without the tags and types of pydantic's own."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from pydantic import BaseModel
from pydantic_settings import BaseSettings

from dagwire.config.values.model_introspection import Key, input_paths, literals_of, members_of, models_in, types_under


class Location(NamedTuple):
    """A place in settings."""

    path: tuple[Key, ...]
    """Names of fields, as Python has them, and keys."""
    owner: type[BaseModel] | None
    """The model that declares the field, or would."""
    annotation: Any
    """The type that is expected there."""
    known: frozenset[str]
    """The fields beside it."""

    @property
    def dotted(self) -> str:
        """The path in one word."""
        return ".".join(str(key) for key in self.path)

    def __str__(self) -> str:
        """The path, and whose field it is: "store.pages of Store"."""
        inside = self.owner is not None and len(self.path) > 1
        return f"{self.dotted} of {self.owner.__name__}" if inside and self.owner else self.dotted


def location_of(settings: type[BaseSettings], fault: Any) -> Location:
    """The place that `fault`, one of `ValidationError.errors()`, is about."""
    at = Location((), None, settings, frozenset())
    inside: object = settings
    parts = list(fault["loc"])
    while parts:
        part = parts.pop(0)
        if len(choices := [one for one in members_of(inside) if one is not type(None)]) > 1:
            inside = _chosen(choices, str(part))
            continue
        del parts[: _rest_of_alias(inside, part, parts)]
        at = _under(at, inside, part)
        inside = at.annotation
    discriminator = fault.get("ctx", {}).get("discriminator")
    if discriminator and fault["type"].startswith("union_tag"):
        return _under(at, inside, str(discriminator).strip("'"))
    return at


def _under(at: Location, inside: object, part: Key) -> Location:
    models = models_in(inside)
    for model in models:
        name = _field_named(model, part)
        if name is not None:
            return Location((*at.path, name), model, model.model_fields[name].annotation, frozenset(model.model_fields))
    types = list(types_under(inside, part))
    known = frozenset(name for model in models for name in model.model_fields)
    return Location((*at.path, part), models[0] if models else at.owner, types[0] if types else Any, known)


def _rest_of_alias(inside: object, part: Key, following: Sequence[Key]) -> int:
    """How many of the keys after `part` belong to the `AliasPath` of a field, which they lead to."""
    paths = [path for model in models_in(inside) for name in model.model_fields for path in input_paths(model, name)]
    rests = [len(path) - 1 for path in paths if path == (part, *following)[: len(path)]]
    return max(rests, default=0)


def _field_named(model: type[BaseModel], part: Key) -> str | None:
    """Find the field that is named by `part`, its name or an alias."""
    if part in model.model_fields:
        return str(part)
    return next(
        (name for name in model.model_fields if any(part == keys[0] for keys in input_paths(model, name))), None
    )


def _chosen(choices: Iterable[object], label: str) -> object:
    """The member of a union that pydantic calls `label`: by its tag, or by its name."""
    for choice in choices:
        for model in models_in(choice):
            tags = (tag for name in model.model_fields for tag in literals_of(model, name))
            if model.__name__ == label or label in map(str, tags):
                return model
    named = (choice for choice in choices if label.startswith(getattr(choice, "__name__", str(choice))))
    return next(named, Any)
