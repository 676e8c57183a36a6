"""`line_of` finds a value in a file by its keys, and gives up without a fault."""

import pytest

from dagwire.config.files.config_files import line_of

FILES = {
    "a.toml": 'name = "x"\n[store]\nurl = "y"\n# pages\n',
    "a.json": '{"name": "x",\n "store": {"url": "y"}}',
    "a.yaml": "name: x\nstore:\n  url: y\n",
}


@pytest.fixture(params=FILES)
def path(request, tmp_path):
    """A file of each kind."""
    path = tmp_path / request.param
    path.write_text(FILES[request.param])
    return path


def test_a_value_that_is_there(path):
    """The line is the one on which the value begins."""
    assert line_of(path, ("store", "url")) == {".toml": 3, ".json": 2, ".yaml": 3}[path.suffix]


@pytest.mark.parametrize("keys", [("stove",), ("store", "pages"), ("name", "first")], ids=".".join)
def test_a_value_that_is_not_there(path, keys):
    """Keys that the file does not have have no line."""
    assert line_of(path, keys) is None


def test_an_item_of_a_list_has_the_line_of_the_list(tmp_path):
    """The keys up to the first number decide; without any there is no line."""
    path = tmp_path / "a.json"
    path.write_text('{\n"names": ["x", "y"]}')
    assert line_of(path, ("names", 1)) == 2
    assert line_of(path, (0,)) is None


@pytest.mark.parametrize("name", ["gone.toml", "gone.json", "gone.yaml"])
def test_a_file_that_is_gone(tmp_path, name):
    """A file that was deleted since it was read has no lines."""
    assert line_of(tmp_path / name, ("name",)) is None


@pytest.mark.parametrize(("name", "text"), [("a.toml", "name = "), ("a.json", '{"name": '), ("a.yaml", "name: [")])
def test_a_file_that_is_broken(tmp_path, name, text):
    """A file that was broken since it was read has no line of what follows the fault."""
    path = tmp_path / name
    path.write_text(text)
    assert line_of(path, ("store",)) is None
