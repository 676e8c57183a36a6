"""Tests leave nothing in the system's temporary folder."""

import subprocess
import sys
import tempfile
from pathlib import Path


def test_temporary_files_go_into_a_folder_of_the_tests():
    """What code and its processes put into the temporary folder is deleted with the folder of this run."""
    script = "import tempfile; print(tempfile.gettempdir())"
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert Path(shown.strip()) == Path(tempfile.gettempdir())
    assert Path(tempfile.gettempdir()).name.startswith("dagwire-tests-")
