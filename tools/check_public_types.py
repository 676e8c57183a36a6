"""Checks that the type of every public name of dagwire is declared, so that no type checker has to guess it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

BIN = Path(sys.executable).parent


def report() -> dict[str, Any]:
    """Read pyright's findings on the package's types.

    This option of pyright reads no configuration: it takes the first `python` on PATH, and finds the package there.
    """
    command = [str(BIN / "pyright"), "--verifytypes", "dagwire", "--ignoreexternal", "--outputjson"]
    path = f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(command, env=os.environ | {"PATH": path}, capture_output=True, text=True, check=False)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def causes(symbols: list[dict[str, Any]]) -> list[str]:
    """List each place without a declared type once, and not the names whose types are unknown because of it."""
    lines: list[str] = []
    for symbol in symbols:
        for found in symbol["diagnostics"]:
            message = " ".join(found["message"].split())
            if symbol["isTypeKnown"] or "partially unknown" in message:
                continue
            lines.append(f"{found['file']}:{found['range']['start']['line'] + 1}: {symbol['name']}: {message}")
    return list(dict.fromkeys(lines))


def main() -> None:
    """Show the places, or the number of names, and end with 1 if a type is missing."""
    found = report()
    types = found["typeCompleteness"]
    counts = types["exportedSymbolCounts"]
    unknown = counts["withAmbiguousType"] + counts["withUnknownType"]
    print(*causes(types["symbols"]), sep="\n", end="\n" if unknown else "")
    print(f"{counts['withKnownType']} public names have a declared type, {unknown} have none")
    if unknown or not counts["withKnownType"]:
        sys.exit(1)


if __name__ == "__main__":
    main()
