"""The command line: `dagwire`."""

import sys


def main() -> None:
    """Run the command line, or say what it needs to be installed."""
    try:
        from dagwire.cli.app import app  # noqa: PLC0415  # typer is an extra: its absence is told in one line
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in {"typer", "rich", "click"}:
            raise
        sys.exit("The command line needs typer and rich, which are not installed: pip install 'dagwire[cli]'")
    app()
