"""Schedules and sensors, and the evaluation of one tick."""
