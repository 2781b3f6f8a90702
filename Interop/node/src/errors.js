// What a call can fail with.

import { Google_Rpc_BadRequest, Google_Rpc_ErrorInfo, Google_Rpc_RetryInfo } from "./generated/messages.js";

/** The status codes of gRPC. */
export const StatusCode = Object.freeze({
  OK: 0, CANCELLED: 1, UNKNOWN: 2, INVALID_ARGUMENT: 3, DEADLINE_EXCEEDED: 4, NOT_FOUND: 5,
  ALREADY_EXISTS: 6, PERMISSION_DENIED: 7, RESOURCE_EXHAUSTED: 8, FAILED_PRECONDITION: 9,
  ABORTED: 10, OUT_OF_RANGE: 11, UNIMPLEMENTED: 12, INTERNAL: 13, UNAVAILABLE: 14, DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
});

const names = Object.fromEntries(Object.entries(StatusCode).map(([name, code]) => [code, name]));

/** A call that failed, with its status and the details the server gave. */
export class TenancyError extends Error {
  constructor(code, message, details = []) {
    super(`${names[code] ?? code}: ${message}`);
    this.name = "TenancyError";
    this.code = code;
    this.statusMessage = message;
    this.details = details;
  }

  /** The first detail of a type, for example `Google_Rpc_QuotaFailure`. */
  detail(type) {
    const found = this.details.find((any) => any.typeUrl.split("/").pop() === type.fullName);
    return found && type.decode(found.value);
  }

  /** The reason a program can decide on, such as "QUOTA_EXCEEDED"; "" without one. */
  get reason() {
    return this.detail(Google_Rpc_ErrorInfo)?.reason ?? "";
  }

  /** What the reason says beside itself. */
  get metadata() {
    return this.detail(Google_Rpc_ErrorInfo)?.metadata ?? {};
  }

  /** The rule that each wrong field of the request broke. */
  get fieldViolations() {
    const found = this.detail(Google_Rpc_BadRequest)?.fieldViolations ?? [];
    return Object.fromEntries(found.map((v) => [v.field, v.description]));
  }

  /** The milliseconds after which the server says a retry is worth while. */
  get retryAfterMs() {
    const delay = this.detail(Google_Rpc_RetryInfo)?.retryDelay;
    return delay && Number(delay.seconds) * 1000 + delay.nanos / 1e6;
  }
}
