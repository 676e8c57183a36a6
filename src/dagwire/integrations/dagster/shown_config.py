"""The config of a resource as Dagster's page shows it: fields with types, values and sources; secrets are masked."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import dagster as dg
from pydantic_core import to_jsonable_python

from dagwire.config.explain.explained_values import Explained, Source, SourceKind
from dagwire.config.values.type_guards import is_mapping
from dagwire.integrations.dagster.typed_text import TypedText

NOT_SET = "not set"
_IN_VARIABLES = frozenset({SourceKind.VARIABLE, SourceKind.ENV_VAR})


class ShownConfig(NamedTuple):
    """The fields of one resource, as Dagster shows them, and the values that it gets back unchanged."""

    fields: dict[str, dg.Field]
    values: dict[str, Any]
    """`{field: the value that Dagster shows}`, nested as the fields are."""
    secrets: frozenset[tuple[str, ...]]
    """The paths of the secrets."""
    table: str
    """Every value with its source, in Markdown: for a resource that has no fields in Dagster."""


def shown_config(values: Iterable[Explained], key: str) -> ShownConfig:
    """Show the explained `values` of the resource under `key`.

    A value that a provider gives when the resource is opened is left out: Dagster shows that resource beside this one.
    """
    below = [one for one in values if one.path.startswith(f"{key}.") and not _is_provided(one)]
    leaves = {tuple(one.path.removeprefix(f"{key}.").split(".")): one for one in below}
    shown = _shown(leaves)
    secrets = frozenset(path for path, one in leaves.items() if one.is_secret)
    return ShownConfig({name: one.field for name, one in shown.items()}, _values(shown), secrets, _table(leaves))


class _Shown(NamedTuple):
    field: dg.Field
    value: Any


def _values(shown: Mapping[str, _Shown]) -> dict[str, Any]:
    return {name: one.value for name, one in shown.items()}


def _shown(leaves: Mapping[tuple[str, ...], Explained]) -> dict[str, _Shown]:
    names = dict.fromkeys(path[0] for path in leaves)
    return {name: _shown_at(name, leaves) for name in names}


def _shown_at(name: str, leaves: Mapping[tuple[str, ...], Explained]) -> _Shown:
    whole = leaves.get((name,))
    if whole is not None:
        return _leaf(whole)
    inner = _shown({path[1:]: one for path, one in leaves.items() if path[0] == name})
    if all(place.isdigit() for place in inner):  # the models of a list
        items = [one.value for one in inner.values()]
        return _Shown(dg.Field(dg.Array(dg.Any), default_value=items), items)
    value = _values(inner)
    return _Shown(dg.Field(dg.Permissive({n: one.field for n, one in inner.items()}), default_value=value), value)


def _leaf(one: Explained) -> _Shown:
    """One value. Each field has a default: without one Dagster shows no value of the resource at all."""
    variable = _variable(one.source)
    value: Any = {"env": variable} if variable else to_jsonable_python(one.value, fallback=str, inf_nan_mode="strings")
    kind: object
    if variable is None and is_mapping(value):
        kind = dg.Permissive()
    elif isinstance(value, list):
        kind = dg.Array(dg.Any)
    else:
        kind = TypedText(one.type)
        value = value if variable or value is None else kind.scalar(value)
    declared = dg.Noneable(kind) if value is None or "None" in one.type else kind
    secret = {"is_secret": True} if one.is_secret else {}
    return _Shown(dg.Field(declared, default_value=value, description=_description(one), **secret), value)


def _variable(source: Source) -> str | None:
    return source.name if source.kind in _IN_VARIABLES else None


def _is_provided(one: Explained) -> bool:
    return one.source.kind is SourceKind.PROVIDER and one.value is None


def _description(one: Explained) -> str:
    """The field's description, and the source of its value."""
    return " ".join(filter(None, [one.description, _from(one)]))


def _from(one: Explained) -> str:
    if one.source.kind is SourceKind.MISSING:
        return f"{NOT_SET[0].upper()}{NOT_SET[1:]}."
    setting = f", setting {one.source.setting}" if one.source.setting else ""
    # Dagster shows a variable by its name alone.
    now = f"Now {_text(one)}. " if _variable(one.source) and not one.is_secret else ""
    return f"{now}From {one.source}{setting}."


def _table(leaves: Mapping[tuple[str, ...], Explained]) -> str:
    """The values in Markdown."""
    if not leaves:
        return ""
    rows = [_row(".".join(path), one) for path, one in leaves.items()]
    return "\n".join(["| value | type | now | from |", "| --- | --- | --- | --- |", *rows])


def _row(path: str, one: Explained) -> str:
    missing = one.source.kind is SourceKind.MISSING
    return _cells([path, one.type, NOT_SET if missing else _text(one), "" if missing else f"{one.source}"])


def _text(one: Explained) -> str:
    return str(to_jsonable_python(one.value, fallback=str, inf_nan_mode="strings"))


def _cells(cells: Sequence[object]) -> str:
    texts = (str(cell).replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ") for cell in cells)
    return f"| {' | '.join(texts)} |"
