#!/usr/bin/env python3
"""Sends every case through every client, and prints matrices of cases and clients.

    run.py --echo ECHO_SERVER --descriptors FILE [--languages python,c] [--tables runtime]

A client is a program that reads calls from its standard input, a line each, and answers each with a
line (see README.md beside this file). Expects TENANCY_SOCKET, TENANCY_TLS_PORT and TENANCY_DATA of
a running tenancyd, for the cases of its services.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

import begun
import coverage
import runtime
from cases import Schema, encode, judge, load
from driver import Client, decode

HERE = Path(__file__).resolve().parent


@dataclass
class Table:
    """A matrix of cases and clients."""

    title: str
    rows: dict[str, dict[str, str]] = field(default_factory=dict)
    columns: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

    def add(self, name: str, column: str, problem: str, missing: str = "") -> None:
        self.rows.setdefault(name, {})[column] = (
            "–" if missing else "FAIL" if problem else "ok")
        if missing:
            self.reasons.append(f"–  {column}: {name}: {missing}")
        elif problem:
            self.failures.append(f"{column}: {name}: {problem}")

    def print(self) -> None:
        width = max(map(len, [self.title, *self.rows]))
        print("\n" + self.title.ljust(width) + "  " + "  ".join(self.columns))
        for name, row in self.rows.items():
            print(name.ljust(width) + "  " + "  ".join(
                row.get(c, "").ljust(len(c)) for c in self.columns))
        # A case that no client was asked is a blank that nobody explains.
        for name, row in self.rows.items():
            self.failures += [
                f"{c}: {name}: was not tried" for c in self.columns if c not in row]
        print("\n".join(self.reasons))


def without(language: str, case: dict[str, Any]) -> str:
    """What of a language's own library a case would need; empty when it has it."""
    path = HERE.parent / language / "conformance.yaml"
    gaps = (yaml.safe_load(path.read_text()) or {}) if path.exists() else {}
    for name, reason in gaps.get("without", {}).items():
        if name in (case.get("kind", "unary"), case["name"], case.get("feature", "")):
            return reason
    return ""


class Clients:
    """The client programs of a language, by who they are to the server, started when needed."""

    def __init__(self, language: str, targets: dict[str, list[str]]) -> None:
        self.language = language
        self.targets = targets
        self.running: dict[str, Client] = {}

    def get(self, name: str) -> Client:
        if name not in self.running:
            self.running[name] = Client(self.language, self.targets[name])
            self.running[name].start()
        return self.running[name]

    def restart(self) -> None:
        self.stop()
        self.running.clear()

    def stop(self) -> list[str]:
        """What is wrong with how they ended."""
        return [problem for client in self.running.values() if (problem := client.stop())]


def ask(
    clients: Clients, who: str, case: dict[str, Any], schema: Schema, variables: dict[str, str],
    has_begun: begun.Begun,
) -> str:
    """What is wrong with what a case came to; the cases of its `meanwhile` are made during it."""
    line = encode(case, schema, variables)
    meanwhile = case.get("meanwhile", [])
    problems: list[str] = []

    def others(wait: Callable[[], None]) -> None:
        try:
            wait()
            problems.extend(
                f"meanwhile: {problem}" for other in meanwhile
                if (problem := ask(
                    clients, other.get("as", "other"), other, schema, variables, has_begun)))
        except Exception as error:  # noqa: BLE001: what went wrong is the case's result.
            problems.append(f"meanwhile: {type(error).__name__}: {error}")

    if meanwhile:
        thread = threading.Thread(target=others, args=[has_begun()])
        thread.start()
    try:
        problem = judge(case, decode(clients.get(who).ask(line)), schema, variables)
    finally:
        if meanwhile:
            thread.join()
    return problem or "; ".join(problems)


def ask_often(
    clients: Clients, case: dict[str, Any], schema: Schema, variables: dict[str, str],
    has_begun: begun.Begun,
) -> str:
    """A case, as many times as it says; what is wrong with the first that is."""
    for number in range(1, case.get("repeat", 1) + 1):
        variables["N"] = str(number)
        problem = ask(clients, case.get("as", "caller"), case, schema, variables, has_begun)
        if problem:
            return problem
    return ""


def run_cases(
    clients: Clients, cases: list[dict[str, Any]], schema: Schema, table: Table, column: str,
    variables: dict[str, str], has_begun: begun.Begun,
) -> None:
    table.columns.append(column)
    for case in cases:
        missing = without(clients.language, case)
        problem = ""
        if not missing:
            try:
                problem = ask_often(clients, case, schema, variables, has_begun)
            except Exception as error:  # noqa: BLE001: what went wrong is the case's result.
                problem = f"{type(error).__name__}: {error}"
                clients.restart()
        table.add(case["name"], column, problem, missing)


def targets(socket: str, port: int) -> dict[str, list[str]]:
    folder = os.environ["TENANCY_DATA"] + "/tls"
    server = ["--tls", f"localhost:{port}", "--ca", f"{folder}/ca.pem"]
    return {
        "unix": ["--unix", socket],
        "tls": server,
        "mtls": [*server, "--cert", f"{folder}/admin.pem", "--key", f"{folder}/admin.key"],
    }


@dataclass
class Runner:
    languages: list[str]
    schema: Schema
    echo: str

    def runtime(self, table: Table) -> None:
        cases = load(HERE / "cases.yaml")
        with tempfile.TemporaryDirectory(prefix="echo-") as folder:
            server = runtime.EchoServer(
                self.echo, folder, int(os.environ["ECHO_TLS_PORT"]), self.schema)
            server.start()
            try:
                for language in self.languages:
                    ways = targets(server.socket, server.port)
                    for way, arguments in ways.items():
                        column = f"{language}/{way}"
                        clients = Clients(language, {"caller": arguments, "other": arguments})
                        run_cases(
                            clients, cases, self.schema, table, column, {}, server.begun)
                        for name, check in runtime.CHECKS.items():
                            self.check(table, name, column, language, lambda: check(
                                clients.get("caller"), server))
                        table.failures += [f"{column}: {p}" for p in clients.stop()]
            finally:
                server.stop()

    def certificates(self, table: Table) -> None:
        with tempfile.TemporaryDirectory(prefix="echo-") as folder:
            server = runtime.EchoServer(
                self.echo, folder, int(os.environ["ECHO_TLS_PORT"]), self.schema)
            server.start()
            try:
                for language in self.languages:
                    ways = targets(server.socket, server.port)
                    for way in ("tls", "mtls"):
                        column = f"{language}/{way}"
                        table.columns.append(column)
                        for name, check in runtime.TLS_CHECKS.items():
                            self.check(table, name, column, language, lambda: check(
                                language, ways[way], server))
            finally:
                server.stop()

    @staticmethod
    def check(
        table: Table, name: str, column: str, language: str, body: Callable[[], str],
    ) -> None:
        missing = without(language, {"name": name})
        problem = ""
        if not missing:
            try:
                problem = body()
            except Exception as error:  # noqa: BLE001: what went wrong is the result.
                problem = f"{type(error).__name__}: {error}"
        table.add(name, column, problem, missing)

    def service(self, table: Table, file: str, callers: dict[str, dict[str, str]]) -> None:
        """`callers` has for each column who the clients are, by the names in `targets`."""
        ways = targets(os.environ["TENANCY_SOCKET"], int(os.environ["TENANCY_TLS_PORT"]))
        cases = load(HERE / file)
        for language in self.languages:
            for name, who in callers.items():
                clients = Clients(language, {role: ways[way] for role, way in who.items()})
                variables = {"TAG": f"{language}-{name}-{os.getpid()}"}
                column = f"{language}/{name}"
                run_cases(
                    clients, cases, self.schema, table, column, variables,
                    begun.watches(int(os.environ["TENANCY_OPS_PORT"])))
                table.failures += [f"{column}: {p}" for p in clients.stop()]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--echo", required=True)
    parser.add_argument("--descriptors", required=True)
    parser.add_argument("--languages", default="")
    parser.add_argument("--tables", default="runtime,certificates,administrator,key")
    options = parser.parse_args()
    languages = options.languages.split(",") if options.languages else sorted(
        p.parent.name for p in HERE.parent.glob("*/conformance.sh"))
    schema = Schema(options.descriptors)
    runner = Runner(languages, schema, options.echo)
    tables = {
        "runtime": (Table("the runtime"), runner.runtime),
        "certificates": (Table("certificates"), runner.certificates),
        "administrator": (Table("as an administrator"), lambda table: runner.service(
            table, "tenancy.yaml", {
                "uid": {"caller": "unix", "other": "unix"},
                "certificate": {"caller": "mtls", "other": "mtls"}})),
        "key": (Table("over TLS with a key"), lambda table: runner.service(
            table, "keys.yaml", {"key": {"caller": "tls", "other": "tls", "administrator": "mtls"}})),
    }
    failures = coverage.gaps(schema, HERE)
    passed = 0
    for name in options.tables.split(","):
        table, fill = tables[name]
        began = time.monotonic()
        fill(table)
        print(f"{table.title}: {time.monotonic() - began:.1f} s", file=sys.stderr)
        table.print()
        passed += sum(r == "ok" for row in table.rows.values() for r in row.values())
        failures += table.failures
    for failure in failures:
        print(f"FAIL {failure}")
    print(f"conformance: {passed} passed, {len(failures)} failed")
    sys.exit(1 if failures or not passed else 0)


if __name__ == "__main__":
    main()
