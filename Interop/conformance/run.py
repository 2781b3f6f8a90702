#!/usr/bin/env python3
"""Sends every case through every client, and prints a matrix of languages and cases.

    run.py --echo ECHO_SERVER --descriptors FILE [--languages python,c] [--cases FILE ...]

A client is a program that reads calls from its standard input, a line each, and answers each with a
line (see README.md beside this file). Expects TENANCY_SOCKET, TENANCY_TLS_PORT and TENANCY_DATA of
a running tenancyd, for the cases of its services.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from google.protobuf import any_pb2, descriptor_pb2, descriptor_pool, json_format, message_factory
from google.rpc import code_pb2

HERE = Path(__file__).resolve().parent
ANSWER_SECONDS_MAX = 60
START_SECONDS_MAX = 30


@dataclass
class Client:
    """One client program on one transport."""

    language: str
    arguments: list[str]
    process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            [str(HERE.parent / self.language / "conformance.sh"), "run", *self.arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)

    def ask(self, line: str) -> list[str]:
        assert self.process and self.process.stdin and self.process.stdout
        if self.process.poll() is not None:
            raise RuntimeError(f"the client ended with status {self.process.returncode}")
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        with _Alarm(ANSWER_SECONDS_MAX):
            answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError("the client ended without an answer")
        return answer.rstrip("\n").split(" ")

    def stop(self) -> None:
        if self.process and self.process.stdin:
            self.process.stdin.close()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class _Alarm:
    def __init__(self, seconds: int) -> None:
        self.seconds = seconds

    def __enter__(self) -> None:
        def expired(*_: object) -> None:
            raise RuntimeError(f"no answer within {self.seconds} seconds")

        signal.signal(signal.SIGALRM, expired)
        signal.alarm(self.seconds)

    def __exit__(self, *_: object) -> None:
        signal.alarm(0)


@dataclass
class Answer:
    code: str
    message: str
    details: list[any_pb2.Any]
    responses: list[bytes]


class Schema:
    def __init__(self, path: str) -> None:
        files = descriptor_pb2.FileDescriptorSet.FromString(Path(path).read_bytes())
        self.pool = descriptor_pool.DescriptorPool()
        for file in files.file:
            self.pool.Add(file)

    def message(self, full_name: str) -> Any:
        return message_factory.GetMessageClass(self.pool.FindMessageTypeByName(full_name))

    def types(self, case: dict[str, Any]) -> tuple[Any, Any]:
        """The request and the response type of a case."""
        service, method = case["service"], case["method"]
        borrowed = case.get("method_types", "")
        if "." in borrowed:
            service = borrowed
        elif borrowed:
            method = borrowed
        found = self.pool.FindServiceByName(service).methods_by_name[method]
        return (
            self.message(found.input_type.full_name), self.message(found.output_type.full_name))

    def detail(self, packed: any_pb2.Any) -> dict[str, Any]:
        name = packed.type_url.rsplit("/", 1)[-1]
        message = self.message(name).FromString(packed.value)
        return json_format.MessageToDict(message, descriptor_pool=self.pool)


def encode(case: dict[str, Any], schema: Schema, variables: dict[str, str]) -> str:
    request_type, _ = schema.types(case)
    requests = []
    for request in case.get("requests", []):
        message = request_type()
        json_format.ParseDict(
            inline(substitute(request, variables), request_type.DESCRIPTOR), message,
            descriptor_pool=schema.pool)
        requests.append(message.SerializeToString())
    if "request_payload_bytes" in case:
        requests.append(request_type(
            payload=bytes([7]) * case["request_payload_bytes"]).SerializeToString())
    pairs = [
        f"{_hex(k)}={_hex(v)}" for k, v in substitute(case.get("metadata", []), variables)]
    return " ".join([
        case.get("kind", "unary"), case["service"], case["method"],
        str(case.get("timeout_ms", 0)), str(case.get("cancel_after", 0)),
        ",".join(pairs) or "-", ",".join(r.hex() or "." for r in requests) or "-"])


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
        code_pb2.Code.Name(int(code)), "" if message == "-" else bytes.fromhex(message).decode(),
        packed, bodies)


def _hex(text: str) -> str:
    return text.encode().hex()


def substitute(value: Any, variables: dict[str, str]) -> Any:
    """Fills `${NAME}` in every text of a value."""
    if isinstance(value, str):
        for name, text in variables.items():
            value = value.replace("${" + name + "}", text)
        return value
    if isinstance(value, list):
        return [substitute(item, variables) for item in value]
    if isinstance(value, dict):
        return {key: substitute(item, variables) for key, item in value.items()}
    return value


def inline(value: Any, descriptor: Any) -> Any:
    """Puts JSON that stands inline into the `json` field that carries it."""
    import json

    if not isinstance(value, dict):
        return value
    out = {}
    for key, item in value.items():
        field_ = next(
            (f for f in descriptor.fields if key in (f.name, f.json_name)), None)
        kind = field_.message_type if field_ is not None else None
        if kind is not None and kind.full_name in (
            "bfc.tenancy.v1.JsonObject", "bfc.tenancy.v1.JsonValue"
        ):
            item = {"json": json.dumps(item)}
        elif kind is not None and isinstance(item, list):
            item = [inline(element, kind) for element in item]
        elif kind is not None:
            item = inline(item, kind)
        out[key] = item
    return out


def holds(found: Any, wanted: Any) -> bool:
    """Whether `found` has at least what is wanted; numbers equal their texts."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(
            holds(found.get(key), item) for key, item in wanted.items())
    if isinstance(wanted, list):
        return isinstance(found, list) and len(found) == len(wanted) and all(
            holds(f, w) for f, w in zip(found, wanted))
    if wanted in (False, 0, "", None) and found is None:
        return True
    if isinstance(wanted, str) and wanted == "*":
        return found not in (None, "", 0)
    return found == wanted or str(found) == str(wanted)


def judge(case: dict[str, Any], answer: Answer, schema: Schema, variables: dict[str, str]) -> str:
    """What is wrong with an answer; empty when it is as expected. Saves what the case names."""
    expect = substitute(case.get("expect", {}), variables)
    _, response_type = schema.types(case)
    if answer.code != expect.get("code", "OK"):
        return f"status {answer.code}: {answer.message}"
    if expect.get("message", "") not in answer.message:
        return f"message {answer.message!r}"
    responses = [response_type.FromString(body) for body in answer.responses]
    shown = [
        json_format.MessageToDict(r, descriptor_pool=schema.pool) for r in responses]
    if "count" in expect and len(responses) != expect["count"]:
        return f"{len(responses)} answers"
    if "responses" in expect and not holds(shown, expect["responses"]):
        return f"answers {shown}"[:400]
    if "payload_bytes" in expect and len(responses[0].payload) != expect["payload_bytes"]:
        return f"a payload of {len(responses[0].payload)} bytes"
    for pair in expect.get("metadata_holds", []):
        if pair not in responses[0].metadata:
            return f"metadata {list(responses[0].metadata)}"
    for name, wanted in expect.get("details", {}).items():
        found = [schema.detail(d) for d in answer.details if d.type_url.endswith("." + name)]
        if not any(holds(one, wanted) for one in found):
            return f"details {[d.type_url for d in answer.details]} {found}"
    for name, path in case.get("save", {}).items():
        value: Any = shown[-1]
        for part in path.split("."):
            value = value[int(part)] if isinstance(value, list) else value[part]
        variables[name] = str(value)
    return ""


@dataclass
class EchoServer:
    program: str
    folder: str
    port: int
    process: subprocess.Popen[str] | None = None

    @property
    def socket(self) -> str:
        return f"{self.folder}/echo.sock"

    def start(self) -> None:
        self.process = subprocess.Popen(
            [self.program, "--unix", self.socket, "--tls-port", str(self.port), "--tls-folder",
             os.environ["TENANCY_DATA"] + "/tls"],
            stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        with _Alarm(START_SECONDS_MAX):
            if self.process.stdout.readline().strip() != "ready":
                raise RuntimeError("the echo server did not become ready")

    def stop(self, number: int = signal.SIGTERM) -> None:
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait(START_SECONDS_MAX)
            self.process = None


@dataclass
class Report:
    rows: dict[str, dict[str, str]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def add(self, name: str, column: str, problem: str) -> None:
        explained = problem.startswith("not in ")
        self.rows.setdefault(name, {})[column] = (
            "ok" if not problem else "–" if explained else "FAIL")
        if problem and not explained:
            self.failures.append(f"{column}: {name}: {problem}")

    def print(self, columns: list[str]) -> None:
        width = max(len(name) for name in self.rows)
        print(" " * width + "  " + "  ".join(columns))
        for name, row in self.rows.items():
            print(name.ljust(width) + "  " + "  ".join(
                row.get(c, "").ljust(len(c)) for c in columns))


def reconnect(client: Client, server: EchoServer, number: int) -> str:
    """Ends the server between two calls; the client must find the next one by itself."""
    line = f"unary ttrpc.testing.v1.EchoService Unary 20000 0 - {b''.hex() or '.'}"
    if decode(client.ask(line)).code != "OK":
        return "the call before"
    server.stop(number)
    server.start()
    answer = decode(client.ask(line))
    return "" if answer.code == "OK" else f"the call after: {answer.code}: {answer.message}"


def transports(socket: str, port: int) -> dict[str, list[str]]:
    tls = os.environ["TENANCY_DATA"] + "/tls"
    return {
        "unix": ["--unix", socket],
        "tls": ["--tls", f"localhost:{port}", "--ca", f"{tls}/ca.pem"],
        "mtls": ["--tls", f"localhost:{port}", "--ca", f"{tls}/ca.pem", "--cert",
                 f"{tls}/admin.pem", "--key", f"{tls}/admin.key"],
    }


def skipped(language: str, case: dict[str, Any]) -> str:
    """Why a language's own library cannot do a case; empty when it can."""
    path = HERE.parent / language / "conformance.yaml"
    if not path.exists():
        return ""
    gaps = yaml.safe_load(path.read_text()) or {}
    for kind in gaps.get("without", {}):
        if kind in (case.get("kind", "unary"), case["name"], case.get("feature", "")):
            return f"not in {language}: {gaps['without'][kind]}"
    return ""


def run_cases(
    client: Client, cases: list[dict[str, Any]], schema: Schema, report: Report, column: str,
    variables: dict[str, str],
) -> None:
    for case in cases:
        problem = skipped(client.language, case)
        if not problem:
            try:
                answer = decode(client.ask(encode(case, schema, variables)))
                problem = judge(case, answer, schema, variables)
            except Exception as error:  # noqa: BLE001: what went wrong is the case's result.
                problem = f"{type(error).__name__}: {error}"
                client.stop()
                client.start()
        report.add(case["name"], column, problem)


def load(path: Path) -> list[dict[str, Any]]:
    document = yaml.safe_load(path.read_text())
    return [{**document.get("defaults", {}), **case} for case in document["cases"]]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--echo", required=True)
    parser.add_argument("--descriptors", required=True)
    parser.add_argument("--languages", default="")
    parser.add_argument("--transports", default="unix,tls,mtls")
    options = parser.parse_args()
    languages = options.languages.split(",") if options.languages else sorted(
        p.parent.name for p in HERE.parent.glob("*/conformance.sh"))
    schema = Schema(options.descriptors)
    echo_cases = load(HERE / "cases.yaml")
    tenancy = HERE / "tenancy.yaml"
    tenancy_cases = load(tenancy) if tenancy.exists() else []
    report = Report()
    columns = []
    with tempfile.TemporaryDirectory(prefix="echo-") as folder:
        server = EchoServer(options.echo, folder, int(os.environ["ECHO_TLS_PORT"]))
        server.start()
        try:
            for language in languages:
                echo_ways = transports(server.socket, server.port)
                tenancy_ways = transports(
                    os.environ["TENANCY_SOCKET"], int(os.environ["TENANCY_TLS_PORT"]))
                for way in options.transports.split(","):
                    column = f"{language}/{way}"
                    columns.append(column)
                    began = time.monotonic()
                    client = Client(language, echo_ways[way])
                    client.start()
                    run_cases(client, echo_cases, schema, report, column, {})
                    for name, number in (
                        ("reconnect after a kill", signal.SIGKILL),
                        ("reconnect after a drain", signal.SIGTERM),
                    ):
                        problem = skipped(language, {"name": name, "feature": "reconnect"})
                        try:
                            problem = problem or reconnect(client, server, number)
                        except Exception as error:  # noqa: BLE001: as above.
                            problem = f"{type(error).__name__}: {error}"
                            if server.process is None:
                                server.start()
                        report.add(name, column, problem)
                    client.stop()
                    # Without a certificate nobody is known on TLS.
                    if way != "tls" and tenancy_cases:
                        client = Client(language, tenancy_ways[way])
                        client.start()
                        tag = f"{language}-{way}-{os.getpid()}"
                        run_cases(
                            client, tenancy_cases, schema, report, column, {"TAG": tag})
                        client.stop()
                    print(f"{column}: {time.monotonic() - began:.1f} s", file=sys.stderr)
        finally:
            server.stop()
    report.print(columns)
    passed = sum(r == "ok" for row in report.rows.values() for r in row.values())
    for failure in report.failures:
        print(f"FAIL {failure}")
    print(f"conformance: {passed} passed, {len(report.failures)} failed")
    sys.exit(1 if report.failures or not passed else 0)


if __name__ == "__main__":
    main()
