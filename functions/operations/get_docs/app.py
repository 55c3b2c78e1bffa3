"""GET /docs, its files, and GET /openapi.json: the documentation of the API."""

from teppan.http.endpoint import PUBLIC, endpoint
from teppan.http.parameters import path
from teppan.http.request import Request
from teppan.http.response import Response
from teppan_docs.application import application
from teppan_docs.asgi import answered_by

answer = answered_by(application())


@endpoint("getDocs", roles=PUBLIC, parameters={"file": path(str, required=False)})
def handler(request: Request[None]) -> Response:
    """Return the page, the asset or the contract at the path of the request."""
    return answer(request)
