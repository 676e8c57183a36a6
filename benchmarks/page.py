"""The page: measurements as tables, with the machine they were taken on."""

import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version

from benchmarks.measuring import Measurement, Side

INTRODUCTION = """\
# Performance

Written by `make bench`. In each row all sides did the same thing in turns, in one process (importing: in fresh ones); a
call that did not return what it should would have ended the measuring. A figure is a median; in brackets stands how
many times dagwire's it is, the median of what the rounds gave. Other machines and other hours give other times; the
ratios change less.

*Dagster, one instance kept* is given the same `DagsterInstance.ephemeral()` every time. *Dagster as it comes* makes one
for each call, as its `build_resources` and `materialize` do when they are given none. Dagster's log lines are switched
off. *Hamilton* executes a driver that was built beforehand; in a first run it builds it. *Growth* is a ratio of
dagwire alone: the cost of one item among the largest number of them, in multiples of its cost among the smallest.
*dishka* and *wireup* enter a scope of a container that was compiled beforehand and cannot be changed while it is
in use. *Bare* is the same work without dagwire and without Dagster; the last column says how.
"""
COSTS = """\
## What costs what

**A scope** works out what it has to open when its keys are first asked for, and keeps that with the container. Each
later scope compares that the container is as it was, some 40 ns a provider, then opens. So declare a container once,
and let many scopes use it. A dict that is given to each call is read anew each time, which is quick only if nothing in
it needs another.

The first scope after a change pays for the plan: 10 to 40 µs for each provider that it reaches. An override by a plain
object changes no plan; an override by a provider does, in its own scopes. A Selector, a delegate, a retry, a timeout,
another lifetime than the run's, or config of the run makes a scope open on the general path, which takes three to five
times as long. Ask for the keys that you need (`required_resource_keys`): a scope costs what it opens, however large the
container is.

**A run** costs a fixed part, a part for each resource that it opens, and a part for each step.

- The fixed part is paid once a run, so a thousand assets in one run cost less than a thousand runs.
- A resource costs more than a step: it is checked, opened, closed, and a failure names all who asked for it. A resource
  that several steps take is opened once.
- A step costs little where a call of its function is all there is to do: it makes one asset without checks, partitions,
  code version, config or hooks, or is an op with one output; its values stay in memory, and nobody listens to the run's
  events. An IO manager, an instance, a listener such as the command line's, and threads each need more for every step.
  So does a result that is more than a value: `MaterializeResult`, `Output`, a generator, a coroutine. A context costs a
  step as much again.
- The first run of some assets puts them in order and reads what each needs; `materialize` keeps that for the next call
  with the very same assets, and a job keeps it for its next run. So declare definitions once, at the top of a module.

**A direct call** of an asset, as in a test, costs a few microseconds if its arguments are plain values, and a scope if
one of them is a resource with a life cycle.

**Growth**: no search grows with the number of items; the section below has what the cost of one was measured to be
among many. What is left is memory: Python's garbage collector looks through all objects of a program now and then, so a
very large program may call `gc.freeze()` after its imports.

**Starting** costs the imports. Each name of dagwire is loaded with its own module when it is used, so a program that
only opens resources loads a third of the modules.
"""
PACKAGES = (
    "dagwire",
    "dagster",
    "apache-hamilton",
    "dishka",
    "wireup",
    "dependency-injector",
    "pydantic",
    "pydantic-settings",
)
SCALES = {
    "s": ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")),
    "B": ((2**20, "MiB"), (2**10, "KiB"), (1, "B")),
    "times": ((1, "times"),),
}


def page(measurements_by_section: Mapping[str, Sequence[Measurement]]) -> str:
    """The whole page, as Markdown."""
    sections = [f"## {title}\n\n{table(rows)}" for title, rows in measurements_by_section.items()]
    return "\n".join([INTRODUCTION, COSTS, *sections, machine()])


def table(measurements: Iterable[Measurement]) -> str:
    """A table with a row for each measurement; sides without any figure are left out."""
    rows = list(measurements)
    sides = [side for side in Side if any(side in row.median_by_side for row in rows)]
    lines = [["", *sides, "bare is"], ["---", *("---:" for _ in sides), "---"]]
    before = ""
    for row in rows:
        bare = row.benchmark.bare
        lines.append(
            [row.benchmark.title, *(cell(row, side) for side in sides), "the same" if bare == before else bare]
        )
        before = bare
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def cell(row: Measurement, side: Side) -> str:
    """A figure and its ratio, or nothing."""
    if side not in row.median_by_side:
        return ""
    figure = with_unit(row.median_by_side[side], row.benchmark.unit)
    if side is Side.DAGWIRE:
        return f"**{figure}**"
    return f"{figure} (\N{MULTIPLICATION SIGN}{two_digits(row.ratio_by_side[side])})"


def with_unit(figure: float, unit: str) -> str:
    """Two digits and a unit of a handy size.

    Example:
        >>> with_unit(0.000_036_4, "s")
        '36 µs'
    """
    factor, name = next((scale for scale in SCALES[unit] if figure >= scale[0]), SCALES[unit][-1])
    return f"{two_digits(figure / factor)} {name}"


def two_digits(number: float) -> str:
    """Rounded to two digits that count, written out.

    Example:
        >>> two_digits(1_234), two_digits(0.0123)
        ('1,200', '0.012')
    """
    rounded = float(f"{number:.2g}")
    return f"{rounded:,.0f}" if rounded >= 10 else f"{rounded:.2g}"  # noqa: PLR2004  # two digits


def machine() -> str:
    """The machine and the versions behind the figures; without names."""
    versions = ", ".join(f"{package} {version(package)}" for package in PACKAGES)
    return (
        "## Taken on\n\n"
        f"{platform.python_implementation()} {platform.python_version()} on {platform.system()} {platform.machine()}, "
        f"{os.cpu_count()} cores; {versions}.\n"
    )
