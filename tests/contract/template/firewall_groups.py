"""The groups of paths that the firewall counts, with their limits.

A new group of paths needs its entries here, and its rule in `template.yaml`. The rules have the
order of `LIMITS`.
"""

from typing import Final

LIMITS: Final = {
    "accounts": 150,
    "payments": 150,
    "bookings": 600,
    "availability": 600,
    "quotes": 300,
    "health": 150,
    "webhooks": 150,
    "everything": 2100,
}
"""Requests that one address may make in five minutes, by rule."""

GROUPS: Final = {
    "/api/v1/auth/": "accounts",
    "/api/v1/payments/": "payments",
    "/api/v1/bookings": "bookings",
    "/api/v1/availability": "availability",
    "/api/v1/quotes": "quotes",
    "/health": "health",
    "/api/v1/webhooks/": "webhooks",
}
"""The rule that counts a path, by the beginning of the path."""

UNGROUPED: Final = ("/docs", "/openapi.json")
"""The beginnings of paths that only the rule `everything` counts: the same bytes for everybody."""

LISTS: Final = {
    "known-attacks": ("AWSManagedRulesKnownBadInputsRuleSet", 200),
    "bad-addresses": ("AWSManagedRulesAmazonIpReputationList", 25),
}
"""AWS's groups of rules by our name, each with the capacity units that AWS states for it."""

BODIES: Final = "bodies"
"""The rule that refuses large bodies."""

CAPACITY: Final = {"Firewall": 592, "UserPoolFirewall": 64}
"""The capacity units that each firewall uses."""
