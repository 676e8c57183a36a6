"""The flights job over the whole of 2013, against any warehouse and store; what has to run for it runs as long."""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools.systems.settings import DASHBOARDS, ROOT, STORES, WAREHOUSES

YEAR = "2013-01...2013-12"
DAGWIRE = Path(sys.executable).with_name("dagwire")


def main(arguments: Sequence[str] | None = None) -> int:
    """Start the systems, run the job, show what the warehouse holds, and end the systems."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--warehouse", choices=WAREHOUSES, default="duckdb")
    parser.add_argument("--store", choices=STORES, default="folder")
    parser.add_argument("--dashboard", choices=DASHBOARDS, default="html")
    parser.add_argument("--months", default=YEAR)
    chosen = parser.parse_args(arguments)
    with (
        WAREHOUSES[chosen.warehouse]() as warehouse,
        STORES[chosen.store]() as store,
        DASHBOARDS[chosen.dashboard](warehouse) as dashboard,
    ):
        variables = {**os.environ, **warehouse, **store, **dashboard}
        began = time.monotonic()
        code = run([str(DAGWIRE), "job", "run", "flights_etl", "--partition-range", chosen.months], variables)
        took = f"{time.monotonic() - began:.1f} s"
        print(f"\nWarehouse: {chosen.warehouse}. Store: {chosen.store}. {took}.", flush=True)
        return code or run([sys.executable, "-m", "tools.systems.count_flights"], variables)


def run(command: Sequence[str], variables: Mapping[str, str]) -> int:
    """Run a command where the application is; return its exit code."""
    return subprocess.run(command, cwd=ROOT, env=variables, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
