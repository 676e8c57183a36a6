"""The fields of settings that each variable sets. Two fields set by one variable are refused."""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from pydantic_settings import BaseSettings

from dagwire.config.values.model_introspection import Key, declared_fields
from dagwire.config.values.variable_names import variables_of, variables_read_by
from dagwire.errors import InvalidDefinitionError


def paths_by_variable(
    settings: type[BaseSettings],
    names: Callable[[type[BaseSettings], Sequence[Key]], Iterable[str]] = variables_of,
) -> dict[str, set[tuple[str, ...]]]:
    """`{variable: paths of the fields that it sets}`, those of models that are given whole, as JSON, included."""
    found: dict[str, set[tuple[str, ...]]] = {}
    for declared in declared_fields(settings):
        around: set[str] = set()
        for depth in range(1, len(declared.path) + 1):
            path = declared.path[:depth]
            here = set(names(settings, path))
            for variable in here if here != around else ():
                found.setdefault(variable, set()).add(path)
            around = here
    return found


@lru_cache(maxsize=256)
def check_claims(settings: type[BaseSettings]) -> None:
    """Raise if one variable sets two fields.

    Two fields may be settings of one class: these share the variables that they read by themselves.

    Raises:
        InvalidDefinitionError: One variable sets two; all such are named.
    """
    paths = paths_by_variable(settings, variables_read_by)
    shared = {variable: those for variable, those in paths.items() if len(those) > 1}
    if shared:
        listed = [f"{variable} would set {_listed(those)}" for variable, those in sorted(shared.items())]
        msg = (
            f"Two fields of {settings.__name__} are set by one variable: {'; '.join(listed)}. "
            f"Rename one, or give it an alias of its own."
        )
        raise InvalidDefinitionError(msg)


def _listed(paths: set[tuple[str, ...]]) -> str:
    return " and ".join(sorted(f"'{'.'.join(path)}'" for path in paths))
