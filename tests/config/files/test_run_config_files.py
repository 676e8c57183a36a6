"""Run config from files: merged in order, and each fault reported with its file."""

import sys

import pytest

from dagwire import config_from_files, config_from_pkg_resources, config_from_yaml_strings
from dagwire.errors import ConfigFileError


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    """A working folder with files."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_text("ops:\n  one:\n    config: {x: 1, y: 2}\n")
    (tmp_path / "b.json").write_text('{"ops": {"one": {"config": {"x": 5}}}}')
    (tmp_path / "c.toml").write_text("[ops.one.config]\ny = 7\n")
    return tmp_path


def test_the_ending_shows_the_format():
    """YAML as in Dagster, and JSON and TOML; later files win, field by field."""
    assert config_from_files(["a.yaml", "b.json", "c.toml"]) == {"ops": {"one": {"config": {"x": 5, "y": 7}}}}


def test_patterns_take_files_in_order_of_their_names(folder):
    """Files of a pattern are read in order of their names, each once."""
    assert config_from_files([str(folder / "*")]) == {"ops": {"one": {"config": {"x": 5, "y": 7}}}}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [", "YAML text 1, line 1: it is not valid YAML"),
        ("- 1", "YAML text 1: it does not hold names"),
        ("a: &a\n  b: *a\n", "YAML text 1: a value holds itself"),
    ],
)
def test_faults_of_text(text, message):
    """A fault of a text has the text's number and the line."""
    with pytest.raises(ConfigFileError, match=message):
        config_from_yaml_strings([text])


def test_a_file_that_does_not_exist():
    """The error names the path."""
    with pytest.raises(ConfigFileError, match=r"missing.yaml: there is no such file"):
        config_from_files(["a.yaml", "missing.yaml"])
    with pytest.raises(ConfigFileError, match=r"missing.yaml of package dagwire: there is no such file"):
        config_from_pkg_resources([("dagwire", "missing.yaml")])
    with pytest.raises(ConfigFileError, match=r"a.yaml of package nowhere_at_all: there is no such file"):
        config_from_pkg_resources([("nowhere_at_all", "a.yaml")])


def test_a_file_of_a_package(folder, monkeypatch):
    """A file that a package ships is read as YAML."""
    (folder / "shipping").mkdir()
    (folder / "shipping" / "__init__.py").touch()
    (folder / "shipping" / "run.yaml").write_text("ops:\n  one:\n    config: {x: 1}\n")
    monkeypatch.syspath_prepend(folder)
    assert config_from_pkg_resources([("shipping", "run.yaml")]) == {"ops": {"one": {"config": {"x": 1}}}}
    sys.modules.pop("shipping")


def test_a_folder_in_place_of_a_file(folder):
    """A folder is refused, and is not called unreadable."""
    (folder / "d.yaml").mkdir()
    with pytest.raises(ConfigFileError, match=r"d.yaml: it is a directory, not a file"):
        config_from_files(["d.yaml"])
