"""`Config` and run config: the typed values that an asset, an op or a resource is given for one run."""

from enum import Enum

import pytest
from pydantic import ConfigDict


@pytest.fixture
def load_class(dg):
    """A Config of two fields."""

    class Load(dg.Config):
        limit: int = 3
        mode: str = "all"

    return Load


@pytest.fixture
def read(dg, load_class):
    """An asset that returns its config."""

    @dg.asset
    def read(config: load_class):
        return (config.limit, config.mode)

    return read


def test_fields_have_their_defaults_without_run_config(dg, read):
    """Without run config every field has its default value."""
    assert dg.materialize([read]).asset_value("read") == (3, "all")


def test_from_a_dictionary(dg, read):
    """`{"ops": {asset: {"config": {...}}}}` sets the fields it names and leaves the others."""
    run_config = {"ops": {"read": {"config": {"limit": 5}}}}
    assert dg.materialize([read], run_config=run_config).asset_value("read") == (5, "all")


def test_from_a_run_config_object(dg, read, load_class):
    """`RunConfig(ops={asset: Config(...)})` sets the fields as a dictionary does."""
    assert dg.materialize([read], run_config=dg.RunConfig(ops={"read": load_class(limit=9)})).asset_value("read") == (
        9,
        "all",
    )


def test_from_a_run_config_object_with_dictionaries(dg, read):
    """A RunConfig takes plain dictionaries as well."""
    run_config = dg.RunConfig(ops={"read": {"config": {"limit": 8}}})
    assert dg.materialize([read], run_config=run_config).asset_value("read") == (8, "all")


def test_config_in_an_op(dg, load_class):
    """An op takes config as an asset does."""

    @dg.op
    def fetch(config: load_class):
        return (config.limit, config.mode)

    @dg.job
    def nightly():
        fetch()

    result = nightly.execute_in_process(run_config={"ops": {"fetch": {"config": {"mode": "new"}}}})
    assert result.output_for_node("fetch") == (3, "new")


def test_beside_a_context(dg, load_class):
    """The context comes first, config after it; the context's `op_config` has the values too."""

    @dg.asset
    def read(context, config: load_class):
        return (config.limit, dict(context.op_config))

    assert dg.materialize([read]).asset_value("read") == (3, {"limit": 3, "mode": "all"})


def test_config_schema_of_an_asset(dg):
    """`config_schema={field: type}` gives the values through `context.op_config`."""

    @dg.asset(config_schema={"limit": int})
    def read(context):
        return context.op_config

    run_config = {"ops": {"read": {"config": {"limit": 2}}}}
    assert dg.materialize([read], run_config=run_config).asset_value("read") == {"limit": 2}


@pytest.mark.parametrize(
    "run_config",
    [
        {"ops": {"read": {"config": {"limit": "many"}}}},
        {"ops": {"read": {"config": {"limt": 1}}}},
        {"ops": {"reed": {"config": {"limit": 1}}}},
        {"opz": {}},
        {"resources": {"nobody": {"config": {"x": 1}}}},
    ],
    ids=["wrong type", "unknown field", "unknown op", "unknown section", "unknown resource"],
)
def test_a_run_config_that_does_not_fit_is_refused(dg, read, run_config):
    """Wrong types and unknown names are an invalid config."""
    with pytest.raises(dg.DagsterInvalidConfigError):
        dg.materialize([read], run_config=run_config)


@pytest.mark.parametrize("raise_on_error", [True, False])
def test_a_required_field_not_given_is_refused(dg, raise_on_error):
    """A field without a default must be given; it raises even with `raise_on_error=False`."""

    class Need(dg.Config):
        limit: int

    @dg.asset
    def read(config: Need):
        return config.limit

    with pytest.raises(dg.DagsterInvalidConfigError):
        dg.materialize([read], raise_on_error=raise_on_error)


def test_is_frozen(dg, load_class):
    """Assigning to a Config's field raises."""
    with pytest.raises(dg.DagsterInvalidInvocationError):
        load_class().limit = 4


def test_a_subclass_may_be_unfrozen(dg):
    """`ConfigDict(frozen=False)` makes a Config class assignable."""

    class Loose(dg.Config):
        model_config = ConfigDict(frozen=False)
        limit: int = 1

    loose = Loose()
    loose.limit = 4
    assert loose.limit == 4


def test_a_missing_field_of_a_config_is_a_validation_error(dg):
    """Building a Config without a required field is pydantic's ValidationError, a ValueError."""

    class Need(dg.Config):
        limit: int

    with pytest.raises(ValueError, match="limit"):
        Need()


def test_extra_allow_keeps_unknown_fields(dg):
    """A Config class that allows extra fields takes any."""

    class Open(dg.Config):
        model_config = ConfigDict(extra="allow")

    @dg.asset
    def read(config: Open):
        return config.model_dump()

    run_config = {"ops": {"read": {"config": {"anything": 1}}}}
    assert dg.materialize([read], run_config=run_config).asset_value("read") == {"anything": 1}


def test_only_the_name_config_is_config(dg, load_class):
    """A parameter of another name is an upstream asset, whatever its annotation."""
    with pytest.warns(dg.ConfigArgumentWarning):

        @dg.asset
        def read(settings: load_class):
            return 1

    with pytest.raises(dg.DagsterInvalidDefinitionError):
        dg.materialize([read])


def test_config_under_another_name_is_warned_of(dg, load_class):
    """A parameter annotated as config that has another name is a warning, on each kind of step."""
    for decorate in (dg.op, dg.asset, dg.asset_check(asset="trips")):
        with pytest.warns(dg.ConfigArgumentWarning, match="'settings'"):

            @decorate
            def read(settings: load_class): ...


def test_of_a_resource_given_late(dg, tracked):
    """`configure_at_launch` leaves fields to the run config; those given stay."""

    @dg.asset
    def read(db: tracked):
        return (db.name, db.size)

    run_config = {"resources": {"db": {"config": {"name": "late"}}}}
    result = dg.materialize([read], resources={"db": tracked.configure_at_launch(size=3)}, run_config=run_config)
    assert result.asset_value("read") == ("late", 3)


def test_a_resource_left_wholly_to_launch_must_be_configured(dg):
    """A required field that nobody gave is an invalid config."""

    class Need(dg.ConfigurableResource):
        url: str

    @dg.asset
    def read(db: Need):
        return db.url

    with pytest.raises(dg.DagsterInvalidConfigError):
        dg.materialize([read], resources={"db": Need.configure_at_launch()})


def test_of_a_resource_nobody_needs_is_accepted(dg, read, tracked):
    """Run config may configure a resource that no step of the run uses."""
    run_config = {"resources": {"db": {"config": {"size": 7}}}}
    assert dg.materialize([read], resources={"db": tracked()}, run_config=run_config).success


def test_a_run_config_object_may_hold_a_resource(dg, tracked):
    """`RunConfig(resources={key: resource})` configures that resource."""

    @dg.asset
    def read(db: tracked):
        return db.size

    run_config = dg.RunConfig(resources={"db": tracked(size=8)})
    assert dg.materialize([read], resources={"db": tracked()}, run_config=run_config).asset_value("read") == 8


def test_a_resource_s_run_config_is_checked(dg, tracked):
    """An unknown field of a resource in the run config is refused."""

    @dg.asset
    def read(db: tracked):
        return db.size

    with pytest.raises(dg.DagsterInvalidConfigError):
        dg.materialize([read], resources={"db": tracked()}, run_config={"resources": {"db": {"config": {"sise": 1}}}})


# -- better on purpose -------------------------------------------------------------------------------------------------


def test_run_config_merges_over_a_resource_built_in_code(dg, tracked, differs):
    """dagwire keeps the fields that the run config does not name; Dagster resets them to the class's defaults."""

    @dg.asset
    def read(db: tracked):
        return (db.name, db.size)

    run_config = {"resources": {"db": {"config": {"size": 7}}}}
    differs(
        lambda: dg.materialize([read], resources={"db": tracked(name="built")}, run_config=run_config).asset_value(
            "read"
        ),
        dagster=("db", 7),
        dagwire=("built", 7),
    )


def test_run_config_merges_over_a_job_s_own(dg, load_class, differs):
    """dagwire keeps what the job's config gives and the run's does not name; Dagster drops all of it."""

    @dg.op
    def fetch(config: load_class):
        return (config.limit, config.mode)

    @dg.job(config={"ops": {"fetch": {"config": {"limit": 4}}}})
    def nightly():
        fetch()

    assert nightly.execute_in_process().output_for_node("fetch") == (4, "all")
    differs(
        lambda: nightly.execute_in_process(run_config={"ops": {"fetch": {"config": {"mode": "new"}}}}).output_for_node(
            "fetch"
        ),
        dagster=(3, "new"),
        dagwire=(4, "new"),
    )


def test_an_unknown_argument_of_a_config_class_is_refused(dg, load_class, differs):
    """dagwire refuses a misspelt argument; Dagster drops it."""
    differs(lambda: load_class(limt=1).limit, dagster=3, dagwire=ValueError)


# -- run config, before a run ------------------------------------------------------------------------------------------


@pytest.fixture
def sized_job(dg):
    """A job of one op and one resource, both with config."""

    class Size(dg.Config):
        size: int
        unit: str = "m"

    class Db(dg.ConfigurableResource):
        path: str

    @dg.op
    def measure(config: Size, db: Db):
        return config.size

    @dg.job(resource_defs={"db": Db.configure_at_launch()})
    def measuring():
        measure()

    return measuring


DB = {"db": {"config": {"path": "x"}}}


def test_run_config_is_validated_without_a_run(dg, sized_job):
    """`validate_run_config` gives the config back, with the defaults."""
    given = {"ops": {"measure": {"config": {"size": 1}}}, "resources": DB}
    valid = dg.validate_run_config(sized_job, given)
    assert valid["ops"]["measure"]["config"] == {"size": 1, "unit": "m"}
    assert valid["resources"]["db"] == {"config": {"path": "x"}}


def test_every_part_of_a_validated_run_config(dg):
    """The validated config has an entry for each step, with its inputs, and for loggers."""

    class Size(dg.Config):
        size: int
        unit: str = "m"

    @dg.op
    def measure(config: Size):
        return config.size

    @dg.op
    def scale(size: int, factor: int):
        return size * factor

    @dg.job
    def measuring():
        scale(measure())

    given = {"ops": {"measure": {"config": {"size": 1}}, "scale": {"inputs": {"factor": 3}}}}
    valid = dg.validate_run_config(measuring, given)
    assert valid["ops"] == {
        "measure": {"config": {"size": 1, "unit": "m"}, "inputs": {}, "outputs": None},
        "scale": {"config": None, "inputs": {"factor": 3}, "outputs": None},
    }
    assert valid["loggers"] == {}


def test_a_run_config_object_is_validated_too(dg, sized_job):
    """A RunConfig is validated as a dict is."""
    given = dg.RunConfig(ops={"measure": {"config": {"size": 1, "unit": "km"}}}, resources=DB)
    assert dg.validate_run_config(sized_job, given)["ops"]["measure"]["config"] == {"size": 1, "unit": "km"}


@pytest.mark.parametrize(
    "given",
    [
        None,
        {"ops": {"measure": {"config": {"size": 1}}}},
        {"ops": {"measure": {"config": {"size": "many"}}}, "resources": DB},
        {"ops": {"measure": {"config": {"size": 1, "colour": "red"}}}, "resources": DB},
        {"ops": {"other": {"config": {}}, "measure": {"config": {"size": 1}}}, "resources": DB},
        {"tops": {}},
    ],
    ids=["nothing", "no resource", "wrong type", "unknown field", "unknown op", "unknown section"],
)
def test_run_config_that_does_not_fit_is_refused(dg, sized_job, given):
    """A missing, wrong or unknown value is an invalid config."""
    with pytest.raises(dg.DagsterInvalidConfigError):
        dg.validate_run_config(sized_job, given)


def test_run_config_from_yaml_files(dg, tmp_path):
    """Later files win, field by field; a path may be a pattern."""
    (tmp_path / "a.yaml").write_text("ops:\n  one:\n    config: {x: 1, y: 2}\n")
    (tmp_path / "b.yaml").write_text("ops:\n  one:\n    config: {x: 5}\nresources:\n  r:\n    config: {z: 1}\n")
    merged = {"ops": {"one": {"config": {"x": 5, "y": 2}}}, "resources": {"r": {"config": {"z": 1}}}}
    assert dg.config_from_files([str(tmp_path / "a.yaml"), str(tmp_path / "b.yaml")]) == merged
    assert dg.config_from_files([str(tmp_path / "a*.yaml"), str(tmp_path / "[b-z]*.yaml")]) == merged
    assert dg.config_from_files([]) == {}


def test_run_config_from_yaml_text(dg):
    """Texts are merged as files are."""
    assert dg.config_from_yaml_strings(["a: 1", "b: {c: 2}", "b: {d: 3}"]) == {"a": 1, "b": {"c": 2, "d": 3}}


@pytest.mark.parametrize("pattern", ["missing.yaml", "*.yml"])
def test_run_config_from_no_file_is_refused(dg, pattern, tmp_path):
    """A path or pattern that finds no file is refused."""
    with pytest.raises(dg.DagsterInvariantViolationError):
        dg.config_from_files([str(tmp_path / pattern)])


def test_broken_yaml_is_refused(dg):
    """Text that is not valid YAML is refused."""
    with pytest.raises(dg.DagsterInvariantViolationError):
        dg.config_from_yaml_strings(["a: ["])


def test_an_invalid_config_lists_its_errors(dg, load_class, read):
    """`DagsterInvalidConfigError.errors` has an entry with a message for each fault."""
    with pytest.raises(dg.DagsterInvalidConfigError) as caught:
        dg.materialize([read], run_config={"ops": {"read": {"config": {"limit": "many", "colour": "red"}}}})
    messages = [error.message for error in caught.value.errors]
    assert len(messages) == 2
    assert any("limit" in message for message in messages)
    assert any("colour" in message for message in messages)


def test_a_field_of_config_schema_in_a_config_class_is_refused(dg):
    """`dg.Field` belongs to a `config_schema`; a `Config` class has pydantic's Field."""

    def declare():
        class Wrong(dg.Config):
            name: str = dg.Field(str, description="a name")

        @dg.op
        def read(config: Wrong): ...

    with pytest.raises(dg.DagsterInvalidDefinitionError, match=r"pydantic\.Field"):
        declare()


class Mode(Enum):
    """Ways to write."""

    fast = "f"
    safe = "s"


def mode_in_a_run(dg, config_class):
    """The field `mode` as an asset sees it."""
    seen = []

    def body(config):
        seen.append(config.mode)

    body.__annotations__ = {"config": config_class}
    dg.materialize([dg.asset(name="made")(body)])
    return seen


def test_the_name_of_a_member_as_default(dg):
    """A default that is the name of an enum's member is the member, in config and in resources."""

    class Load(dg.Config):
        mode: Mode = "safe"

    class Store(dg.ConfigurableResource):
        mode: Mode = "safe"
        other: Mode = "fast"

    assert mode_in_a_run(dg, Load) == [Mode.safe]
    with dg.build_resources({"store": Store(other=Mode.safe)}) as resources:
        assert (resources.store.mode, resources.store.other) == (Mode.safe, Mode.safe)


def test_the_value_of_a_member_as_default(dg, differs):
    """A default that is the value of an enum's member is the member; Dagster refuses it when it is used."""

    class Load(dg.Config):
        mode: Mode = "f"

    differs(lambda: mode_in_a_run(dg, Load), dagster=dg.DagsterInvalidConfigError, dagwire=[Mode.fast])


def test_a_default_that_is_not_a_member(dg):
    """A default that is not a member of the field's enum is refused; by Dagster when it is used."""

    def use():
        class Load(dg.Config):
            mode: Mode = "slow"

        mode_in_a_run(dg, Load)

    with pytest.raises((dg.DagsterInvalidDefinitionError, dg.DagsterInvalidConfigError), match="slow"):
        use()


def test_a_default_of_a_config_that_keeps_values(dg):
    """Config that keeps values in place of an enum's members keeps the text of a default."""

    class Load(dg.Config):
        model_config = ConfigDict(use_enum_values=True)
        mode: Mode = "f"

    assert Load().mode == "f"
