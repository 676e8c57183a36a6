"""In any graph of mapped steps exactly the right steps run, each after its parents, however they are run."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dagwire as dg

from tests.execution.runs import WAYS, graphs

KEYS = "abcd"


class Graph:
    """Ops mapped over one dynamic output, each after some of the others; what each collects is added up in the end.

    `parents` is `{op: the ops before it}`, an op without parents taking the dynamic output itself; `failing` are the
    steps that fail, `(op, key)`; `beside` are ops that take the value of a plain step as well.
    """

    def __init__(self, count, parents, failing, beside, asynchronous):
        self.keys = KEYS[:count]
        self.parents = parents
        self.failing = failing
        self.beside = beside
        self.asynchronous = asynchronous
        self.ran: list[tuple[str, str]] = []

    def asset(self):
        """The whole as one asset."""
        source, plain, total = self._source(), self._plain(), self._total()

        @dg.graph_asset
        def everything():
            values, shared = source(), plain()
            made = {}
            for number in sorted(self.parents):
                made[number] = values.map(self._mapped(number, made, shared))
            return total([self._collector(number)(handle.collect()) for number, handle in made.items()])

        return everything

    def _source(self):
        @dg.op(out=dg.DynamicOut())
        def source():
            return [dg.DynamicOutput(key, mapping_key=key) for key in self.keys]

        return source

    def _plain(self):
        @dg.op
        def plain():
            return "plain"

        return plain

    def _total(self):
        @dg.op
        def total(xs):
            return xs

        return total

    def _mapped(self, number, made, shared):
        op = self._op(number)

        def connect(value):
            given = {"key": value}
            for parent in sorted(self.parents[number]):
                made[parent].map(lambda handle, parent=parent: given.update({f"p{parent}": handle}))
            if number in self.beside:
                given["shared"] = shared
            return op(**given)

        return connect

    def _op(self, number):
        """An op that notes its key and that its parents were done for the same one."""

        def begin(key, **given):
            assert all(value == key for name, value in given.items() if name != "shared")
            self.ran.append((f"n{number}", key))
            if (number, key) in self.failing:
                raise ValueError(key)
            return key

        async def begin_later(key, **given):
            return begin(key, **given)

        names = [f"p{parent}" for parent in self.parents[number]] + ["shared"] * (number in self.beside)
        body = begin_later if number in self.asynchronous else begin
        return dg.op(name=f"n{number}", ins={name: dg.In() for name in names})(body)

    def _collector(self, number):
        @dg.op(name=f"all{number}")
        def collector(xs):
            self.ran.append((f"all{number}", ""))
            return xs

        return collector

    def expected(self):
        """`(steps that run, steps that succeed)`, computed in the plainest manner."""
        ran, done = set(), set()
        for number in sorted(self.parents):
            for key in self.keys:
                if all((parent, key) in done for parent in self.parents[number]):
                    ran.add((number, key))
                    if (number, key) not in self.failing:
                        done.add((number, key))
        collected = {number for number in self.parents if all((number, key) in done for key in self.keys)}
        return {(f"n{n}", key) for n, key in ran} | {(f"all{n}", "") for n in collected}


@pytest.mark.parametrize("way", WAYS)
@settings(max_examples=40, deadline=None)
@given(parents=graphs(6), data=st.data())
def test_exactly_the_right_mapped_steps_run(way, parents, data):
    """A failed step loses what is after it for its key, and what collects it; everything else runs once."""
    nodes = st.sampled_from(sorted(parents))
    count = data.draw(st.integers(0, len(KEYS)))
    failing = data.draw(st.sets(st.tuples(nodes, st.sampled_from(KEYS)), max_size=3))
    graph = Graph(count, parents, failing, data.draw(st.sets(nodes)), data.draw(st.sets(nodes)))
    result = WAYS[way]([graph.asset()], raise_on_error=False)

    expected = graph.expected()
    assert sorted(graph.ran) == sorted(expected)
    failed = {(number, key) for number, key in failing if (f"n{number}", key) in expected}
    assert result.get_failed_step_keys() == {f"everything.n{number}[{key}]" for number, key in failed}
    assert result.success is not bool(failed)
    if not failed:
        assert result.asset_value("everything") == [list(graph.keys)] * len(parents)
    for number in parents:
        for key in graph.keys:
            assert _is_after_its_parents(graph, number, key)


def _is_after_its_parents(graph, number, key):
    step = (f"n{number}", key)
    if step not in graph.ran:
        return True
    return all(graph.ran.index((f"n{parent}", key)) < graph.ran.index(step) for parent in graph.parents[number])


@pytest.mark.parametrize("way", WAYS)
def test_many_mapped_steps(way):
    """A thousand values are a thousand steps, collected in order."""

    @dg.op(out=dg.DynamicOut())
    def numbers():
        for number in range(1000):
            yield dg.DynamicOutput(number, mapping_key=str(number))

    @dg.op
    async def double(number):
        return 2 * number

    @dg.op
    def keep(xs):
        return xs

    @dg.graph_asset
    def doubled():
        return keep(numbers().map(double).collect())

    assert WAYS[way]([doubled]).asset_value("doubled") == [2 * number for number in range(1000)]
