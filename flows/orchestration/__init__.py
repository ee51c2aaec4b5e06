"""Prefect: the flow, its schedule and its server. Nothing else imports it."""
