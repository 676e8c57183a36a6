"""`env_template`: a commented `.env` with every variable of some settings."""

import json
from collections.abc import Iterator
from textwrap import wrap
from typing import Any

from pydantic_core import to_jsonable_python
from pydantic_settings import BaseSettings

from dagwire.config.explain.explain_settings import explain_defaults
from dagwire.config.explain.provenance import Explained, Source, SourceKind
from dagwire.config.values.masking import masked, secrecy_of
from dagwire.config.values.model_introspection import DeclaredField, declared_fields, spelled
from dagwire.config.values.variable_names import is_set_alone, variables_of


def env_template(settings: type[BaseSettings]) -> str:
    """The text of a `.env` with each variable of `settings`, its type, default and description; secrets are empty.

    What has a default is commented out, so that a copy changes nothing; what must be given is not.

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
    explained_by_path = {one.path: one for one in explain_defaults(settings)}
    comments_by_variable: dict[str, list[str]] = {}
    line_by_variable: dict[str, str] = {}
    for field in declared_fields(settings):
        if is_set_alone(settings, field.path):
            variable = variables_of(settings, field.path)[0]
            explained = explained_by_path.get(".".join(field.path)) or _explained_alone(field)
            comments_by_variable.setdefault(variable, []).extend(_comments(field, explained))
            line_by_variable.setdefault(variable, _line(variable, explained))
    blocks = ([*dict.fromkeys(lines), line_by_variable[name]] for name, lines in comments_by_variable.items())
    return "\n".join("".join(f"{line}\n" for line in block) for block in blocks)


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


def _comments(field: DeclaredField, explained: Explained) -> Iterator[str]:
    required = ", required" if explained.source.kind is SourceKind.MISSING else ""
    yield f"# {explained.path}: {spelled(field.info.annotation)}{required}"
    yield from (f"# {line}" for line in wrap(field.info.description or "", _WIDTH))


def _line(variable: str, explained: Explained) -> str:
    """The variable with its default; commented out where it has one."""
    if explained.source.kind is SourceKind.MISSING:
        return f"{variable}="
    return f"# {variable}={'' if explained.is_secret else _written(explained.value)}"


_WIDTH = 100


def _written(default: Any) -> str:
    """A default as a dotenv file has it."""
    if default is None:
        return ""
    plain = to_jsonable_python(default, fallback=str)
    if isinstance(plain, str):
        return json.dumps(plain) if set(plain) & _TO_QUOTE else plain
    return json.dumps(plain)


_TO_QUOTE = frozenset(" #'\"\\\n\t$")
