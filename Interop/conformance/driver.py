"""Drives the conformance client of a language, a line a call; README.md describes the lines."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from google.protobuf import any_pb2

CLIENTS = Path(__file__).resolve().parent.parent
ANSWER_SECONDS_MAX = 60
END_SECONDS_MAX = 20
CODES = [
    "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND",
    "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED",
    "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
]


@dataclass
class Client:
    """One client program on one transport."""

    language: str
    arguments: list[str]
    process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            [str(CLIENTS / self.language / "conformance.sh"), "run", *self.arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)

    def ask(self, line: str) -> list[str]:
        assert self.process and self.process.stdin and self.process.stdout
        if self.process.poll() is not None:
            raise RuntimeError(f"the client ended with status {self.process.returncode}")
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        with Patience(self.process, ANSWER_SECONDS_MAX):
            answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError("the client ended, or was ended, without an answer")
        return answer.rstrip("\n").split(" ")

    def kill(self) -> None:
        if self.process:
            self.process.kill()

    def stop(self) -> str:
        """What is wrong with how it ended: a sanitizer that found a leak says so by its status."""
        if not self.process or not self.process.stdin:
            return ""
        self.process.stdin.close()
        try:
            status = self.process.wait(END_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return "the client did not end when its input did"
        return f"the client ended with status {status}" if status else ""


class Patience:
    """Ends a program that is silent for too long, so that nobody reads from it for ever."""

    def __init__(self, process: subprocess.Popen[str], seconds: int) -> None:
        self.timer = threading.Timer(seconds, process.kill)

    def __enter__(self) -> None:
        self.timer.start()

    def __exit__(self, *_: object) -> None:
        self.timer.cancel()


@dataclass
class Answer:
    code: int
    message: str
    details: list[any_pb2.Any]
    responses: list[bytes]

    @property
    def code_name(self) -> str:
        return CODES[self.code] if 0 <= self.code < len(CODES) else str(self.code)


def encode_line(
    kind: str, service: str, method: str, requests: Sequence[bytes], *, timeout_ms: int = 0,
    cancel_after: int = 0, metadata: Sequence[tuple[str, str]] = (),
) -> str:
    pairs = [f"{_hex(key)}={_hex(value)}" for key, value in metadata]
    return " ".join([
        kind, service, method, str(timeout_ms), str(cancel_after), ",".join(pairs) or "-",
        ",".join(r.hex() or "." for r in requests) or "-"])


def _hex(text: str) -> str:
    return text.encode().hex()


def decode(fields: list[str]) -> Answer:
    code, message, details, responses = fields
    packed = []
    for detail in [] if details == "-" else details.split(","):
        url, value = detail.split("=")
        packed.append(any_pb2.Any(
            type_url=bytes.fromhex(url).decode(), value=bytes.fromhex(value)))
    bodies = [] if responses == "-" else [
        b"" if r == "." else bytes.fromhex(r) for r in responses.split(",")]
    return Answer(
        int(code), "" if message == "-" else bytes.fromhex(message).decode(),
        packed, bodies)
