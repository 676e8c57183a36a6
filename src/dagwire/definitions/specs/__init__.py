"""Plain descriptions: names, keys, metadata, results, retry policies."""
