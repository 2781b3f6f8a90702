"""What a connection goes through between calls and during them: kills, drains, wrong certificates."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import begun
from cases import Schema
from driver import Answer, Client, Patience, decode, encode_line

START_SECONDS_MAX = 30
OK, DEADLINE_EXCEEDED, UNAVAILABLE = 0, 4, 14
ECHO = "ttrpc.testing.v1.EchoService"


@dataclass
class EchoServer:
    program: str
    folder: str
    port: int
    schema: Schema
    process: subprocess.Popen[str] | None = None
    calls_begun: int = 0
    certificates: str = field(default_factory=lambda: os.environ["TENANCY_DATA"] + "/tls")

    @property
    def socket(self) -> str:
        return f"{self.folder}/echo.sock"

    def start(self, *options: str) -> None:
        self.process = subprocess.Popen(
            [self.program, "--unix", self.socket, "--tls-port", str(self.port), "--tls-folder",
             self.certificates, *options],
            stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        with Patience(self.process, START_SECONDS_MAX):
            # A client that waits for the server may have begun a call before it says so.
            while (said := self.process.stdout.readline().strip()) == "began":
                self.calls_begun += 1
            if said != "ready":
                raise RuntimeError("the echo server did not become ready")
        threading.Thread(target=self._count, args=[self.process.stdout], daemon=True).start()

    def _count(self, lines: IO[str]) -> None:
        """The server says so of each call that takes its time."""
        for line in lines:
            self.calls_begun += line.strip() == "began"

    @property
    def begun(self) -> begun.Begun:
        return begun.by_count(lambda: self.calls_begun)

    def stop(self, number: int = signal.SIGTERM) -> None:
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait(START_SECONDS_MAX)
            self.process = None

    def restart(self, number: int = signal.SIGTERM, *options: str) -> None:
        self.stop(number)
        self.start(*options)


def echo(client: Client, kind: str, method: str, request: bytes) -> Answer:
    return decode(client.ask(encode_line(kind, ECHO, method, [request], timeout_ms=20_000)))


def after_restart(number: int):
    """The client must find the next server by itself."""

    def check(client: Client, server: EchoServer) -> str:
        if echo(client, "unary", "Unary", b"").code != OK:
            return "the call before"
        server.restart(number)
        return told(echo(client, "unary", "Unary", b""), OK)

    return check


def during_restart(kind: str, method: str, delay_ms: int, number: int, code: int):
    """The server is told to end while a call is under way."""

    def check(client: Client, server: EchoServer) -> str:
        if echo(client, "unary", "Unary", b"").code != OK:
            return "the call before"

        wait = server.begun()

        def end() -> None:
            wait()
            server.restart(number)

        thread = threading.Thread(target=end)
        thread.start()
        try:
            request = server.schema.message("ttrpc.testing.v1.EchoRequest")(delay_ms=delay_ms)
            answer = echo(client, kind, method, request.SerializeToString())
        finally:
            thread.join()
        return told(answer, code)

    return check


def told(answer: Answer, code: int) -> str:
    return "" if answer.code == code else f"{answer.code_name}: {answer.message}"


def asked_once(
    language: str, arguments: list[str], timeout_ms: int = 3_000,
) -> Answer:
    client = Client(language, arguments)
    client.start()
    try:
        return decode(client.ask(
            encode_line("unary", ECHO, "Unary", [b""], timeout_ms=timeout_ms)))
    finally:
        client.stop()


@contextmanager
def listener(arguments: list[str], folder: str) -> Iterator[tuple[socket.socket, list[str]]]:
    """Somebody who listens and never accepts, and how a client would come there."""
    if "--unix" in arguments:
        path = f"{folder}/silent.sock"
        with socket.socket(socket.AF_UNIX) as silent:
            silent.bind(path)
            silent.listen(0)
            try:
                yield silent, ["--unix", path]
            finally:
                os.unlink(path)
    else:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            place = arguments.index("--tls") + 1
            address = f"127.0.0.1:{silent.getsockname()[1]}"
            yield silent, [*arguments[:place], address, *arguments[place + 1:]]


def silent_server(client: Client, server: EchoServer) -> str:
    """A call ends at its deadline, though its connection is not there yet, or nobody reads of it."""
    with listener(client.arguments, server.folder) as (_, arguments):
        return told(asked_once(client.language, arguments, 500), DEADLINE_EXCEEDED)


def crowded_server(client: Client, server: EchoServer) -> str:
    """Nor does a call wait for ever where no more connections are taken."""
    waiting: list[socket.socket] = []
    with listener(["--unix"], server.folder) as (silent, arguments):
        try:
            while True:
                waiting.append(socket.socket(socket.AF_UNIX))
                waiting[-1].setblocking(False)
                waiting[-1].connect(silent.getsockname())
        except BlockingIOError:
            return told(asked_once(client.language, arguments), UNAVAILABLE)
        finally:
            for one in waiting:
                one.close()


CHECKS = {
    "reconnect after a kill": after_restart(signal.SIGKILL),
    "reconnect after a drain": after_restart(signal.SIGTERM),
    "drain: a call under way is answered": during_restart(
        "unary", "Unary", 2_000, signal.SIGTERM, OK),
    "a server that says nothing": silent_server,
    "a socket that accepts nobody": crowded_server,
    "kill: a stream under way is UNAVAILABLE": during_restart(
        "bidi", "Bidi", 15_000, signal.SIGKILL, UNAVAILABLE),
    "kill: an idempotent call under way is made again": during_restart(
        "unary", "Unary", 2_000, signal.SIGKILL, OK),
    "kill: an upload under way is UNAVAILABLE": during_restart(
        "client", "ClientStream", 15_000, signal.SIGKILL, UNAVAILABLE),
}


def wrong_authority(language: str, arguments: list[str], server: EchoServer) -> str:
    """The client must not talk to a server whose certificate it has no reason to trust."""
    other = f"{server.folder}/other.pem"
    if not os.path.exists(other):
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-keyout", f"{server.folder}/other.key", "-out", other, "-subj", "/CN=other"],
            check=True, capture_output=True)
    place = arguments.index("--ca") + 1
    return told(
        asked_once(language, [*arguments[:place], other, *arguments[place + 1:]]), UNAVAILABLE)


def wrong_host(language: str, arguments: list[str], server: EchoServer) -> str:
    """Nor to one whose certificate is of the right authority, and of another host."""
    folder = Path(server.folder) / "elsewhere"
    if not folder.exists():
        shutil.copytree(server.certificates, folder)
        request = subprocess.run(
            ["openssl", "req", "-new", "-key", folder / "server.key", "-subj", "/CN=elsewhere"],
            check=True, capture_output=True).stdout
        names = folder / "names"
        names.write_text("subjectAltName=DNS:elsewhere.example\nextendedKeyUsage=serverAuth\n")
        subprocess.run(
            ["openssl", "x509", "-req", "-CA", folder / "ca.pem", "-CAkey", folder / "ca.key",
             "-days", "2", "-extfile", names, "-out", folder / "server.pem"],
            input=request, check=True, capture_output=True)
    own, server.certificates = server.certificates, str(folder)
    server.restart()
    try:
        answer = asked_once(language, arguments)
    finally:
        server.certificates = own
        server.restart()
    return told(answer, UNAVAILABLE)


def required_certificate(language: str, arguments: list[str], server: EchoServer) -> str:
    """A server that wants a certificate answers who has one, and nobody else."""
    server.restart(signal.SIGTERM, "--require-client-certificate")
    try:
        answer = asked_once(language, arguments)
    finally:
        server.restart()
    return told(answer, OK if "--cert" in arguments else UNAVAILABLE)


TLS_CHECKS = {
    "a server of another authority is refused": wrong_authority,
    "a server of another host is refused": wrong_host,
    "a server that wants a certificate": required_certificate,
}
