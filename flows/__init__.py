"""Files, processes, state and the Prefect flow around the pure core in `extractors`."""
