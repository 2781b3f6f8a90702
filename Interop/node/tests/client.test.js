// The client against a real server, which test.sh starts.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";

import { StatusCode, TenancyClient, TenancyError, v1 } from "../src/index.js";

const { TENANCY_SOCKET: socketPath, TENANCY_DATA: data, TENANCY_TLS_PORT: port } = process.env;
const tls = {
  host: "localhost", port: Number(port), ca: `${data}/tls/ca.pem`, cert: `${data}/tls/admin.pem`,
  key: `${data}/tls/admin.key`,
};

async function withClient(target, body, options) {
  const tenancy = new TenancyClient(target, options);
  try {
    return await body(tenancy);
  } finally {
    tenancy.close();
  }
}

async function newTenant(tenancy) {
  const tenantCode = `node-${Math.random().toString(36).slice(2, 12)}`;
  await tenancy.tenants.createTenant({
    tenantCode, tenantName: "Node", tenantType: v1.TenantType.FINTECH,
    adminEmail: "admin@example.com",
  });
  return tenantCode;
}

async function failure(promise) {
  const error = await promise.then(() => assert.fail("it was answered"), (e) => e);
  assert.ok(error instanceof TenancyError, String(error));
  return error;
}

for (const [name, target] of [["Unix", { socketPath }], ["TLS", tls]]) {
  test(`many calls share one connection over ${name}`, () => withClient(target, async (tenancy) => {
    const tenantCode = await newTenant(tenancy);
    await Promise.all(Array.from({ length: 50 }, () => tenancy.quota.consume(
      { tenantCode, resource: v1.Resource.TRANSACTIONS, amount: 1 })));
    const { quotas } = await tenancy.quota.getQuotas({ tenantCode });
    assert.equal(quotas.transactions.current, 50n);
  }));
}

test("wrong fields are named", () => withClient({ socketPath }, async (tenancy) => {
  const error = await failure(tenancy.tenants.createTenant({ tenantCode: "Not A Code" }));
  assert.equal(error.code, StatusCode.INVALID_ARGUMENT);
  assert.ok("tenant_code" in error.fieldViolations && "admin_email" in error.fieldViolations);
}));

test("a refused amount names the limit", () => withClient({ socketPath }, async (tenancy) => {
  const tenantCode = await newTenant(tenancy);
  const error = await failure(tenancy.quota.consume(
    { tenantCode, resource: v1.Resource.API_CALLS, amount: 10n ** 9n }));
  assert.deepEqual([error.code, error.reason], [StatusCode.RESOURCE_EXHAUSTED, "QUOTA_EXCEEDED"]);
  assert.equal(error.metadata.resource, "api_calls");
  assert.ok(error.detail(v1.Google_Rpc_QuotaFailure).violations.length > 0);
}));

test("a retry with the same key takes once", () => withClient({ socketPath }, async (tenancy) => {
  const tenantCode = await newTenant(tenancy);
  const request = { tenantCode, resource: v1.Resource.API_CALLS, amount: 5, idempotencyKey: "k" };
  assert.deepEqual(await tenancy.quota.consume(request), await tenancy.quota.consume(request));
  const error = await failure(tenancy.quota.consume({ ...request, amount: 6 }));
  assert.equal(error.reason, "IDEMPOTENCY_KEY_REUSED");
}));

test("without a certificate nobody is known", () =>
  withClient({ ...tls, cert: undefined, key: undefined }, async (tenancy) => {
    const error = await failure(tenancy.tenants.getTenant({ tenantCode: "default" }));
    assert.equal(error.code, StatusCode.UNAUTHENTICATED);
  }));

test("a deadline of nothing has passed", () => withClient({ socketPath }, async (tenancy) => {
  const error = await failure(
    tenancy.tenants.getTenant({ tenantCode: "default" }, { timeoutMs: 0 }));
  assert.equal(error.code, StatusCode.DEADLINE_EXCEEDED);
}));

test("an aborted signal cancels", () => withClient({ socketPath }, async (tenancy) => {
  const error = await failure(tenancy.tenants.getTenant(
    { tenantCode: "default" }, { signal: AbortSignal.abort() }));
  assert.equal(error.code, StatusCode.CANCELLED);
  const controller = new AbortController();
  const states = tenancy.health.watch({}, { signal: controller.signal });
  assert.equal((await states.next()).value.status, 1);
  const waiting = states.next();
  controller.abort();
  assert.equal((await failure(waiting)).code, StatusCode.CANCELLED);
}));

test("a watch begins with what is there, and goes on with changes", () =>
  withClient({ socketPath }, async (tenancy) => {
    const tenantCode = await newTenant(tenancy);
    const set = (configKey) => tenancy.configurations.setConfiguration({
      tenantCode, configKey, configType: v1.ConfigType.FEATURE, configValue: { json: "true" } });
    await set("before");
    const seen = [];
    const request = Object.freeze({ tenantCode });
    for await (const { type, configuration } of tenancy.watchConfigurations(request)) {
      seen.push([type, configuration?.configKey]);
      if (type === v1.WatchEventType.SNAPSHOT_COMPLETE) await set("after");
      if (type === v1.WatchEventType.CHANGED) break;
    }
    assert.deepEqual(seen, [
      [v1.WatchEventType.SNAPSHOT, "before"], [v1.WatchEventType.SNAPSHOT_COMPLETE, undefined],
      [v1.WatchEventType.CHANGED, "after"]]);
  }));

test("an aborted signal ends a watch", () => withClient({ socketPath }, async (tenancy) => {
  const tenantCode = await newTenant(tenancy);
  const controller = new AbortController();
  const error = await failure((async () => {
    const options = { signal: controller.signal, heartbeats: true };
    for await (const event of tenancy.watchActivity({ tenantCode }, options)) {
      assert.ok(event.resumeToken);
      controller.abort();
    }
  })());
  assert.equal(error.code, StatusCode.CANCELLED);
}));

test("no server is UNAVAILABLE", () =>
  withClient({ socketPath: "/nonexistent/socket" }, async (tenancy) => {
    const error = await failure(
      tenancy.tenants.getTenant({ tenantCode: "default" }, { timeoutMs: 1000 }));
    assert.equal(error.code, StatusCode.UNAVAILABLE);
  }));

test("a closed client refuses", async () => {
  const tenancy = new TenancyClient({ socketPath });
  await tenancy.tenants.getTenant({ tenantCode: "default" });
  tenancy.close();
  const error = await failure(tenancy.tenants.getTenant({ tenantCode: "default" }));
  assert.equal(error.code, StatusCode.CANCELLED);
});

async function withListener(serve, body) {
  const folder = mkdtempSync(join(tmpdir(), "node-"));
  const path = join(folder, "s");
  const listener = net.createServer(serve);
  await new Promise((resolve) => listener.listen(path, resolve));
  const sockets = new Set();
  listener.on("connection", (socket) => sockets.add(socket));
  try {
    await withClient({ socketPath: path }, body);
  } finally {
    for (const socket of sockets) socket.destroy();
    listener.close();
    rmSync(folder, { recursive: true });
  }
}

test("a server that reads nothing holds nobody up", () => withListener(
  (socket) => socket.pause(),
  async (tenancy) => {
    const error = await failure(tenancy.quota.consume(
      { tenantCode: "x".repeat(3_000_000), resource: v1.Resource.API_CALLS, amount: 1 },
      { timeoutMs: 200 }));
    assert.equal(error.code, StatusCode.DEADLINE_EXCEEDED);
  }));

test("a pause before a retry ends with its signal", () => withClient(
  { socketPath: "/nonexistent/tenancyd.sock" }, async (tenancy) => {
    const abort = new AbortController();
    const call = failure(tenancy.quota.checkQuota({ tenantCode: "x" }, { signal: abort.signal }));
    // It fails at once and rests, for seconds; aborting ends that.
    setTimeout(() => abort.abort(), 50);
    assert.equal((await call).code, StatusCode.CANCELLED);
  }, { retry: { delayMinMs: 4_000, delayMaxMs: 4_000 } }));

test("a client whose calls have ended keeps no program alive", async () => {
  const program = `
    import { TenancyClient } from ${JSON.stringify(new URL("../src/index.js", import.meta.url))};
    const tenancy = new TenancyClient({ socketPath: ${JSON.stringify(socketPath)} });
    await tenancy.health.check({});
    const watch = await tenancy.activity.watchActivity();
    watch.cancel();`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], { timeout: 20_000 });
  assert.equal(await new Promise((resolve) => child.on("exit", resolve)), 0);
});
