"""Makes the calls that the conformance runner asks for; see Interop/conformance/README.md."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib.util
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from google.protobuf import symbol_database
from google.protobuf.message import Message

from bfc_tenancy import TenancyError, TLSTarget, UnixTarget, v1  # noqa: F401: registers messages
from bfc_tenancy._channel import Channel, Method, Options


def load_echo() -> None:
    """The echo service's messages, which are no part of the package."""
    for folder in sys.path:
        path = Path(folder) / "ttrpc/testing/v1/echo_pb2.py"
        if path.exists():
            spec = importlib.util.spec_from_file_location("echo_pb2", path)
            assert spec and spec.loader
            spec.loader.exec_module(importlib.util.module_from_spec(spec))
            return


def method(service: str, name: str, kind: str) -> Method:
    pool = symbol_database.Default().pool
    try:
        found = pool.FindServiceByName(service).methods_by_name[name]
    except KeyError:
        found = pool.FindServiceByName("ttrpc.testing.v1.EchoService").methods_by_name["Unary"]
    return Method(
        service, name, found.input_type._concrete_class, found.output_type._concrete_class,
        client_streams=kind in ("client", "bidi"), server_streams=kind in ("server", "bidi"),
        is_idempotent=found.GetOptions().idempotency_level != 0)


async def call(channel: Channel, line: str) -> str:
    kind, service, name, timeout, cancel, pairs, bodies = line.split(" ")
    described = method(service, name, kind)
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
            answer = await channel.unary(described, requests[0], **options)
            responses.append(answer.SerializeToString())
        elif kind == "server":
            async with contextlib.aclosing(
                channel.server_stream(described, requests[0], **options)
            ) as answers:
                await read(answers)
        elif kind == "client":
            async with await channel.client_stream(described, **options) as stream:
                for request in requests:
                    await stream.send(request)
                responses.append((await stream.response()).SerializeToString())
        else:
            async with await channel.bidirectional(described, **options) as stream:
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


async def serve(channel: Channel) -> None:
    loop = asyncio.get_running_loop()
    while line := (await loop.run_in_executor(None, sys.stdin.readline)).strip():
        print(await call(channel, line), flush=True)
    await channel.close()


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
    load_echo()
    asyncio.run(serve(Channel(target, Options(timeout=None))))


if __name__ == "__main__":
    main()
