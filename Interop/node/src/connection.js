// One connection: frames out, frames in, and the calls they belong to.

import net from "node:net";
import tls from "node:tls";
import fs from "node:fs";

import { StatusCode, TenancyError } from "./errors.js";
import { Ttrpc_Request, Ttrpc_Response } from "./generated/messages.js";

const HEADER_BYTES = 10;
const DATA_BYTES_MAX = 4 << 20;
const STREAM_ID_MAX = 0x7fffffff;
// A reader that falls behind further loses its stream: the other calls must not wait for it.
const UNREAD_MESSAGES_MAX = 65_536;
const REQUEST = 1, RESPONSE = 2, DATA = 3;
const REMOTE_CLOSED = 1, REMOTE_OPEN = 2, NO_DATA = 4;

/** A call under way. */
class Stream {
  constructor(connection, id, isOpen) {
    this.connection = connection;
    this.id = id;
    this.isOpen = isOpen;
    this.events = [];
    this.end = undefined;
    this.wake = undefined;
    this.response = undefined;
    this.sent = undefined;
  }

  deliver(message) {
    if (this.end) return;
    if (this.events.length >= UNREAD_MESSAGES_MAX) {
      this.finish(new TenancyError(
        StatusCode.RESOURCE_EXHAUSTED, "the stream's reader fell behind"));
      return;
    }
    this.events.push(message);
    this.wake?.();
  }

  finish(error) {
    this.connection.forget(this);
    this.end ??= { error };
    this.wake?.();
  }

  /** The next message, or undefined at the end. */
  async next() {
    while (this.events.length === 0 && !this.end) {
      await new Promise((resolve) => { this.wake = resolve; });
      this.wake = undefined;
    }
    if (this.events.length > 0) return this.events.shift();
    if (this.end.error) throw this.end.error;
    return undefined;
  }

  async send(payload) {
    if (this.end?.error) throw this.end.error;
    if (!this.end) await this.connection.write(this.id, DATA, 0, payload);
  }

  halfClose() {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.closeOnce();
  }

  closeOnce() {
    if (!this.end) {
      this.connection.write(this.id, DATA, REMOTE_CLOSED | NO_DATA, new Uint8Array(0))
        .catch(() => {});
    }
  }

  /** Nobody waits for the rest: what still comes is dropped, and the server is told. */
  abandon(error) {
    if (this.end) return;
    // The first end of a client's side is a half-close, the second one gives up.
    this.halfClose();
    this.closeOnce();
    this.finish(error);
  }
}

export class Connection {
  /** @returns {Promise<Connection>} */
  static open(target, timeoutMs) {
    return new Promise((resolve, reject) => {
      let socket;
      const fail = (error) => {
        socket?.destroy();
        reject(new TenancyError(StatusCode.UNAVAILABLE, `cannot connect: ${error.message}`));
      };
      try {
        socket = target.socketPath
          ? net.connect({ path: target.socketPath })
          : tls.connect({
              host: target.host, port: target.port, servername: target.serverName ?? target.host,
              ca: fs.readFileSync(target.ca), minVersion: "TLSv1.3", ALPNProtocols: ["ttrpc"],
              cert: target.cert && fs.readFileSync(target.cert),
              key: target.key && fs.readFileSync(target.key),
            });
      } catch (error) {
        return fail(error);
      }
      const timer = setTimeout(() => fail(new Error("it took too long")), timeoutMs);
      socket.once("error", (error) => { clearTimeout(timer); fail(error); });
      socket.once(target.socketPath ? "connect" : "secureConnect", () => {
        clearTimeout(timer);
        socket.removeAllListeners("error");
        resolve(new Connection(socket));
      });
    });
  }

  constructor(socket) {
    this.socket = socket;
    this.streams = new Map();
    this.nextId = 1;
    this.lost = undefined;
    this.chunks = [];
    this.received = 0;
    socket.setNoDelay?.(true);
    socket.on("data", (chunk) => this.receive(chunk));
    socket.on("error", (error) => this.lose(`the connection was lost: ${error.message}`));
    socket.on("close", () => this.lose("the connection was lost"));
    // A connection without calls must not keep a program alive.
    socket.unref();
  }

  get isUsable() {
    return !this.lost && this.nextId <= STREAM_ID_MAX;
  }

  /** Begins a call; `payload` is undefined for a client that streams. `sent` is when it is on its way. */
  start(service, method, payload, { timeoutMs, metadata, keepsOpen }) {
    if (this.lost) throw this.lost;
    const data = Ttrpc_Request.encode({
      service, method, payload: payload ?? new Uint8Array(0),
      timeoutNano: timeoutMs === undefined ? 0n : BigInt(Math.max(1, Math.ceil(timeoutMs * 1e6))),
      metadata: metadata.map(([key, value]) => ({ key, value })),
    });
    const stream = new Stream(this, this.nextId, keepsOpen);
    this.nextId += 2;
    // Known before it is sent: the answer may come at once.
    this.streams.set(stream.id, stream);
    this.socket.ref();
    stream.sent = this.write(stream.id, REQUEST, keepsOpen ? REMOTE_OPEN : REMOTE_CLOSED, data)
      .catch((error) => { stream.finish(error); });
    return stream;
  }

  forget(stream) {
    this.streams.delete(stream.id);
    if (this.streams.size === 0) this.socket.unref();
  }

  write(id, type, flags, data) {
    if (this.lost) return Promise.reject(this.lost);
    if (data.length > DATA_BYTES_MAX) {
      return Promise.reject(new TenancyError(
        StatusCode.RESOURCE_EXHAUSTED, "the message is larger than a frame may be"));
    }
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeUInt32BE(data.length, 0);
    header.writeUInt32BE(id, 4);
    header[8] = type;
    header[9] = flags;
    this.socket.cork();
    this.socket.write(header);
    const isRoom = this.socket.write(data);
    this.socket.uncork();
    if (isRoom) return Promise.resolve();
    // One wait for all who wait: an emitter complains about many listeners.
    this.draining ??= new Promise((resolve, reject) => {
      const done = () => {
        this.draining = undefined;
        this.socket.off("drain", done);
        this.socket.off("close", done);
        if (this.lost) reject(this.lost);
        else resolve();
      };
      this.socket.on("drain", done);
      this.socket.on("close", done);
    });
    return this.draining;
  }

  receive(chunk) {
    this.chunks.push(chunk);
    this.received += chunk.length;
    while (this.received >= HEADER_BYTES) {
      const header = this.peek(HEADER_BYTES);
      const length = header.readUInt32BE(0);
      if (length > DATA_BYTES_MAX) return this.lose("the server sent a frame over the limit");
      if (this.received < HEADER_BYTES + length) return;
      const frame = this.peek(HEADER_BYTES + length);
      this.drop(HEADER_BYTES + length);
      this.dispatch(frame.readUInt32BE(4), frame[8], frame[9], frame.subarray(HEADER_BYTES));
    }
  }

  /** The first bytes, joined where they came in pieces. */
  peek(count) {
    if (this.chunks[0].length < count) {
      let size = 0, pieces = 0;
      while (size < count) size += this.chunks[pieces++].length;
      this.chunks.splice(0, pieces, Buffer.concat(this.chunks.slice(0, pieces)));
    }
    return this.chunks[0].subarray(0, count);
  }

  drop(count) {
    const rest = this.chunks[0].subarray(count);
    if (rest.length > 0) this.chunks[0] = rest;
    else this.chunks.shift();
    this.received -= count;
  }

  dispatch(id, type, flags, data) {
    const stream = this.streams.get(id);
    if (!stream) return;
    try {
      if (type === RESPONSE) {
        const { status, payload } = Ttrpc_Response.decode(data);
        if (status && status.code !== 0) {
          stream.finish(new TenancyError(status.code, status.message, status.details));
        } else {
          stream.response = payload;
          stream.finish();
        }
      } else if (type === DATA) {
        // A copy: the buffer behind it is used again.
        if (!(flags & NO_DATA)) stream.deliver(Uint8Array.from(data));
        if (flags & REMOTE_CLOSED) stream.finish();
      }
    } catch (error) {
      stream.finish(new TenancyError(StatusCode.INTERNAL, `malformed answer: ${error.message}`));
    }
  }

  lose(why, code = StatusCode.UNAVAILABLE) {
    if (this.lost) return;
    this.lost = new TenancyError(code, why);
    for (const stream of [...this.streams.values()]) stream.finish(this.lost);
    this.socket.destroy();
  }
}
