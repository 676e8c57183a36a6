"""The assets of the pipeline, in one file for each stage: raw, warehouse, dashboard; and its automation."""
