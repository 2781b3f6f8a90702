"""Makes the calls that the conformance runner asks for; see Interop/conformance/README.md."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib.util
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from google.protobuf.message import Message

from bfc_tenancy import AsyncTenancyClient, TenancyError, TLSTarget, UnixTarget
from bfc_tenancy._channel import Call, Method
from bfc_tenancy.credentials import Target
from typed_calls import CALLS


@dataclass
class Calls:
    """The calls of one method, by kind: a stub's, or the channel's for what has no stub."""

    request: type[Message]
    unary: Callable[..., Awaitable[Message]]
    server_stream: Callable[..., AsyncIterator[Message]]
    stream: Callable[..., Awaitable[Call[Message, Message]]]


def load_echo() -> Any:
    """The echo service's messages, which are no part of the package."""
    for folder in sys.path:
        path = Path(folder) / "ttrpc/testing/v1/echo_pb2.py"
        if path.exists():
            spec = importlib.util.spec_from_file_location("echo_pb2", path)
            assert spec and spec.loader
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            return module
    raise RuntimeError("the echo service's messages were not built")


def calls(tenancy: AsyncTenancyClient, echo: Any, service: str, name: str, kind: str) -> Calls:
    if found := CALLS.get(f"{service}/{name}"):
        request, stub = found
        typed = stub(tenancy)
        return Calls(request, typed, typed, typed)
    method = Method(
        service, name, echo.EchoRequest, echo.EchoResponse,
        client_streams=kind in ("client", "bidi"), server_streams=kind in ("server", "bidi"),
        is_idempotent=True)
    channel = tenancy._channel
    return Calls(
        echo.EchoRequest, partial(channel.unary, method), partial(channel.server_stream, method),
        partial(channel.client_stream, method))


async def call(tenancy: AsyncTenancyClient, echo: Any, line: str) -> str:
    kind, service, name, timeout, cancel, pairs, bodies = line.split(" ")
    described = calls(tenancy, echo, service, name, kind)
    requests = [
        described.request.FromString(b"" if b == "." else bytes.fromhex(b))
        for b in ([] if bodies == "-" else bodies.split(","))]
    metadata = [
        tuple(bytes.fromhex(part).decode() for part in pair.split("="))
        for pair in ([] if pairs == "-" else pairs.split(","))]
    options = {"timeout": int(timeout) / 1000 or None, "metadata": metadata}
    responses: list[bytes] = []

    def give_up_in_time() -> None:
        # Leaving the call gives it up.
        if int(cancel) and len(responses) == int(cancel):
            raise asyncio.CancelledError

    async def read(answers: AsyncIterator[Message]) -> None:
        async for answer in answers:
            responses.append(answer.SerializeToString())
            give_up_in_time()

    async def collect() -> None:
        if kind == "unary":
            answer = await described.unary(requests[0], **options)
            responses.append(answer.SerializeToString())
        elif kind == "server":
            async with contextlib.aclosing(
                described.server_stream(requests[0], **options)
            ) as answers:
                await read(answers)
        elif kind == "client":
            async with await described.stream(**options) as stream:
                for request in requests:
                    await stream.send(request)
                responses.append((await stream.response()).SerializeToString())
        else:
            async with await described.stream(**options) as stream:
                for request in requests:
                    await stream.send(request)
                    responses.append((await anext(stream)).SerializeToString())
                    give_up_in_time()
                if not int(cancel):
                    await stream.done_sending()
                await read(stream)

    code, message, details = 0, "", []
    try:
        await collect()
    except asyncio.CancelledError:
        code = 1
    except TenancyError as error:
        code, message = int(error.code), error.message
        details = [f"{d.type_url.encode().hex()}={d.value.hex()}" for d in error.details]
    return " ".join([
        str(code), message.encode().hex() or "-", ",".join(details) or "-",
        ",".join(r.hex() or "." for r in responses) or "-"])


async def serve(target: Target) -> None:
    echo = load_echo()
    loop = asyncio.get_running_loop()
    async with AsyncTenancyClient(target, timeout=None) as tenancy:
        while line := (await loop.run_in_executor(None, sys.stdin.readline)).strip():
            print(await call(tenancy, echo, line), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--unix")
    parser.add_argument("--tls")
    parser.add_argument("--ca")
    parser.add_argument("--cert")
    parser.add_argument("--key")
    options = parser.parse_args()
    if options.unix:
        target = UnixTarget(options.unix)
    else:
        host, port = options.tls.rsplit(":", 1)
        target = TLSTarget(host, int(port), options.ca, options.cert, options.key)
    asyncio.run(serve(target))


if __name__ == "__main__":
    main()
