"""`file_relative_path`: a path next to a module."""

import os
from pathlib import Path


def file_relative_path(dunderfile: str, relative_path: str) -> str:
    """Return the absolute path of a file that is named relative to a module.

    Args:
        dunderfile: The module's `__file__`.
        relative_path: The path from the module's folder.

    Example:
        >>> from dagwire import file_relative_path
        >>> file_relative_path("/app/definitions.py", "data/trips.csv")
        '/app/data/trips.csv'
    """
    return os.path.normpath(Path(dunderfile).absolute().parent / relative_path)  # links are not followed
