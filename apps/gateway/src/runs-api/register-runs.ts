import type { FastifyInstance } from "fastify";
import { createRun } from "./create-run.ts";
import { deleteRun } from "./delete-run.ts";
import { followEvents } from "./follow-events.ts";
import { listRuns } from "./list-runs.ts";
import { readRun } from "./read-run.ts";
import type { Query } from "./query.ts";
import { retryRun } from "./retry-run.ts";
import type { RunsDeps } from "./runs-deps.ts";

interface OneRun {
  Params: { run: string };
  Querystring: Query;
}

/** `/v1/runs`: runs that need no client to wait for them. */
export function registerRuns(app: FastifyInstance, deps: RunsDeps): void {
  app.post("/v1/runs", (request, reply) => createRun(deps, request, reply));
  app.get<{ Querystring: Query }>("/v1/runs", (request) => listRuns(deps, request, request.query));
  app.get<OneRun>("/v1/runs/:run", (request) => readRun(deps, request, request.params.run));
  app.delete<OneRun>("/v1/runs/:run", (request) => deleteRun(deps, request, request.params.run, request.query));
  app.post<OneRun>("/v1/runs/:run/retry", (request, reply) => retryRun(deps, request, request.params.run, reply));
  // Without its HEAD, which would follow the run too.
  app.get<OneRun>("/v1/runs/:run/events", { exposeHeadRoute: false }, (request, reply) =>
    followEvents(deps, request, request.params.run, request.query, reply),
  );
}
