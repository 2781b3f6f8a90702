// Client of the BFC tenancy control plane.

import { Channel } from "./channel.js";
import { methods, services } from "./generated/services.js";
import { watch } from "./watch.js";

export { StatusCode, TenancyError } from "./errors.js";
export * as v1 from "./generated/messages.js";

/** The tenancy service: a stub for each of its services over one connection. */
export class TenancyClient {
  constructor(target, { apiKey, metadata = [], ...options } = {}) {
    const bearer = apiKey === undefined ? [] : [["authorization", `Bearer ${apiKey}`]];
    this.channel = new Channel(target, { ...options, metadata: [...metadata, ...bearer] });
    Object.assign(this, services(this.channel));
  }

  /** Every change of a tenant's settings, across reconnects. */
  watchConfigurations(request, options) {
    return watch(
      this.channel, methods["bfc.tenancy.v1.ConfigurationService/WatchConfigurations"], request,
      options);
  }

  /** Every new activity of a tenant, across reconnects. */
  watchActivity(request, options) {
    return watch(
      this.channel, methods["bfc.tenancy.v1.ActivityService/WatchActivity"], request, options);
  }

  /** Ends every call in flight and closes the connection. */
  close() {
    this.channel.close();
  }
}
