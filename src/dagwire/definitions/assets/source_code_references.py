"""`with_source_code_references`: assets that know the place of their code."""

import inspect
from collections.abc import Iterable

from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.assets.source_asset import SourceAsset
from dagwire.definitions.specs.asset_spec import AssetSpec
from dagwire.definitions.specs.code_references import (
    CODE_REFERENCES,
    CodeReferencesMetadataValue,
    LocalFileCodeReference,
)

AnyAsset = AssetsDefinition | SourceAsset | AssetSpec


def with_source_code_references(assets_defs: Iterable[AnyAsset]) -> list[AnyAsset]:
    """Return assets whose metadata have the file and the line of their functions.

    Source assets and specs have no function and are returned as they are.

    Example:
        >>> from dagwire import asset, with_source_code_references
        >>> @asset
        ... def trips():
        ...     return 3
        >>> [located] = with_source_code_references([trips])
        >>> list(located.metadata_by_key[located.key])
        ['dagster/code_references']
    """
    return [_located(asset) if isinstance(asset, AssetsDefinition) else asset for asset in assets_defs]


def _located(asset: AssetsDefinition) -> AssetsDefinition:
    reference = _reference_to(asset.body.function)
    if reference is None:
        return asset

    def located(spec: AssetSpec) -> AssetSpec:
        own = spec.metadata.get(CODE_REFERENCES)
        before = own.code_references if isinstance(own, CodeReferencesMetadataValue) else ()
        references = CodeReferencesMetadataValue(code_references=[*before, reference])
        return spec.replace_attributes(metadata={**spec.metadata, CODE_REFERENCES: references})

    return asset.map_asset_specs(located)


def _reference_to(function: object) -> LocalFileCodeReference | None:
    """The file and the line of a function; None for one that has no file, as in an interactive session."""
    try:
        file = inspect.getsourcefile(function)  # type: ignore[arg-type]  # anything else is a TypeError
        line = inspect.getsourcelines(function)[1]  # type: ignore[arg-type]  # anything else is a TypeError
    except (TypeError, OSError):
        return None
    return None if file is None else LocalFileCodeReference(file_path=file, line_number=line)
