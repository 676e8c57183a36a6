"""Dagster's name for a key: an identifier, where the key of a nested container is a path."""

from collections.abc import Iterable
from keyword import iskeyword

from dagwire.containers.scope_checks import raise_faults
from dagwire.errors import DagwireError, NotCarriedError
from dagwire.suggestions import quoted


def dagster_name(key: str) -> str:
    """Dagster's name for the resource under `key`: `gateways__s3` for `gateways.s3`."""
    return key.replace(".", "__")


def dagster_names(keys: Iterable[str]) -> dict[str, str]:
    """`{key: Dagster's name}`.

    Raises:
        NotCarriedError: One key has no name, or the name of another.
        FaultsError: Several have.
    """
    name_by_key = {key: dagster_name(key) for key in keys}
    faults: list[DagwireError] = [_nameless(key) for key, name in name_by_key.items() if not _is_name(name)]
    for name in dict.fromkeys(name_by_key.values()):
        keys_of_it = [key for key, other in name_by_key.items() if other == name]
        if len(keys_of_it) > 1:
            problem = f"would both be '{name}' in Dagster. Rename one."
            faults.append(NotCarriedError(f"The keys {' and '.join(quoted(keys_of_it))}", problem))
    raise_faults(faults)
    return name_by_key


def _is_name(name: str) -> bool:
    return name.isidentifier() and not name.startswith("_") and not iskeyword(name)


def _nameless(key: str) -> NotCarriedError:
    problem = "has no name in Dagster: there, a name begins with a letter and is no keyword. Rename the key."
    return NotCarriedError(f"The resource '{key}'", problem)
