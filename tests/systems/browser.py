"""Headless Chromium: a page as its reader sees it."""

import subprocess
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
DRAWN_AFTER_MS = 20_000
"""Of virtual time, which runs as fast as the page works: it says when the page is taken to be complete."""


def page_text(url: str) -> str:
    """Return the document of a page after its scripts have drawn it."""
    return _chromium("--dump-dom", url).decode()


def take_screenshot(url: str, path: Path, size: tuple[int, int] = (1500, 1000)) -> None:
    """Draw a page into a PNG file."""
    _chromium(f"--window-size={size[0]},{size[1]}", f"--screenshot={path}", url)


def _chromium(*arguments: str) -> bytes:
    program = next(filter(None, map(which, PROGRAMS)), None)
    assert program is not None, "these tests need Chromium: apt-get install chromium"
    with TemporaryDirectory() as profile:
        command = [
            *(program, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
            *(f"--user-data-dir={profile}", f"--virtual-time-budget={DRAWN_AFTER_MS}"),
            *arguments,
        ]
        return subprocess.run(command, capture_output=True, timeout=120, check=True).stdout
