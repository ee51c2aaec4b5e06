"""One run: what it takes place on, and its steps without Prefect."""
