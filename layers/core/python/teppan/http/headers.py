"""The headers of every response: security, CORS and the request id."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from teppan.http.cors import cors
from teppan.http.request import RawRequest
from teppan.http.response import Response
from teppan.settings import settings

_DENIED_FEATURES: Final = (
    *("accelerometer", "camera", "display-capture", "encrypted-media", "fullscreen"),
    *("geolocation", "gyroscope", "magnetometer", "microphone", "midi", "payment", "usb"),
    "xr-spatial-tracking",
)

SECURITY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Cache-Control": "no-store",
        "Content-Security-Policy": (
            "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
        ),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": ", ".join(f"{feature}=()" for feature in _DENIED_FEATURES),
        "Referrer-Policy": "no-referrer",
        "Strict-Transport-Security": "max-age=63072000; includeSubDomains; preload",
        "Vary": "Origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
)
"""The security headers of every response. A response with its own value for one replaces it.

`Cross-Origin-Resource-Policy` does not concern pages of allowed origins: CORS lets them read.
"""


def all_headers(response: Response, request: RawRequest) -> Mapping[str, str]:
    """Return the headers of `response`, with those that every response to `request` has."""
    return {
        **SECURITY,
        **cors(request.optional_header("Origin"), settings()),
        "X-Request-Id": request.request_id,
        **({} if response.is_empty else {"Content-Type": response.media_type}),
        **response.headers,
    }
