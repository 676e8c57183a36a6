"""Random containers: what they hold, what fails in them, what is overridden, and what should come of it."""

import asyncio
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial

from dependency_injector import containers, providers
from hypothesis import strategies as st

from dagwire import ConfigurableResourceFactory, ResourceDefinition, ResourceProvider

OWNED = ("function", "definition", "configurable", "injector", "asynchronous", "asynchronous injector")
SHARED = ("factory", "singleton", "list", "selector")


class OpenError(Exception):
    pass


class CloseError(Exception):
    pass


class BodyError(Exception):
    pass


class Log:
    """What happened in this thread or task, in order."""

    def __init__(self):
        self._own = ContextVar("log", default=None)
        self._all = []

    def begin(self):
        """Write down what happens in this context apart from all else."""
        self._own.set([])

    @property
    def entries(self):
        own = self._own.get()
        return self._all if own is None else own

    def __iter__(self):
        return iter(self.entries)


@dataclass
class Node:
    """A provider of a random container."""

    key: str
    kind: str
    below: list[int]
    fails_to_open: bool = False
    fails_to_close: bool = False

    @property
    def is_owned(self):
        return self.kind in OWNED


@dataclass
class Case:
    """A random container, what is asked of it, and what is overridden."""

    nodes: list[Node]
    wanted: set[int]
    overridden: dict[int, str]
    body_fails: bool
    log: Log = field(default_factory=Log)
    seen: list[BaseException | None] = field(default_factory=list)
    built: list[str] = field(default_factory=list)

    # -- what should come of it

    def children(self, index, overridden):
        """A Selector reaches only the branch that it chooses: its first."""
        if index in overridden:
            return []
        node = self.nodes[index]
        return node.below[:1] if node.kind == "selector" else node.below

    def reached(self, overridden):
        found, waiting = set(), list(self.wanted)
        while waiting:
            index = waiting.pop()
            if index not in found:
                found.add(index)
                waiting += self.children(index, overridden)
        return found

    def names_below(self, index, overridden):
        """The names of all that the value of a node was made of."""
        if index in overridden:
            return frozenset({f"override of {self.nodes[index].key}"})
        below = (self.names_below(child, overridden) for child in self.children(index, overridden))
        return frozenset({self.nodes[index].key}).union(*below)

    def may_reach(self, index):
        """The nodes below one, all branches of Selectors among them, as far as a provider knows before it is called."""
        node = self.nodes[index]
        return [node, *(found for child in node.below for found in self.may_reach(child))]

    def to_open(self, overridden):
        names = {self.nodes[i].key for i in self.reached(overridden) if i not in overridden and self.nodes[i].is_owned}
        with_life_cycle = {
            f"override of {self.nodes[i].key}"
            for i in self.reached(overridden) & overridden.keys()
            if overridden[i] == "resource"
        }
        return names | with_life_cycle

    def failing(self, which, overridden):
        opened = (self.nodes[i] for i in self.reached(overridden) - overridden.keys())
        return {node.key for node in opened if node.is_owned and getattr(node, which)}

    # -- the container

    def opened(self, node):
        self.log.entries.append(("open", node.key))
        if node.fails_to_open:
            self.log.entries.pop()
            raise OpenError(node.key)

    def closed(self, node, error):
        self.log.entries.append(("close", node.key))
        self.seen.append(error)
        if node.fails_to_close:
            raise CloseError(node.key)

    @contextmanager
    def open(self, node, below):
        value = frozenset({node.key}).union(*below)
        self.opened(node)
        try:
            yield value
        except BaseException as error:
            self.closed(node, error)
            raise
        else:
            self.closed(node, None)

    @asynccontextmanager
    async def aopen(self, node, below):
        task = asyncio.current_task()
        await asyncio.sleep(0)
        with self.open(node, below) as value:
            try:
                yield value
            finally:
                await asyncio.sleep(0)
                assert asyncio.current_task() is task

    def build(self, node, *below):
        if node.kind == "singleton":
            self.built.append(node.key)
        return frozenset({node.key}).union(*below)

    def do_body(self):
        if self.body_fails:
            raise BodyError

    def container(self):
        made = []
        container = containers.DynamicContainer()
        for node in self.nodes:
            below = [made[child] for child in node.below]
            made.append((_owned if node.is_owned else _shared)(self, node, below))
            container.set_provider(node.key, made[-1])
        return container

    def replacements(self):
        values = {}
        for index, kind in self.overridden.items():
            node = Node(f"override of {self.nodes[index].key}", "function", [])
            plain = frozenset({node.key})
            values[self.nodes[index].key] = plain if kind == "plain" else ResourceProvider(partial(self.open, node, ()))
        return values


def _owned(case, node, below):
    """A resource of one of the kinds that a run opens and closes."""

    def function(*given):
        with case.open(node, given) as value:
            yield value

    async def asynchronous(*given):
        async with case.aopen(node, given) as value:
            yield value

    class Configurable(ConfigurableResourceFactory):
        below: list

        @contextmanager
        def yield_for_execution(self, context):
            with case.open(node, self.below) as value:
                yield value

    def defined(context):
        with case.open(node, [getattr(context.resources, case.nodes[child].key) for child in node.below]) as value:
            yield value

    keys = {case.nodes[child].key for child in node.below}
    return {
        "function": lambda: ResourceProvider(function, *below),
        "definition": lambda: ResourceProvider(ResourceDefinition(defined, required_resource_keys=keys)),
        "configurable": lambda: ResourceProvider(Configurable, below=providers.List(*below)),
        "injector": lambda: providers.Resource(function, *below),
        "asynchronous": lambda: ResourceProvider(asynchronous, *below),
        "asynchronous injector": lambda: providers.Resource(asynchronous, *below),
    }[node.kind]()


def _shared(case, node, below):
    """A provider of dependency-injector's that is shared with the container unless a run's own is below it."""
    branches = {f"branch{place}": branch for place, branch in enumerate(below)}
    chosen = [providers.Selector(lambda: "branch0", **branches)] if below else []
    joined = providers.Callable(_joined, providers.List(*below))
    return {
        "factory": lambda: providers.Factory(case.build, node, *below),
        "singleton": lambda: providers.Singleton(case.build, node, *below),
        "list": lambda: providers.Callable(case.build, node, joined),
        "selector": lambda: providers.Callable(case.build, node, *chosen),
    }[node.kind]()


def _joined(values):
    return frozenset().union(*values)


@st.composite
def cases(draw, owned, largest=30):
    count = draw(st.integers(1, largest))
    nodes = [
        Node(
            key=f"n{index}",
            kind=draw(st.sampled_from((*owned, *SHARED))),
            below=draw(st.lists(st.integers(0, index - 1), max_size=3, unique=True)) if index else [],
            fails_to_open=draw(st.integers(0, 40)) == 1,
            fails_to_close=draw(st.integers(0, 15)) == 1,
        )
        for index in range(count)
    ]
    indexes = st.integers(0, count - 1)
    return Case(
        nodes,
        wanted=draw(st.sets(indexes, min_size=1, max_size=5)),
        overridden=draw(st.dictionaries(indexes, st.sampled_from(["plain", "resource"]), max_size=3)),
        body_fails=draw(st.booleans()),
    )
