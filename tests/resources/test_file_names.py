"""Keys as file names: every key is legal, has a file of its own, and stays in its folder."""

import tempfile
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagwire import FilesystemIOManager, MultiPartitionKey, UPathIOManager, build_input_context, build_output_context
from dagwire.errors import InvalidInvocationError
from dagwire.resources.file_names import file_name, nested_name

ODD = [
    "",
    "/",
    "//",
    ".",
    "..",
    "../..",
    "/etc/passwd",
    "a/../../b",
    "a//b",
    "a/b",
    "a/b/",
    "a",
    "a/",
    "./a",
    "%2Fa",
    "/a",
]
# Letters that mean something to a path, and the codes that they are escaped to.
keys = st.one_of(
    st.sampled_from(ODD),
    st.text("ab./%2FE\0\\:|", max_size=8),
    st.text(st.characters(exclude_categories=()), max_size=300),
)


def files_in(folder):
    """The paths of all files below a folder, relative to it."""
    return {str(path.relative_to(folder)) for path in Path(folder).rglob("*") if path.is_file()}


@given(st.lists(keys, min_size=1, max_size=6, unique=True), st.booleans())
def test_no_key_leads_out_and_no_two_share_a_file(partition_keys, is_of_op):
    """Values of any keys are read back, each from a file of its own inside the folder."""
    with tempfile.TemporaryDirectory() as outer:
        folder = Path(outer, "inner", "values")
        manager = FilesystemIOManager(base_dir=str(folder))
        for key in partition_keys:
            manager.handle_output(build_output_context(**facts(key, is_of_op)), key)
        assert list(Path(outer).iterdir()) == [folder.parent]
        assert list(folder.parent.iterdir()) == [folder]
        assert len(files_in(folder)) == len(partition_keys)
        for key in partition_keys:
            output = build_output_context(**facts(key, is_of_op))
            asked = {"upstream_output": output} if is_of_op else facts(key, is_of_op)
            assert manager.load_input(build_input_context(**asked)) == key


def facts(key, is_of_op):
    """The arguments of a context whose partition, or whose run, has the key."""
    return (
        {"run_id": key or "-", "step_key": "s", "name": "o"} if is_of_op else {"asset_key": "a", "partition_key": key}
    )


@given(st.lists(st.tuples(keys, keys), min_size=2, max_size=5, unique=True))
def test_dimensions_do_not_run_into_one_another(pairs):
    """The keys `x/y` and `z` are another file than the keys `x` and `y/z`."""
    with tempfile.TemporaryDirectory() as folder:
        manager = FilesystemIOManager(base_dir=folder)
        contexts = [
            build_output_context(asset_key="a", partition_key=MultiPartitionKey({"p": one, "q": two}))
            for one, two in pairs
        ]
        for pair, context in zip(pairs, contexts, strict=True):
            manager.handle_output(context, pair)
        assert len(files_in(folder)) == len(pairs)


@given(st.lists(st.lists(keys.filter(bool), min_size=1, max_size=3), min_size=2, max_size=4, unique_by=tuple))
def test_keys_of_assets_do_not_run_into_one_another(paths):
    """Parts of an asset's key may hold slashes and dots."""
    with tempfile.TemporaryDirectory() as folder:
        manager = FilesystemIOManager(base_dir=folder)
        for path in paths:
            manager.handle_output(build_output_context(asset_key=path), path)
        assert [manager.load_input(build_input_context(asset_key=path)) for path in paths] == paths


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=50))
def test_a_name_is_read_back_by_its_codes(key):
    """A name is its key with some characters escaped as in a URL, and can be read back."""
    assert unquote(file_name(key)) == unquote(nested_name(key)) == key
    assert "/" not in file_name(key)
    if not set(key) & set("./%\0"):
        assert file_name(key) == nested_name(key) == key


def test_a_long_key_is_shortened(tmp_path):
    """Two keys that differ after 300 characters are two files."""
    manager = FilesystemIOManager(base_dir=str(tmp_path))
    for ending in "pq":
        manager.handle_output(build_output_context(asset_key="a", partition_key="k" * 300 + ending), ending)
    assert manager.load_input(build_input_context(asset_key="a", partition_key="k" * 300 + "p")) == "p"


def test_a_link_out_of_the_folder_is_not_followed(tmp_path):
    """A link to a folder or file elsewhere is refused; one that stays inside is followed."""
    inside, outside = tmp_path / "values", tmp_path / "elsewhere"
    outside.mkdir()
    inside.mkdir()
    (outside / "p").write_bytes(b"not a pickle")
    (inside / "a").symlink_to(outside)
    (inside / "b").symlink_to(outside / "p")
    (inside / "c").symlink_to(inside / "real")
    manager = FilesystemIOManager(base_dir=str(inside))
    partition = {"asset_key": "a", "partition_key": "p"}
    with pytest.raises(InvalidInvocationError, match="leads to"):
        manager.handle_output(build_output_context(**partition), 1)
    for asked in (partition, {"asset_key": "b"}):
        with pytest.raises(InvalidInvocationError, match="leads to"):
            manager.load_input(build_input_context(**asked))
    manager.handle_output(build_output_context(asset_key="b"), 2)
    assert (outside / "p").read_bytes() == b"not a pickle"
    manager.handle_output(build_output_context(asset_key=["c", "d"]), 3)
    assert manager.load_input(build_input_context(asset_key=["c", "d"])) == 3


class Careless(UPathIOManager):
    """Joins partitions to the asset's folder as they are."""

    def get_path_for_partition(self, context, path, partition):
        """Escape nothing."""
        return path / partition

    def dump_to_path(self, context, obj, path):
        """Write text."""
        path.write_text(obj)

    def load_from_path(self, context, path):
        """Read text."""
        return path.read_text()


@pytest.mark.parametrize("key", ["/abs/x", "../../../x", "a/../../../x"])
def test_an_override_that_leads_out_is_refused(tmp_path, key):
    """A `get_path_for_partition` that escapes nothing is caught when a key leads out of the folder."""
    manager = Careless(tmp_path / "values")
    with pytest.raises(InvalidInvocationError, match="make_safe_partition_path"):
        manager.handle_output(build_output_context(asset_key="a", partition_key=key), "v")
    assert list(tmp_path.iterdir()) == []
    manager.handle_output(build_output_context(asset_key="a", partition_key="2024/01"), "v")
    assert manager.load_input(build_input_context(asset_key="a", partition_key="2024/01")) == "v"
