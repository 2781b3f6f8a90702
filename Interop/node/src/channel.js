// Calls over a connection that is made when it is needed, and made again when it is lost.

import { Connection } from "./connection.js";
import { StatusCode, TenancyError } from "./errors.js";

const RETRY = {
  attemptsMax: 5, delayMinMs: 20, delayMaxMs: 5000, budgetTokensMax: 10, budgetTokensPerCall: 0.1,
};

export class Channel {
  constructor(target, { timeoutMs = 10_000, connectTimeoutMs = 5000, metadata = [], retry = {} } = {}) {
    this.target = target;
    this.timeoutMs = timeoutMs === 0 ? undefined : timeoutMs;
    this.connectTimeoutMs = connectTimeoutMs;
    this.metadata = metadata;
    this.retry = { ...RETRY, ...retry };
    this.tokens = this.retry.budgetTokensMax;
    this.connection = undefined;
    this.connecting = undefined;
    this.retired = new Set();
    this.isClosed = false;
  }

  /** @returns the answer. A call that failed with UNAVAILABLE is tried again where that is safe. */
  async unary(method, request, options = {}) {
    const payload = method.request.encode(request);
    const deadline = deadlineOf(options.timeoutMs ?? this.timeoutMs);
    const mayRepeat = method.isIdempotent || Boolean(request.idempotencyKey);
    const { attemptsMax, budgetTokensMax, budgetTokensPerCall } = this.retry;
    this.tokens = Math.min(budgetTokensMax, this.tokens + budgetTokensPerCall);
    for (let attempt = 1; ; attempt++) {
      let connection;
      try {
        connection = await this.connected(deadline, options.signal);
        const stream = this.start(connection, method, payload, deadline, options, false);
        await guarded(stream, deadline, options.signal, () => stream.next());
        return method.response.decode(stream.response ?? new Uint8Array(0));
      } catch (error) {
        if (!(error instanceof TenancyError)) throw error;
        const isNotBegun = !connection || error.reason === "NOT_BEGUN";
        if (isNotBegun && connection) this.retire(connection);
        const delay = this.delay(attempt, error);
        if (error.code !== StatusCode.UNAVAILABLE || !(mayRepeat || isNotBegun)
          || attempt >= attemptsMax || this.tokens < 1 || this.isClosed
          || options.signal?.aborted || (deadline && performance.now() + delay >= deadline)) {
          throw error;
        }
        this.tokens -= 1;
        await rest(delay, options.signal);
      }
    }
  }

  /** @returns an async iterable of the answers. */
  async *serverStream(method, request, options = {}) {
    const call = await this.open(method, method.request.encode(request), options);
    try {
      yield* call;
    } finally {
      call.cancel();
    }
  }

  /** Begins a call in which the client streams. */
  stream(method, options = {}) {
    return this.open(method, undefined, options);
  }

  async open(method, payload, options) {
    const deadline = deadlineOf(options.timeoutMs);
    const connection = await this.connected(deadline, options.signal);
    const stream = this.start(
      connection, method, payload, deadline, options, payload === undefined);
    await guarded(stream, deadline, options.signal, () => stream.sent);
    return new Call(method, stream, deadline, options.signal);
  }

  start(connection, method, payload, deadline, options, keepsOpen) {
    return connection.start(method.service, method.name, payload, {
      timeoutMs: deadline && Math.max(0, deadline - performance.now()),
      metadata: [...this.metadata, ...(options.metadata ?? [])], keepsOpen,
    });
  }

  async connected(deadline, signal) {
    if (this.isClosed) throw new TenancyError(StatusCode.CANCELLED, "the client was closed");
    if (signal?.aborted) throw new TenancyError(StatusCode.CANCELLED, "the call was aborted");
    if (this.connection?.isUsable) return this.connection;
    if (this.connection) this.retire(this.connection);
    this.connecting ??= Connection.open(this.target, this.connectTimeoutMs)
      .then((connection) => {
        if (this.isClosed) connection.lose("the client was closed", StatusCode.CANCELLED);
        this.connection = connection;
        return connection;
      })
      .finally(() => { this.connecting = undefined; });
    return before(deadline, signal, this.connecting);
  }

  /** No new call goes over it; those in flight end by themselves. */
  retire(connection) {
    if (this.connection === connection) this.connection = undefined;
    for (const old of this.retired) if (old.lost) this.retired.delete(old);
    if (!connection.lost) this.retired.add(connection);
  }

  delay(attempt, error) {
    const { delayMinMs, delayMaxMs } = this.retry;
    const delay = Math.min(delayMaxMs, delayMinMs * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2);
    return Math.min(delayMaxMs, Math.max(delay, error.retryAfterMs ?? 0));
  }

  close() {
    this.isClosed = true;
    for (const connection of [this.connection, ...this.retired]) {
      connection?.lose("the client was closed", StatusCode.CANCELLED);
    }
    this.retired.clear();
  }
}

/** A streaming call: send, iterate, cancel. */
class Call {
  constructor(method, stream, deadline, signal) {
    this.method = method;
    this.inner = stream;
    this.deadline = deadline;
    this.signal = signal;
  }

  send(message) {
    return guarded(
      this.inner, this.deadline, this.signal,
      () => this.inner.send(this.method.request.encode(message)));
  }

  /** Says that no message follows. */
  doneSending() {
    this.inner.halfClose();
  }

  /** The one answer to a client that streams. */
  async response() {
    this.doneSending();
    await guarded(this.inner, this.deadline, this.signal, () => this.inner.next());
    return this.method.response.decode(this.inner.response ?? new Uint8Array(0));
  }

  /** Gives the call up. */
  cancel() {
    this.inner.abandon(new TenancyError(StatusCode.CANCELLED, "the call was given up"));
  }

  async next() {
    const payload = await guarded(
      this.inner, this.deadline, this.signal, () => this.inner.next());
    return payload === undefined
      ? { done: true, value: undefined }
      : { done: false, value: this.method.response.decode(payload) };
  }

  async return() {
    this.cancel();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator]() {
    return this;
  }
}

function deadlineOf(timeoutMs) {
  return timeoutMs === undefined ? undefined : performance.now() + timeoutMs;
}

const passed = () => new TenancyError(StatusCode.DEADLINE_EXCEEDED, "the deadline has passed");
const aborted = () => new TenancyError(StatusCode.CANCELLED, "the call was aborted");

/** Waits so long, or fails when the signal says so. */
export function rest(ms, signal) {
  let timer;
  return before(
    undefined, signal, new Promise((resolve) => { timer = setTimeout(resolve, ms); }),
    () => clearTimeout(timer));
}

/** Waits for a promise, at most until the deadline or the signal; then `giveUp` is told. */
function before(deadline, signal, promise, giveUp = () => {}) {
  return new Promise((resolve, reject) => {
    const settle = (how) => (value) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      how(value);
    };
    const stop = settle((error) => { giveUp(error); reject(error); });
    const abort = () => stop(aborted());
    const timer = deadline !== undefined && setTimeout(
      () => stop(passed()), Math.max(0, deadline - performance.now()));
    promise.then(settle(resolve), settle(reject));
    if (signal?.aborted) abort();
    else signal?.addEventListener("abort", abort);
  });
}

/** Waits for something of a stream, and gives the stream up when its time or its signal ends. */
function guarded(stream, deadline, signal, work) {
  return before(deadline, signal, work(), (error) => stream.abandon(error));
}
