"""`explain_settings`: each value of settings, with where it came from and what that shadows. Read when asked for."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeGuard

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticUndefined
from pydantic_settings import BaseSettings

from dagwire.config.explain.explained_values import Explained, Found, Source, SourceKind, laid_over_in_place
from dagwire.config.explain.places_in_sources import Spot, places_of
from dagwire.config.explain.replaced_sources import as_called
from dagwire.config.explain.source_merging import ABSENT, Piece, item_of, pieces_under
from dagwire.config.explain.source_recording import Reading, read_recorded
from dagwire.config.values.env_var import EnvVar
from dagwire.config.values.masking import fingerprint, is_to_become_secret, masked
from dagwire.config.values.model_introspection import Key, input_paths, is_root_model, key_text, models_in, spelled
from dagwire.config.values.secrecy import SECRET_BY_NAME, SecretField, secrecy_of
from dagwire.config.values.type_guards import is_mapping, is_sequence
from dagwire.config.values.variable_names import variables_of
from dagwire.credentials import without_credentials

_NOT_THERE: object = object()
"""The value of a field that has none."""


def explain_settings(
    settings: BaseSettings | type[BaseSettings],
    arguments: Mapping[str, object] | None = None,
    *,
    otherwise: SourceKind = SourceKind.CONSTRUCTOR,
) -> list[Explained]:
    """Explain each value of `settings`, in the order of the fields.

    Values are those in use: of an object given, its own. Where they come from is found by reading the sources once
    more. Values that are missing or wrong do not keep the others from being explained.

    Args:
        settings: A class of settings, or an object of one.
        arguments: What the class was or is to be called with.
        otherwise: The kind of source for values of the object that its sources do not have, or no longer have.

    Raises:
        Exception: Whatever a source that cannot be read raises.
    """
    kind = as_called(settings if isinstance(settings, type) else type(settings), arguments or {})
    reading = read_recorded(kind, arguments or {})
    if isinstance(settings, type):
        return explain_reading(kind, reading, reading.settings, otherwise)
    if reading.faults:  # what the sources lack or have wrong, code must have given
        reading = read_recorded(kind, {**_wrong_fields(reading.faults, settings), **(arguments or {})})
    return explain_reading(kind, reading, settings, otherwise)


def explain_defaults(kind: type[BaseSettings]) -> list[Explained]:
    """Explain each value of settings without any source; a field without a default is missing."""
    return explain_reading(kind, Reading())


def _wrong_fields(faults: Iterable[ErrorDetails], settings: BaseSettings) -> dict[str, Any]:
    """`{name in the input: value of the object}` of the fields that `faults` are about."""
    kind = type(settings)
    named = {str(fault["loc"][0]) for fault in faults if fault["loc"]}
    inputs = {name: {str(keys[0]) for keys in input_paths(kind, name)} for name in kind.model_fields}
    return {min(keys): getattr(settings, name) for name, keys in inputs.items() if named & {name, *keys}}


def is_settings(value: object) -> TypeGuard[BaseSettings | type[BaseSettings]]:
    """Whether `value` is a class of settings, or an object of one."""
    return isinstance(value, BaseSettings) or (isinstance(value, type) and issubclass(value, BaseSettings))


def explain_reading(
    kind: type[BaseSettings],
    reading: Reading,
    in_use: BaseSettings | None = None,
    otherwise: SourceKind = SourceKind.CONSTRUCTOR,
) -> list[Explained]:
    """Explain each value of the settings `in_use`, or of the settings that would be read if these are not valid."""
    walk = _Walk(kind, reading.settings, otherwise)
    pieces = [Piece(one.source, one.values) for one in reading.given]
    return list(walk.model(in_use or kind, _At((), pieces)))


def explain_written(
    value: object, path: Sequence[Key], source: Source, info: FieldInfo | None = None
) -> list[Explained]:
    """Explain `value`, or each value in it, that code has written at `path`; defaults are marked as such.

    Args:
        value: A model, or any value of a field.
        path: Where it stands.
        source: Where the code is.
        info: The field, where it is one's value.
    """
    name = path[-1] if path else ""
    secrecy = secrecy_of(name, info) if isinstance(name, str) else None
    at = _At(tuple(path), [Piece(source, value)], secrecy, info, around=info)
    return list(_Walk(None, None, source.kind).value(value, at))


_NOT_GIVEN = frozenset({SourceKind.DEFAULT, SourceKind.COMPUTED, SourceKind.CONSTRUCTOR, SourceKind.MISSING})


class _At(NamedTuple):
    """A place on the way through settings."""

    path: tuple[Key, ...]
    pieces: list[Piece]
    """The parts that the sources give here, the strongest first."""
    secrecy: SecretField | None = None
    info: FieldInfo | None = None
    """The field, where it is one."""
    default: object = PydanticUndefined
    """The value here if no source gives one."""
    around: FieldInfo | None = None
    """The field, or the nearest one around an item of a dict or list."""


@dataclass(frozen=True, slots=True)
class _Walk:
    """A walk through the values of settings."""

    settings: type[BaseSettings] | None
    """The class of the settings; None for values outside settings."""
    read_now: BaseSettings | None
    otherwise: SourceKind

    def model(self, model: BaseModel | type[BaseModel], at: _At) -> Iterator[Explained]:
        """The values in `model`; of a class, those that it would have."""
        kind = model if isinstance(model, type) else type(model)
        for name, info in kind.model_fields.items():
            pieces = pieces_under(at.pieces, input_paths(kind, name), name)
            inner = self._inside(at, name, pieces, info)
            value = _value_in_class(inner) if isinstance(model, type) else vars(model).get(name, _NOT_THERE)
            yield from self.value(value, inner)
        if not isinstance(model, type):
            for name, value in (model.model_extra or {}).items():
                yield from self.value(value, self._inside(at, name, pieces_under(at.pieces, [(name,)], name)))

    def value(self, value: Any, at: _At) -> Iterator[Explained]:
        """`value`, or what it holds."""
        value = _unrooted(value)
        if isinstance(value, BaseSettings):
            yield from self._settings_within(value, at)
        elif _is_model(value):
            yield from self._model_within(value, at)
        elif is_mapping(value) and value and not _stands_for_secrets(value, at):
            for key, item in value.items():
                name = key_text(key)
                pieces = pieces_under(at.pieces, [(name,)], name)
                yield from self.value(item, self._inside(at, name, pieces))
        elif is_sequence(value) and any(map(_is_model, value)):
            for place, item in enumerate(value):
                pieces = pieces_under(at.pieces, [(place,)], place)
                yield from self.value(item, self._inside(at, place, pieces))
        else:
            yield self._explained(value, at)

    def _model_within(self, model: BaseModel | type[BaseModel], at: _At) -> Iterator[Explained]:
        return self.model(model, at._replace(secrecy=None if at.secrecy is SECRET_BY_NAME else at.secrecy))

    def _settings_within(self, settings: BaseSettings, at: _At) -> Iterator[Explained]:
        """The values of settings that are a field: they have read their own variables, under what is given here."""
        own = [replace(one, path=_dotted((*at.path, one.path))) for one in explain_settings(settings)]
        given = [one for one in self._model_within(settings, at) if one.source.kind not in _NOT_GIVEN]
        over = {one.path for one in given}
        return iter(laid_over_in_place([_read_alone(one) if one.path in over else one for one in own], given))

    def _inside(self, at: _At, key: Key, pieces: list[Piece], info: FieldInfo | None = None) -> _At:
        own = secrecy_of(key, info) if isinstance(key, str) else None
        secrecy = at.secrecy if own is None or (own is SECRET_BY_NAME and at.secrecy is not None) else own
        return _At((*at.path, key), pieces, secrecy, info, _default_under(at, key, info), info or at.around)

    def _explained(self, value: object, at: _At) -> Explained:
        found = [
            Found(_shown(place.value, at), place.source)
            for piece in sorted(at.pieces, key=lambda piece: not piece.counts)
            for place in self._places(piece, at)
        ]
        source, shadowed = self._source(value, at, found)
        held = value.get_value() if isinstance(value, EnvVar) else value
        shown = None if held is _NOT_THERE else _shown(held, at)
        is_secret = masked("?", at.secrecy) != "?" or _hides(held)
        return Explained(
            path=_dotted(at.path),
            value=shown,
            source=source,
            shadowed=tuple(shadowed),
            is_secret=is_secret,
            fingerprint=fingerprint(held) if is_secret else "",
            type=spelled(at.info.annotation) if at.info else type(value).__name__,
            variables=variables_of(self.settings, at.path) if self.settings else (),
            description=(at.info.description or "") if at.info else "",
        )

    def _places(self, piece: Piece, at: _At) -> Iterator[Found]:
        if self.settings is None:
            return (Found(piece.value, source) for source in [piece.source])
        return places_of(piece.source, Spot(self.settings, at.path, piece.keys, piece.value))

    def _source(self, value: object, at: _At, found: list[Found]) -> tuple[Source, list[Found]]:
        """The source of `value`, and the values that it overrides."""
        if isinstance(value, EnvVar):
            return Source(SourceKind.ENV_VAR, value.env_var_name), found
        if value is _NOT_THERE:
            return Source(SourceKind.MISSING), found
        if self.read_now is not None and not _same(value, _value_at(self.read_now, at.path)):
            return Source(self.otherwise), found
        if any(piece.counts for piece in at.pieces):
            return found[0].source, found[1:]
        return Source(SourceKind.DEFAULT if _is_default(value, at) else SourceKind.COMPUTED), found


def _read_alone(one: Explained) -> Explained:
    """A value of settings within settings as they would have it by themselves, not as those around them gave it."""
    if one.source.kind is not SourceKind.CONSTRUCTOR:
        return one
    if not one.shadowed:
        return replace(one, source=Source(SourceKind.MISSING))
    first, *rest = one.shadowed
    return replace(one, value=first.value, source=first.source, shadowed=tuple(rest))


def _shown(value: object, at: _At) -> object:
    """Mask `value`; mask all of it if it will become models with secrets."""
    return masked(value, SecretField() if _stands_for_secrets(value, at) else at.secrecy)


def _hides(value: object) -> bool:
    """Whether `value` would be masked, or something that it holds."""
    shown = masked(value)
    return shown is not value and not _same(shown, value)


def _stands_for_secrets(value: object, at: _At) -> bool:
    """Whether `value` is a list or dict, as a source has it, of objects that will have secret fields."""
    return at.around is not None and at.secrecy is None and is_to_become_secret(value, at.around.annotation)


# -- values ------------------------------------------------------------------------------------------------------------


def _is_model(value: object) -> bool:
    return isinstance(value, BaseModel) or (isinstance(value, type) and issubclass(value, BaseModel))


def _value_in_class(at: _At) -> object:
    """The value that a field would have, unvalidated: a model's class, for what several sources give of it."""
    given = [piece.value for piece in at.pieces if piece.counts]
    models = models_in(at.info.annotation) if at.info else ()
    if given and is_mapping(given[0]):
        merged = {name: value for values in reversed(given) for name, value in values.items()}
        return _chosen(models, merged) if models else merged
    if given:
        return given[0]
    return _NOT_THERE if at.default is PydanticUndefined else at.default


def _chosen(models: tuple[type[BaseModel], ...], given: Mapping[str, object]) -> type[BaseModel]:
    """The model of a union that the values are probably for: the one whose tag, or whose fields, they name."""

    def fits(model: type[BaseModel]) -> int:
        tags: list[bool] = [info.default == given[name] for name, info in model.model_fields.items() if name in given]
        return tags.count(True) * len(given) + len(model.model_fields.keys() & given)

    return max(models, key=fits)


def _default_under(at: _At, key: Key, info: FieldInfo | None) -> object:
    """The default under `key`: that of the default around it, a model or a dict, or the field's own."""
    if isinstance(at.default, BaseModel) and key in type(at.default).model_fields:
        return vars(at.default).get(str(key), PydanticUndefined)
    if info is None and is_mapping(at.default):
        return {key_text(name): value for name, value in at.default.items()}.get(str(key), PydanticUndefined)
    if info is None or info.is_required():
        return PydanticUndefined
    try:
        return info.get_default(call_default_factory=True, validated_data={})
    except Exception:  # noqa: BLE001  # a factory of the user's that wants the other values
        return PydanticUndefined


def _is_default(value: object, at: _At) -> bool:
    """Whether `value` is the default there, or is made by a factory."""
    made = at.info is not None and at.info.default_factory is not None
    own = at.info.default if at.info else PydanticUndefined
    return made or any(_same(value, one) or str(value) == str(one) for one in (at.default, own))


def _value_at(settings: BaseSettings, path: tuple[Key, ...]) -> object:
    value: Any = settings
    for key in path:
        value = _unrooted(value)
        value = getattr(value, str(key), ABSENT) if isinstance(value, BaseModel) else item_of(value, key)
    return _NOT_THERE if value is ABSENT else _unrooted(value)


def _unrooted(value: object) -> object:
    """The value in a `RootModel`; anything else itself."""
    return vars(value)["root"] if is_root_model(type(value)) else value


def _same(value: object, other: object) -> bool:
    try:
        return bool(value == other)
    except Exception:  # noqa: BLE001  # values of a user's types, and variables that are not read yet
        return False


def _dotted(path: Iterable[Key]) -> str:
    return without_credentials(".".join(str(part) for part in path))
