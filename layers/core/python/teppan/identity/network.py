"""The network of a request's source address, by which attempts are counted."""

from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Final

UNKNOWN: Final = "unknown"
"""The one network that stands for all requests without a known source."""

SITE_BITS: Final = 64
"""The bits of an IPv6 address that name a network; a host chooses the rest (RFC 4291 §2.5.1)."""


def network_of(source_ip: str) -> str:
    """Return the network of an address: the whole IPv4 address, or the first 64 bits of IPv6."""
    try:
        address = ip_address(source_ip)
    except ValueError:
        return UNKNOWN
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(IPv6Network((int(address), SITE_BITS), strict=False))
    return str(address)
