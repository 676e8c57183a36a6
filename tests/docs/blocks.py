"""The blocks of a page are run, so that the documentation cannot go out of date.

A `python` block is executed; all blocks of a page share one namespace. A `text` block that directly follows one is what
it prints. If that text begins with the name of an error, it is the error in which the block ends. A `python` block that
begins with the name of a file, `# shop.py`, is written into that file. In a `console` block each `$ command` is run in
the folder with these files, and what follows is what it prints. If that begins with the name of an error, the command
may fail. `...` stands for anything. `<!-- skip: next -->` before a block keeps it from being run.
"""

import contextlib
import doctest
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sybil import Document, Example, Region
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.markdown.lexers import FencedCodeBlockLexer

ROOT = Path(__file__).parents[2]
APPLICATION = ("pyproject.toml", "config", "containers", "resources", "assets")
REFUSED = {"bash": "console", "sh": "console", "shell": "console", "py": "python", "pycon": "python"}
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
ERROR = re.compile(r"[\w.]+Error: ")
FILE = re.compile(r"# (\w+\.py)\n")
PAGE, PRINTED, WORKPLACE, ENVIRONMENT = "dagwire_page", "__printed__", "__workplace__", "__environment__"


class _Page:
    """Stands in `sys.modules` for the page, so that annotations given as strings are looked up in its namespace."""


def enter_module(namespace: dict) -> None:
    """Make the page a module: classes defined in it say where they come from. Remember the environment."""
    namespace[ENVIRONMENT] = dict(os.environ)
    page = _Page()
    page.__dict__ = namespace
    namespace["__name__"] = PAGE
    sys.modules[PAGE] = page


def leave_module(namespace: dict) -> None:
    """Forget the page, the variables that it set and the folder in which its commands worked."""
    os.environ.clear()
    os.environ.update(namespace[ENVIRONMENT])
    sys.modules.pop(PAGE, None)
    if WORKPLACE in namespace:
        namespace[WORKPLACE].cleanup()


def fences(document: Document) -> Iterator[tuple[str, Region]]:
    """The fenced blocks of the page with their languages, from top to bottom."""
    lexer = FencedCodeBlockLexer(r"[^\s{]+", mapping={"language": "language", "source": "source"})
    for region in sorted(lexer(document), key=lambda region: region.start):
        language = region.lexemes["language"]
        if language in REFUSED:
            line = document.text.count("\n", 0, region.start) + 1
            msg = f"{document.path}:{line}: call this block '{REFUSED[language]}', not '{language}', so that it is run"
            raise ValueError(msg)
        region.parsed = region.lexemes["source"]
        yield language, region


def difference(want: str, got: str) -> str | None:
    """None if `got` is what the page promises, otherwise a text with both."""
    want = want if want.endswith("\n") else want + "\n"
    if doctest.OutputChecker().check_output(want, got, FLAGS):
        return None
    return f"The page says:\n\n{want}\nbut this came:\n\n{got}"


class PythonParser:
    """Finds `python` blocks and the `text` blocks with their output."""

    def __init__(self) -> None:
        self.execute = PythonEvaluator()

    def __call__(self, document: Document) -> Iterator[Region]:
        code = None
        for language, region in fences(document):
            if language == "python":
                region.evaluator = write if FILE.match(region.parsed) else self.run
                yield region
            elif language == "text" and code is not None and not document.text[code.end : region.start].strip():
                region.evaluator = self.compare
                if ERROR.match(region.parsed):
                    code.evaluator = self.run_to_its_error
                yield region
            code = region if language == "python" else None

    def run(self, example: Example) -> None:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            self.execute(example)
        example.namespace[PRINTED] = printed.getvalue()

    def run_to_its_error(self, example: Example) -> None:
        try:
            self.run(example)
        except Exception as error:  # noqa: BLE001  # whichever it is, it is compared with the page
            example.namespace[PRINTED] = f"{type(error).__name__}: {error}\n"

    def compare(self, example: Example) -> str | None:
        return difference(example.parsed, example.namespace.get(PRINTED, ""))


def write(example: Example) -> None:
    """Write the block into the file that its first line names."""
    (workplace(example.namespace) / FILE.match(example.parsed)[1]).write_text(example.parsed, encoding="utf-8")


def commands(block: str) -> list[tuple[str, str]]:
    """The commands of a console block, with the output that follows each."""
    found: list[tuple[str, str]] = []
    for line in block.splitlines(keepends=True):
        if line.startswith("$ "):
            found.append((line[2:].strip(), ""))
        elif found:
            command, output = found[-1]
            found[-1] = (command, output + line)
        else:
            msg = f"a console block begins with '$ ', this one with {line!r}"
            raise ValueError(msg)
    return found


class ConsoleParser:
    """Finds `console` blocks. Their commands work in a copy of the application, one for each page."""

    def __call__(self, document: Document) -> Iterator[Region]:
        for language, region in fences(document):
            if language == "console":
                region.evaluator = self.run
                yield region

    def run(self, example: Example) -> str | None:
        for command, output in commands(example.parsed):
            cwd = ROOT
            if shlex.split(command)[0] == "make":
                # Targets are run elsewhere, and some take minutes: here only their existence is tested.
                command = command.replace("make", "make --dry-run --silent", 1)  # noqa: PLW2901  # the same command
            else:
                cwd = workplace(example.namespace)
            done = subprocess.run(
                ["bash", "-c", command],
                cwd=cwd,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            if done.returncode != 0 and not ERROR.match(output):
                return f"`{command}` ended with {done.returncode}:\n\n{done.stdout}"
            if output.strip() and (problem := difference(output, done.stdout)):
                return problem
        return None


def workplace(namespace: dict) -> Path:
    """A fresh copy of the application, without data, that lives as long as the page is read."""
    if WORKPLACE not in namespace:
        namespace[WORKPLACE] = tempfile.TemporaryDirectory()
        for name in APPLICATION:
            source, target = ROOT / name, Path(namespace[WORKPLACE].name) / name
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            elif source.exists():
                shutil.copy(source, target)
    return Path(namespace[WORKPLACE].name)


def environment() -> dict[str, str]:
    """The environment of a reader at a plain terminal, with the commands of this virtual environment in reach."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS", "APP_"))}
    return inherited | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": "120",
        "NO_COLOR": "1",
    }
