"""Small data, made of the real ones."""

import csv
from pathlib import Path

from resources.flights_server import data_folder, open_csv

EVERY = {"flights": 150, "weather": 40, "airlines": 1, "airports": 20, "planes": 20}


def write_sample(folder: Path) -> None:
    """Write CSV files with every 150th flight, every 40th hour of weather, and so on, of all months."""
    for table, every in EVERY.items():
        with open_csv(data_folder(), table) as lines, (folder / f"{table}.csv").open("w", newline="") as sample:
            rows = csv.reader(lines)
            writer = csv.writer(sample)
            writer.writerow(next(rows))
            writer.writerows(row for number, row in enumerate(rows) if number % every == 0)
