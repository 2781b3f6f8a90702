// Middleware for Express, and whatever else takes `(request, response, next)`: authenticates an API
// key, resolves its tenant, and takes one unit of quota per request.
//
//   const app = express();
//   app.use("/api", tenancyMiddleware(new TenancyClient({ socketPath }), { permission: "read" }));
//   app.get("/api/orders", (request, response) => response.json(ordersOf(request.caller.tenantId)));
//
// Fastify takes it by its @fastify/middie: `app.use("/api", tenancyMiddleware(...))`.

import { randomUUID } from "node:crypto";

import { StatusCode, TenancyError, v1 } from "bfc-tenancy";

const { ApiKeyRefusal, Resource } = v1;
const STATUS_OF_REFUSAL = {
  [ApiKeyRefusal.ADDRESS_NOT_ALLOWED]: [403, "this key may not be used from here"],
  [ApiKeyRefusal.PERMISSION_MISSING]: [403, "this key may not do that"],
  [ApiKeyRefusal.TENANT_NOT_ACTIVE]: [403, "the tenant is not active"],
  [ApiKeyRefusal.RATE_LIMITED]: [429, "the key's calls of this hour are used up"],
};
// How long a request waits for the tenancy service before it is refused.
const TIMEOUT_MS = 2000;

/**
 * @param tenancy a TenancyClient whose identity may verify keys: a service or an administrator.
 * @param permission what a key needs, such as "read"; none by default.
 * @param resource what a request takes one unit of.
 */
export function tenancyMiddleware(
  tenancy, { permission = "", resource = Resource.API_CALLS, timeoutMs = TIMEOUT_MS } = {},
) {
  return async (request, response, next) => {
    let caller;
    try {
      caller = await authenticate(tenancy, request, permission, timeoutMs);
      await tenancy.quota.consume({
        tenantId: caller.tenantId, resource, amount: 1,
        // A retry of this request's call must not take a second unit.
        idempotencyKey: randomUUID(),
      }, { timeoutMs });
    } catch (error) {
      const refusal = error instanceof Refusal ? error : refusalOf(error);
      // What is no refusal is a fault, and the application's own handler has it.
      if (refusal) refusal.answer(response);
      else next(error);
      return;
    }
    request.caller = caller;
    next();
  };
}

class Refusal extends Error {
  constructor(status, message, retryAfterSeconds = 0) {
    super(message);
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  answer(response) {
    response.statusCode = this.status;
    response.setHeader("content-type", "application/json");
    if (this.status === 401) response.setHeader("www-authenticate", "Bearer");
    if (this.retryAfterSeconds > 0) {
      response.setHeader("retry-after", String(Math.ceil(this.retryAfterSeconds)));
    }
    response.end(JSON.stringify({ success: false, error: this.message }));
  }
}

async function authenticate(tenancy, request, permission, timeoutMs) {
  const [scheme, key] = (request.headers.authorization ?? "").split(" ");
  const apiKey = scheme.toLowerCase() === "bearer" ? key : request.headers["x-api-key"];
  if (!apiKey) throw new Refusal(401, "an API key is required");
  const answer = await tenancy.apiKeys.verifyApiKey(
    { apiKey, permission, sourceAddress: request.socket.remoteAddress ?? "" }, { timeoutMs });
  if (!answer.valid) {
    // Unknown, revoked and expired are one answer: a stranger learns nothing of a key.
    const [status, message] =
      STATUS_OF_REFUSAL[answer.refusal] ?? [401, "this API key is not valid"];
    throw new Refusal(status, message, Number(answer.retryAfterSeconds));
  }
  const { tenantId, tenantCode, keyId, permissions } = answer;
  return { tenantId, tenantCode, keyId, permissions };
}

function refusalOf(error) {
  if (!(error instanceof TenancyError)) return undefined;
  const retryAfterSeconds = (error.retryAfterMs ?? 0) / 1000;
  switch (error.code) {
    case StatusCode.RESOURCE_EXHAUSTED:
      return new Refusal(429, "the tenant's quota is used up", retryAfterSeconds);
    case StatusCode.FAILED_PRECONDITION:
      return new Refusal(403, "the tenant or its subscription is not active");
    case StatusCode.INVALID_ARGUMENT:
      return new Refusal(401, "this API key is not valid");
    case StatusCode.UNAVAILABLE: case StatusCode.DEADLINE_EXCEEDED:
      return new Refusal(503, "cannot be checked now", retryAfterSeconds || 1);
    default: return undefined;
  }
}
