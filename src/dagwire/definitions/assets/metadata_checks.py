"""Checks of the metadata of assets: bounds of a number, changes of their columns."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from dagwire.definitions.assets.asset_check import AssetChecksDefinition, multi_asset_check
from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.definitions.specs.check_results import AssetCheckResult, AssetCheckSeverity
from dagwire.definitions.specs.check_spec import AssetCheckSpec
from dagwire.definitions.specs.metadata import TableSchemaMetadataValue
from dagwire.definitions.specs.normalized_metadata import AnyMetadata
from dagwire.definitions.specs.table_metadata import TableSchema
from dagwire.errors import InvalidDefinitionError

COLUMN_SCHEMA_METADATA = "dagster/column_schema"
"""The entry of a materialization's metadata that holds the columns of its table, as in Dagster."""

Number = int | float
Verdict = tuple[bool, str]


def build_metadata_bounds_checks(
    *,
    assets: Sequence[object],
    severity: AssetCheckSeverity = AssetCheckSeverity.WARN,
    metadata_key: str,
    min_value: Number | None = None,
    max_value: Number | None = None,
    exclusive_min: bool = False,
    exclusive_max: bool = False,
) -> list[AssetChecksDefinition]:
    """Make checks that the latest materialization of each asset has a number in its metadata, within bounds.

    Args:
        assets: The assets, by definition, key or name.
        severity: The severity of a check that does not pass.
        metadata_key: The entry of the metadata.
        min_value: The least value.
        max_value: The greatest value.
        exclusive_min: Whether `min_value` itself is out of bounds.
        exclusive_max: Whether `max_value` itself is out of bounds.

    Raises:
        InvalidDefinitionError: Neither bound is given.

    Example:
        >>> from dagwire import MaterializeResult, asset, build_metadata_bounds_checks, materialize
        >>> @asset
        ... def trips():
        ...     return MaterializeResult(metadata={"rows": 5})
        >>> checks = build_metadata_bounds_checks(assets=[trips], metadata_key="rows", min_value=1)
        >>> result = materialize([trips, *checks])
        >>> [found.passed for found in result.get_asset_check_evaluations()]
        [True]
    """
    if min_value is None and max_value is None:
        msg = "build_metadata_bounds_checks has neither `min_value` nor `max_value`. Give one of them."
        raise InvalidDefinitionError(msg)
    limits = [
        *([] if min_value is None else [f"{'greater than' if exclusive_min else 'at least'} {min_value}"]),
        *([] if max_value is None else [f"{'less than' if exclusive_max else 'at most'} {max_value}"]),
    ]

    def verdict(latest: AnyMetadata, _previous: AnyMetadata | None) -> Verdict:
        if metadata_key not in latest:
            return False, f"Metadata `{metadata_key}` is missing."
        value = latest[metadata_key].value
        if not isinstance(value, int | float):
            return False, f"Metadata `{metadata_key}` is not a number: `{value}`."
        is_low = min_value is not None and (value <= min_value if exclusive_min else value < min_value)
        is_high = max_value is not None and (value >= max_value if exclusive_max else value > max_value)
        return not (is_low or is_high), f"Value `{value}` should be {' and '.join(limits)}."

    description = f"Metadata `{metadata_key}` of the latest materialization is {' and '.join(limits)}."
    return _checks(assets, f"{metadata_key}_bounds_check", description, severity, verdict)


def build_column_schema_change_checks(
    *, assets: Sequence[object], severity: AssetCheckSeverity = AssetCheckSeverity.WARN
) -> list[AssetChecksDefinition]:
    """Make checks that the columns of each asset are those of its materialization before.

    Args:
        assets: The assets, by definition, key or name; their metadata holds a `TableSchema` as "dagster/column_schema".
        severity: The severity of a check that does not pass.
    """
    description = "The columns are those of the materialization before."
    return _checks(assets, "column_schema_change", description, severity, _schema_verdict)


def _schema_verdict(latest: AnyMetadata, previous: AnyMetadata | None) -> Verdict:
    if previous is None:
        return True, "The asset has been materialized fewer than 2 times."
    new, old = _schema_of(latest), _schema_of(previous)
    if new is None or old is None:
        which = "latest" if new is None else "previous"
        return False, f"The {which} materialization has no column schema in its metadata."
    changes = list(_changes(old, new))
    return not changes, "\n\n".join(["The column schema changed.", *changes]) if changes else "No column changed."


def _schema_of(metadata: AnyMetadata) -> TableSchema | None:
    value = metadata.get(COLUMN_SCHEMA_METADATA)
    return value.schema if isinstance(value, TableSchemaMetadataValue) else None


def _changes(old: TableSchema, new: TableSchema) -> Iterator[str]:
    before = {column.name: column.type for column in old.columns}
    after = {column.name: column.type for column in new.columns}
    changed = [f"{n}: {kind} -> {after[n]}" for n, kind in before.items() if n in after and after[n] != kind]
    found: Mapping[str, Iterable[str]] = {
        "Added columns": [name for name in after if name not in before],
        "Removed columns": [name for name in before if name not in after],
        "Changed types": changed,
    }
    return (f"{title}: {', '.join(names)}" for title, names in found.items() if names)


def _checks(
    assets: Sequence[object],
    name: str,
    description: str,
    severity: AssetCheckSeverity,
    verdict: Callable[[AnyMetadata, AnyMetadata | None], Verdict],
) -> list[AssetChecksDefinition]:
    """The checks of `assets`, made by one function that reads their materializations from the instance."""
    keys = list(dict.fromkeys(map(AssetKey.from_coercible, assets)))
    specs = [AssetCheckSpec(name, asset=key, description=description) for key in keys]
    digest = hashlib.sha256(" ".join(key.to_string() for key in keys).encode()).hexdigest()[:8]

    @multi_asset_check(specs=specs, name=f"{name}_{digest}", can_subset=True)
    def check_metadata(context: Any) -> Iterator[AssetCheckResult]:
        for key in sorted(context.selected_asset_check_keys):
            latest, previous = context.instance.latest_two_materializations(key.asset_key)
            passed, found = False, "The asset has not been materialized."
            if latest is not None:
                before = None if previous is None else previous.asset_materialization.metadata
                passed, found = verdict(latest.asset_materialization.metadata, before)
            yield AssetCheckResult(
                passed=passed, asset_key=key.asset_key, check_name=key.name, severity=severity, description=found
            )

    return [check_metadata]
