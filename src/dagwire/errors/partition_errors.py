"""Errors of partitions, their keys and the mappings between them."""

from collections.abc import Iterable, Sequence

from dagwire.errors.dagwire_error import InvalidDefinitionError, InvariantViolationError
from dagwire.errors.definition_errors import UnknownNameError
from dagwire.suggestions import first_few, quoted


class UnknownPartitionError(UnknownNameError):
    """A run or a range names a partition that does not exist. Nothing ran."""

    def __init__(self, key: str, known: Iterable[str]) -> None:
        """`known` are the keys that exist now."""
        super().__init__("partition", key, known)


class PartitionMappingError(InvalidDefinitionError):
    """A partition mapping does not fit the partitions of the two assets that it is between. Nothing ran."""

    def __init__(self, asker: str, upstream: str, mapping: str, problem: str) -> None:
        """`asker` needs partitions of the asset `upstream`; `problem` is a sentence."""
        self.asker = asker
        self.upstream = upstream
        super().__init__(f"{asker} needs partitions of asset '{upstream}' by {mapping}. {problem}")


class MissingUpstreamPartitionError(InvariantViolationError):
    """A partition needs partitions of an upstream asset that do not exist."""

    def __init__(self, asker: str, upstream: str, keys: Sequence[str], missing: Sequence[str]) -> None:
        """`asker` makes `keys`, and needs `missing` of the asset `upstream`."""
        self.asker = asker
        self.upstream = upstream
        self.missing: tuple[str, ...] = tuple(missing)
        made = f"partition '{keys[0]}'" if len(keys) == 1 else f"partitions '{keys[0]}' to '{keys[-1]}'"
        of_whom = f"{asker}, {made}," if keys else asker
        super().__init__(
            f"{of_whom} needs partitions of asset '{upstream}' that do not exist: {first_few(quoted(missing))}. Start "
            f"and end both at the same time, give another `partition_mapping`, or leave them out: "
            f"TimeWindowPartitionMapping(allow_nonexistent_upstream_partitions=True)."
        )


class UnstoredPartitionError(InvalidDefinitionError):
    """A step takes a partition that this run does not make, and nothing stores those of other runs. Nothing ran."""

    def __init__(self, asker: str, upstream: str, taken: Sequence[str], made: Sequence[str]) -> None:
        """`asker` takes the partitions `taken` of the asset `upstream`, of which the run has `made` in memory."""
        self.asker = asker
        self.upstream = upstream
        self.taken: tuple[str, ...] = tuple(taken)
        super().__init__(
            f"{asker} takes {first_few(quoted(taken)) or 'no partition'} of asset '{upstream}'; this run makes "
            f"{first_few(quoted(made))}, and passes its values on in memory. Provide an IO manager as 'io_manager', so "
            f"that values of other runs can be loaded, or name the asset in `deps` and read its data from a resource."
        )


class UnreadableDateError(InvalidDefinitionError, ValueError):
    """A date or partition key is not written in the form that its partitions use."""

    def __init__(self, date: str, fmt: str) -> None:
        """`fmt` is the form, as `strftime` has it."""
        self.date = date
        self.fmt = fmt
        super().__init__(f"'{date}' does not read as a date written '{fmt}'. Write it so, or give another `fmt`.")
