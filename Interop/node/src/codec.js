// Protobuf's encoding, driven by the tables in generated/messages.js.
//
// A message is a plain object with camelCase names. 64-bit integers are bigints; numbers are taken
// too when they are written. What is at its default is not written, and what is absent reads as its
// default; messages that are not set are undefined.

const VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5;
const WIRE = {
  double: FIXED64, fixed64: FIXED64, sfixed64: FIXED64,
  float: FIXED32, fixed32: FIXED32, sfixed32: FIXED32,
  string: BYTES, bytes: BYTES, message: BYTES,
};
// As deep as the service's own limit.
const DEPTH_MAX = 32;

const decoder = new TextDecoder("utf-8", { fatal: true });
const encoder = new TextEncoder();

/** A message type: its fields by number and by name. */
export class MessageType {
  /**
   * @param {string} fullName
   * @param {() => Array<object>} fields Read when first needed, since types refer to each other.
   */
  constructor(fullName, fields) {
    this.fullName = fullName;
    this.makeFields = fields;
  }

  get fields() {
    this.cachedFields ??= this.makeFields();
    return this.cachedFields;
  }

  get byNumber() {
    this.cachedByNumber ??= new Map(this.fields.map((field) => [field.number, field]));
    return this.cachedByNumber;
  }

  /** A message with every field at its default, then with those of `values`. */
  create(values = {}) {
    const message = {};
    for (const field of this.fields) message[field.name] = defaultOf(field);
    return Object.assign(message, values);
  }

  /** @returns {Uint8Array} */
  encode(message) {
    const out = new Writer();
    writeMessage(this, message, out);
    return out.bytes();
  }

  /** @throws {RangeError} for bytes that are not such a message. */
  decode(bytes) {
    return readMessage(this, new Reader(bytes), 0);
  }
}

function defaultOf(field) {
  if (field.map) return {};
  if (field.repeated) return [];
  // Of a choice one is there, at its default or not.
  if (field.oneof) return undefined;
  switch (field.type) {
    case "string": return "";
    case "bytes": return new Uint8Array(0);
    case "bool": return false;
    case "message": return undefined;
    case "int64": case "uint64": case "sint64": case "fixed64": case "sfixed64": return 0n;
    default: return 0;
  }
}

class Writer {
  constructor() {
    this.buffer = new Uint8Array(256);
    this.view = new DataView(this.buffer.buffer);
    this.length = 0;
  }

  bytes() {
    return this.buffer.slice(0, this.length);
  }

  reserve(count) {
    if (this.length + count <= this.buffer.length) return;
    const larger = new Uint8Array(Math.max(this.buffer.length * 2, this.length + count));
    larger.set(this.buffer.subarray(0, this.length));
    this.buffer = larger;
    this.view = new DataView(larger.buffer);
  }

  /** An unsigned number below 2^32. */
  varint(value) {
    this.reserve(5);
    while (value > 0x7f) {
      this.buffer[this.length++] = (value & 0x7f) | 0x80;
      value >>>= 7;
    }
    this.buffer[this.length++] = value;
  }

  varint64(value) {
    value = BigInt.asUintN(64, value);
    this.reserve(10);
    while (value > 0x7fn) {
      this.buffer[this.length++] = Number(value & 0x7fn) | 0x80;
      value >>= 7n;
    }
    this.buffer[this.length++] = Number(value);
  }

  raw(bytes) {
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
  }

  delimited(bytes) {
    this.varint(bytes.length);
    this.raw(bytes);
  }
}

function writeMessage(type, message, out) {
  for (const field of type.fields) {
    const value = message[field.name];
    if (value === undefined || value === null) continue;
    if (field.map) {
      for (const [key, item] of Object.entries(value)) {
        const entry = new Writer();
        // Both are written, at their defaults too, as other implementations do.
        writeTagged(field.map.key, field.map.key.type === "bool" ? key === "true" : key, entry);
        writeTagged(field.map.value, item, entry);
        out.varint((field.number << 3) | BYTES);
        out.delimited(entry.bytes());
      }
    } else if (!field.repeated) {
      writeField(field, value, out);
    } else if (value.length > 0 && WIRE[field.type] !== BYTES) {
      const packed = new Writer();
      for (const item of value) writeScalar(field, item, packed);
      out.varint((field.number << 3) | BYTES);
      out.delimited(packed.bytes());
    } else {
      for (const item of value) writeTagged(field, item, out);
    }
  }
}

function writeField(field, value, out) {
  if (field.type === "message" || field.oneof || !isDefault(field, value)) {
    writeTagged(field, value, out);
  }
}

function isDefault(field, value) {
  if (field.type === "bytes" || field.type === "string") return value.length === 0;
  // -0.0 is written: its bits are not those of 0.
  return !Object.is(value, -0) && (value === false || value == 0);
}

function writeTagged(field, value, out) {
  const wire = WIRE[field.type] ?? VARINT;
  out.varint(((field.number << 3) | wire) >>> 0);
  if (field.type === "message") {
    const inner = new Writer();
    writeMessage(field.message(), value, inner);
    out.delimited(inner.bytes());
  } else {
    writeScalar(field, value, out);
  }
}

function integer(field, value, low, high) {
  const whole = BigInt(value);
  if (whole < low || whole > high) throw new RangeError(`${field.name} is out of range`);
  return whole;
}

const INT32 = [-(2n ** 31n), 2n ** 31n - 1n], UINT32 = [0n, 2n ** 32n - 1n];
const INT64 = [-(2n ** 63n), 2n ** 63n - 1n], UINT64 = [0n, 2n ** 64n - 1n];

function writeScalar(field, value, out) {
  switch (field.type) {
    case "string": return out.delimited(encoder.encode(value));
    case "bytes": return out.delimited(value);
    case "bool": return out.varint(value ? 1 : 0);
    case "int32": case "enum": return out.varint64(integer(field, value, ...INT32));
    case "uint32": return out.varint64(integer(field, value, ...UINT32));
    case "int64": return out.varint64(integer(field, value, ...INT64));
    case "uint64": return out.varint64(integer(field, value, ...UINT64));
    case "sint32": case "sint64": {
      const whole = integer(field, value, ...(field.type === "sint32" ? INT32 : INT64));
      return out.varint64((whole << 1n) ^ (whole >> 63n));
    }
    default: return writeFixed(field, value, out);
  }
}

function writeFixed(field, value, out) {
  out.reserve(8);
  const { view, length } = out;
  switch (field.type) {
    case "double": view.setFloat64(length, value, true); break;
    case "float": view.setFloat32(length, value, true); break;
    case "fixed32": view.setUint32(length, Number(integer(field, value, ...UINT32)), true); break;
    case "sfixed32": view.setInt32(length, Number(integer(field, value, ...INT32)), true); break;
    case "fixed64": view.setBigUint64(length, integer(field, value, ...UINT64), true); break;
    case "sfixed64": view.setBigInt64(length, integer(field, value, ...INT64), true); break;
    default: throw new TypeError(`unknown type ${field.type}`);
  }
  out.length += WIRE[field.type] === FIXED64 ? 8 : 4;
}

class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = 0;
  }

  get isAtEnd() {
    return this.position >= this.bytes.length;
  }

  varint() {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (this.isAtEnd) throw new RangeError("a number ends too soon");
      const byte = this.bytes[this.position++];
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new RangeError("a number is too long");
  }

  take(count) {
    if (count > this.bytes.length - this.position) throw new RangeError("a field ends too soon");
    this.position += count;
    return this.bytes.subarray(this.position - count, this.position);
  }

  delimited() {
    return this.take(Number(this.varint()));
  }

  skip(wire) {
    switch (wire) {
      case VARINT: this.varint(); break;
      case FIXED64: this.take(8); break;
      case BYTES: this.delimited(); break;
      case FIXED32: this.take(4); break;
      default: throw new RangeError("an unknown kind of field");
    }
  }
}

function readMessage(type, reader, depth) {
  if (depth > DEPTH_MAX) throw new RangeError("messages are nested too deep");
  const message = type.create();
  while (!reader.isAtEnd) {
    const tag = Number(reader.varint());
    const wire = tag & 7;
    const field = type.byNumber.get(Math.floor(tag / 8));
    const wanted = field && (WIRE[field.type] ?? VARINT);
    if (!field || (wire !== wanted && !(field.repeated && wire === BYTES))) {
      reader.skip(wire);
    } else if (field.map) {
      readEntry(field, message, reader, depth);
    } else if (!field.repeated) {
      for (const other of field.oneof ? type.fields : []) {
        if (other.oneof === field.oneof) message[other.name] = undefined;
      }
      message[field.name] = readValue(field, reader, depth);
    } else if (wire === BYTES && wanted !== BYTES) {
      const packed = new Reader(reader.delimited());
      while (!packed.isAtEnd) message[field.name].push(readValue(field, packed, depth));
    } else {
      message[field.name].push(readValue(field, reader, depth));
    }
  }
  return message;
}

function readEntry(field, message, reader, depth) {
  const inner = new Reader(reader.delimited());
  let key = defaultOf(field.map.key), value = defaultOf(field.map.value);
  while (!inner.isAtEnd) {
    const tag = Number(inner.varint());
    if (tag >> 3 === 1) key = readValue(field.map.key, inner, depth);
    else if (tag >> 3 === 2) value = readValue(field.map.value, inner, depth);
    else inner.skip(tag & 7);
  }
  Object.defineProperty(message[field.name], String(key), {
    value, writable: true, enumerable: true, configurable: true,
  });
}

function readValue(field, reader, depth) {
  switch (field.type) {
    case "string": return decoder.decode(reader.delimited());
    case "bytes": return reader.delimited().slice();
    case "message": return readMessage(field.message(), new Reader(reader.delimited()), depth + 1);
    case "bool": return reader.varint() !== 0n;
    case "int32": case "enum": return Number(BigInt.asIntN(32, reader.varint()));
    case "uint32": return Number(BigInt.asUintN(32, reader.varint()));
    case "int64": return BigInt.asIntN(64, reader.varint());
    case "uint64": return reader.varint();
    case "sint32": case "sint64": {
      const bits = reader.varint();
      const whole = (bits >> 1n) ^ -(bits & 1n);
      return field.type === "sint32" ? Number(BigInt.asIntN(32, whole)) : BigInt.asIntN(64, whole);
    }
    default: return readFixed(field, reader);
  }
}

function readFixed(field, reader) {
  const size = WIRE[field.type] === FIXED64 ? 8 : 4;
  const at = reader.position;
  reader.take(size);
  const { view } = reader;
  switch (field.type) {
    case "double": return view.getFloat64(at, true);
    case "float": return view.getFloat32(at, true);
    case "fixed32": return view.getUint32(at, true);
    case "sfixed32": return view.getInt32(at, true);
    case "fixed64": return view.getBigUint64(at, true);
    default: return view.getBigInt64(at, true);
  }
}
