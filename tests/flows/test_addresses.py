"""Requests go to public addresses, and to others only where that was asked for."""

import threading
from pathlib import Path

import certifi
import pytest

from flows.sources.web.addresses import Guard, is_public
from flows.sources.web.deadline import Deadline
from tests.flows.web import Fetch, Page, Site, serve, told


@pytest.mark.parametrize(
    ("location", "fault"),
    [
        ("http://10.0.0.1/", "10.0.0.1 has the address 10.0.0.1, which is not public"),
        ("http://169.254.169.254/latest/meta-data/", "the address 169.254.169.254, which is not public"),
        ("http://[::1]/", "which is not public"),
        ("http://localhost:9/", "localhost has the address"),
        ("http://2130706433/", "the address 127.0.0.1, which is not public"),
        ("file:///etc/passwd", "it redirects to what is no web page"),
        ("/a", "it redirects more than 5 times"),
    ],
)
def test_a_redirect_to_where_it_must_not_lead_is_refused(
    site: Site, get: Fetch, location: str, fault: str
) -> None:
    site.pages["/a"] = Page(status=302, headers=(("Location", location),))
    assert fault in told(get("/a"))


def test_a_redirect_to_another_server_on_loopback_is_refused(site: Site, get: Fetch) -> None:
    with serve() as other:
        other.pages["/secret"] = Page(b"secret")
        site.pages["/a"] = Page(status=302, headers=(("Location", f"{other.url}/secret"),))
        assert "which is not public" in told(get("/a"))
        assert other.asked == []


def test_a_private_address_needs_to_be_allowed(site: Site, get: Fetch) -> None:
    site.pages["/a"] = Page(b"x")
    assert "127.0.0.1 has the address 127.0.0.1, which is not public" in told(get("/a", private=False))
    assert site.asked == []


def test_authorities_of_the_user_are_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = Path(certifi.where()).read_text().partition("-----END CERTIFICATE-----")
    (tmp_path / "ca.pem").write_text(one[0] + one[1])
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    guard = Guard(frozenset(), Deadline(threading.Event()))
    assert guard.trusted.cert_store_stats()["x509_ca"] == 1


@pytest.mark.parametrize(
    "address",
    [
        *("10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "224.0.0.1", "255.255.255.255", "0.1.2.3"),
        *("::", "fe80::1%eth0", "fd00::1", "2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe"),
        *("::7f00:1", "::1", "::ffff:0:7f00:1", "64:ff9b:1::909:909", "fec0::1", "5f00::1"),
        *("2001:0:909:909::80ff:fffe", "192.0.0.8", "::ffff:127.0.0.1", "3fff::1"),
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


def test_addresses_that_are_public() -> None:
    assert all(map(is_public, ("9.9.9.9", "2620:fe::fe", "64:ff9b::909:909")))
