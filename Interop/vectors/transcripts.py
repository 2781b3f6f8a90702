"""Whole calls as the frames of both sides, in the order in which they cross the wire."""

from __future__ import annotations

from typing import Any

from frames import (
    DATA,
    GIVES_UP,
    HALF_CLOSE,
    REMOTE_CLOSED,
    REMOTE_OPEN,
    REQUEST,
    RESPONSE,
    client,
    server,
)

ECHO = "ttrpc.testing.v1.EchoService"
CODES = [
    "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND",
    "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED",
    "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
]
CANCELLED, NOT_FOUND = 1, 5
FAILED_PRECONDITION, ABORTED, UNIMPLEMENTED, UNAVAILABLE = 9, 10, 12, 14


def call(
    schema: Any, service: str, method: str, kind: str, *, name: str, requests: list[Any],
    responses: list[Any], status: dict[str, Any] | None = None, **more: Any,
) -> dict[str, Any]:
    """A call that goes as its kind goes; `frames` in `more` says how one goes that does not."""
    vector: dict[str, Any] = {
        "name": name, "service": service, "method": method, "kind": kind, **more,
        "requests": [schema.shown(r) for r in requests],
        "responses": [schema.shown(r) for r in responses],
    }
    if status is not None:
        vector["status"] = status
    if "frames" not in more:
        vector["frames"] = usual_frames(schema, vector)
    else:
        # At the end, where a reader looks for it.
        vector["frames"] = vector.pop("frames")
    return vector


def usual_frames(schema: Any, vector: dict[str, Any]) -> list[dict[str, Any]]:
    requests = [bytes.fromhex(r["hex"]) for r in vector["requests"]]
    responses = [bytes.fromhex(r["hex"]) for r in vector["responses"]]
    kind, status = vector["kind"], vector.get("status")
    rows = [opening(schema, vector, requests[0] if kind in ("unary", "server") else b"")]
    if kind == "client":
        rows += [client(DATA, 0, r) for r in requests]
        rows.append(client(DATA, HALF_CLOSE))
    elif kind == "bidi":
        # Each request waits for its answer.
        for index, request in enumerate(requests):
            rows.append(client(DATA, 0, request))
            rows += [server(DATA, 0, r) for r in responses[index:index + 1]]
        if status is None:
            rows.append(client(DATA, HALF_CLOSE))
    elif kind == "server":
        rows += [server(DATA, 0, r) for r in responses]
    if status is not None:
        rows.append(server(RESPONSE, 0, failure(schema, status)))
    elif kind in ("unary", "client"):
        rows.append(server(RESPONSE, 0, schema.envelopes.answer(responses[0])))
    else:
        rows.append(server(DATA, HALF_CLOSE))
    return rows


def opening(schema: Any, vector: dict[str, Any], payload: bytes) -> dict[str, Any]:
    flags = {"unary": 0, "server": REMOTE_CLOSED}.get(vector["kind"], REMOTE_OPEN)
    return client(REQUEST, flags, schema.envelopes.request(vector, payload))


def failure(schema: Any, status: dict[str, Any]) -> bytes:
    details = [(d["typeUrl"], bytes.fromhex(d["hex"])) for d in status["details"]]
    return schema.envelopes.failure(status["code"], status["message"], details)


# Errors


class Details:
    """The details that a status may carry, each with something in every field."""

    def __init__(self, schema: Any) -> None:
        self.schema = schema
        self.prefix = "type.googleapis.com/"

    def packed(self, message: Any) -> dict[str, Any]:
        shown = self.schema.shown(message)
        return {"typeUrl": self.prefix + shown["type"], "json": shown["json"], "hex": shown["hex"]}

    def make(self, name: str, **fields: Any) -> dict[str, Any]:
        return self.packed(self.schema.type(f"google.rpc.{name}")(**fields))

    def reason(self, reason: str, domain: str = "tenancy.bfc", **metadata: str) -> dict[str, Any]:
        return self.make("ErrorInfo", reason=reason, domain=domain, metadata=metadata)

    def fields(self, **rules: str) -> dict[str, Any]:
        return self.make("BadRequest", field_violations=[
            {"field": field.replace("__", "."), "description": rule}
            for field, rule in rules.items()])

    def quota(self, subject: str, *descriptions: str) -> dict[str, Any]:
        return self.make("QuotaFailure", violations=[
            {"subject": subject, "description": text} for text in descriptions])

    def retry(self, seconds: int, nanos: int = 0) -> dict[str, Any]:
        return self.make("RetryInfo", retry_delay={"seconds": seconds, "nanos": nanos})

    def resource(self, kind: str, name: str) -> dict[str, Any]:
        return self.make(
            "ResourceInfo", resource_type=kind, resource_name=name, owner="platform",
            description="there is none, or none that the caller may see")

    def request(self, identifier: str) -> dict[str, Any]:
        return self.make("RequestInfo", request_id=identifier, serving_data="trace 1f")

    def unknown(self) -> dict[str, Any]:
        """Of a type that no client knows: it is handed on as it is."""
        return {"typeUrl": self.prefix + "example.Unknown", "hex": "0a036b6579"}


def error_rows(details: Details) -> list[tuple[int, str, list[dict[str, Any]]]]:
    d = details
    return [
        (1, "the caller gave up", []),
        (2, "", []),
        (3, "wrong fields", [
            d.fields(tenant_code="must be 3 to 50 of a-z, 0-9 and -", limits__users="at least 1"),
            d.reason("INVALID_ARGUMENT"), d.request("r-1")]),
        (4, "the deadline passed", []),
        (5, "गायब", [d.resource("tenant", "no-such-tenant"), d.reason("NOT_FOUND")]),
        (6, "the code is taken", [d.resource("tenant", "axis"), d.reason("ALREADY_EXISTS")]),
        (7, "not for you", [d.reason("PERMISSION_DENIED")]),
        (8, "no units are left", [
            d.quota("tenant:axis-securities", "transactions: 1000 of 1000 used", "users"),
            d.reason("QUOTA_EXCEEDED", resource="transactions"), d.retry(3_600, 250_000_000)]),
        (8, "only when to come back", [d.retry(0, 1_000_000)]),
        (9, "the tenant is suspended", [d.reason("TENANT_NOT_ACTIVE", status="suspended")]),
        (10, "another change came first", [d.reason("VERSION_MISMATCH")]),
        (11, "past the end", []),
        (12, "unknown method", []),
        (13, "a fault", [d.request("r-2")]),
        (14, "not now", [d.retry(1), d.reason("DATABASE_UNAVAILABLE")]),
        (15, "lost", []),
        (16, "who are you?", [d.reason("UNAUTHENTICATED")]),
        (9, "of a type that nobody knows", [d.unknown(), d.reason("KNOWN")]),
        (9, "empty details", [d.make("ErrorInfo"), d.make("BadRequest"), d.make("RetryInfo")]),
        (9, "m" * 3_000, [d.reason("LONG", text="t" * 3_000)]),
        (77, "a code without a name", []),
    ]


def errors(schema: Any) -> list[dict[str, Any]]:
    """As the answer to a stream's only request, since no client tries a stream again."""
    request = schema.type("ttrpc.testing.v1.EchoRequest")(text="why?")
    rows = []
    for number, (code, message, details) in enumerate(error_rows(Details(schema))):
        name = CODES[code] if code < len(CODES) else f"code {code}"
        rows.append(call(
            schema, ECHO, "ServerStream", "server", name=f"{name} ({number})",
            requests=[request], responses=[],
            status={"code": code, "message": message, "details": details}))
    return rows


# Streams


class Echo:
    def __init__(self, schema: Any) -> None:
        self.schema = schema
        self.request_type = schema.type("ttrpc.testing.v1.EchoRequest")
        self.response_type = schema.type("ttrpc.testing.v1.EchoResponse")

    def call(
        self, name: str, method: str, requests: list[dict[str, Any]],
        responses: list[dict[str, Any]], status: tuple[int, str] | None = None, **more: Any,
    ) -> dict[str, Any]:
        kind = {"ServerStream": "server", "ClientStream": "client", "Bidi": "bidi"}
        if status is not None:
            more["status"] = {"code": status[0], "message": status[1], "details": []}
        return call(
            self.schema, ECHO, method, kind.get(method, "unary"), name=name,
            requests=[self.request_type(**r) for r in requests],
            responses=[self.response_type(**r) for r in responses], **more)

    def bytes(self, **fields: Any) -> bytes:
        return self.response_type(**fields).SerializeToString()


def streams(schema: Any) -> list[dict[str, Any]]:
    """Calls of the echo service. The ones that its server answers exactly so say `"echo": true`."""
    echo = Echo(schema)
    return [
        *plain_calls(echo), *ended_calls(echo), *given_up_calls(echo), *allowed_answers(echo),
        refused_call(echo)]


def plain_calls(echo: Echo) -> list[dict[str, Any]]:
    texts = [{"text": t} for t in ("one", "", "तीन")]
    return [
        echo.call("unary", "Unary", [{"text": "one", "payload": b"\0\xff"}],
                  [{"text": "one", "payload": b"\0\xff"}], echo=True),
        echo.call("unary, empty", "Unary", [{}], [{}], echo=True),
        echo.call(
            "unary with metadata", "Unary", [{"show_metadata": True}],
            [{"metadata": ["x-one=1", "x-one=two words", "x-one="]}], echo=True,
            metadata=[["x-one", "1"], ["x-one", "two words"], ["x-one", ""]]),
        echo.call("unary with a deadline", "Unary", [{"text": "soon"}], [{"text": "soon"}],
                  echo=True, timeoutMs=30_000),
        echo.call("server streaming", "ServerStream", [{"text": "s", "count": 3}],
                  [{"text": "s"}, {"text": "s", "index": 1}, {"text": "s", "index": 2}], echo=True),
        echo.call("server streaming of nothing", "ServerStream", [{}], [], echo=True),
        echo.call("client streaming", "ClientStream", texts, [{"text": "oneतीन", "index": 3}],
                  echo=True),
        echo.call("client streaming of nothing", "ClientStream", [], [{}], echo=True),
        echo.call("ping-pong", "Bidi", texts,
                  [{**t, "index": i} for i, t in enumerate(texts)], echo=True),
        echo.call("bidirectional, half-closed at once", "Bidi", [], [], echo=True),
        echo.call("ping-pong with metadata", "Bidi", [{"show_metadata": True}],
                  [{"metadata": ["x-one=1"]}], echo=True, metadata=[["x-one", "1"]]),
    ]


def ended_calls(echo: Echo) -> list[dict[str, Any]]:
    """By a status before their time."""
    return [
        echo.call("unary that fails", "Unary", [{"fail_with": ABORTED, "text": "as asked"}], [],
                  (ABORTED, "as asked"), echo=True),
        echo.call("ping-pong that fails in the middle", "Bidi",
                  [{"text": "one"}, {"text": "enough", "fail_with": FAILED_PRECONDITION}],
                  [{"text": "one"}], (FAILED_PRECONDITION, "enough"), echo=True),
        echo.call("upload that fails", "ClientStream",
                  [{"text": "one"}, {"text": "no", "fail_with": NOT_FOUND}], [],
                  (NOT_FOUND, "no"), echo=True),
        echo.call("unknown method", "NoSuchMethod", [{}], [],
                  (UNIMPLEMENTED, f"unknown method {ECHO}/NoSuchMethod"), echo=True),
    ]


def given_up_calls(echo: Echo) -> list[dict[str, Any]]:
    """The client loses interest: after an answer, and at its deadline."""
    first = echo.call("cancel after the first answer", "Bidi", [{"text": "one"}],
                      [{"text": "one"}], (CANCELLED, ""), echo=True, cancelAfter=1)
    # The half-close is not sent, the sign of giving up is; what still comes is for nobody.
    first["frames"] = [
        *first["frames"][:-1], client(DATA, GIVES_UP),
        server(RESPONSE, 0, failure(
            echo.schema, {"code": CANCELLED, "message": "the caller gave up", "details": []}))]
    late = echo.call("deadline of a stream", "Bidi", [{"text": "late"}], [],
                     (4, ""), timeoutMs=200)
    late["frames"] = late["frames"][:-1]
    unary = echo.call("deadline of a unary call", "Unary", [{"text": "late"}], [], (4, ""),
                      timeoutMs=200)
    unary["frames"] = unary["frames"][:-1]
    return [first, late, unary]


def allowed_answers(echo: Echo) -> list[dict[str, Any]]:
    """What a server may answer, though ours does not."""
    schema = echo.schema

    def answered(
        name: str, method: str, requests: list[dict[str, Any]], responses: list[dict[str, Any]],
        *rows: dict[str, Any],
    ) -> dict[str, Any]:
        vector = echo.call(name, method, requests, responses)
        opened = [row for row in vector["frames"] if row["from"] == "client"]
        vector["frames"] = [*opened, *rows]
        return vector

    one = echo.bytes(text="one")
    envelope = schema.envelopes.answer(one)
    return [
        answered("no data is an empty answer", "Unary", [{}], [{}], server(RESPONSE, 0)),
        answered("a status of code 0 is a success", "Unary", [{}], [{"text": "one"}],
                 server(RESPONSE, 0, b"\x0a\x00" + envelope)),
        answered("unknown fields of the envelope are skipped", "Unary", [{}], [{"text": "one"}],
                 server(RESPONSE, 0, b"\x7a\x01x\x50\x07" + envelope)),
        answered("unknown fields of a message are skipped", "Unary", [{}], [{"text": "one"}],
                 server(RESPONSE, 0, schema.envelopes.answer(one + b"\x7a\x01x"))),
        answered("the last message closes its stream", "ServerStream", [{}], [{"text": "one"}],
                 server(DATA, REMOTE_CLOSED, one)),
        answered("a message of no bytes is a message", "ServerStream", [{}], [{}, {}],
                 server(DATA, 0), server(DATA, 0), server(DATA, HALF_CLOSE)),
        answered("an answer before the upload has ended", "ClientStream", [{"text": "one"}],
                 [{"text": "one"}], server(RESPONSE, 0, envelope)),
    ]


def refused_call(echo: Echo) -> dict[str, Any]:
    """A server that drains: the call was not begun, and is made again on a new connection."""
    details = Details(echo.schema)
    vector = echo.call("not begun, and made again", "Unary", [{"text": "one"}], [{"text": "one"}])
    request, answer = vector["frames"]
    refusal = failure(echo.schema, {
        "code": UNAVAILABLE, "message": "the server is draining", "details": [
            details.retry(0, 10_000_000), details.reason("NOT_BEGUN", "ttrpc")]})
    vector["frames"] = [
        request, server(RESPONSE, 0, refusal), {**request, "connection": 2},
        {**answer, "connection": 2}]
    return vector
