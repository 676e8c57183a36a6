"""Who asks for which resource: assets, checks, ops, jobs, schedules, sensors."""
