"""Prints messages, a line of JSON each: their type, Python's bytes, and Python's message as JSON by
its fields.

    make-vectors.py DESCRIPTORS [SEED]    random ones of ttrpc.testing.v1.Everything; prints its seed
    make-vectors.py DESCRIPTORS METHODS   those of a folder of golden vectors, read from their JSON
"""

import json
import random
import sys
from pathlib import Path

from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

COUNT = 600

pool = descriptor_pool.DescriptorPool()
files = descriptor_pb2.FileDescriptorSet.FromString(open(sys.argv[1], "rb").read())
for file in files.file:
    pool.Add(file)


def message_class(name):
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(name))


EDGES = {
    "int32": [0, 1, -1, 2**31 - 1, -(2**31)],
    "uint32": [0, 1, 2**32 - 1],
    "int64": [0, 1, -1, 2**53, 2**63 - 1, -(2**63)],
    "uint64": [0, 1, 2**53 + 1, 2**64 - 1],
}
WIDTHS = {
    1: "double", 2: "double", 3: "int64", 4: "uint64", 5: "int32", 6: "uint64", 7: "uint32",
    13: "uint32", 15: "int32", 16: "int64", 17: "int32", 18: "int64",
}


def is_repeated(field):
    return field.label == field.LABEL_REPEATED


def scalar(field):
    kind = field.type
    if kind == field.TYPE_STRING:
        return "".join(random.choice("aé\u0928😀\n\"") for _ in range(random.randrange(6)))
    if kind == field.TYPE_BYTES:
        return random.randbytes(random.randrange(6))
    if kind == field.TYPE_BOOL:
        return random.random() < 0.5
    if kind == field.TYPE_ENUM:
        return random.choice(field.enum_type.values).number
    width = WIDTHS[kind]
    if width == "double":
        return random.choice([0.0, 1.5, -2.25, 1e10, -0.0, 0.5])
    return random.choice(EDGES[width])


def fill(message, depth=0):
    for field in message.DESCRIPTOR.fields:
        if random.random() < 0.5:
            continue
        is_map = field.message_type and field.message_type.GetOptions().map_entry
        if is_map:
            # One entry: the order of several is nobody's promise.
            value = field.message_type.fields_by_name["value"]
            key = scalar(field.message_type.fields_by_name["key"])
            if value.message_type:
                getattr(message, field.name)[key].SetInParent()
            else:
                getattr(message, field.name)[key] = scalar(value)
        elif is_repeated(field) and field.message_type:
            for _ in range(random.randrange(3)):
                fill(getattr(message, field.name).add(), depth + 1)
        elif is_repeated(field):
            getattr(message, field.name).extend(
                scalar(field) for _ in range(random.randrange(4)))
        elif field.message_type:
            getattr(message, field.name).SetInParent()
            if depth < 4 and field.message_type.file.package == "ttrpc.testing.v1":
                fill(getattr(message, field.name), depth + 1)
        else:
            setattr(message, field.name, scalar(field))


def plain(message):
    """The message as JSON by its fields, without proto3 JSON's special forms."""
    out = {}
    for field, value in message.ListFields():
        if field.message_type and field.message_type.GetOptions().map_entry:
            inner = field.message_type.fields_by_name["value"]
            out[field.json_name] = {
                (str(k).lower() if isinstance(k, bool) else str(k)): one(inner, v)
                for k, v in sorted(value.items())}
        elif is_repeated(field):
            out[field.json_name] = [one(field, item) for item in value]
        else:
            out[field.json_name] = one(field, value)
    return out


def one(field, value):
    if field.message_type:
        return plain(value)
    if field.type == field.TYPE_BYTES:
        import base64

        return base64.b64encode(value).decode()
    if WIDTHS.get(field.type) in ("int64", "uint64"):
        return str(value)
    if isinstance(value, float):
        return repr(value)
    return value


def print_line(message, data):
    print(json.dumps({
        "type": message.DESCRIPTOR.full_name, "bytes": data.hex(), "json": plain(message)}))


def random_ones(seed):
    print(f"seed {seed}", file=sys.stderr)
    random.seed(seed)
    everything = message_class("ttrpc.testing.v1.Everything")
    for _ in range(COUNT):
        message = everything()
        fill(message)
        print_line(message, message.SerializeToString())


def golden_ones(folder):
    for path in sorted(folder.glob("*.json")):
        # Tools call it, not programs.
        if path.name.startswith("grpc.reflection."):
            continue
        for call in json.loads(path.read_text()):
            for vector in [*call["requests"], *call["responses"]]:
                message = message_class(vector["type"])()
                json_format.ParseDict(vector["json"], message, descriptor_pool=pool)
                print_line(message, bytes.fromhex(vector["hex"]))


argument = sys.argv[2] if len(sys.argv) > 2 else str(random.randrange(2**32))
if argument.isdigit():
    random_ones(int(argument))
else:
    golden_ones(Path(argument))
