import type { RunObject } from "@composite-llm/contracts";
import type { FastifyRequest } from "fastify";
import { findRun } from "./find-run.ts";
import type { RunsDeps } from "./runs-deps.ts";
import { showRun } from "./show-run.ts";

/** `GET /v1/runs/{id}`: the run as it stands, with its result once it has one. */
export async function readRun(deps: RunsDeps, request: FastifyRequest, id: string): Promise<RunObject> {
  return showRun(await findRun(deps.gate, id, request.caller), deps);
}
