"""The response headers of the frontends: one definition for their servers and for CloudFront.

A frontend is a site of ours that calls the API from the browser. It has no inline script and no
inline style, so its policy allows neither.
"""

from dataclasses import dataclass
from typing import Final

type Directives = dict[str, list[str]]

# Stripe's list for Stripe.js: https://docs.stripe.com/security/guide#content-security-policy. Its
# entries for Google Maps are left out: they serve the Address Element, which we do not use.
_STRIPE: Final[Directives] = {
    "connect-src": ["https://api.stripe.com"],
    "frame-src": ["https://js.stripe.com", "https://*.js.stripe.com", "https://hooks.stripe.com"],
    "script-src": ["https://js.stripe.com", "https://*.js.stripe.com"],
}
_FEATURES: Final = (
    "accelerometer",
    "autoplay",
    "browsing-topics",
    "camera",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "picture-in-picture",
    "publickey-credentials-get",
    "screen-wake-lock",
    "usb",
    "xr-spatial-tracking",
)


@dataclass(frozen=True, slots=True)
class Frontend:
    """A site whose pages call the API. Only a site with `stripe_js` takes cards."""

    name: str
    stripe_js: bool


FRONTENDS: Final = (
    Frontend("customer-site", stripe_js=True),
    Frontend("admin-console", stripe_js=False),
)


def content_security_policy(frontend: Frontend, connections: list[str]) -> Directives:
    """Return the sources of each directive; the pages may connect to the origins `connections`."""
    directives: Directives = {
        "default-src": ["'none'"],
        "base-uri": ["'none'"],
        "connect-src": ["'self'", *connections],
        "font-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "img-src": ["'self'"],
        "manifest-src": ["'self'"],
        "object-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
    }
    if frontend.stripe_js:
        for directive, sources in _STRIPE.items():
            directives[directive] = [*directives.get(directive, []), *sources]
    return directives


def headers_of(frontend: Frontend, connections: list[str]) -> dict[str, str]:
    """Return the headers of every response of a frontend.

    There is no Cross-Origin-Embedder-Policy: Stripe.js does not support pages that are isolated
    from other origins, and it opens windows for banks and wallets.
    """
    directives = content_security_policy(frontend, connections)
    return {
        "Content-Security-Policy": "; ".join(
            f"{name} {' '.join(sources)}" for name, sources in sorted(directives.items())
        ),
        "Cross-Origin-Opener-Policy": (
            "same-origin-allow-popups" if frontend.stripe_js else "same-origin"
        ),
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": _permissions(frontend),
        # Stripe's fraud detection may see our origin, nobody may see a path.
        "Referrer-Policy": "strict-origin" if frontend.stripe_js else "no-referrer",
        "Strict-Transport-Security": "max-age=63072000; includeSubDomains; preload",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }


def _permissions(frontend: Frontend) -> str:
    allowed = {"payment": '(self "https://js.stripe.com")'} if frontend.stripe_js else {}
    return ", ".join(f"{feature}={allowed.get(feature, '()')}" for feature in _FEATURES)
