"""Selections of assets, as text and as objects."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dagwire as dg
from dagwire.definitions.assets.graph_traversal import Reach
from dagwire.definitions.assets.selection import selected
from dagwire.definitions.ops.op_selection import chosen_steps
from dagwire.errors import InvalidConfigError, InvalidDefinitionError, UnknownNameError


def _asset(name, *deps, **said):
    return dg.asset(lambda: None, name=name, deps=list(deps), **said)


ASSETS = [
    _asset("a", group_name="raw", tags={"tier": "1"}, kinds={"python"}, owners=["team:x"]),
    _asset("b", "a", group_name="raw"),
    _asset("c", "b"),
    _asset("d", "c", tags={"tier": "2"}),
    dg.asset(lambda: None, key=["deep", "e"], deps=["a"]),
]


def chosen(selection):
    """The selected keys, as text in order."""
    return " ".join(sorted(key.to_user_string() for key in selected(ASSETS, (), selection).keys))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*", "a b c d deep/e"),
        ("b", "b"),
        ("deep/e", "deep/e"),
        ("+c", "b c"),
        ("++c", "a b c"),
        ("*c", "a b c"),
        ("2+key:d", "b c d"),
        ("b+", "b c"),
        ("b++", "b c d"),
        ("key:b+2", "b c d"),
        ("b*", "b c d"),
        ("+b+", "a b c"),
        ("key:b", "b"),
        ("+key:c", "a b c"),
        ("1+key:c", "b c"),
        ('key:"deep/*"', "deep/e"),
        ("group:raw", "a b"),
        ("group:raw+1", "a b c deep/e"),
        ("tag:tier=2", "d"),
        ("kind:python", "a"),
        ('owner:"team:x"', "a"),
        ("key:a or key:d", "a d"),
        ("group:raw and not key:a", "b"),
        ("NOT (key:a OR key:b)", "c d deep/e"),
        ("key:a or key:b and not key:b", "a"),
        ('key :"deep/e"', "deep/e"),
        ("is:external", ""),
        ("roots(*)", "a"),
        ("sinks(*)", "d deep/e"),
        ("sinks(group:raw)", "b"),
        ("order", None),
        ("key:order", None),
    ],
)
def test_text_means(text, expected):
    """Marks bind before attributes, attributes before `not`, `and`, `or`; parentheses before all."""
    if expected is None:
        with pytest.raises(UnknownNameError, match="order"):
            chosen(text)
    else:
        assert chosen(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a b",
        "key:a or",
        "(key:a",
        "key:a)",
        "+",
        "color:red",
        "key:a &",
        "roots(key:a",
        "a or b",
        "1+a",
        "key:*",
        "group:g*",
        "key:or",
        "owner:team:x",
        'key:"a',
        "is:broken",
    ],
)
def test_text_that_does_not_read_is_refused(text):
    """The message shows the text."""
    with pytest.raises(InvalidDefinitionError):
        chosen(text)


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (dg.AssetSelection.all() - dg.AssetSelection.groups("raw"), "c d deep/e"),
        (dg.AssetSelection.keys("b").upstream(include_self=False), "a"),
        (dg.AssetSelection.keys("a").downstream(depth=1), "a b deep/e"),
        (dg.AssetSelection.tag("tier", "1") | dg.AssetSelection.kind("nope"), "a"),
        (dg.AssetSelection.key_prefixes("deep"), "deep/e"),
        (dg.AssetSelection.key_substring("e"), "deep/e"),
        (dg.AssetSelection.owner("team:x"), "a"),
        ([ASSETS[0], ASSETS[3]], "a d"),
        (["a", "group:raw"], "a b"),
        ([dg.AssetKey("d")], "d"),
        (None, "a b c d deep/e"),
    ],
    ids=str,
)
def test_objects_mean(selection, expected):
    """Selections are joined, crossed and taken away; a list means any of its members."""
    assert chosen(selection) == expected


def test_an_unknown_name_is_told_with_the_nearest():
    """A selection of an unknown name shows the nearest names."""
    with pytest.raises(UnknownNameError, match="Did you mean 'deep/e'"):
        chosen("deep/f")


def test_a_selection_reads_as_it_writes():
    """The text of a selection, parsed again, selects the same assets."""
    selection = (dg.AssetSelection.groups("raw") | dg.AssetSelection.keys("d")) - dg.AssetSelection.keys("a")
    assert dg.AssetSelection.from_string(str(selection)).resolve(ASSETS) == selection.resolve(ASSETS)


TREES = st.recursive(
    st.sampled_from(
        [
            dg.AssetSelection.all(),
            dg.AssetSelection.assets("a", "b"),
            dg.AssetSelection.groups("raw", "default"),
            dg.AssetSelection.tag("tier", "2"),
            dg.AssetSelection.kind(None),
            dg.AssetSelection.owner("team:x"),
        ]
    ),
    lambda inner: st.one_of(
        st.builds(lambda one, other: one | other, inner, inner),
        st.builds(lambda one, other: one & other, inner, inner),
        st.builds(lambda one, other: one - other, inner, inner),
        st.builds(lambda one, depth: one.upstream(depth), inner, st.sampled_from([None, 1, 2])),
        st.builds(lambda one, depth: one.downstream(depth, include_self=False), inner, st.sampled_from([None, 1])),
        st.builds(lambda one: one.roots(), inner),
        st.builds(lambda one: one.sinks(), inner),
    ),
    max_leaves=6,
)


@given(TREES)
def test_any_selection_reads_as_it_writes(selection):
    """Whatever a selection is made of, its text selects the same assets."""
    assert dg.AssetSelection.from_string(str(selection)).resolve(ASSETS) == selection.resolve(ASSETS)


@given(TREES, TREES)
def test_selections_are_sets(one, other):
    """Selections unite, intersect and subtract as the sets of the assets that they select."""
    first, second = one.resolve(ASSETS), other.resolve(ASSETS)
    assert (one | other).resolve(ASSETS) == first | second
    assert (one & other).resolve(ASSETS) == first & second
    assert (one - other).resolve(ASSETS) == first - second


def test_text_may_join_many():
    """A text of thousands of `or`s is read as one list; one that nests too deeply is refused."""
    assert chosen(" or ".join(["key:a"] * 20_000)) == "a"
    with pytest.raises(InvalidDefinitionError, match="deep"):
        chosen("(" * 1_000 + "key:a" + ")" * 1_000)
    with pytest.raises(InvalidDefinitionError, match="deep"):
        chosen("not " * 1_000 + "key:a")


@pytest.mark.parametrize("selection", [3, [], ["a", dg.AssetKey("b")], [3], {"a"}], ids=repr)
def test_a_selection_of_another_kind_is_refused(selection):
    """A selection is text, an AssetSelection, or a list of texts, of keys or of assets."""
    with pytest.raises(InvalidDefinitionError, match="A selection of assets is"):
        chosen(selection)


GRAPHS = st.integers(1, 12).flatmap(
    lambda n: st.fixed_dictionaries(
        {i: st.sets(st.integers(0, max(i - 1, 0))) if i else st.just(set()) for i in range(n)}
    )
)


@given(GRAPHS, st.data())
def test_upstream_and_downstream_are_each_other_s_reverse(parents, data):
    """In any graph one node is upstream of another exactly if the other is downstream of it."""
    reach = Reach(parents)
    one, other = (data.draw(st.sampled_from(sorted(parents))) for _ in range(2))
    assert (other in reach.upstream_of({one})) == (one in reach.downstream_of({other}))


def test_steps_of_a_job_by_name():
    """`op_selection` selects steps as text selects assets; the run supplies the value of a step that is left out."""

    @dg.op
    def one():
        return 1

    @dg.op
    def double(number):
        return 2 * number

    @dg.op
    def other():
        return 3

    @dg.job
    def numbers():
        double(one())
        other()

    def steps(*selection):
        return [node.name for node in chosen_steps("job 'numbers'", numbers.steps, selection)]

    assert steps("*double") == ["one", "double"]
    assert steps("one+") == ["one", "double"]
    assert steps("other", "one") == ["one", "other"]
    with pytest.raises(InvalidConfigError, match=r"double\.number"):
        numbers.execute_in_process(op_selection=["double"])
    given = {"ops": {"double": {"inputs": {"number": 4}}}}
    assert numbers.execute_in_process(given, op_selection=["double"]).output_for_node("double") == 8
    with pytest.raises(UnknownNameError, match="doubl"):
        steps("doubl")


def test_a_list_may_be_long():
    """A job may select thousands of assets, each by its name."""
    assets = [_asset(f"a{number}") for number in range(3_000)]
    job = dg.define_asset_job("all", assets)
    defs = dg.Definitions(assets=[*assets, *ASSETS], jobs=[job])
    assert len(defs.resolve_job_def("all").nodes) == len(assets)


def test_many_may_be_joined_one_by_one():
    """Thousands of selections joined by `|` are read as one list of them."""
    joined = dg.AssetSelection.keys("a")
    for _ in range(3_000):
        joined |= dg.AssetSelection.keys("b")
    assert {key.to_user_string() for key in joined.resolve(ASSETS)} == {"a", "b"}
