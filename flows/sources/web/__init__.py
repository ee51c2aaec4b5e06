"""Documents at URLs: lists of them, fetched with manners, from public addresses."""
