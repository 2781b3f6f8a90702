"""The frames of ttrpc: ten bytes of header, then the data."""

from __future__ import annotations

import struct
from typing import NamedTuple

HEADER = struct.Struct(">IIBB")
DATA_BYTES_MAX = 4 << 20
STREAM_ID_MAX = 0x7FFFFFFF

REQUEST, RESPONSE, DATA = 1, 2, 3
REMOTE_CLOSED, REMOTE_OPEN, NO_DATA = 0x01, 0x02, 0x04


class Frame(NamedTuple):
    stream: int
    kind: int
    flags: int
    data: bytes


def encode(stream: int, kind: int, flags: int, data: bytes) -> bytes:
    return HEADER.pack(len(data), stream, kind, flags) + data
