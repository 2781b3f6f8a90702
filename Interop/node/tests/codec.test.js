// The codec against Python's protobuf: the same messages, byte for byte.

import assert from "node:assert/strict";
import fs from "node:fs";
import test from "node:test";

import { MessageType } from "../src/codec.js";
import * as messages from "../src/generated/messages.js";

const { BFC_VECTORS: path, BFC_GOLDEN: goldenPath, BFC_ECHO: echoPath } = process.env;
const echo = await import(echoPath);
const read = (from) => fs.readFileSync(from, "utf8").trim().split("\n").map((line) => JSON.parse(line));
const lines = read(path);

/** Python's JSON of a message, as this codec takes it. */
function revive(type, json) {
  const message = {};
  for (const field of type.fields) {
    const value = json[field.name];
    if (value === undefined) continue;
    if (field.map) {
      message[field.name] = Object.fromEntries(Object.entries(value).map(
        ([key, item]) => [key, reviveOne(field.map.value, item)]));
    } else {
      message[field.name] = field.repeated
        ? value.map((item) => reviveOne(field, item)) : reviveOne(field, value);
    }
  }
  return message;
}

function reviveOne(field, value) {
  if (field.type === "message") return revive(field.message(), value);
  if (field.type === "bytes") return Uint8Array.from(Buffer.from(value, "base64"));
  if (/64$/.test(field.type)) return BigInt(value);
  if (field.type === "double" || field.type === "float") return Number(value);
  return value;
}

test("writes what Python writes, and reads it back", () => {
  assert.ok(lines.length >= 500, `${lines.length} vectors`);
  for (const { bytes, json } of lines) {
    const wire = Uint8Array.from(Buffer.from(bytes, "hex"));
    const encoded = echo.Everything.encode(revive(echo.Everything, json));
    assert.equal(Buffer.from(encoded).toString("hex"), bytes);
    const again = echo.Everything.encode(echo.Everything.decode(wire));
    assert.equal(Buffer.from(again).toString("hex"), bytes);
  }
});

test("writes the golden vectors from their JSON, and reads them back", () => {
  const types = new Map(Object.values(messages)
    .filter((one) => one instanceof MessageType).map((one) => [one.fullName, one]));
  const golden = read(goldenPath);
  assert.ok(golden.length >= 300, `${golden.length} messages`);
  for (const { type: name, bytes, json } of golden) {
    const type = types.get(name);
    const message = revive(type, json);
    assert.equal(Buffer.from(type.encode(message)).toString("hex"), bytes, name);
    const again = type.decode(Uint8Array.from(Buffer.from(bytes, "hex")));
    assert.equal(Buffer.from(type.encode(again)).toString("hex"), bytes, name);
    for (const [field, value] of Object.entries(message)) {
      if (typeof value !== "object") assert.equal(again[field], value, `${name}.${field}`);
    }
  }
});

test("bytes that are cut are refused, and never read past", () => {
  for (const { bytes } of lines.slice(0, 200)) {
    const wire = Uint8Array.from(Buffer.from(bytes, "hex"));
    for (let count = 0; count < wire.length; count += 7) {
      try {
        echo.Everything.decode(wire.subarray(0, count));
      } catch (error) {
        assert.ok(error instanceof RangeError || error instanceof TypeError, String(error));
      }
    }
  }
});

test("numbers that do not fit are refused", () => {
  assert.throws(() => echo.EchoRequest.encode({ count: 2 ** 31 }), RangeError);
  assert.throws(() => echo.EchoRequest.encode({ delayMs: 2n ** 63n }), RangeError);
});

test("deeply nested bytes are refused", () => {
  let inner = Uint8Array.of();
  for (let depth = 0; depth < 40; depth++) {
    inner = Uint8Array.from([0x0a, inner.length, ...inner]);
  }
  const nested = { fields: [{ name: "inner", number: 1, type: "message" }] };
  const type = new MessageType("nested", () => [{ ...nested.fields[0], message: () => type }]);
  assert.throws(() => type.decode(inner), RangeError);
});
