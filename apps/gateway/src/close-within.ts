import { once } from "node:events";
import type { Clock } from "@composite-llm/core";
import type { FastifyInstance } from "fastify";
import type { LastAnswers } from "./last-answers.ts";
import { leavePort } from "./leave-port.ts";
import type { UnusedConnections } from "./unused-connections.ts";

export interface CloseOptions {
  unused: UnusedConnections;
  lastAnswers: LastAnswers;
  /** Whether others listen on the same port: a client must not notice that this process goes. */
  sharesPort: boolean;
  /** How long answers under way may go on. */
  graceMs: number;
  /** Tells answers that outlast the grace time that they end. */
  cutOff(): void;
  clock: Clock;
}

/** How often connections are closed that fell idle: a kept-alive one would hold the process for its whole time-out. */
const SWEEP_MS = 50;

/**
 * Takes no new connection and waits until every answer under way is out. Where others share the port, idle connections are left to their clients, or
 * to their time-out: closing one would fail the request that may be on its way. What is left after the grace time is told, and its connection closed.
 */
export async function closeWithin(app: FastifyInstance, options: CloseOptions): Promise<void> {
  const { server } = app;
  options.lastAnswers.begin();
  const gone = server.listening ? once(server, "close") : null;
  if (gone !== null) await leavePort(server, options.clock);
  const cut = setTimeout(() => {
    options.cutOff();
    // What was just written leaves first.
    setImmediate(() => server.closeAllConnections());
  }, options.graceMs);
  let sweep: NodeJS.Timeout | undefined;
  try {
    if (options.sharesPort) await gone;
    sweep = setInterval(() => {
      server.closeIdleConnections();
      options.unused.close();
    }, SWEEP_MS);
    await app.close();
  } finally {
    clearTimeout(cut);
    clearInterval(sweep);
  }
}
