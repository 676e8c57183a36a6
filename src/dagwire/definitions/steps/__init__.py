"""What every step has: a body, its signature, its inputs, outputs and hooks."""
