"""The changelog's fragments make a changelog without a fault."""

import subprocess
import sys
from pathlib import Path

HOME = Path(__file__).parents[2]
FRAGMENTS = [path for path in (HOME / "changelog.d").glob("*.md") if path.name != "README.md"]


def test_every_fragment_is_in_the_next_changelog() -> None:
    """`make changelog` includes every fragment: one whose name towncrier cannot parse stops it, or is passed over."""
    command = [sys.executable, "-m", "towncrier", "build", "--draft", "--version", "next"]
    shown = subprocess.run(command, cwd=HOME, capture_output=True, text=True, check=True).stdout
    missing = [path.name for path in FRAGMENTS if path.read_text(encoding="utf-8").split("\n", 1)[0] not in shown]
    assert FRAGMENTS
    assert missing == []
