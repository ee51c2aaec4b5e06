"""Prefect: the flow, its schedule and its server. Nothing else imports it.

Importing the package sets the defaults of Prefect below, because Prefect reads them once, at its import.
What the user has set in the environment is left as it is.
"""

import os

_PREFECT_DEFAULTS = {
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "600",  # a first start takes 20 s, among others 90
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",  # nothing is sent anywhere
    "DO_NOT_TRACK": "1",
    "PREFECT_LOGGING_LEVEL": "CRITICAL",  # its errors reach us as exceptions and are told in our own words
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
}

for _name, _value in _PREFECT_DEFAULTS.items():
    os.environ.setdefault(_name, _value)
