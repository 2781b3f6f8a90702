"""Messages whose fields are drawn from their names, so that every run makes the same ones.

Each field's value depends on the message's name, the field's path and the number of the vector, and
on nothing else: a new field changes no other value, and a new method needs nothing but a new run.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from frames import field

# Deeper than any message of the service; a recursive type would end here.
DEPTH_MAX = 8

INTEGERS = {
    FieldDescriptor.TYPE_INT32: (-(1 << 31), (1 << 31) - 1),
    FieldDescriptor.TYPE_SINT32: (-(1 << 31), (1 << 31) - 1),
    FieldDescriptor.TYPE_SFIXED32: (-(1 << 31), (1 << 31) - 1),
    FieldDescriptor.TYPE_UINT32: (0, (1 << 32) - 1),
    FieldDescriptor.TYPE_FIXED32: (0, (1 << 32) - 1),
    FieldDescriptor.TYPE_INT64: (-(1 << 63), (1 << 63) - 1),
    FieldDescriptor.TYPE_SINT64: (-(1 << 63), (1 << 63) - 1),
    FieldDescriptor.TYPE_SFIXED64: (-(1 << 63), (1 << 63) - 1),
    FieldDescriptor.TYPE_UINT64: (0, (1 << 64) - 1),
    FieldDescriptor.TYPE_FIXED64: (0, (1 << 64) - 1),
}
WORDS = [
    "axis-securities", "a", "Größe", "नमस्ते", "two words", "¥ 😀", "line\nbreak", '"quoted"', "\\",
    "x" * 130, "user_123", "2026-11-29", "#800080", "<&>", "tab\there", "0",
]
JSON_TEXTS = [
    '{"trading":true,"banking":false}', '{"limit":12345678901234567890.1}', '{"a":[1,"b",null]}',
    '{"name":"नमस्ते"}',
]
# 0001-01-01 to 9999-12-31, the range of a Timestamp.
SECONDS_MIN, SECONDS_MAX = -62_135_596_800, 253_402_300_799
DURATION_SECONDS_MAX = 315_576_000_000


class Draw:
    """Numbers that depend on a text alone."""

    def __init__(self, seed: str) -> None:
        self.seed = seed
        self.count = 0

    def number(self, low: int, high: int) -> int:
        """A number from `low` to `high`, both included."""
        self.count += 1
        digest = hashlib.sha256(f"{self.seed}#{self.count}".encode()).digest()
        return low + int.from_bytes(digest[:16], "big") % (high - low + 1)

    def one(self, choices: list[Any]) -> Any:
        return choices[self.number(0, len(choices) - 1)]


def fill(message: Message, seed: str, *, everything: bool, depth: int = 0) -> None:
    """Sets all fields, or about half of them."""
    special = SPECIAL.get(message.DESCRIPTOR.full_name)
    if special is not None:
        special(message, Draw(seed))
        return
    chosen = {
        oneof.name: Draw(f"{seed}/{oneof.name}").one([f.name for f in oneof.fields])
        for oneof in message.DESCRIPTOR.oneofs}
    for one in message.DESCRIPTOR.fields:
        draw = Draw(f"{seed}/{one.name}")
        if one.containing_oneof is not None:
            if chosen[one.containing_oneof.name] != one.name:
                continue
        elif not everything and draw.number(0, 1) == 0:
            continue
        if one.message_type is not None and depth >= DEPTH_MAX:
            continue
        fill_field(message, one, draw, everything, depth)


def fill_field(
    message: Message, field: FieldDescriptor, draw: Draw, everything: bool, depth: int
) -> None:
    place = getattr(message, field.name)
    if is_map(field):
        # One entry: the order of more is nobody's promise, and the bytes are to be the same.
        key_field = field.message_type.fields_by_name["key"]
        value_field = field.message_type.fields_by_name["value"]
        key = scalar(key_field, draw)
        if value_field.message_type is not None:
            fill(place[key], draw.seed, everything=everything, depth=depth + 1)
        else:
            place[key] = scalar(value_field, draw)
    elif field.is_repeated if hasattr(field, "is_repeated") else (
        field.label == FieldDescriptor.LABEL_REPEATED
    ):
        for index in range(draw.number(1, 2)):
            if field.message_type is not None:
                fill(
                    place.add(), f"{draw.seed}[{index}]", everything=everything, depth=depth + 1)
            else:
                place.append(scalar(field, draw))
    elif field.message_type is not None:
        place.SetInParent()
        fill(place, draw.seed, everything=everything, depth=depth + 1)
    else:
        setattr(message, field.name, scalar(field, draw))


def is_map(field: FieldDescriptor) -> bool:
    return field.message_type is not None and field.message_type.GetOptions().map_entry


def scalar(field: FieldDescriptor, draw: Draw) -> Any:
    """A value that is not the field's default, so that it is on the wire."""
    if field.type in INTEGERS:
        low, high = INTEGERS[field.type]
        wide = draw.one([low or 1, high, 1, 127, 128, draw.number(1, high)])
        return wide
    if field.type == FieldDescriptor.TYPE_BOOL:
        return True
    if field.type == FieldDescriptor.TYPE_ENUM:
        return draw.one([v.number for v in field.enum_type.values if v.number != 0] or [1])
    if field.type in (FieldDescriptor.TYPE_DOUBLE, FieldDescriptor.TYPE_FLOAT):
        # Eighths are exact in both, and print the same everywhere.
        return draw.number(1, 80_000) / 8 * draw.one([1, -1])
    if field.type == FieldDescriptor.TYPE_BYTES:
        return bytes(draw.number(0, 255) for _ in range(draw.number(1, 24)))
    return draw.one(WORDS)


def fill_time(message: Message, draw: Draw) -> None:
    message.seconds = draw.number(SECONDS_MIN, SECONDS_MAX)
    message.nanos = draw.one([0, 1_000, 123_456_000, 999_999_999])


def fill_duration(message: Message, draw: Draw) -> None:
    sign = draw.one([1, -1])
    message.seconds = sign * draw.number(1, DURATION_SECONDS_MAX)
    message.nanos = sign * draw.one([0, 500_000_000, 1])


def fill_mask(message: Message, draw: Draw) -> None:
    message.paths.extend(["tenant_name", "settings"][: draw.number(1, 2)])


def fill_json(message: Message, draw: Draw) -> None:
    message.json = draw.one(JSON_TEXTS)
    # What is no JSON would be no message of this type.
    json.loads(message.json)


def fill_any(message: Message, draw: Draw) -> None:
    message.type_url = "type.googleapis.com/google.rpc.ErrorInfo"
    message.value = field(1, draw.one([b"QUOTA_EXCEEDED", b"NOT_FOUND"])) + field(2, b"tenancy.bfc")


SPECIAL = {
    "google.protobuf.Any": fill_any,
    "google.protobuf.Timestamp": fill_time,
    "google.protobuf.Duration": fill_duration,
    "google.protobuf.FieldMask": fill_mask,
    "bfc.tenancy.v1.JsonObject": fill_json,
    "bfc.tenancy.v1.JsonValue": fill_json,
}


def drawn(kind: type[Message], descriptor: Descriptor, number: int) -> Message:
    """Vector 0 is empty, vector 1 has every field, later ones about half of them."""
    message = kind()
    if number > 0:
        fill(message, f"{descriptor.full_name}/{number}", everything=number == 1)
    return message
