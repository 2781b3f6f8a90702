"""Cases: read from files, turned into calls, and compared with what came of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml
from google.protobuf import any_pb2, descriptor_pb2, descriptor_pool, json_format, message_factory

from driver import Answer, encode_line


def load(path: Path) -> list[dict[str, Any]]:
    document = yaml.safe_load(path.read_text())
    return [{**document.get("defaults", {}), **case} for case in document["cases"]]


class Schema:
    def __init__(self, path: str) -> None:
        files = descriptor_pb2.FileDescriptorSet.FromString(Path(path).read_bytes())
        self.pool = descriptor_pool.DescriptorPool()
        for file in files.file:
            self.pool.Add(file)
        self.services = [
            self.pool.FindServiceByName(f"{file.package}.{service.name}")
            for file in files.file for service in file.service]

    def message(self, full_name: str) -> Any:
        return message_factory.GetMessageClass(self.pool.FindMessageTypeByName(full_name))

    def methods(self) -> set[str]:
        return {
            f"{service.full_name}/{method.name}"
            for service in self.services for method in service.methods}

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
    return encode_line(
        case.get("kind", "unary"), case["service"], case["method"], requests,
        timeout_ms=case.get("timeout_ms", 0), cancel_after=case.get("cancel_after", 0),
        metadata=substitute(case.get("metadata", []), variables))


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
    if answer.code_name != expect.get("code", "OK"):
        return f"status {answer.code_name}: {answer.message}"
    if expect.get("message", "") not in answer.message:
        return f"message {answer.message!r}"
    responses = [response_type.FromString(body) for body in answer.responses]
    shown = [
        json_format.MessageToDict(r, descriptor_pool=schema.pool) for r in responses]
    if "count" in expect and len(responses) != expect["count"]:
        return f"{len(responses)} answers"
    if "responses" in expect and not holds(shown, expect["responses"]):
        return f"answers {shown}"[:400]
    for wanted in expect.get("among", []):
        if not any(holds(one, wanted) for one in shown):
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
