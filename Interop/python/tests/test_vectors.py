"""The messages of Interop/vectors, in the package's own types, as JSON and as bytes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format, symbol_database

from bfc_tenancy import v1  # noqa: F401: registers the messages.
from bfc_tenancy._pb.grpc.health.v1 import health_pb2  # noqa: F401: as above.

METHODS = Path(__file__).resolve().parents[2] / "vectors" / "methods"


def messages() -> list[dict[str, Any]]:
    return [
        message for path in sorted(METHODS.glob("*.json"))
        if not path.name.startswith("grpc.reflection.") for call in json.loads(path.read_text())
        for message in [*call["requests"], *call["responses"]]]


@pytest.mark.parametrize("vector", messages(), ids=lambda vector: vector["type"])
def test_json_and_bytes_are_the_same_message(vector: dict[str, Any]) -> None:
    pool = symbol_database.Default().pool
    kind = pool.FindMessageTypeByName(vector["type"])._concrete_class
    message = kind.FromString(bytes.fromhex(vector["hex"]))
    assert json_format.MessageToDict(message) == vector["json"]
    assert json_format.ParseDict(vector["json"], kind()) == message
    assert message.SerializeToString(deterministic=True).hex() == vector["hex"]
