"""Networks: what attempts are counted by beside the address."""

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
def test_is_an_ipv4_address_or_the_part_of_an_ipv6_address_that_a_host_can_not_choose(
    source_ip: str, network: str
) -> None:
    assert network_of(source_ip) == network


def test_hosts_of_one_ipv6_network_are_one() -> None:
    hosts = {network_of(f"2001:db8:1:2:{n:x}::{n:x}") for n in range(1, 1000)}

    assert hosts == {"2001:db8:1:2::/64"}


@pytest.mark.parametrize("source_ip", ["", "unknown", "203.0.113", "203.0.113.24, 10.0.0.1", "::g"])
def test_who_comes_from_nowhere_shares_one_with_all_others_who_do(source_ip: str) -> None:
    assert network_of(source_ip) == UNKNOWN
