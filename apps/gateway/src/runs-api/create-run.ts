import { parseChatRequest, parseJsonBody } from "@composite-llm/openai-api";
import type { FastifyReply, FastifyRequest } from "fastify";
import { traceIdOf } from "../http/incoming-trace.ts";
import { readBody } from "../http/read-body.ts";
import { readIdempotencyKey } from "../runs/to-wish.ts";
import { acceptRun } from "./accept-run.ts";
import type { RunsDeps } from "./runs-deps.ts";

/** `POST /v1/runs`: any body of a chat completion. Everything that can be refused is refused before the run is handed in. */
export function createRun(deps: RunsDeps, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const chat = parseChatRequest(parseJsonBody(readBody(request)), "runs");
  const { plan, fingerprint } = deps.settings().planner.plan(chat, {
    caller: request.caller,
    traceId: traceIdOf(request.headers, deps.randomBytes),
    seed: deps.randomBytes(4).readUInt32BE(),
    nowMs: deps.clock.now(),
    background: true,
  });
  return acceptRun(deps, plan, { idempotencyKey: readIdempotencyKey(request.headers), fingerprint, inheritFrom: null }, reply);
}
