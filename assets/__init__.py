"""What the pipeline makes, one file for each stage: raw, warehouse, dashboard; and when it makes it."""
