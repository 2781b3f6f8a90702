// A service behind the middleware, with Express:
//
//   node server.js .data/tenancyd.sock 8080
//   curl -H "authorization: Bearer $KEY" http://localhost:8080/api/whoami

import express from "express";
import { TenancyClient } from "bfc-tenancy";

import { tenancyMiddleware } from "./middleware.js";

const [socketPath = ".data/tenancyd.sock", port = "8080"] = process.argv.slice(2);
const tenancy = new TenancyClient({ socketPath });

const app = express();
app.get("/health", (request, response) => response.json({ ok: true }));
app.use("/api", tenancyMiddleware(tenancy, { permission: "consume" }));
app.get("/api/whoami", (request, response) => {
  const { tenantId, tenantCode } = request.caller;
  response.json({ tenantId: String(tenantId), tenantCode });
});

const server = app.listen(Number(port), "127.0.0.1", () => {
  console.log(`listening on ${server.address().port}`);
});
process.on("SIGTERM", () => server.close(() => tenancy.close()));
