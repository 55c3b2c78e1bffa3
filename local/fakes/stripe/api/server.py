"""Handle a request: refuse it, replay a stored answer, or execute it once."""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from threading import RLock

from local.fakes.stripe.account.account import Account, RequestOrigin
from local.fakes.stripe.api import authentication, form
from local.fakes.stripe.api.answers import Reply, build_reply, client_view, encode, error_body
from local.fakes.stripe.api.expansion import ExpansionTree, expand, expansion_tree
from local.fakes.stripe.api.idempotency import IdempotencyKeys, StoredAnswer, require_valid_key
from local.fakes.stripe.api.operation import Call, Operation
from local.fakes.stripe.api.parameters import read_parameters
from local.fakes.stripe.api.routes import route
from local.fakes.stripe.errors import StripeError
from local.fakes.stripe.faults import AnswerLost, ConnectionReset, Fault, Faults, TimedOut
from local.fakes.stripe.version import API_VERSION

_UNKNOWN = "An error occurred while processing your request. Please contact support@stripe.com."


@dataclass(frozen=True, slots=True)
class _Request:
    identifier: str
    operation: Operation
    path: str
    call: Call
    expansions: ExpansionTree
    key: str | None


class Server:
    """Answers requests to the account's API."""

    def __init__(
        self,
        account: Account,
        lock: RLock,
        faults: Faults,
        *,
        secret_keys: Callable[[], Collection[str]],
        publishable: str,
    ) -> None:
        self._account = account
        self._lock = lock
        self._faults = faults
        self._secret_keys = secret_keys
        self._publishable = publishable
        self._keys = IdempotencyKeys()

    def handle(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Return the reply to a request. Raises NoAnswer when a fault keeps it from the client."""
        path, _, query = target.partition("?")
        fault = self._faults.take(method, path)
        if fault is not None and fault.kind == "reset":
            raise ConnectionReset
        with self._lock:
            request_id = self._account.identifiers.new("req", 14)
        try:
            if fault is not None and fault.kind == "error_429":
                raise _rate_limited()
            lowered = {name.lower(): value for name, value in headers.items()}
            request = self._read(request_id, method, path, query, lowered, body)
        except StripeError as error:
            reply_sent = self._error_reply(error, request_id)
        else:
            reply_sent = self._answer(request, fault)
        if fault is not None and fault.kind == "lose_answer":
            raise AnswerLost
        if fault is not None and fault.kind == "timeout":
            raise TimedOut
        return reply_sent

    def _read(
        self,
        request_id: str,
        method: str,
        path: str,
        query: str,
        headers: Mapping[str, str],
        body: bytes,
    ) -> _Request:
        """Return the parsed request. Raises StripeError; the idempotency key is then not used."""
        is_public = authentication.is_publishable(
            headers.get("authorization", ""), self._secret_keys(), self._publishable
        )
        _require_version(headers.get("stripe-version"))
        operation, identifier = route(method, path)
        if is_public and not operation.is_public:
            raise authentication.secret_key_required()
        if method == "POST":
            _require_form(headers.get("content-type", ""))
        encoded_body = _text(body) if method == "POST" else ""
        parameters = read_parameters(
            operation.parameters, form.decode("&".join(filter(None, (query, encoded_body))))
        )
        expansions = expansion_tree(parameters.get("expand", []), operation.answer_type)
        key = (headers.get("idempotency-key") or None) if method == "POST" else None
        if key is not None:
            require_valid_key(key)
        call = Call(identifier, parameters, is_public)
        return _Request(request_id, operation, path, call, expansions, key)

    def _answer(self, request: _Request, fault: Fault | None) -> Reply:
        with self._lock:
            if request.key is not None:
                try:
                    stored = self._keys.begin(
                        request.key, request.path, request.call.parameters, self._account.clock()
                    )
                except StripeError as error:
                    return self._error_reply(error, request.identifier, request.key)
                if stored is not None:
                    return build_reply(
                        stored.status,
                        stored.body,
                        request.identifier,
                        key=request.key,
                        first_request_id=stored.request_id,
                    )
            if fault is None or fault.kind != "slow":
                return self._execute(request, fault)
        time.sleep(fault.seconds)
        with self._lock:
            return self._execute(request, fault)

    def _execute(self, request: _Request, fault: Fault | None) -> Reply:
        """Run the operation and store the answer with the key."""
        kind = fault.kind if fault is not None else None
        try:
            status, body = (
                self._run(request) if kind != "error_500" else self._internal_error(request)
            )
            if kind == "error_500_after":
                status, body = self._internal_error(request)
        except BaseException:
            # After an error in the fake itself the key must not stay in use for ever.
            if request.key is not None:
                self._keys.forget(request.key)
            raise
        if request.key is not None:
            self._keys.finish(request.key, StoredAnswer(status, body, request.identifier))
        return build_reply(status, body, request.identifier, key=request.key)

    def _run(self, request: _Request) -> tuple[int, bytes]:
        account = self._account
        account.origin = RequestOrigin(request.identifier, request.key)
        try:
            result = request.operation.run(account, request.call)
            answer = expand(account, result, request.expansions)
            return 200, encode(client_view(answer) if request.call.is_public else answer)
        except StripeError as error:
            if request.call.is_public and "payment_intent" in error.error:
                error.error["payment_intent"] = client_view(error.error["payment_intent"])
            body = error_body(error.error, request.identifier, at=account.now())
            return error.status, encode(body)
        finally:
            account.origin = RequestOrigin()

    def _internal_error(self, request: _Request) -> tuple[int, bytes]:
        error = StripeError(_UNKNOWN, status=500, kind="api_error").error
        return 500, encode(error_body(error, request.identifier, at=self._account.now()))

    def _error_reply(self, error: StripeError, request_id: str, key: str | None = None) -> Reply:
        body = error_body(error.error, request_id, at=self._account.now())
        return build_reply(error.status, encode(body), request_id, key=key)


def _require_version(version: str | None) -> None:
    if version not in (None, API_VERSION):
        raise StripeError(
            f"Invalid Stripe API version: {version}. This fake speaks {API_VERSION} alone."
        )


def _require_form(content_type: str) -> None:
    if content_type and not content_type.startswith("application/x-www-form-urlencoded"):
        raise StripeError(
            f"The content type of this request is not supported: {content_type}. Send "
            "application/x-www-form-urlencoded."
        )


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise StripeError("Invalid request: the body is not UTF-8.") from error


def _rate_limited() -> StripeError:
    return StripeError(
        "Request rate limit exceeded. Learn more about rate limits here "
        "https://stripe.com/docs/rate-limits.",
        status=429,
        code="rate_limit",
    )
