"""`DataVersion`: a name for the data that an asset holds at one time."""

from dataclasses import dataclass

from dagwire.definitions.specs.argument_types import check_type

DATA_VERSION_TAG = "dagster/data_version"
"""The tag of a materialization that holds its data version, as in Dagster."""
CODE_VERSION_TAG = "dagster/code_version"
"""The tag of a materialization that holds the code version of its asset, as in Dagster."""

VERSION_TAGS = (DATA_VERSION_TAG, CODE_VERSION_TAG)


@dataclass(frozen=True, slots=True)
class DataVersion:
    """A name for the data that an asset holds; equal data has the same version."""

    value: str

    def __post_init__(self) -> None:
        """Check the type."""
        check_type("DataVersion", "value", self.value, str)
