#!/usr/bin/env python3
"""A first call in Python: asks over the Unix socket whether a tenant has API calls left.

    protoc -I Protos --python_out=MESSAGES Protos/bfc/tenancy/v1/*.proto \\
        Protos/ttrpc/request.proto Protos/google/rpc/*.proto
    PYTHONPATH=MESSAGES ./first_call.py .data/tenancyd.sock axis-securities
"""

import socket
import struct
import sys

from bfc.tenancy.v1 import quota_pb2, resource_pb2
from ttrpc import request_pb2

HEADER = struct.Struct(">IIBB")  # data length, stream id, type, flags
REQUEST, RESPONSE = 1, 2


def read_exactly(connection: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        more = connection.recv(count - len(data))
        if not more:
            raise ConnectionError("the server closed the connection")
        data += more
    return data


def call(connection: socket.socket, service: str, method: str, message, answer, stream: int = 1):
    """Makes one unary call and fills `answer`; stream ids are odd and go up."""
    request = request_pb2.Request(
        service=service,
        method=method,
        payload=message.SerializeToString(),
        timeout_nano=2_000_000_000,
    ).SerializeToString()
    connection.sendall(HEADER.pack(len(request), stream, REQUEST, 0) + request)
    length, answered, kind, _ = HEADER.unpack(read_exactly(connection, HEADER.size))
    if (answered, kind) != (stream, RESPONSE):
        raise ConnectionError("not the answer to this call")
    response = request_pb2.Response.FromString(read_exactly(connection, length))
    if response.status.code:
        raise RuntimeError(f"status {response.status.code}: {response.status.message}")
    answer.ParseFromString(response.payload)
    return answer


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit(f"usage: {sys.argv[0]} SOCKET TENANT_CODE")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.connect(sys.argv[1])
        answer = call(
            connection,
            "bfc.tenancy.v1.QuotaService",
            "CheckQuota",
            quota_pb2.CheckQuotaRequest(
                tenant_code=sys.argv[2], resource=resource_pb2.RESOURCE_API_CALLS, amount=1
            ),
            quota_pb2.CheckQuotaResponse(),
        )
    print(f"allowed: {'yes' if answer.allowed else 'no'}, used {answer.current} of {answer.max}")


if __name__ == "__main__":
    main()
