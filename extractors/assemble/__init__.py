"""Readings become a record."""
