"""What dagwire costs, beside Dagster and beside no framework; `python -m benchmarks` writes docs/performance.md."""
