"""Metadata: its kinds, their attributes, and the plain values that become them."""

import copy
import datetime
import pickle
from pathlib import Path

import pytest


def kinds(dg):
    """One value of each kind, with its plain value."""
    values, column = dg.MetadataValue, dg.TableColumn("a", "int")
    schema = dg.TableSchema([column])
    lineage = dg.TableColumnLineage({"a": [dg.TableColumnDep(dg.AssetKey("b"), "c")]})
    return [
        (values.text("x"), dg.TextMetadataValue, "x"),
        (values.url(url="http://x"), dg.UrlMetadataValue, "http://x"),
        (values.path(Path("/a")), dg.PathMetadataValue, "/a"),
        (values.notebook("/n.ipynb"), dg.NotebookMetadataValue, "/n.ipynb"),
        (values.md("# x"), dg.MarkdownMetadataValue, "# x"),
        (values.json({"a": [1]}), dg.JsonMetadataValue, {"a": [1]}),
        (values.int(3), dg.IntMetadataValue, 3),
        (values.float(1.5), dg.FloatMetadataValue, 1.5),
        (values.bool(True), dg.BoolMetadataValue, True),
        (values.null(), dg.NullMetadataValue, None),
        (values.timestamp(3.0), dg.TimestampMetadataValue, 3.0),
        (values.asset(dg.AssetKey("a")), dg.DagsterAssetMetadataValue, dg.AssetKey("a")),
        (values.dagster_run("r"), dg.DagsterRunMetadataValue, "r"),
        (values.table_schema(schema), dg.TableSchemaMetadataValue, schema),
        (values.column_lineage(lineage), dg.TableColumnLineageMetadataValue, lineage),
    ]


def test_each_kind_has_its_class_and_value(dg):
    """A value of each kind is a MetadataValue, equal to another one of the same value; it can be copied and pickled."""
    for made, kind, plain in kinds(dg):
        assert isinstance(made, kind)
        assert isinstance(made, dg.MetadataValue)
        assert made.value == plain
        assert copy.deepcopy(made) == made == pickle.loads(pickle.dumps(made))  # noqa: S301  # made here


def test_values_have_dagster_s_other_names(dg):
    """Each kind names its value."""
    values = dg.MetadataValue
    assert (values.text("x").text, values.url("u").url, values.path("p").path) == ("x", "u", "p")
    assert (values.md("m").md_str, values.json({"a": 1}).data) == ("m", {"a": 1})
    assert (values.dagster_run("r").run_id, values.asset(dg.AssetKey("a")).asset_key) == ("r", dg.AssetKey("a"))
    job = values.job("j", "here", repository_name="all")
    assert (job.job_name, job.location_name, job.repository_name) == ("j", "here", "all")
    artifact = values.python_artifact(dict)
    assert (artifact.module, artifact.name, artifact.value) == ("builtins", "dict", artifact)


def test_values_are_shown_by_their_names(dg):
    """The text of a value has its class and its field."""
    assert repr(dg.MetadataValue.text("x")) == "TextMetadataValue(text='x')"
    assert repr(dg.MetadataValue.int(1)) == "IntMetadataValue(value=1)"


def test_numbers_are_equal_across_kinds(dg):
    """An int of 1 equals a float of 1.0; a value never equals its plain value."""
    assert dg.MetadataValue.int(1) == dg.MetadataValue.float(1.0)
    assert dg.MetadataValue.text("x") != "x"


def test_a_moment_needs_a_time_zone(dg):
    """A timestamp is made of seconds, or of a datetime with a time zone."""
    moment = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
    assert dg.MetadataValue.timestamp(moment).value == moment.timestamp()
    with pytest.raises(Exception, match=r"timezone|time zone"):
        dg.MetadataValue.timestamp(datetime.datetime(2024, 1, 1))  # the fault under test


def test_values_of_wrong_types_are_refused(dg):
    """A kind refuses a value that it cannot show when it is made."""
    for make in (
        lambda: dg.MetadataValue.text(1),
        lambda: dg.MetadataValue.url(1),
        lambda: dg.MetadataValue.path(1),
        lambda: dg.MetadataValue.md(1),
        lambda: dg.MetadataValue.int("1"),
        lambda: dg.MetadataValue.int(1.5),
        lambda: dg.MetadataValue.float("1"),
        lambda: dg.MetadataValue.bool(1),
        lambda: dg.MetadataValue.json(1),
        lambda: dg.MetadataValue.json({"a": object()}),
        lambda: dg.MetadataValue.timestamp("x"),
        lambda: dg.MetadataValue.asset("a"),
        lambda: dg.MetadataValue.python_artifact("x"),
        lambda: dg.MetadataValue.table([{"a": 1}]),
        lambda: dg.MetadataValue.table([]),
        lambda: dg.MetadataValue.table([dg.TableRecord({"a": 1}), dg.TableRecord({"b": 1})]),
        lambda: dg.TableRecord({"a": [1]}),
        lambda: dg.TableRecord({1: 1}),
        lambda: dg.TableSchema(["a"]),
        lambda: dg.TableColumn(1),
        lambda: dg.TableColumnConstraints(nullable="x"),
        lambda: dg.TableConstraints(other="x"),
        lambda: dg.TableColumnLineage({"a": ["b"]}),
    ):
        with pytest.raises(Exception):  # noqa: B017, PT011  # Dagster's own class for it is private
            make()


def test_json_is_kept_as_it_reads(dg):
    """JSON turns a tuple into a list and a key into text."""
    assert dg.MetadataValue.json({1: (1, 2)}).value == {"1": [1, 2]}


def test_the_schema_of_a_table(dg):
    """A column is nullable and of type "string" by default."""
    column = dg.TableSchema([dg.TableColumn("a"), dg.TableColumn("b", "int", "B", tags={"t": "1"})]).columns[0]
    assert (column.type, column.description, column.constraints.nullable, column.tags) == ("string", None, True, {})
    assert dg.TableSchema.from_name_type_dict({"a": "int"}) == dg.TableSchema([dg.TableColumn("a", "int")])


def test_the_schema_of_rows_is_inferred(dg):
    """`MetadataValue.table` takes the columns and types of the first row."""
    table = dg.MetadataValue.table([dg.TableRecord({"a": 1, "b": "x", "c": 1.5, "d": True})])
    assert [(column.name, column.type) for column in table.schema.columns] == [
        ("a", "int"),
        ("b", "string"),
        ("c", "float"),
        ("d", "bool"),
    ]


def test_schemas_become_metadata(dg):
    """A plain schema, lineage or path among metadata becomes the kind that shows it."""
    schema, lineage = dg.TableSchema([dg.TableColumn("a")]), dg.TableColumnLineage({})
    made = dg.AssetMaterialization("a", metadata={"s": schema, "l": lineage, "p": Path("/a"), "k": dg.AssetKey("b")})
    assert made.metadata == {
        "s": dg.MetadataValue.table_schema(schema),
        "l": dg.MetadataValue.column_lineage(lineage),
        "p": dg.MetadataValue.path("/a"),
        "k": dg.MetadataValue.asset(dg.AssetKey("b")),
    }
