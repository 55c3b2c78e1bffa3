"""The headers of the CloudFront policies: those of local/booking_page/frontend_policy.py."""

from typing import Any, Final

from local.booking_page.frontend_policy import FRONTENDS, Frontend, headers_of
from tests.contract.template.expectations import Kind, Row, sentence, sub, when

_API: Final = "https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}"
_SENTRY: Final = when("HasSentryOrigin", sub(" ${SentryOrigin}"), "")
_CUSTOM: Final = (
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
    "Permissions-Policy",
)
_CONFIG: Final = "Properties.ResponseHeadersPolicyConfig"


def _security(frontend: Frontend) -> dict[str, Any]:
    headers = headers_of(frontend, [f"{_API}${{Sentry}}"])
    return {
        f"{_CONFIG}.Name": sub(f"${{AWS::StackName}}-{frontend.name}"),
        f"{_CONFIG}.SecurityHeadersConfig": {
            "ContentSecurityPolicy": {
                "ContentSecurityPolicy": {
                    "Fn::Sub": [headers["Content-Security-Policy"], {"Sentry": _SENTRY}]
                },
                "Override": True,
            },
            "ContentTypeOptions": {"Override": True},
            "FrameOptions": {"FrameOption": headers["X-Frame-Options"], "Override": True},
            "ReferrerPolicy": {"ReferrerPolicy": headers["Referrer-Policy"], "Override": True},
            "StrictTransportSecurity": {
                "AccessControlMaxAgeSec": 63072000,
                "IncludeSubdomains": True,
                "Preload": True,
                "Override": True,
            },
        },
        f"{_CONFIG}.CustomHeadersConfig.Items": [
            {"Header": name, "Value": headers[name], "Override": True} for name in _CUSTOM
        ],
    }


CUSTOMER_SITE, ADMIN_CONSOLE = FRONTENDS

POLICIES: Final = Kind(
    "AWS::CloudFront::ResponseHeadersPolicy",
    "HeadersPolicy",
    {
        "Condition": "HasFrontendHeaders",
        f"{_CONFIG}.Comment": sentence,
        **_security(CUSTOMER_SITE),
    },
    {
        "AdminConsoleHeadersPolicy": Row("its pages run no Stripe.js", _security(ADMIN_CONSOLE)),
    },
)

KINDS: Final = (POLICIES,)
