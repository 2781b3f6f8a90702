// Client of the BFC tenancy control plane.

import { Channel } from "./channel.js";
import { methods, services, watches } from "./generated/services.js";
import { watch } from "./watch.js";

export { StatusCode, TenancyError } from "./errors.js";
export * as v1 from "./generated/messages.js";

/** The tenancy service: a stub for each of its services, and its watches, over one connection. */
export class TenancyClient {
  constructor(target, { apiKey, metadata = [], ...options } = {}) {
    const bearer = apiKey === undefined ? [] : [["authorization", `Bearer ${apiKey}`]];
    this.channel = new Channel(target, { ...options, metadata: [...metadata, ...bearer] });
    Object.assign(this, services(this.channel));
    for (const [name, key] of Object.entries(watches)) {
      this[name] = (request, options) => watch(this.channel, methods[key], request, options);
    }
  }

  /** Ends every call in flight and closes the connection. */
  close() {
    this.channel.close();
  }
}
