"""`env_template`: a commented `.env` with every variable of some settings."""

import json
from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import Any, NamedTuple

from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python
from pydantic_settings import BaseSettings

from dagwire.config.explain.explain_settings import explain_defaults
from dagwire.config.explain.explained_values import Explained, Source, SourceKind
from dagwire.config.values.masking import masked
from dagwire.config.values.model_introspection import DeclaredField, declared_fields, models_at, spelled
from dagwire.config.values.secrecy import secrecy_of
from dagwire.config.values.variable_names import is_set_alone, variables_of


def env_template(settings: type[BaseSettings]) -> str:
    """The text of a `.env` with each variable of `settings`, its type, default and description; secrets are empty.

    Variables with a default are commented out, so that a copy changes nothing. Required ones are not.

    Example:
        >>> from dagwire import env_template
        >>> from pydantic import Field
        >>> class Settings(BaseSettings):
        ...     region: str
        ...     port: int = Field(8000, description="Where it listens.")
        >>> print(env_template(Settings))
        # region: str, required
        REGION=
        <BLANKLINE>
        # port: int
        # Where it listens.
        # PORT=8000
        <BLANKLINE>
    """
    blocks: dict[str, _Block] = {}
    for entry in _entries(settings):
        block = blocks.setdefault(variables_of(settings, entry.path)[0], _Block([], entry))
        block.comments.extend(_comments(entry))
        if entry.is_open and not block.entry.is_open:
            blocks[variables_of(settings, entry.path)[0]] = block._replace(entry=entry)
    return "\n".join(_text(variable, block) for variable, block in blocks.items())


class _Entry(NamedTuple):
    """A field of the template."""

    path: tuple[str, ...]
    type: Any
    description: str
    explained: Explained
    is_open: bool
    """Whether the line sets the variable: without it the settings are not valid."""


class _Block(NamedTuple):
    """The lines about one variable, which several fields of a union may share."""

    comments: list[str]
    entry: _Entry


def _text(variable: str, block: _Block) -> str:
    lines = [*dict.fromkeys(block.comments), _line(variable, block.entry)]
    return "".join(f"{line}\n" for line in lines)


def _entries(settings: type[BaseSettings]) -> Iterator[_Entry]:
    """List each field that a variable sets alone. A model whose fields have no variables is one entry, as JSON."""
    explained_by_path = {one.path: one for one in explain_defaults(settings)}
    to_open = set(_fields_to_open(settings))
    done: set[tuple[str, ...]] = set()
    for field in declared_fields(settings):
        path = field.path
        while not is_set_alone(settings, path):
            path = path[:-1]
        if path == field.path:
            explained = explained_by_path.get(".".join(path)) or _explained_alone(field)
            yield _Entry(path, field.info.annotation, field.info.description or "", explained, path in to_open)
        elif path not in done:
            done.add(path)
            info = _info_at(settings, path)
            whole = _explained_alone(DeclaredField(path, info, settings))
            yield _Entry(path, info.annotation, info.description or "", whole, info.is_required())


def _fields_to_open(settings: type[BaseSettings]) -> Iterator[tuple[str, ...]]:
    """The fields that a copy has to set: required ones, unless a model around them may stay as it is by default.

    If all fields of a required model have defaults, the first field is set to its default: pydantic makes the model
    only if one of its fields is given.
    """
    required = [field for field in declared_fields(settings) if _is_required_around(settings, field.path)]
    yield from (field.path for field in required if field.info.is_required())
    for field in required:
        models = [path for path in _prefixes(field.path) if _info_at(settings, path).is_required()]
        inside = [one for one in required if models and one.path[: len(models[-1])] == models[-1]]
        if models and not any(one.info.is_required() for one in inside) and inside[0].path == field.path:
            yield field.path


def _is_required_around(settings: type[BaseSettings], path: tuple[str, ...]) -> bool:
    """Whether every model around the field at `path` has to be given, or is settings that are read by default."""
    around = [_info_at(settings, outer) for outer in _prefixes(path)]
    return all(info.is_required() or _reads_settings(info.default_factory) for info in around)


def _reads_settings(factory: object) -> bool:
    return isinstance(factory, type) and issubclass(factory, BaseSettings)


def _prefixes(path: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [path[:depth] for depth in range(1, len(path))]


def _info_at(settings: type[BaseSettings], path: Sequence[str]) -> FieldInfo:
    """The field at `path`; if several models of a union have it, that of the first."""
    models = models_at(settings, path[:-1])
    return next(model.model_fields[path[-1]] for model in models if path[-1] in model.model_fields)


def _explained_alone(field: DeclaredField) -> Explained:
    """A field of a class that is not the default of its union."""
    secrecy = secrecy_of(field.path[-1], field.info)
    value = None if field.info.is_required() or field.info.default_factory is not None else field.info.default
    return Explained(
        ".".join(field.path),
        masked(value, secrecy),
        Source(SourceKind.MISSING if field.info.is_required() else SourceKind.DEFAULT),
        is_secret=masked("?", secrecy) != "?" or masked(value) != value,
    )


def _comments(entry: _Entry) -> Iterator[str]:
    is_missing = entry.explained.source.kind is SourceKind.MISSING
    condition = "" if entry.is_open else f" if {'.'.join(entry.path[:-1])} is given"
    yield f"# {entry.explained.path}: {spelled(entry.type)}{f', required{condition}' if is_missing else ''}"
    yield from (f"# {line}" for line in wrap(entry.description, _WIDTH))


def _line(variable: str, entry: _Entry) -> str:
    """The variable with its default; commented out unless a copy has to set it."""
    default = "" if entry.explained.is_secret else _written(entry.explained.value)
    return f"{variable}={default}" if entry.is_open else f"# {variable}={default}"


_WIDTH = 100


def _written(default: object) -> str:
    """A default as a dotenv file has it."""
    if default is None:
        return ""
    plain = to_jsonable_python(default, fallback=str)
    if isinstance(plain, str):
        return json.dumps(plain) if set(plain) & _TO_QUOTE else plain
    return json.dumps(plain)


_TO_QUOTE = frozenset(" #'\"\\\n\t$")
