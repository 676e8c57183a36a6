"""Show what the warehouse that the settings choose holds: the flights and the mean delay of each month."""

from dagwire import build_resources

from config.settings import Settings


def main() -> None:
    """Print a line for each month, then the sum."""
    sql = "SELECT month, count(*) AS n, avg(dep_delay) AS late FROM flights GROUP BY month ORDER BY month"
    with build_resources({"warehouse": Settings().warehouse}) as resources:
        rows = resources.warehouse.query(sql)
    for row in rows:
        print(f"2013-{row['month']:02}: {row['n']:,} flights, {row['late']:.2f} minutes late on average")
    print(f"{sum(row['n'] for row in rows):,} flights")


if __name__ == "__main__":
    main()
