"""Selections of assets and checks: their methods, their texts, and what they resolve to."""

import pickle

import pytest


@pytest.fixture
def assets(dg):
    """a -> p/b -> c -> d; two assets of one function; e, which depends on a source asset."""

    @dg.asset(group_name="g1", tags={"env": "prod", "tier": ""}, owners=["team:x", "ann@x.com"], kinds={"python"})
    def a(): ...

    @dg.asset(group_name="g1", key_prefix="p", kinds={"dbt", "sql"}, deps=["a"])
    def b(): ...

    @dg.asset(group_name="g2", tags={"env": "dev"}, deps=[["p", "b"]])
    def c(): ...

    @dg.asset(group_name="g2", owners=["team:y"], deps=["c"])
    def d(): ...

    @dg.multi_asset(specs=[dg.AssetSpec("m1"), dg.AssetSpec("m2")])
    def both(): ...

    @dg.asset(deps=["ext"])
    def e(): ...

    return [a, b, c, d, both, e, dg.SourceAsset("ext")]


def keys(found):
    """The keys as text, in order."""
    return " ".join(sorted(key.to_user_string() for key in found))


TEXTS = {
    "*": "a c d e m1 m2 p/b",
    "a": "a",
    "p/b": "p/b",
    "+c": "c p/b",
    "++c": "a c p/b",
    "*c": "a c p/b",
    "a++": "a c p/b",
    "+c+": "c d p/b",
    "c*": "c d",
    "key:a": "a",
    'key:"p/b"': "p/b",
    "key:p/*": "p/b",
    'key:"m*"': "m1 m2",
    "key: a": "a",
    "group:g1": "a p/b",
    'group:"g*"': "a c d p/b",
    "group:default": "e m1 m2",
    "tag:env=prod": "a",
    'tag:"env"="dev"': "c",
    "tag:tier": "a",
    "tag:env": "",
    "tag:env=prod-1.2": "",
    'owner:"team:x"': "a",
    'owner:"ann@x.com"': "a",
    "kind:dbt": "p/b",
    "kind:<null>": "c d e m1 m2",
    "1+key:c": "c p/b",
    "2+key:c": "a c p/b",
    "key:a+1": "a p/b",
    "+key:c+": "a c d p/b",
    "1 + key:c": "c p/b",
    "key:a or key:d": "a d",
    "key:a OR key:d": "a d",
    "key:a AND group:g1": "a",
    "not key:a": "c d e m1 m2 p/b",
    "not not key:a": "a",
    "not key:a and group:g1": "p/b",
    "key:a or key:c and group:g2": "a c",
    "(key:a or key:c) and group:g2": "c",
    "+(key:c)": "a c p/b",
    "roots(*)": "a e m1 m2",
    "roots(key:a or key:c)": "a",
    "sinks(key:a or key:c)": "c",
    "+roots(*)": "a e m1 m2",
    "is:external": "ext",
}


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_selects(dg, assets, text):
    """`from_string` reads names alone, attributes, traversals, functions and words."""
    assert keys(dg.AssetSelection.from_string(text).resolve(assets)) == TEXTS[text]


@pytest.mark.parametrize(
    "text",
    [
        *("", "a or b", "1+a", "a+1", "key:*", "group:g*", "owner:team:x", "key:a key:b", "key:a or", "key:or"),
        *("(key:a", 'key:"a', "++key:c", "sources(*)", "ROOTS(*)", "key:a Or key:d", "key:1a", "color:red", "key:a-b"),
    ],
)
def test_a_text_that_does_not_read(dg, text):
    """A text of another form is refused."""
    with pytest.raises(dg.DagsterError):
        dg.AssetSelection.from_string(text)


METHODS = {
    "all": (lambda s: s.all(), "a c d e m1 m2 p/b"),
    "all with sources": (lambda s: s.all(include_sources=True), "a c d e ext m1 m2 p/b"),
    "assets": (lambda s: s.assets("a", ["p", "b"]), "a p/b"),
    "path": (lambda s: s.assets("p/b"), "p/b"),
    "groups": (lambda s: s.groups("g1", "g2"), "a c d p/b"),
    "groups with sources": (lambda s: s.groups("default", include_sources=True), "e ext m1 m2"),
    "tag": (lambda s: s.tag("env", "prod"), "a"),
    "tag_string": (lambda s: s.tag_string("env=dev"), "c"),
    "kind": (lambda s: s.kind("dbt"), "p/b"),
    "no kind": (lambda s: s.kind(None), "c d e m1 m2"),
    "owner": (lambda s: s.owner("team:y"), "d"),
    "key_prefixes": (lambda s: s.key_prefixes("p", ["q"]), "p/b"),
    "key_substring": (lambda s: s.key_substring("m"), "m1 m2"),
    "upstream": (lambda s: s.assets("d").upstream(), "a c d p/b"),
    "upstream of a source": (lambda s: s.assets("e").upstream(), "e"),
    "upstream by depth": (lambda s: s.assets("d").upstream(depth=2), "c d p/b"),
    "upstream alone": (lambda s: s.assets("d").upstream(include_self=False), "a c p/b"),
    "downstream": (lambda s: s.assets("ext").downstream(), "e ext"),
    "or": (lambda s: s.assets("a") | s.assets("d"), "a d"),
    "and": (lambda s: s.groups("g1") & s.kind("dbt"), "p/b"),
    "minus": (lambda s: s.groups("g1") - s.assets("a"), "p/b"),
    "roots": (lambda s: s.all().roots(), "a e m1 m2"),
    "sinks": (lambda s: s.all().sinks(), "d e m1 m2"),
    "materializable": (lambda s: s.all(include_sources=True).materializable(), "a c d e m1 m2 p/b"),
    "neighbors": (lambda s: s.assets("m1").required_multi_asset_neighbors(), "m1 m2"),
    "sources": (lambda s: s.all().upstream_source_assets(), "ext"),
    "no checks": (lambda s: s.groups("g1").without_checks(), "a p/b"),
    "checks": (lambda s: s.all_asset_checks(), ""),
}


@pytest.mark.parametrize("method", METHODS)
def test_a_method_selects(dg, assets, method):
    """Each method selects by its attribute; traversals leave assets made elsewhere out, unless they start there."""
    make, expected = METHODS[method]
    assert keys(make(dg.AssetSelection).resolve(assets)) == expected


STRINGS = {
    'key:"a"': lambda s: s.assets("a"),
    'key:"a" or key:"b"': lambda s: s.assets("a", "b"),
    "*": lambda s: s.all(),
    'tag:"k"="v"': lambda s: s.tag("k", "v"),
    'tag:"k"': lambda s: s.tag_string("k"),
    "kind:<null>": lambda s: s.kind(None),
    'key_substring:"x"': lambda s: s.key_substring("x"),
    'key:"a" or group:"g"': lambda s: s.assets("a") | s.groups("g"),
    '(key:"a" or group:"g") and kind:"k"': lambda s: (s.assets("a") | s.groups("g")) & s.kind("k"),
    'not group:"g"': lambda s: s.all() - s.groups("g"),
    'key:"a" and not group:"g"': lambda s: s.assets("a") - s.groups("g"),
    '+key:"a"': lambda s: s.assets("a").upstream(),
    '2+key:"a"': lambda s: s.assets("a").upstream(2),
    'key:"a"+2': lambda s: s.assets("a").downstream(2),
    '+key:"a" and not key:"a"': lambda s: s.assets("a").upstream(include_self=False),
    '+(key:"a" or key:"b")': lambda s: s.assets("a", "b").upstream(),
    "roots(*)": lambda s: s.all().roots(),
    'group:"a" and group:"b" and group:"c"': lambda s: s.groups("a") & s.groups("b") & s.groups("c"),
}


@pytest.mark.parametrize("text", STRINGS)
def test_the_text_of_a_selection(dg, text):
    """A selection is shown in the form that `from_string` reads."""
    selection = STRINGS[text](dg.AssetSelection)
    assert (str(selection), selection.to_selection_str()) == (text, text)


def test_equal_selections_are_equal(dg):
    """Selections are equal by value, and can be pickled."""
    select = dg.AssetSelection
    assert select.assets("a") == select.assets("a") != select.assets("b")
    assert select.groups("g").upstream() | select.all() == select.groups("g").upstream() | select.all()
    assert pickle.loads(pickle.dumps(select.groups("g").roots())) == select.groups("g").roots()  # noqa: S301  # made here


def test_coercible_selections(dg, assets):
    """Text, a list of texts, of keys or of definitions is a selection; mixtures are refused."""
    from_coercible = dg.AssetSelection.from_coercible
    a, b, *_ = assets
    for given in ("a or", ["a", a], a, 3, {"a"}, [dg.AssetSelection.all()]):
        with pytest.raises(dg.DagsterError):
            from_coercible(given)
    assert keys(from_coercible(["a", "group:g2"]).resolve(assets)) == "a c d"
    assert keys(from_coercible([a, b]).resolve(assets)) == "a p/b"
    assert keys(from_coercible([dg.AssetKey("a")]).resolve(assets)) == "a"
    assert from_coercible("key:a") == dg.AssetSelection.from_string("key:a")


def test_an_unknown_key_of_a_selection(dg, assets, differs):
    """A key that does not exist is refused, unless it may be missing; Dagster finds none by `key:`."""
    unknown = dg.AssetSelection.assets("zzz")
    with pytest.raises(dg.DagsterInvalidSubsetError):
        unknown.resolve(assets)
    assert unknown.resolve(assets, allow_missing=True) == set()
    by_text = dg.AssetSelection.from_string("key:zzz")
    differs(lambda: by_text.resolve(assets), dagster=set(), dagwire=dg.DagsterInvalidSubsetError)


def test_a_negated_union_as_text(dg, differs):
    """dagwire writes the parentheses without which the text would mean something else."""
    select = dg.AssetSelection
    differs(
        lambda: str(select.all() - (select.assets("a") | select.groups("g"))),
        dagster='not key:"a" or group:"g"',
        dagwire='not (key:"a" or group:"g")',
    )
