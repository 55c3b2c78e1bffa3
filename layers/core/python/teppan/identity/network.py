"""The network that a request came from, as far as attempts are counted by it."""

from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Final

UNKNOWN: Final = "unknown"
"""The network of all requests whose source is not known: they share one."""

SITE_BITS: Final = 64
"""How much of an IPv6 address names a network; its hosts choose the rest (RFC 4291 §2.5.1)."""


def network_of(source_ip: str) -> str:
    """Return the network of an address: IPv4 as it is, of IPv6 the first 64 bits."""
    try:
        address = ip_address(source_ip)
    except ValueError:
        return UNKNOWN
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(IPv6Network((int(address), SITE_BITS), strict=False))
    return str(address)
