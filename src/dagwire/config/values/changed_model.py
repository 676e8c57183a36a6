"""Copies of a model in which single values are changed, each validated as its field is."""

from collections.abc import Mapping
from typing import Annotated, Any, cast

from pydantic import BaseModel, TypeAdapter, ValidationError

from dagwire.config.values.validation_messages import problems_of
from dagwire.errors import InvalidConfigError


def has_path(model: type[BaseModel], path: tuple[str, ...]) -> bool:
    """Whether `path` leads to a field of `model`; what lies below a field that is not a model is not known."""
    info = model.model_fields.get(path[0])
    if info is None:
        return False
    inner = info.annotation
    is_model = isinstance(inner, type) and issubclass(inner, BaseModel)
    return len(path) == 1 or not is_model or has_path(cast("type[BaseModel]", inner), path[1:])


def changed_model(model: object, changes: Mapping[tuple[str, ...], object]) -> Any:
    """A copy of `model` with the value at each path changed.

    Raises:
        InvalidConfigError: A value does not fit its field.
    """
    for path, value in changes.items():
        model = _changed_at(model, path, value)
    return model


def _changed_at(model: object, path: tuple[str, ...], value: object) -> object:
    name, *rest = path
    new = _changed_at(_part(model, name), tuple(rest), value) if rest else _validated(model, name, value)
    if isinstance(model, BaseModel):
        return model.model_copy(update={name: new})
    return {**cast("Mapping[str, object]", model), name: new}


def _part(model: Any, name: str) -> object:
    return getattr(model, name) if isinstance(model, BaseModel) else model[name]


def _validated(model: object, name: str, value: object) -> object:
    info = type(model).model_fields.get(name) if isinstance(model, BaseModel) else None
    if info is None:
        return value
    try:
        return _adapter(info).validate_python(value)
    except ValidationError as error:
        problems = problems_of(error)
    raise InvalidConfigError(f"the override of '{name}'", problems)


def _adapter(info: Any) -> TypeAdapter[Any]:
    declared: Any = Annotated[info.annotation, info]
    return TypeAdapter(declared)
