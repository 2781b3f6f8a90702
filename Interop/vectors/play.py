"""Plays the server's side of every vector to the client of a language, and reads the client's side.

    play.py LANGUAGE DESCRIPTORS

The client is told what to call and tells what came of it (Interop/conformance/README.md). Its frames
must be those of the vector, but for what PROTOCOL.md leaves to a client: the number of the stream,
what is left of the deadline, the order of different keys of metadata, and which of the two signs
gives a call up. What protobuf leaves to it: whether repeated numbers are packed.
"""

from __future__ import annotations

import json
import select
import socket
import struct
import sys
import tempfile
import threading
from collections import defaultdict
from pathlib import Path
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "conformance"))

from driver import Answer, Client, decode, encode_line  # noqa: E402: beside this folder.

from frames import DATA, GIVES_UP, HALF_CLOSE, HEADER, REMOTE_CLOSED, REQUEST, RESPONSE  # noqa: E402

FRAME_SECONDS_MAX = 30
UNKNOWN = 2
# Programs do not call it: tools do, which read the reflection protocol themselves.
LEFT_OUT = "grpc.reflection."


class Mismatch(Exception):
    """The client did not do what the vector says."""


class Schema:
    def __init__(self, path: str) -> None:
        self.pool = descriptor_pool.DescriptorPool()
        for file in descriptor_pb2.FileDescriptorSet.FromString(Path(path).read_bytes()).file:
            self.pool.Add(file)

    def is_same(self, full_name: str, came: bytes, wanted: bytes) -> bool:
        """Whether two messages differ at most in the packing of numbers and in unknown fields."""
        if came == wanted:
            return True
        kind = message_factory.GetMessageClass(self.pool.FindMessageTypeByName(full_name))
        message = kind.FromString(came)
        message.DiscardUnknownFields()
        return message.SerializeToString(deterministic=True) == wanted

    def request(self, data: bytes) -> Any:
        return message_factory.GetMessageClass(
            self.pool.FindMessageTypeByName("ttrpc.Request")).FromString(data)


class Connection:
    def __init__(self, inner: socket.socket) -> None:
        self.inner = inner
        self.inner.settimeout(FRAME_SECONDS_MAX)

    def read(self) -> tuple[int, int, int, bytes] | None:
        """Stream, kind, flags and data; None at the end."""
        header = self.exactly(HEADER.size)
        if header is None:
            return None
        length, stream, kind, flags = HEADER.unpack(header)
        data = self.exactly(length)
        return None if data is None else (stream, kind, flags, data)

    def exactly(self, count: int) -> bytes | None:
        data = b""
        while len(data) < count:
            try:
                more = self.inner.recv(count - len(data))
            except ConnectionError:
                return None
            if not more:
                return None
            data += more
        return data

    def write(self, frame: bytes, stream: int) -> None:
        self.inner.sendall(frame[:4] + struct.pack(">I", stream) + frame[8:])


class Player:
    """A server that knows the frames of one call at a time."""

    def __init__(self, path: str, schema: Schema) -> None:
        self.schema = schema
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen()
        self.connections: list[Connection] = []
        # The last stream of each connection: what still comes on it is of a call that is over.
        self.last: dict[Connection, int] = {}

    def opening(self, apart_from: list[Connection]) -> tuple[Connection, int, int, bytes]:
        """The next request frame, on whichever connection it comes."""
        while True:
            watched = {c.inner: c for c in self.connections}
            ready, _, _ = select.select([self.listener, *watched], [], [], FRAME_SECONDS_MAX)
            if not ready:
                raise Mismatch("no request came")
            for one in ready:
                if one is self.listener:
                    self.connections.append(Connection(one.accept()[0]))
                    continue
                connection = watched[one]
                frame = connection.read()
                if frame is None:
                    self.connections.remove(connection)
                    continue
                stream, kind, flags, data = frame
                last = self.last.get(connection, -1)
                if kind == DATA and stream <= last:
                    continue
                if kind != REQUEST or stream <= last or stream % 2 == 0:
                    raise Mismatch(f"a frame of kind {kind} on stream {stream}, after {last}")
                if connection in apart_from:
                    raise Mismatch("the call came again on a connection that refuses calls")
                self.last[connection] = stream
                return connection, stream, flags, data

    def play(self, vector: dict[str, Any]) -> None:
        used: dict[int, tuple[Connection, int]] = {}
        for row in vector["frames"]:
            number = row.get("connection", 1)
            frame = bytes.fromhex(row["hex"])
            _, _, kind, flags = HEADER.unpack(frame[:HEADER.size])
            data = frame[HEADER.size:]
            if row["from"] == "server":
                connection, stream = used[number]
                connection.write(frame, stream)
            elif kind == REQUEST:
                connection, stream, came_flags, came = self.opening([c for c, _ in used.values()])
                used[number] = connection, stream
                # A unary call says nothing about its side, or that it is closed: both are so.
                if came_flags != flags and not (flags == 0 and came_flags == REMOTE_CLOSED):
                    raise Mismatch(f"the request's flags are {came_flags}, not {flags}")
                self.compare_requests(vector, came, data)
            elif flags == GIVES_UP:
                self.read_giving_up(*used[number])
            else:
                self.read_data(vector, *used[number], flags, data)

    def compare_requests(self, vector: dict[str, Any], came: bytes, wanted: bytes) -> None:
        if came == wanted:
            return
        got, want = self.schema.request(came), self.schema.request(wanted)
        if want.timeout_nano:
            if not 0 < got.timeout_nano <= want.timeout_nano:
                raise Mismatch(f"the request's timeout is {got.timeout_nano} ns")
            got.timeout_nano = want.timeout_nano
        if want.metadata and by_key(got.metadata) == by_key(want.metadata):
            got.ClearField("metadata")
            want.ClearField("metadata")
        if want.payload and self.schema.is_same(
            vector["requests"][0]["type"], got.payload, want.payload
        ):
            got.payload = want.payload
        if got != want:
            raise Mismatch(f"the request is {came.hex()}, not {wanted.hex()}")

    def frame_of(self, connection: Connection, stream: int) -> tuple[int, int, bytes]:
        while True:
            frame = connection.read()
            if frame is None:
                raise Mismatch("the client closed the connection")
            if frame[0] == stream:
                return frame[1:]
            if frame[1] == REQUEST:
                raise Mismatch("another call began")

    def read_data(
        self, vector: dict[str, Any], connection: Connection, stream: int, flags: int, data: bytes
    ) -> None:
        kind, came_flags, came = self.frame_of(connection, stream)
        is_same = came == data or (
            not flags and self.schema.is_same(vector["requests"][0]["type"], came, data))
        if (kind, came_flags) != (DATA, flags) or not is_same:
            raise Mismatch(
                f"kind {kind}, flags {came_flags}, {came.hex()} came, not kind {DATA}, "
                f"flags {flags}, {data.hex()}")

    def read_giving_up(self, connection: Connection, stream: int) -> None:
        kind, flags, data = self.frame_of(connection, stream)
        if flags == HALF_CLOSE:
            # The second one gives up.
            kind, flags, data = self.frame_of(connection, stream)
            flags = GIVES_UP if flags == HALF_CLOSE else flags
        if (kind, flags, data) != (DATA, GIVES_UP, b""):
            raise Mismatch(f"kind {kind}, flags {flags}, {data.hex()} does not give up")


def by_key(pairs: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for pair in pairs:
        found[pair.key].append(pair.value)
    return found


def compare_answer(vector: dict[str, Any], answer: Answer, schema: Schema) -> None:
    status = vector.get("status", {"code": 0, "message": "", "details": []})
    # gRPC takes a code that it does not know for UNKNOWN.
    codes = {status["code"], UNKNOWN} if status["code"] > 16 else {status["code"]}
    if answer.code not in codes:
        raise Mismatch(f"status {answer.code_name}: {answer.message}")
    # Otherwise the client ended the call itself, in its own words.
    if not any(is_answer(row) for row in vector["frames"]) or "cancelAfter" in vector:
        return
    if answer.message != status["message"]:
        raise Mismatch(f"message {answer.message!r}")
    details = [(d.type_url, d.value.hex()) for d in answer.details]
    if details != [(d["typeUrl"], d["hex"]) for d in status["details"]]:
        raise Mismatch(f"details {details}")
    wanted = vector["responses"]
    if len(answer.responses) != len(wanted) or not all(
        schema.is_same(w["type"], came, bytes.fromhex(w["hex"]))
        for came, w in zip(answer.responses, wanted)
    ):
        raise Mismatch(
            f"answers {[r.hex() for r in answer.responses]}, not {[w['hex'] for w in wanted]}")


def is_answer(row: dict[str, Any]) -> bool:
    """Whether a row ends the call from the server's side."""
    kind, flags = bytes.fromhex(row["hex"])[8:10]
    return row["from"] == "server" and (kind == RESPONSE or bool(flags & REMOTE_CLOSED))


def run(client: Client, player: Player, vector: dict[str, Any], schema: Schema) -> None:
    failure: list[BaseException] = []

    def serve() -> None:
        try:
            player.play(vector)
        except (Mismatch, OSError) as error:
            failure.append(error)
            # The client waits for an answer that will not come.
            client.kill()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    line = encode_line(
        vector["kind"], vector["service"], vector["method"],
        [bytes.fromhex(r["hex"]) for r in vector["requests"]],
        timeout_ms=vector.get("timeoutMs", 0), cancel_after=vector.get("cancelAfter", 0),
        metadata=vector.get("metadata", []))
    try:
        answer = decode(client.ask(line))
    except RuntimeError:
        thread.join(FRAME_SECONDS_MAX)
        raise failure[0] if failure else Mismatch("the client ended") from None
    thread.join(FRAME_SECONDS_MAX)
    if failure:
        raise failure[0]
    if thread.is_alive():
        raise Mismatch("the client was content before the call was over")
    compare_answer(vector, answer, schema)


def main() -> None:
    language, descriptors = sys.argv[1:]
    schema = Schema(descriptors)
    vectors = [
        (path.stem, vector)
        for path in [*sorted((HERE / "methods").glob("*.json")), HERE / "errors.json",
                     HERE / "streams.json"]
        if not path.name.startswith(LEFT_OUT) for vector in json.loads(path.read_text())]
    failures = 0
    with tempfile.TemporaryDirectory(prefix="vectors-") as folder:
        path = f"{folder}/s"
        player = Player(path, schema)
        client = Client(language, ["--unix", path])
        client.start()
        for place, vector in vectors:
            try:
                run(client, player, vector, schema)
            except (Mismatch, OSError, RuntimeError) as error:
                failures += 1
                print(f"FAIL {language}: {place}: {vector['name']}: {error}"[:600])
                client.stop()
                client.start()
        client.stop()
    if failures:
        sys.exit(f"{language}: {failures} of {len(vectors)} vectors differ")
    print(f"ok   {len(vectors)} golden vectors in {language}")


if __name__ == "__main__":
    main()
