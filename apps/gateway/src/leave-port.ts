import { type Server as HttpServer } from "node:http";
import { Server } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock } from "@composite-llm/core";

/** So many turns of the event loop in a row in which nobody came. */
const QUIET_TURNS = 2;
/** How long a turn counts as short: nobody can have come in it unseen. */
const SHORT_TURN_MS = 0.1;
/** A busy process has no short turns; the longer it waits, the longer they may be, by this share of the time. */
const PATIENCE = 0.01;
/** Under a load that leaves no turn without a newcomer, those who wait then are lost. */
const LONGEST_MS = 5000;

/**
 * Stops listening, and takes first whoever waits to be accepted: the kernel would reset those, also when other processes listen on the same port.
 * Connections stay; the server emits `close` when the last one is gone.
 */
export async function leavePort(server: HttpServer, clock: Clock): Promise<void> {
  let newcomers = 0;
  const count = (): void => {
    newcomers += 1;
  };
  server.on("connection", count);
  const startedMs = clock.monotonicMs();
  let quiet = 0;
  let nowMs = startedMs;
  while (quiet < QUIET_TURNS && nowMs - startedMs < LONGEST_MS) {
    const before = { newcomers, nowMs };
    // One connection is accepted a turn.
    await nextTurn();
    nowMs = clock.monotonicMs();
    const isShort = nowMs - before.nowMs < SHORT_TURN_MS + (nowMs - startedMs) * PATIENCE;
    quiet = newcomers === before.newcomers && isShort ? quiet + 1 : 0;
  }
  server.off("connection", count);
  // The HTTP server's own `close` would close idle connections at once, on which the next request may be on its way.
  Server.prototype.close.call(server);
}
