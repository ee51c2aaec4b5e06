"""Prefect: the flow, its schedule and its server. Nothing else imports it.

Importing the package sets the variables of `environment`, because Prefect reads them once, at its import.
What the user has set in the environment is left as it is.
"""

import os
from collections.abc import Mapping

_PREFECT_DEFAULTS = {
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "600",  # a first start takes 20 s, among others 90
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",  # nothing is sent anywhere
    "DO_NOT_TRACK": "1",
    "PREFECT_LOGGING_LEVEL": "CRITICAL",  # its errors reach us as exceptions and are told in our own words
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
}
_PROXIES = ("http_proxy", "https_proxy", "all_proxy")
_THIS_MACHINE = ("127.0.0.1", "localhost")


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """Return the variables to set for Prefect, in an environment.

    A server of our own is reached directly: a proxy knows nothing of it.

    >>> environment({"HTTP_PROXY": "http://proxy:3128", "NO_PROXY": "example.org"})["no_proxy"]
    'example.org,127.0.0.1,localhost'
    >>> "no_proxy" in environment({})
    False
    """
    wanted = {name: value for name, value in _PREFECT_DEFAULTS.items() if name not in given}
    if any(given.get(name) or given.get(name.upper()) for name in _PROXIES):
        direct = given.get("no_proxy") or given.get("NO_PROXY") or ""
        hosts = [host for host in direct.split(",") if host]
        hosts += [host for host in _THIS_MACHINE if host not in hosts]
        wanted["no_proxy"] = wanted["NO_PROXY"] = ",".join(hosts)  # the first counts, where both are set
    return wanted


os.environ.update(environment(os.environ))
