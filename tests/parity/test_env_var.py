"""`EnvVar`: a variable named in code, read when a run starts."""

import pytest


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch):
    for name in ("PARITY_NAME", "PARITY_SIZE"):
        monkeypatch.delenv(name, raising=False)


def _asset_of(dg, cls):
    @dg.asset
    def read(db: cls):
        return (db.name, db.size)

    return read


def test_is_resolved_when_a_run_starts(dg, tracked, monkeypatch):
    """An EnvVar field holds the variable's value inside a run, whatever the environment was at declaration."""
    db = tracked(name=dg.EnvVar("PARITY_NAME"), size=dg.EnvVar.int("PARITY_SIZE"))
    monkeypatch.setenv("PARITY_NAME", "main")
    monkeypatch.setenv("PARITY_SIZE", "12")
    assert dg.materialize([_asset_of(dg, tracked)], resources={"db": db}).asset_value("read") == ("main", 12)


def test_is_read_anew_by_each_run(dg, tracked, monkeypatch):
    """Two runs of one resource object see the environment of their own start."""
    db = tracked(name=dg.EnvVar("PARITY_NAME"))
    seen = []
    for value in ("first", "second"):
        monkeypatch.setenv("PARITY_NAME", value)
        seen.append(dg.materialize([_asset_of(dg, tracked)], resources={"db": db}).asset_value("read")[0])
    assert seen == ["first", "second"]


def test_is_resolved_by_build_resources(dg, tracked, monkeypatch):
    """`build_resources` reads variables as a run does."""
    monkeypatch.setenv("PARITY_NAME", "main")
    with dg.build_resources({"db": tracked(name=dg.EnvVar("PARITY_NAME"))}) as resources:
        assert resources.db.name == "main"


def test_is_resolved_in_a_direct_call(dg, tracked, monkeypatch):
    """A resource given by keyword to an asset called directly is resolved too."""
    monkeypatch.setenv("PARITY_NAME", "main")
    assert _asset_of(dg, tracked)(db=tracked(name=dg.EnvVar("PARITY_NAME")))[0] == "main"


def test_an_empty_value_is_a_value(dg, tracked, monkeypatch):
    """A variable set to the empty string is set."""
    monkeypatch.setenv("PARITY_NAME", "")
    with dg.build_resources({"db": tracked(name=dg.EnvVar("PARITY_NAME"))}) as resources:
        assert resources.db.name == ""


def test_an_unset_variable_stops_the_run_before_anything_opens(dg, tracked, log):
    """An unset variable stops a run with an invalid config that names it, before anything opens."""
    db = tracked(name=dg.EnvVar("PARITY_NAME"))
    with pytest.raises(dg.DagsterInvalidConfigError, match="PARITY_NAME"):
        dg.materialize([_asset_of(dg, tracked)], resources={"db": db})
    assert log == []


def test_an_unset_variable_stops_build_resources(dg, tracked, log):
    """An unset variable stops `build_resources` before anything opens."""
    with (
        pytest.raises(dg.DagsterInvalidConfigError, match="PARITY_NAME"),
        dg.build_resources({"db": tracked(name=dg.EnvVar("PARITY_NAME"))}),
    ):
        pass
    assert log == []


def test_an_unset_variable_raises_even_if_errors_are_not_raised(dg, tracked):
    """`raise_on_error=False` is about steps; a run that cannot be configured raises."""
    with pytest.raises(dg.DagsterInvalidConfigError):
        dg.materialize(
            [_asset_of(dg, tracked)], resources={"db": tracked(name=dg.EnvVar("PARITY_NAME"))}, raise_on_error=False
        )


def test_a_variable_of_a_resource_nobody_needs_is_not_read(dg, tracked):
    """A run reads the variables of the resources that it needs, and no others."""

    @dg.asset
    def alone():
        return 1

    assert dg.materialize([alone], resources={"db": tracked(name=dg.EnvVar("PARITY_NAME"))}).success


def test_definitions_do_not_read_the_environment(dg, tracked):
    """Binding and resolving a job reads no variable."""
    defs = dg.Definitions(
        assets=[_asset_of(dg, tracked)],
        jobs=[dg.define_asset_job("all_assets")],
        resources={"db": tracked(name=dg.EnvVar("PARITY_NAME"))},
    )
    assert defs.get_job_def("all_assets").name == "all_assets"


def test_a_value_that_is_not_a_number_is_an_invalid_config(dg, tracked, monkeypatch):
    """EnvVar.int of a word stops the run."""
    monkeypatch.setenv("PARITY_SIZE", "many")
    with pytest.raises(dg.DagsterInvalidConfigError, match="PARITY_SIZE"):
        dg.materialize([_asset_of(dg, tracked)], resources={"db": tracked(size=dg.EnvVar.int("PARITY_SIZE"))})


def test_get_value_reads_at_once(dg, monkeypatch):
    """`get_value` is the variable's value now, its default, or None."""
    variable = dg.EnvVar("PARITY_NAME")
    assert variable.get_value() is None
    assert variable.get_value("fallback") == "fallback"
    monkeypatch.setenv("PARITY_NAME", "main")
    assert variable.get_value("fallback") == "main"


def test_the_name_of_an_int(dg):
    """`EnvVar.int(...)` knows the name of its variable."""
    assert dg.EnvVar.int("PARITY_SIZE").name == "PARITY_SIZE"


def test_get_value_of_an_int(dg, monkeypatch):
    """`EnvVar.int(...).get_value()` is an int, its default, or None."""
    variable = dg.EnvVar.int("PARITY_SIZE")
    assert variable.get_value() is None
    assert variable.get_value(4) == 4
    monkeypatch.setenv("PARITY_SIZE", "12")
    assert variable.get_value() == 12


def test_knows_its_name(dg):
    """`env_var_name` is the variable's name."""
    assert dg.EnvVar("PARITY_NAME").env_var_name == "PARITY_NAME"


def test_two_of_one_name_are_equal(dg):
    """Two EnvVars of one name are equal."""
    assert dg.EnvVar("PARITY_NAME") == dg.EnvVar("PARITY_NAME")
    assert dg.EnvVar("PARITY_NAME") != dg.EnvVar("PARITY_SIZE")


@pytest.mark.parametrize("use", [str, "{}".format], ids=["str", "format"])
def test_refuses_to_be_read_as_text(dg, use):
    """`str()` and formatting raise, so that a name never passes for a value."""
    with pytest.raises(RuntimeError):
        use(dg.EnvVar("PARITY_NAME"))


def test_refuses_to_be_read_as_a_number(dg):
    """`int()` of an EnvVar.int raises."""
    with pytest.raises(RuntimeError):
        int(dg.EnvVar.int("PARITY_SIZE"))


def test_in_lists_dicts_and_nested_config(dg, monkeypatch):
    """An EnvVar is resolved at any depth of a resource's fields."""

    class Inner(dg.Config):
        name: str = "inner"

    class Outer(dg.ConfigurableResource):
        names: list[str]
        by_key: dict[str, str]
        inner: Inner = Inner()

    variable = dg.EnvVar("PARITY_NAME")
    monkeypatch.setenv("PARITY_NAME", "main")
    outer = Outer(names=[variable], by_key={"k": variable}, inner=Inner(name=variable))
    with dg.build_resources({"outer": outer}) as resources:
        assert resources.outer.names == ["main"]
        assert resources.outer.by_key == {"k": "main"}
        assert resources.outer.inner.name == "main"


def test_in_the_config_of_a_run(dg, monkeypatch):
    """An EnvVar in a Config object of a RunConfig is resolved."""

    class Wanted(dg.Config):
        name: str = "d"

    @dg.asset
    def read(config: Wanted):
        return config.name

    monkeypatch.setenv("PARITY_NAME", "main")
    run_config = dg.RunConfig(ops={"read": Wanted(name=dg.EnvVar("PARITY_NAME"))})
    assert dg.materialize([read], run_config=run_config).asset_value("read") == "main"


def test_the_env_form_of_a_run_config(dg, monkeypatch):
    """`{"env": NAME}` in a run config dictionary reads the variable, for text and for numbers."""

    class Wanted(dg.Config):
        name: str = "d"
        size: int = 0

    @dg.asset
    def read(config: Wanted):
        return (config.name, config.size)

    monkeypatch.setenv("PARITY_NAME", "main")
    monkeypatch.setenv("PARITY_SIZE", "12")
    run_config = {"ops": {"read": {"config": {"name": {"env": "PARITY_NAME"}, "size": {"env": "PARITY_SIZE"}}}}}
    assert dg.materialize([read], run_config=run_config).asset_value("read") == ("main", 12)


def test_all_unset_variables_are_named_at_once(dg, tracked):
    """One error names every unset variable of every resource the run needs."""

    @dg.asset
    def read(db: tracked, store: tracked):
        pass

    with pytest.raises(dg.DagsterInvalidConfigError) as caught:
        dg.materialize(
            [read],
            resources={
                "db": tracked(name=dg.EnvVar("PARITY_NAME")),
                "store": tracked(size=dg.EnvVar.int("PARITY_SIZE")),
            },
        )
    assert "PARITY_NAME" in str(caught.value)
    assert "PARITY_SIZE" in str(caught.value)


# -- better on purpose -------------------------------------------------------------------------------------------------


def test_in_a_raw_run_config(dg, monkeypatch, differs):
    """dagwire resolves an EnvVar in a plain run config dictionary; Dagster refuses it."""

    class Wanted(dg.Config):
        name: str = "d"

    @dg.asset
    def read(config: Wanted):
        return config.name

    monkeypatch.setenv("PARITY_NAME", "main")
    run_config = {"ops": {"read": {"config": {"name": dg.EnvVar("PARITY_NAME")}}}}
    differs(
        lambda: dg.materialize([read], run_config=run_config).asset_value("read"),
        dagster=dg.DagsterInvalidConfigError,
        dagwire="main",
    )


def test_for_a_field_of_any_type(dg, monkeypatch, differs):
    """dagwire takes an EnvVar for a float, a bool or an int field; Dagster for text and EnvVar.int only."""

    class Tuned(dg.ConfigurableResource):
        rate: float = 0.5
        is_on: bool = False
        size: int = 1

    monkeypatch.setenv("PARITY_SIZE", "1")

    def read():
        variable = dg.EnvVar("PARITY_SIZE")
        with dg.build_resources({"tuned": Tuned(rate=variable, is_on=variable, size=variable)}) as resources:
            return (resources.tuned.rate, resources.tuned.is_on, resources.tuned.size)

    differs(read, dagster=ValueError, dagwire=(1.0, True, 1))


def test_joined_to_text_raises(dg, differs):
    """dagwire refuses `"x" + EnvVar`; Dagster joins the variable's name."""
    differs(lambda: "x" + dg.EnvVar("A"), dagster="xA", dagwire=RuntimeError)


def test_read_outside_a_run_is_never_the_name(dg, tracked):
    """In Dagster a field that holds an EnvVar reads as the variable's name; in dagwire it never equals it."""
    db = tracked(name=dg.EnvVar("PARITY_NAME"))
    try:
        is_name = db.name == "PARITY_NAME" and isinstance(db.name, str)
    except RuntimeError:
        is_name = False
    assert is_name is {"dagster": True, "dagwire": False}[dg.__name__]


def test_a_variable_is_not_text(dg, differs):
    """In Dagster an EnvVar is a str, and its int is an int, so both pass for values; in dagwire they are neither."""
    differs(lambda: isinstance(dg.EnvVar("PARITY_NAME"), str), dagster=True, dagwire=False)
    differs(lambda: isinstance(dg.EnvVar.int("PARITY_SIZE"), int), dagster=True, dagwire=False)


def test_in_the_config_of_configured(dg, monkeypatch, differs):
    """dagwire reads an EnvVar in the config given to `configured`; Dagster takes the form `{"env": NAME}` alone."""
    monkeypatch.setenv("PARITY_NAME", "n")

    @dg.resource(config_schema={"name": dg.StringSource})
    def it(context):
        return context.resource_config["name"]

    def opened(name):
        with dg.build_resources({"it": it.configured({"name": name})}) as resources:
            return resources.it

    assert opened({"env": "PARITY_NAME"}) == "n"
    differs(lambda: opened(dg.EnvVar("PARITY_NAME")), dagster=dg.DagsterInvalidConfigError, dagwire="n")
