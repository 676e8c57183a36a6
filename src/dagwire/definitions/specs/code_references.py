"""`CodeReferencesMetadataValue`: the places of the code that makes an asset, as metadata."""

from collections.abc import Sequence
from dataclasses import dataclass

from dagwire.definitions.specs.argument_types import check_type
from dagwire.definitions.specs.metadata import MetadataValue

CODE_REFERENCES = "dagster/code_references"
"""The entry of metadata that has the references, as in Dagster."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalFileCodeReference:
    """A line of a file on this machine."""

    file_path: str
    line_number: int | None = None
    label: str | None = None

    @property
    def source(self) -> str:
        """File and line, with a colon between."""
        return self.file_path if self.line_number is None else f"{self.file_path}:{self.line_number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlCodeReference:
    """A page that shows the code."""

    url: str
    label: str | None = None

    @property
    def source(self) -> str:
        """The page's address."""
        return self.url


CodeReference = LocalFileCodeReference | UrlCodeReference


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CodeReferencesMetadataValue(MetadataValue):
    """The places of the code that makes an asset."""

    code_references: Sequence[CodeReference]

    def __post_init__(self) -> None:
        """Check the types.

        Raises:
            ArgumentTypeError: A reference is not one.
        """
        owner = "CodeReferencesMetadataValue"
        for reference in self.code_references:
            check_type(owner, "code_references", reference, LocalFileCodeReference, UrlCodeReference)
        object.__setattr__(self, "code_references", tuple(self.code_references))

    @property
    def value(self) -> Sequence[CodeReference]:
        """The references."""
        return self.code_references
