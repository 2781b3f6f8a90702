// Client of the BFC tenancy control plane.

import type { MessageType } from "./generated/messages.js";
import * as v1 from "./generated/messages.js";
import type { Services, Watches } from "./generated/services.js";

export { v1 };

/** A server on this machine, by the path of its socket; or one over TLS 1.3, by PEM files. */
export type Target =
  | { socketPath: string }
  | { host: string; port: number; ca: string; cert?: string; key?: string; serverName?: string };

export type Metadata = ReadonlyArray<readonly [string, string]>;

export interface CallOptions {
  /** How long the caller waits; the server hears of it. */
  timeoutMs?: number;
  signal?: AbortSignal;
  metadata?: Metadata;
}

export interface RetryPolicy {
  attemptsMax?: number;
  delayMinMs?: number;
  delayMaxMs?: number;
  budgetTokensMax?: number;
  budgetTokensPerCall?: number;
}

export interface ClientOptions {
  /** Sent as bearer with every call. */
  apiKey?: string;
  /** For calls that do not say otherwise; 10,000 by default, 0 for none. Streams have none. */
  timeoutMs?: number;
  connectTimeoutMs?: number;
  metadata?: Metadata;
  retry?: RetryPolicy;
}

/** A streaming call. */
export interface Call<Request, Response> extends AsyncIterableIterator<Response> {
  send(message: Request): Promise<void>;
  /** Says that no message follows. */
  doneSending(): void;
  /** The one answer to a client that streams. */
  response(): Promise<Response>;
  /** Gives the call up. */
  cancel(): void;
}

export interface WatchOptions extends CallOptions {
  /** Whether signs of life are events too. */
  heartbeats?: boolean;
}

/** The tenancy service: a stub for each of its services, and its watches, over one connection. */
export interface TenancyClient extends Services, Watches {}
export class TenancyClient {
  constructor(target: Target, options?: ClientOptions);
  /** Ends every call in flight and closes the connection. */
  close(): void;
}

export const StatusCode: {
  readonly OK: 0; readonly CANCELLED: 1; readonly UNKNOWN: 2; readonly INVALID_ARGUMENT: 3;
  readonly DEADLINE_EXCEEDED: 4; readonly NOT_FOUND: 5; readonly ALREADY_EXISTS: 6;
  readonly PERMISSION_DENIED: 7; readonly RESOURCE_EXHAUSTED: 8; readonly FAILED_PRECONDITION: 9;
  readonly ABORTED: 10; readonly OUT_OF_RANGE: 11; readonly UNIMPLEMENTED: 12;
  readonly INTERNAL: 13; readonly UNAVAILABLE: 14; readonly DATA_LOSS: 15;
  readonly UNAUTHENTICATED: 16;
};

/** A call that failed, with its status and the details the server gave. */
export class TenancyError extends Error {
  constructor(code: number, message: string, details?: v1.Google_Protobuf_Any[]);
  readonly code: number;
  readonly statusMessage: string;
  readonly details: v1.Google_Protobuf_Any[];
  /** The first detail of a type, for example `v1.Google_Rpc_QuotaFailure`. */
  detail<Message>(type: MessageType<Message>): Message | undefined;
  /** The reason a program can decide on, such as "QUOTA_EXCEEDED"; "" without one. */
  readonly reason: string;
  /** What the reason says beside itself. */
  readonly metadata: Record<string, string>;
  /** The rule that each wrong field of the request broke. */
  readonly fieldViolations: Record<string, string>;
  /** The milliseconds after which the server says a retry is worth while. */
  readonly retryAfterMs: number | undefined;
}
