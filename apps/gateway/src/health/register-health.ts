import { type HealthChecks, runHealthChecks, type Version } from "@composite-llm/runtime";
import type { FastifyInstance } from "fastify";

export interface HealthOptions {
  ready: HealthChecks;
  version: Version;
}

/** What the platform asks: `/health/live`, `/health/ready`, `/version`. Open to everybody, and tells nobody anything. */
export function registerHealth(app: FastifyInstance, { ready, version }: HealthOptions): void {
  app.get("/health/live", (_request, reply) => reply.header("cache-control", "no-store").send({ status: "ok" }));
  app.get("/health/ready", async (_request, reply) => {
    const { status, body } = await runHealthChecks(ready);
    return reply.code(status).header("cache-control", "no-store").send(body);
  });
  app.get("/version", (_request, reply) => reply.send(version));
}
