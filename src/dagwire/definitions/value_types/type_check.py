"""`TypeCheck` and `TypeCheckContext`: the result of a type's check, and the context that the check is called with."""

import logging
from collections.abc import Mapping
from typing import Any

from dagwire.definitions.specs.metadata import MetadataValue
from dagwire.definitions.specs.normalized_metadata import normalized_metadata
from dagwire.resources.init_resource_context import NO_RESOURCES
from dagwire.resources.log_manager import DEFAULT_LOG


class TypeCheck:
    """The result of a type's check; a check may return it in place of True or False."""

    __slots__ = ("description", "metadata", "success")

    def __init__(
        self,
        success: bool,  # Dagster's signature
        description: str | None = None,
        metadata: Mapping[str, object] | None = None,
    ) -> None:
        """Keep whether the value passed, with facts that are shown with a failure.

        Raises:
            InvalidDefinitionError: A value of `metadata` cannot be shown.
        """
        self.success: bool = success
        self.description: str | None = description
        self.metadata: dict[str, MetadataValue] = normalized_metadata(metadata, "a type check")

    def __eq__(self, other: object) -> bool:
        """Compare every fact."""
        return isinstance(other, TypeCheck) and self._facts() == other._facts()

    def __hash__(self) -> int:
        """Hash whether the value passed, and why."""
        return hash((self.success, self.description))

    def _facts(self) -> tuple[object, ...]:
        return self.success, self.description, self.metadata

    def __repr__(self) -> str:
        """Show every fact."""
        return f"TypeCheck(success={self.success}, description={self.description!r}, metadata={self.metadata!r})"


PASSED = TypeCheck(success=True)


class TypeCheckContext:
    """The context of a type's check: the run, and the resources that the type asks for. Lives as long as the check."""

    __slots__ = ("log", "resources", "run_id")

    def __init__(
        self,
        run_id: str,
        resources: Any = NO_RESOURCES,
        log: logging.Logger | logging.LoggerAdapter[Any] = DEFAULT_LOG,
    ) -> None:
        """`resources` has one attribute for each key that the type asks for."""
        self.run_id: str = run_id
        self.resources: Any = resources
        self.log: logging.Logger | logging.LoggerAdapter[Any] = log


EPHEMERAL = TypeCheckContext("EPHEMERAL")
"""The context of a check outside a run."""
