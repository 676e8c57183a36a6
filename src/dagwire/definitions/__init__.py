"""The definitions that ask for resources: assets, checks, ops, jobs, schedules, sensors."""
