"""Step 4: assets ask for resources by their parameters; definitions bind them to the container.

`dagwire check -m examples.step_4_an_application` finds all faults, `dagwire job run day_end -m ...` runs the job.
"""

from dagwire import (
    AssetCheckResult,
    Definitions,
    ResourceParam,
    RetryPolicy,
    ScheduleDefinition,
    asset,
    asset_check,
    define_asset_job,
)

from examples.step_2_a_container import Till
from examples.step_3_settings import ConfiguredShop


@asset(retry_policy=RetryPolicy(max_retries=1))
def sales(till: ResourceParam[Till]) -> int:
    """The takings of the day. A failed attempt is taken back, and the next one begins anew."""
    return max([till.sell(product) for product in ("bread", "bread", "milk")])


@asset
def report(sales: int) -> str:
    """The takings, for people."""
    return f"{sales / 100:.2f} euros"


@asset_check(asset=sales)
def something_was_sold(sales: int) -> AssetCheckResult:
    """A day without takings is suspicious."""
    return AssetCheckResult(passed=sales > 0, metadata={"cents": sales})


day_end = define_asset_job("day_end")
every_evening = ScheduleDefinition(job=day_end, cron_schedule="0 20 * * *")

defs = Definitions(
    assets=[sales, report],
    asset_checks=[something_was_sold],
    jobs=[day_end],
    schedules=[every_evening],
    resources=ConfiguredShop(),
)


def main() -> str:
    """Run the job here and now."""
    result = defs.resolve_job_def("day_end").execute_in_process()
    return str(result.asset_value("report"))


if __name__ == "__main__":
    print(main())
