import type { RunPlan } from "@composite-llm/contracts";
import { isRecord } from "@composite-llm/core";
import { invalidRequest, parseJsonBody } from "@composite-llm/openai-api";
import type { FastifyReply, FastifyRequest } from "fastify";
import { traceIdOf } from "../http/incoming-trace.ts";
import { readBody } from "../http/read-body.ts";
import { retryFingerprint } from "../plan/fingerprint.ts";
import { readIdempotencyKey } from "../runs/to-wish.ts";
import { acceptRun } from "./accept-run.ts";
import { findRun } from "./find-run.ts";
import type { RunsDeps } from "./runs-deps.ts";

/** A retry repeats what was asked for: it takes no body but an empty one. */
function checkBody(bytes: Uint8Array): void {
  if (bytes.length === 0) return;
  const body = parseJsonBody(bytes);
  if (!isRecord(body)) throw invalidRequest(null, "The body must be empty or {}.");
  const [field] = Object.keys(body);
  if (field !== undefined) throw invalidRequest(field, `A retry repeats the run as it was, so ${field} cannot be set: leave it out.`);
}

/** `POST /v1/runs/{id}/retry`: the same plan again, beginning with what the failed run had paid for. */
export async function retryRun(deps: RunsDeps, request: FastifyRequest, id: string, reply: FastifyReply): Promise<FastifyReply> {
  checkBody(readBody(request));
  const idempotencyKey = readIdempotencyKey(request.headers);
  const failed = await findRun(deps.gate, id, request.caller);
  if (failed.state !== "failed") {
    throw invalidRequest(null, `Run ${failed.run} is ${failed.state}: only a run that failed can be retried.`);
  }
  deps.settings().planner.checkAgain(failed.plan, request.caller);
  const plan: RunPlan = {
    ...failed.plan,
    delivery: { ...failed.plan.delivery, stream: true },
    background: true,
    traceId: traceIdOf(request.headers, deps.randomBytes),
    createdAtMs: deps.clock.now(),
  };
  const fingerprint = retryFingerprint(request.caller.name, failed.run);
  return acceptRun(deps, plan, { idempotencyKey, fingerprint, inheritFrom: failed.run }, reply);
}
