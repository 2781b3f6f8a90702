// Makes the calls that the conformance runner asks for; see Interop/conformance/README.md.

import readline from "node:readline";
import { parseArgs } from "node:util";

import { Channel } from "../src/channel.js";
import { TenancyError } from "../src/errors.js";
import { methods } from "../src/generated/services.js";

const [echoPath, ...rest] = process.argv.slice(2);
const { methods: echo } = await import(echoPath);
const { values } = parseArgs({
  args: rest,
  options: Object.fromEntries(
    ["unix", "tls", "ca", "cert", "key"].map((name) => [name, { type: "string" }])),
});
const [host, port] = values.tls?.split(":") ?? [];
const target = values.unix
  ? { socketPath: values.unix }
  : { host, port: Number(port), ca: values.ca, cert: values.cert, key: values.key };
const channel = new Channel(target, { timeoutMs: 0 });

const bytes = (text) => Uint8Array.from(Buffer.from(text === "." ? "" : text, "hex"));
const text = (hex) => Buffer.from(hex, "hex").toString("utf8");
const hex = (data) => Buffer.from(data).toString("hex");

function find(service, name) {
  const key = `${service}/${name}`;
  const known = methods[key] ?? echo[key];
  return known ?? { ...echo["ttrpc.testing.v1.EchoService/Unary"], service, name };
}

async function collect(kind, method, requests, options, cancelAfter, keepOne) {
  let count = 0;
  // Leaving an iteration gives the call up.
  const keep = (answer) => {
    keepOne(answer);
    count += 1;
    if (count === cancelAfter) throw new TenancyError(1, "");
  };
  if (kind === "unary") return keep(await channel.unary(method, requests[0], options));
  if (kind === "server") {
    for await (const answer of channel.serverStream(method, requests[0], options)) keep(answer);
    return undefined;
  }
  const call = await channel.stream(method, options);
  if (kind === "client") {
    for (const request of requests) await call.send(request);
    return keep(await call.response());
  }
  try {
    for (const request of requests) {
      await call.send(request);
      const { done, value } = await call.next();
      if (!done) keep(value);
    }
    if (cancelAfter === 0) call.doneSending();
    for await (const answer of call) keep(answer);
  } finally {
    call.cancel();
  }
  return undefined;
}

async function answer(line) {
  const [kind, service, name, timeout, cancel, pairs, bodies] = line.split(" ");
  const method = find(service, name);
  const requests = bodies === "-" ? [] : bodies.split(",").map((b) => method.request.decode(bytes(b)));
  const options = {
    timeoutMs: Number(timeout) || undefined,
    metadata: pairs === "-" ? [] : pairs.split(",").map((pair) => pair.split("=").map(text)),
  };
  const responses = [];
  const keep = (message) => responses.push(hex(method.response.encode(message)) || ".");
  let code = 0, message = "-", details = "-";
  try {
    await collect(kind, method, requests, options, Number(cancel), keep);
  } catch (error) {
    if (!(error instanceof TenancyError)) throw error;
    code = error.code;
    message = hex(Buffer.from(error.statusMessage)) || "-";
    details = error.details.map((d) => `${hex(Buffer.from(d.typeUrl))}=${hex(d.value)}`).join(",") || "-";
  }
  return [code, message, details, responses.join(",") || "-"].join(" ");
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  process.stdout.write(`${await answer(line)}\n`);
}
channel.close();
