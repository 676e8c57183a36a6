"""Values as data: each with its source and the values that it overrides."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple

from dagwire.config.files.config_files import from_here
from dagwire.errors import UnknownNameError


class SourceKind(StrEnum):
    """The kinds of places that a value can come from."""

    CONSTRUCTOR = "constructor"
    COMMAND_LINE = "command line"
    VARIABLE = "environment variable"
    DOTENV = "dotenv file"
    SECRETS_FILE = "secrets file"
    FILE = "file"
    OTHER = "source"
    """A source of the user's own, or a secret manager; named by its class."""
    DEFAULT = "default"
    COMPUTED = "computed"
    """Made by a validator, or changed since the settings were read."""
    MISSING = "missing"
    """The field has no default, and nothing gives it a value."""
    CONTAINER = "container"
    """Written where the resource is declared."""
    PROVIDER = "provider"
    """Given by a provider when the resource is opened."""
    ENV_VAR = "EnvVar"
    RUN_CONFIG = "run config"
    OVERRIDE = "override"


class Source(NamedTuple):
    """The place of a value."""

    kind: SourceKind
    name: str = ""
    """The variable, the file, the argument, the provider."""
    line: int | None = None
    setting: str = ""
    """The path of the setting, for a resource's field that is taken from the settings."""

    def __str__(self) -> str:
        """Name the place: "environment variable APP_REGION", ".env, line 3"."""
        if self.kind in _FILES:
            return f"{from_here(self.name)}, line {self.line}" if self.line else from_here(self.name)
        return f"{self.kind} {self.name}" if self.name else str(self.kind)


_FILES = frozenset({SourceKind.DOTENV, SourceKind.FILE, SourceKind.SECRETS_FILE})


class Found(NamedTuple):
    """A value in one place, masked where it is secret."""

    value: object
    source: Source


@dataclass(frozen=True, slots=True)
class Explained:
    """A value of settings or of a resource's config, with its source."""

    path: str
    """`api.base_url`; in a container with the key before it: `settings.api.base_url`."""
    value: object
    """The value in use, masked where it is secret."""
    source: Source
    """Its source."""
    shadowed: tuple[Found, ...] = ()
    """The values in weaker places: they would count without `source`, in this order."""
    is_secret: bool = False
    type: str = ""
    """As one writes it: `int`, `Path | None`."""
    variables: tuple[str, ...] = ()
    """The environment variables that set it, the preferred one first."""
    description: str = ""
    fingerprint: str = field(default="", repr=False)
    """For a secret: an equal text for an equal value, in this process alone; the value cannot be found from it."""


def under(path: str, values: Iterable[Explained]) -> list[Explained]:
    """The value at `path` and those below it; all where `path` is empty.

    Raises:
        UnknownNameError: There is none.
    """
    known = list(values)
    found = [one for one in known if not path or is_within(one.path, path)]
    if path and not found:
        raise UnknownNameError("setting", path, [one.path for one in known])
    return found


def laid_over(base: Iterable[Explained], over: Iterable[Explained]) -> list[Explained]:
    """Merge `over` over `base`, subtree by subtree; each value reports what it overrides."""
    base, over = list(base), list(over)
    kept = [one for one in base if not any(is_within(one.path, new.path) for new in over)]
    return [*kept, *shadowing(base, over)]


def laid_over_in_place(base: Iterable[Explained], over: Iterable[Explained]) -> list[Explained]:
    """Merge `over` over `base`, value by value, in the order of `base`; each value reports what it overrides."""
    base = list(base)
    new = {one.path: one for one in shadowing(base, over)}
    return [new.pop(one.path, one) for one in base] + list(new.values())


def shadowing(base: Iterable[Explained], over: Iterable[Explained]) -> list[Explained]:
    """`over` alone, each value telling what `base` has in its place."""
    below = {one.path: one for one in base}
    return [_over(below[one.path], one) if one.path in below else one for one in over]


def _over(base: Explained, one: Explained) -> Explained:
    known = () if base.source.kind is SourceKind.MISSING else (Found(base.value, base.source), *base.shadowed)
    return replace(one, shadowed=(*one.shadowed, *known), type=base.type, description=base.description)


def is_within(path: str, outer: str) -> bool:
    """Whether `path` is `outer` or below it."""
    return path == outer or path.startswith(f"{outer}.")


@dataclass(frozen=True, slots=True)
class Difference:
    """A value that differs between two sides; None for the side that does not have it."""

    path: str
    left: Explained | None
    right: Explained | None


def differences(left: Iterable[Explained], right: Iterable[Explained]) -> list[Difference]:
    """The values that are not the same in `left` and in `right`, in the order of `left`; secrets stay masked."""
    in_left, in_right = ({one.path: one for one in side} for side in (left, right))
    pairs = [Difference(path, in_left.get(path), in_right.get(path)) for path in {**in_left, **in_right}]
    return [pair for pair in pairs if _compared(pair.left) != _compared(pair.right)]


def _compared(one: Explained | None) -> object:
    return one and (one.value, one.fingerprint)
