"""The frames of calls, built from the specification alone (Sources/TTRPC/PROTOCOL.md)."""

from __future__ import annotations

import struct
from typing import Any

REQUEST, RESPONSE, DATA = 1, 2, 3
REMOTE_CLOSED, REMOTE_OPEN, NO_DATA = 0x01, 0x02, 0x04
GIVES_UP = REMOTE_CLOSED | REMOTE_OPEN | NO_DATA
HALF_CLOSE = REMOTE_CLOSED | NO_DATA
HEADER = struct.Struct(">IIBB")
STREAM = 1


def frame(kind: int, flags: int, data: bytes = b"") -> str:
    return (HEADER.pack(len(data), STREAM, kind, flags) + data).hex()


def client(kind: int, flags: int, data: bytes = b"") -> dict[str, Any]:
    return {"from": "client", "hex": frame(kind, flags, data)}


def server(kind: int, flags: int, data: bytes = b"") -> dict[str, Any]:
    return {"from": "server", "hex": frame(kind, flags, data)}


class Envelopes:
    """ttrpc.Request by its descriptor, ttrpc.Response by hand."""

    def __init__(self, request: Any) -> None:
        self.request_type = request

    def request(self, call: dict[str, Any], payload: bytes) -> bytes:
        service, method = call["service"], call["method"]
        request = self.request_type(service=service, method=method, payload=payload)
        request.timeout_nano = call.get("timeoutMs", 0) * 1_000_000
        for key, value in call.get("metadata", []):
            request.metadata.add(key=key, value=value)
        return request.SerializeToString(deterministic=True)

    def answer(self, payload: bytes) -> bytes:
        return field(2, payload)

    def failure(self, code: int, message: str, details: list[tuple[str, bytes]]) -> bytes:
        status = b"\x08" + varint(code) + field(2, message.encode())
        for url, value in details:
            status += field(3, field(1, url.encode()) + field(2, value))
        return field(1, status)


def field(number: int, data: bytes) -> bytes:
    """As the server writes it, by hand: also where it is empty, which protobuf would leave out."""
    return varint(number << 3 | 2) + varint(len(data)) + data


def varint(number: int) -> bytes:
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])
