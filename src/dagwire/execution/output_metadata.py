"""`OutputMetadata`: the metadata that a body gives to its context, kept until the body is done."""

from collections.abc import Mapping


class OutputMetadata:
    """`{name: value}` by output, and by value of a dynamic output; lives as long as its step."""

    def __init__(self) -> None:
        """Start empty."""
        self._by_place: dict[tuple[str | None, str | None], dict[str, object]] = {}

    @property
    def is_some(self) -> bool:
        """Whether anything was added."""
        return bool(self._by_place)

    def add(self, metadata: Mapping[str, object], output: str | None, mapping_key: str | None) -> None:
        """Merge `metadata` over the earlier metadata of an output; of all outputs if `output` is None."""
        self._by_place.setdefault((output, mapping_key), {}).update(metadata)

    def of(self, output: str | None, mapping_key: str | None = None) -> Mapping[str, object]:
        """The metadata of an output, or of one value of it."""
        if not self._by_place:
            return {}
        return {**self._by_place.get((None, mapping_key), {}), **self._by_place.get((output, mapping_key), {})}
