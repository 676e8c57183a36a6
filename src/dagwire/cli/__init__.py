"""The command line: `dagwire`."""

import sys

try:
    from dagwire.cli.app import app as main
except ModuleNotFoundError as _error:
    if (_error.name or "").partition(".")[0] not in {"typer", "rich", "click"}:
        raise
    sys.exit("The command line needs typer and rich, which are not installed: pip install 'dagwire[cli]'")

__all__ = ["main"]
