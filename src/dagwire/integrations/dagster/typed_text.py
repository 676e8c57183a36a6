"""`TypedText`: the config type of a value that Dagster has no type for."""

from collections.abc import Mapping
from typing import Any

import dagster as dg

_SCALARS: Mapping[str, type[Any]] = {"bool": bool, "int": int, "float": float}


class TypedText(dg.ScalarUnion):
    """A scalar, or the name of an environment variable; Dagster's page shows its type as one writes it in Python."""

    def __init__(self, spelled: str) -> None:
        """`spelled` is the type: `date`, `SecretStr`, `int | None`."""
        self.scalar: type = _SCALARS.get(spelled.removesuffix(" | None"), str)
        # Dagster's own types have these keys: another type of one of them sends its lookups round for ever.
        key = spelled if spelled not in {"String", "Int", "Float", "Bool", "Any"} else f"{spelled} "
        super().__init__(scalar_type=self.scalar, non_scalar_schema={"env": str}, _key=key)
