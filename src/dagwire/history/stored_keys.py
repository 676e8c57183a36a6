"""Keys of assets as the history writes them."""

from dagwire.definitions.specs.asset_key import AssetKey


def asset_key_of(text: str) -> AssetKey:
    """The key that `AssetKey.to_string` has written.

    Raises:
        ValueError: It did not write this.
    """
    key = AssetKey.from_db_string(text)
    if key is None:
        raise ValueError(text)
    return key
