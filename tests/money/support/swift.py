"""A client of DynamoDB Local with a tenth of botocore's cost: no models, signature or retries.

A walk of ten thousand steps makes fifty thousand calls. The other suites use botocore, so this
one need not.
"""

import base64
import json
import socket
import threading
import weakref
from typing import Any, BinaryIO, Final
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

_HEAD: Final = (
    "POST / HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-amz-json-1.0\r\n"
    "Authorization: AWS4-HMAC-SHA256 Credential=test/20261123/us-west-2/dynamodb/aws4_request,"
    " SignedHeaders=host, Signature=none\r\n"
    "X-Amz-Target: DynamoDB_20120810.{operation}\r\nContent-Length: {length}\r\n\r\n"
)

type Json = dict[str, Any]


class SwiftDynamoDB:
    """Sends the engine's JSON over one connection for each thread, for the calls of our store."""

    def __init__(self, url: str) -> None:
        self._host = urlsplit(url).netloc
        self._threads = threading.local()
        self._links: weakref.WeakSet[BinaryIO] = weakref.WeakSet()

    def close(self) -> None:
        """Close every thread's connection."""
        for link in list(self._links):
            link.close()

    def get_item(self, **request: Any) -> Json:
        return self._call("GetItem", request)

    def batch_get_item(self, **request: Any) -> Json:
        return self._call("BatchGetItem", request)

    def query(self, **request: Any) -> Json:
        return self._call("Query", request)

    def scan(self, **request: Any) -> Json:
        return self._call("Scan", request)

    def batch_write_item(self, **request: Any) -> Json:
        return self._call("BatchWriteItem", request)

    def update_item(self, **request: Any) -> Json:
        return self._call("UpdateItem", request)

    def transact_write_items(self, **request: Any) -> Json:
        return self._call("TransactWriteItems", request)

    def _call(self, operation: str, request: Json) -> Json:
        body = json.dumps(request, default=_binary).encode()
        status, document = self._exchange(operation, body)
        if status == 200:
            return document
        code = str(document.pop("__type")).rpartition("#")[2]
        error = {"Code": code, "Message": document.get("message", "")}
        raise ClientError({"Error": error, **document}, operation)

    def _exchange(self, operation: str, body: bytes) -> tuple[int, Json]:
        link = self._link()
        head = _HEAD.format(host=self._host, operation=operation, length=len(body))
        link.write(head.encode() + body)
        link.flush()
        status = int(link.readline().split()[1])
        length = 0
        while line := link.readline().strip():
            name, _, text = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(text)
        return status, json.loads(link.read(length))

    def _link(self) -> BinaryIO:
        if not hasattr(self._threads, "link"):
            host, _, port = self._host.partition(":")
            with socket.create_connection((host, int(port))) as connection:
                self._threads.link = connection.makefile("rwb")
                self._links.add(self._threads.link)
        link: BinaryIO = self._threads.link
        return link


def _binary(value: bytes) -> str:
    """Return a binary value in the engine's JSON; this client never reads one."""
    return base64.b64encode(value).decode()
