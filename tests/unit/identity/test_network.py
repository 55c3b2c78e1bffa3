"""Networks, by which attempts are counted."""

import pytest

from teppan.identity.network import UNKNOWN, network_of


@pytest.mark.parametrize(
    ("source_ip", "network"),
    [
        ("203.0.113.24", "203.0.113.24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:0DB8:0001:0002::1", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.24", "203.0.113.24"),
        ("fe80::1%eth0", "fe80::/64"),
    ],
)
def test_a_network_is_an_ipv4_address_or_the_first_64_bits_of_ipv6(
    source_ip: str, network: str
) -> None:
    assert network_of(source_ip) == network


def test_hosts_of_one_ipv6_network_have_the_same_network() -> None:
    hosts = {network_of(f"2001:db8:1:2:{n:x}::{n:x}") for n in range(1, 1000)}

    assert hosts == {"2001:db8:1:2::/64"}


@pytest.mark.parametrize("source_ip", ["", "unknown", "203.0.113", "203.0.113.24, 10.0.0.1", "::g"])
def test_requests_without_a_valid_address_share_one_network(source_ip: str) -> None:
    assert network_of(source_ip) == UNKNOWN
