"""The parts of every step: a body, its signature, its inputs, outputs and hooks."""
