// Watches that go on by themselves.

import { rest } from "./channel.js";
import { StatusCode, TenancyError } from "./errors.js";
import { WatchEventType } from "./generated/messages.js";

const DELAY_MIN_MS = 50, DELAY_MAX_MS = 5000;

/**
 * The events of a watch, in order and each once.
 *
 * An event is acknowledged when the next one is asked for, so what the caller has not finished with
 * is sent again after a lost connection. The watch goes on after UNAVAILABLE, from the last
 * acknowledged event; any other status ends it.
 */
export async function* watch(channel, method, first, { heartbeats = false, ...options } = {}) {
  let request = { ...first };
  let delay = DELAY_MIN_MS;
  for (;;) {
    let call;
    try {
      call = await channel.stream(method, options);
      await call.send(request);
      for await (const event of call) {
        delay = DELAY_MIN_MS;
        if (event.type !== WatchEventType.HEARTBEAT || heartbeats) yield event;
        if (event.resumeToken) {
          request = { ...request, resumeToken: event.resumeToken };
          await call.send({ acknowledgedToken: event.resumeToken });
        }
      }
      return;
    } catch (error) {
      if (!(error instanceof TenancyError) || error.code !== StatusCode.UNAVAILABLE) throw error;
      const pause = Math.max(delay, error.retryAfterMs ?? 0) * (0.5 + Math.random() / 2);
      delay = Math.min(DELAY_MAX_MS, delay * 2);
      await rest(pause, options.signal);
    } finally {
      call?.cancel();
    }
  }
}
