"""Measures everything and writes docs/performance.md; takes some three minutes."""

from pathlib import Path
from time import perf_counter

from benchmarks.measuring import FULL, Measurement, measure
from benchmarks.page import cell, page
from benchmarks.sections import sections

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"


def main() -> None:
    """Show each row as it is done, then write the page."""
    started = perf_counter()
    measured: dict[str, list[Measurement]] = {}
    for title, benchmarks in sections(FULL).items():
        measured[title] = []
        for prepared in benchmarks:
            with prepared as benchmark:
                row = measure(benchmark, FULL)
            measured[title].append(row)
            figures = "  ".join(f"{side}: {cell(row, side)}" for side in row.median_by_side)
            print(f"{perf_counter() - started:4.0f} s  {benchmark.title}  {figures}", flush=True)
    PAGE.write_text(page(measured), encoding="utf-8")


if __name__ == "__main__":
    main()
