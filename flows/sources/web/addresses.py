"""Requests to public addresses only: checked after the name is resolved, and then connected to as checked.

A web page must not be able to send us, by a redirect or by its name server, to what only this machine or
its network can reach.
"""

import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

import httpcore
import httpx

from flows.errors import NotFetched
from flows.sources.web.deadline import Backend, Deadline, within

# IPv4 addresses in the clothes of IPv6 ones: compatible, translated, NAT64. The address is at the end.
_CLOTHED = tuple(map(ipaddress.IPv6Network, ("::/96", "::ffff:0:0:0/96", "64:ff9b::/96")))
# What no Python, or not each of ours, knows to be private: protocol assignments, local NAT64, site-local
# addresses, segment routing, documentation.
_HIDDEN = tuple(
    map(ipaddress.ip_network, ("192.0.0.0/24", "64:ff9b:1::/48", "fec0::/10", "5f00::/16", "3fff::/20"))
)


class Origin(NamedTuple):
    """Where a request goes: scheme, host (ASCII) and port."""

    scheme: str
    host: str
    port: int


def origin(url: httpx.URL) -> Origin:
    """Return the origin of a URL."""
    return Origin(url.scheme, url.raw_host.decode(), url.port or (443 if url.scheme == "https" else 80))


def is_public(address: str) -> bool:
    """Whether an address is one of the public internet.

    >>> [is_public(address) for address in ("9.9.9.9", "127.0.0.1", "169.254.169.254", "::ffff:10.0.0.1")]
    [True, False, False, False]
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inside = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inside is not None:
            return is_public(str(inside))
        if any(ip in network for network in _CLOTHED):
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in _HIDDEN)


class _Transport(httpx.HTTPTransport):
    def __init__(self, trusted: ssl.SSLContext, deadline: Deadline) -> None:
        # No super: it makes the same pool, and has no argument for what connects.
        self._pool = httpcore.ConnectionPool(ssl_context=trusted, network_backend=Backend(deadline))


class Guard(httpx.BaseTransport):
    """Connects to public addresses, and to others only at the origins that it is given.

    Args:
        private: origins that may have any address.
        deadline: of the exchange.
    """

    def __init__(self, private: frozenset[Origin], deadline: Deadline) -> None:
        self._private = private
        self._deadline = deadline
        self.trusted = httpx.create_ssl_context()  # SSL_CERT_FILE and SSL_CERT_DIR are heeded
        self._transports: dict[Origin, httpx.HTTPTransport] = {}
        self._lock = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request.

        Raises:
            NotFetched: the host has an address that is not public.
            httpx.TransportError: it cannot be reached.
        """
        where = origin(request.url)
        failure: httpx.TransportError = httpx.ConnectError("it has no address", request=request)
        for address in self._addresses(where, request):
            # The address as checked: a name asked for twice may give another one the second time.
            there = httpx.Request(
                request.method,
                request.url.copy_with(host=address),
                headers=request.headers,
                stream=request.stream,
                extensions={**request.extensions, "sni_hostname": where.host},
            )
            try:
                return self._transport(where).handle_request(there)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failure = error
        raise failure

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            transports = list(self._transports.values())
        for transport in transports:
            transport.close()

    def _transport(self, where: Origin) -> httpx.HTTPTransport:
        # One for each origin: connections are kept by address, and one address may serve several names.
        with self._lock:
            if where not in self._transports:
                self._transports[where] = _Transport(self.trusted, self._deadline)
            return self._transports[where]

    def _addresses(self, where: Origin, request: httpx.Request) -> Iterator[str]:
        host = where.host.strip("[]")
        ask = partial(socket.getaddrinfo, host, where.port, type=socket.SOCK_STREAM)
        try:
            found = within(self._deadline, ask)
        except (OSError, UnicodeError) as error:
            message = f"the name {host} cannot be resolved ({error})"
            raise httpx.ConnectError(message, request=request) from error
        addresses = [str(info[4][0]) for info in found]
        hidden = [address for address in addresses if not is_public(address)]
        if hidden and where not in self._private:
            message = f"{host} has the address {hidden[0]}, which is not public"
            raise NotFetched(message)
        yield from dict.fromkeys(addresses)
