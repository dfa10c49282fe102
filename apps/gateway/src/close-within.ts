import type { FastifyInstance } from "fastify";
import type { UnusedConnections } from "./unused-connections.ts";

/** How often connections are closed that fell idle: a kept-alive one would hold the process for its whole time-out. */
const SWEEP_MS = 50;

/**
 * Takes no new connection and waits until every answer under way is out. What is left after the grace time is told by `cutOff`,
 * and its connection closed.
 */
export async function closeWithin(app: FastifyInstance, unused: UnusedConnections, graceMs: number, cutOff: () => void): Promise<void> {
  const sweep = setInterval(() => {
    app.server.closeIdleConnections();
    unused.close();
  }, SWEEP_MS);
  const cut = setTimeout(() => {
    cutOff();
    // What was just written leaves first.
    setImmediate(() => app.server.closeAllConnections());
  }, graceMs);
  try {
    await app.close();
  } finally {
    clearTimeout(cut);
    clearInterval(sweep);
  }
}
