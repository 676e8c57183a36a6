"""Writes docs/images/screen-*.svg: pictures of the terminal after the real command in a project of its own."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Mapping
from importlib import import_module
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.style import Style
from rich.text import Text

pyte: Any = import_module("pyte")  # it has no types
IMAGES = Path(__file__).parents[1] / "docs" / "images"
COLUMNS, LINES = 110, 40
COMMANDS = {
    "materialize": ("materialize", "--max-concurrency", "2"),
    "runs": ("runs",),
    "status": ("assets", "--status"),
    "resources": ("resources", "show", "warehouse"),
}
"""The commands by the names of their pictures, in the order in which they run."""


def main() -> None:
    """Make a project, run each command in it, and write its picture."""
    with TemporaryDirectory() as folder:
        dagwire = Path(sys.executable).with_name("dagwire")
        subprocess.run([dagwire, "init", "shop"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        for name, arguments in COMMANDS.items():
            screen = shown_by([str(dagwire), *arguments], Path(folder, "shop"))
            write_picture(IMAGES / f"screen-{name}.svg", " ".join(("dagwire", *arguments)), screen)


def shown_by(command: list[str], folder: Path) -> Any:
    """The screen when a command has ended."""
    screen = pyte.Screen(COLUMNS, LINES)
    stream = pyte.ByteStream(screen)
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    process = subprocess.Popen(command, cwd=folder, env=environment, stdin=its, stdout=its, stderr=its)
    os.close(its)
    while output := _read(ours):
        stream.feed(output)
    os.close(ours)
    if process.wait():
        raise SystemExit(f"{command} ended with {process.returncode}:\n" + "\n".join(screen.display))
    return screen


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux reports so that the last process has closed its side
        return b""


def write_picture(file: Path, title: str, screen: Any) -> None:
    """Write the lines of a screen down to the last that is not empty."""
    height = max(number for number, line in enumerate(screen.display, 1) if line.strip())
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=COLUMNS, file=nowhere, force_terminal=True, color_system="truecolor")
        for number in range(height):
            console.print(_line(screen.buffer[number]), soft_wrap=True)
        picture = console.export_svg(title=title, unique_id=file.stem)
    # The reader's own font will do: a page of ours asks no other host for one.
    file.write_text(re.sub(r"@font-face \{.*?\}\s*", "", picture, flags=re.DOTALL), encoding="utf-8")


def _line(characters: Mapping[int, Any]) -> Text:
    text = Text()
    for style, run in groupby((characters[column] for column in range(COLUMNS)), _style):
        text.append("".join(character.data for character in run), style)
    text.rstrip()
    return text


def _style(character: Any) -> Style:
    names = {"default": None, "brown": "yellow"}  # the terminal's names; rich has its own
    is_hex = re.fullmatch("[0-9a-f]{6}", character.fg)
    return Style(
        color=f"#{character.fg}" if is_hex else names.get(character.fg, character.fg),
        bold=character.bold,
        italic=character.italics,
    )


if __name__ == "__main__":
    main()
