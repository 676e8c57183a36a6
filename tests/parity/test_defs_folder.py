"""The `defs` folder of a project: the definitions of all its Python files, merged."""

import importlib
import itertools
import sys
import textwrap

import pytest

NUMBERS = itertools.count()
SETTINGS = '[tool.dg.project]\nroot_module = "{package}"\n'
ASSET = "@dg.asset\ndef {name}(): return 1\n"


@pytest.fixture
def project(dg, tmp_path, monkeypatch):
    """Make a project whose package has a folder `defs` with these files; return its folder and the package's name."""
    made = []

    def make(files, settings=SETTINGS, settings_file="pyproject.toml"):
        package = f"defs_project_{next(NUMBERS)}"
        made.append(package)
        (tmp_path / settings_file).write_text(settings.format(package=package))
        defs = tmp_path / "src" / package / "defs"
        defs.mkdir(parents=True)
        for name, text in {"../__init__.py": "", "__init__.py": "", **files}.items():
            (defs / name).parent.mkdir(exist_ok=True)
            (defs / name).write_text(f"import {dg.__name__} as dg\n{textwrap.dedent(text).format(package=package)}")
        return tmp_path, package

    monkeypatch.syspath_prepend(tmp_path / "src")
    yield make
    for name in [name for name in sys.modules if name.partition(".")[0] in made]:
        del sys.modules[name]


@pytest.fixture(params=["load_from_defs_folder", "load_defs"])
def load(dg, request):
    """Load the definitions of a project, in either way."""

    def by_folder(project):
        return dg.load_from_defs_folder(path_within_project=project[0])

    def by_module(project):
        return dg.components.load_defs(importlib.import_module(f"{project[1]}.defs"))

    return by_folder if request.param == "load_from_defs_folder" else by_module


def asset_names(defs):
    """The keys of all assets, as text, sorted."""
    return sorted(key.to_user_string() for key in defs.resolve_asset_graph().get_all_asset_keys())


def named(*names):
    """The text of a file with one asset for each name."""
    return "".join(ASSET.format(name=name) for name in names)


def test_files_of_the_defs_folder(project, load):
    """Files of all depths are loaded, packages' own files and odd names too; hidden files are not."""
    files = {"a.py": named("a"), "sub/b.py": named("b"), "sub/__init__.py": named("c"), "with-dash.py": named("d")}
    made = project({**files, "_e.py": named("e"), ".hidden.py": named("f"), "notes.txt": ""})
    assert asset_names(load(made)) == ["a", "b", "c", "d", "e"]


def test_an_empty_defs_folder(project, load):
    """A folder without definitions gives definitions that hold nothing."""
    assert asset_names(load(project({}))) == []


def test_the_definitions_of_a_file(project, load):
    """A file gives the definitions that it makes, and then none of its other attributes."""
    eager = "defs = dg.Definitions(resources={{'x': 1}})\n"
    lazy = "@dg.definitions\ndef {name}(): return dg.Definitions(resources={{{{'{name}': 1}}}})\n"
    made = project(
        {"eager.py": named("a") + eager, "lazy.py": named("b") + lazy.format(name="y") + lazy.format(name="z")}
    )
    defs = load(made)
    assert asset_names(defs) == []
    assert sorted(defs.resources) == ["x", "y", "z"]


def test_files_of_one_project_work_together(project, load):
    """An asset, its resource, its job and its schedule come from four files, and run."""
    made = project(
        {
            "assets.py": "@dg.asset(required_resource_keys={{'x'}})\ndef a(context): return context.resources.x\n",
            "jobs.py": "from {package}.defs.assets import a\njob = dg.define_asset_job('job', [a])\n",
            "resources.py": "@dg.definitions\ndef resources(): return dg.Definitions(resources={{'x': 5}})\n",
            "schedules.py": "from {package}.defs.jobs import job\n"
            "daily = dg.ScheduleDefinition('daily', job=job, cron_schedule='0 0 * * *')\n",
        }
    )
    defs = load(made)
    assert defs.resolve_job_def("job").execute_in_process().output_for_node("a") == 5
    assert defs.resolve_schedule_def("daily").job_name == "job"


def test_a_file_of_definitions_alone(dg, project):
    """`load_defs` takes `definitions.py` for its whole folder, unless told not to."""
    folder, package = project({"a.py": named("a"), "sub/definitions.py": named("b"), "sub/other.py": named("c")})
    root = importlib.import_module(f"{package}.defs")
    assert asset_names(dg.load_defs(root, project_root=folder)) == ["a", "b"]
    assert asset_names(dg.load_defs(root, terminate_autoloading_on_keyword_files=False)) == ["a", "b", "c"]
    assert asset_names(dg.load_from_defs_folder(path_within_project=folder)) == ["a", "b", "c"]


@pytest.mark.parametrize("files", [["{}={}", "{}={}"], ["{}={}", "@dg.definitions\ndef {}(): return {}"]])
def test_several_definitions_in_one_file(dg, project, load, files):
    """A file that makes Definitions in two places is refused."""
    text = "\n".join(part.format(name, "dg.Definitions()") for part, name in zip(files, "xy", strict=True))
    error = dg.DagsterInvalidDefinitionError if dg.__name__ == "dagwire" else Exception
    with pytest.raises(error, match="Definitions" if dg.__name__ == "dagwire" else "file"):
        load(project({"file.py": text}))


def test_one_asset_in_two_files(dg, project, load):
    """Two files that define one asset are refused."""
    with pytest.raises(dg.DagsterInvalidDefinitionError, match="a"):
        asset_names(load(project({"first.py": named("a"), "second.py": named("a")})))


def test_a_file_that_fails(project, load):
    """The error of a file that fails is raised as it is."""
    with pytest.raises(ZeroDivisionError):
        load(project({"broken.py": "1 / 0"}))


def test_components_in_a_folder(dg, project, load):
    """A folder of Dagster's components is loaded by Dagster, and refused by name elsewhere."""
    made = project({"a.py": named("a"), "part/b.py": named("b")})
    component = made[0] / "src" / made[1] / "defs" / "part" / "defs.yaml"
    component.write_text("type: dagster.DefsFolderComponent\nattributes: {}\n")
    if dg.__name__ == "dagster":
        assert asset_names(load(made)) == ["a", "b"]
    else:
        with pytest.raises(dg.DagsterInvalidDefinitionError, match=r"defs\.yaml.*components"):
            load(made)


@pytest.mark.parametrize(
    ("settings", "file"),
    [
        (SETTINGS, "pyproject.toml"),
        ('[tool.dg.project]\ndefs_module = "{package}.defs"\n', "pyproject.toml"),
        ('directory_type = "project"\n[project]\nroot_module = "{package}"\n', "dg.toml"),
    ],
)
def test_the_settings_of_a_project(dg, project, settings, file):
    """The project is named in either file; any path in it leads there, under either name of the parameter."""
    folder, package = project({"a.py": named("a")}, settings, file)
    below = folder / "src" / package / "defs" / "a.py"
    assert asset_names(dg.load_from_defs_folder(path_within_project=below)) == ["a"]
    assert asset_names(dg.load_from_defs_folder(project_root=folder)) == ["a"]


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ("", "pyproject.toml"),
        ("[tool]\ndg = 1\n", "pyproject.toml"),
        ("[tool.dg]\ndirectory_type = 'project'\n", "root_module"),
        ("[tool.dg]\nproject = 1\n", "root_module"),
        ("[tool.dg", "pyproject.toml"),
    ],
)
def test_no_settings_of_a_project(dg, project, settings, problem):
    """A folder that says nothing of its package is refused; dagwire's error names what is missing."""
    folder, _ = project({}, settings)
    error = dg.DagsterInvalidDefinitionError if dg.__name__ == "dagwire" else Exception
    with pytest.raises(error, match=problem if dg.__name__ == "dagwire" else None):
        dg.load_from_defs_folder(path_within_project=folder)


@pytest.mark.parametrize("count", [0, 2])
def test_one_path_of_a_project(dg, differs, tmp_path, count):
    """A path is given, under one of its names."""
    paths = dict(list({"path_within_project": tmp_path, "project_root": tmp_path}.items())[:count])
    dagster = importlib.import_module("dagster_shared.check").CheckError
    differs(lambda: dg.load_from_defs_folder(**paths), dagster=dagster, dagwire=dg.DagsterInvalidInvocationError)
