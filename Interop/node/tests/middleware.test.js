// The middleware of examples/ in a server of Node's own and, in a program of its own, under Express;
// test.sh says where the example's program with its modules is.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import http from "node:http";
import readline from "node:readline";
import test from "node:test";

const { TENANCY_SOCKET: socketPath, BFC_EXAMPLES: examples } = process.env;
const { tenancyMiddleware } = await import(`${examples}/middleware.js`);
const { TenancyClient, v1 } = await import(`${examples}/node_modules/bfc-tenancy/src/index.js`);

/** A tenant with two keys: one for everything, one for a single call to read. */
async function prepare(tenancy) {
  const tenantCode = `web-${Math.random().toString(36).slice(2, 12)}`;
  await tenancy.tenants.createTenant({
    tenantCode, tenantName: "Web", tenantType: v1.TenantType.FINTECH,
    adminEmail: "admin@example.com",
  });
  const make = async (keyName, permissions, rateLimit) => (await tenancy.apiKeys.createApiKey(
    { tenantCode, keyName, permissions, rateLimit })).apiKey;
  return {
    tenantCode, key: await make("web", ["read", "write"], 1000),
    reader: await make("reader", ["read"], 1000), rare: await make("rare", ["write"], 1),
  };
}

async function used(tenancy, tenantCode) {
  const { quotas } = await tenancy.quota.getQuotas({ tenantCode });
  return quotas.apiCalls.current;
}

/** What every server behind the middleware must do. */
async function check(tenancy, base) {
  const { tenantCode, key, reader, rare } = await prepare(tenancy);
  const get = (token, headers = {}) => fetch(`${base}/api/whoami`, {
    headers: token ? { authorization: `Bearer ${token}`, ...headers } : headers });

  const answer = await get(key);
  assert.equal(answer.status, 200);
  assert.equal((await answer.json()).tenantCode, tenantCode);
  assert.equal((await get(undefined, { "x-api-key": key })).status, 200);
  assert.equal(await used(tenancy, tenantCode), 2n);

  const unknown = await get(undefined);
  assert.equal(unknown.status, 401);
  assert.equal(unknown.headers.get("www-authenticate"), "Bearer");
  assert.equal((await get("vym_2_nonsense")).status, 401);
  assert.equal((await get(reader)).status, 403);
  assert.equal((await get(rare)).status, 200);
  const late = await get(rare);
  assert.equal(late.status, 429);
  assert.ok(Number(late.headers.get("retry-after")) > 0);
  // Whoever was refused has taken nothing.
  assert.equal(await used(tenancy, tenantCode), 3n);

  const { quotas } = await tenancy.quota.getQuotas({ tenantCode });
  await tenancy.quota.consume({
    tenantCode, resource: v1.Resource.API_CALLS,
    amount: quotas.apiCalls.max - quotas.apiCalls.current });
  assert.equal((await get(key)).status, 429);
  await tenancy.tenants.suspendTenant({ tenantCode, reason: "audit" });
  assert.equal((await get(key)).status, 403);
}

test("in a server of Node's own", async () => {
  const tenancy = new TenancyClient({ socketPath });
  const middleware = tenancyMiddleware(tenancy, { permission: "consume" });
  const server = http.createServer((request, response) => {
    middleware(request, response, (error) => {
      response.statusCode = error ? 500 : 200;
      response.end(JSON.stringify({ tenantCode: request.caller?.tenantCode }));
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await check(tenancy, `http://127.0.0.1:${server.address().port}`);
  } finally {
    server.closeAllConnections();
    server.close();
    tenancy.close();
  }
});

test("without a tenancy service a request is refused, not let through", async () => {
  const tenancy = new TenancyClient({ socketPath: "/nonexistent/socket" });
  const middleware = tenancyMiddleware(tenancy, { timeoutMs: 200 });
  const server = http.createServer((request, response) => {
    middleware(request, response, () => assert.fail("it was let through"));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const answer = await fetch(
      `http://127.0.0.1:${server.address().port}`, { headers: { authorization: "Bearer x" } });
    assert.equal(answer.status, 503);
    assert.ok(answer.headers.get("retry-after"));
  } finally {
    server.closeAllConnections();
    server.close();
    tenancy.close();
  }
});

test("under Express", async () => {
  const tenancy = new TenancyClient({ socketPath });
  const program = spawn("node", [`${examples}/server.js`, socketPath, "0"], {
    stdio: ["ignore", "pipe", "inherit"] });
  try {
    const [line] = await Promise.race([
      readline.createInterface({ input: program.stdout })[Symbol.asyncIterator]().next()
        .then(({ value }) => [value]),
      new Promise((_, reject) => { program.once("exit", () => reject(new Error("it ended"))); })]);
    const port = /listening on (\d+)/.exec(line)[1];
    assert.equal((await fetch(`http://127.0.0.1:${port}/health`)).status, 200);
    await check(tenancy, `http://127.0.0.1:${port}`);
  } finally {
    program.kill();
    tenancy.close();
  }
});
