"""The costs of dagwire, beside Dagster and beside no framework; `python -m benchmarks` writes docs/performance.md."""
