"""What a call can fail with."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from typing import TypeVar

from google.protobuf.any_pb2 import Any
from google.protobuf.message import Message
from google.rpc import error_details_pb2

_Detail = TypeVar("_Detail", bound=Message)


class StatusCode(enum.IntEnum):
    """The status codes of gRPC."""

    OK = 0
    CANCELLED = 1
    UNKNOWN = 2
    INVALID_ARGUMENT = 3
    DEADLINE_EXCEEDED = 4
    NOT_FOUND = 5
    ALREADY_EXISTS = 6
    PERMISSION_DENIED = 7
    RESOURCE_EXHAUSTED = 8
    FAILED_PRECONDITION = 9
    ABORTED = 10
    OUT_OF_RANGE = 11
    UNIMPLEMENTED = 12
    INTERNAL = 13
    UNAVAILABLE = 14
    DATA_LOSS = 15
    UNAUTHENTICATED = 16

    @classmethod
    def _missing_(cls, value: object) -> StatusCode:
        return cls.UNKNOWN


class TenancyError(Exception):
    """A call that failed, with its status and the details the server gave."""

    def __init__(self, code: StatusCode, message: str, details: Sequence[Any] = ()) -> None:
        super().__init__(f"{code.name}: {message}")
        self.code = code
        self.message = message
        self.details = tuple(details)

    def detail(self, kind: type[_Detail]) -> _Detail | None:
        """The first detail of a type, for example ``error_details_pb2.QuotaFailure``."""
        for packed in self.details:
            if packed.Is(kind.DESCRIPTOR):
                found = kind()
                if packed.Unpack(found):
                    return found
        return None

    @property
    def reason(self) -> str:
        """The reason a program can decide on, such as ``QUOTA_EXCEEDED``; empty without one."""
        info = self.detail(error_details_pb2.ErrorInfo)
        return info.reason if info else ""

    @property
    def metadata(self) -> Mapping[str, str]:
        """What the reason says beside itself."""
        info = self.detail(error_details_pb2.ErrorInfo)
        return dict(info.metadata) if info else {}

    @property
    def field_violations(self) -> Mapping[str, str]:
        """The rule that each wrong field of the request broke."""
        bad = self.detail(error_details_pb2.BadRequest)
        return {v.field: v.description for v in bad.field_violations} if bad else {}

    @property
    def retry_after(self) -> float | None:
        """The seconds after which the server says a retry is worth while."""
        info = self.detail(error_details_pb2.RetryInfo)
        if info is None:
            return None
        return info.retry_delay.seconds + info.retry_delay.nanos / 1e9
