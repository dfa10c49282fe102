import { type RunObject, type RunPlan, toRunObject } from "@composite-llm/contracts";
import type { RunId } from "@composite-llm/core";
import { GOES_ON, type Submission } from "@composite-llm/queue";
import type { FastifyReply } from "fastify";
import { runHeaders } from "../chat/answer-headers.ts";
import type { RunsDeps } from "./runs-deps.ts";
import { showRun } from "./show-run.ts";

/** A run that is accepted but cannot be read just now: its client must still learn its id, or it would pay for another one. */
function asAccepted(run: RunId, plan: RunPlan, retryOf: RunId | null): RunObject {
  const createdAtMs = plan.createdAtMs;
  const deadlineAtMs = createdAtMs + plan.totalDeadlineMs;
  const times = { createdAtMs, startedAtMs: null, endedAtMs: null, deadlineAtMs, parkedUntilMs: null, expiresAtMs: deadlineAtMs };
  const nothing = { settled: [], open: [], unreported: 0, quarantined: [] };
  const journal = { entered: new Map<string, number>(), released: new Map<string, string>(), ...nothing };
  return toRunObject({ run, state: "queued", plan, ...times, retryOf, quarantined: null, outcome: null }, journal, createdAtMs);
}

/** Hands in a run that goes on without its client, and answers as soon as it is accepted. */
export async function acceptRun(
  deps: RunsDeps,
  plan: RunPlan,
  wish: Pick<Submission, "idempotencyKey" | "fingerprint" | "inheritFrom">,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { gate, logger } = deps;
  const { run } = await gate.submit(plan, { ...wish, graceMs: GOES_ON, follow: null, twin: "none" });
  const stored = await gate.read(run).catch((error: unknown) => {
    logger.warn({ err: error, run }, "an accepted run could not be read");
    return null;
  });
  const shown = stored === null ? null : await showRun(stored, deps).catch(() => null);
  return reply
    .code(202)
    .headers({ ...runHeaders(run, stored?.plan ?? plan), location: `/v1/runs/${run}` })
    .send(shown ?? asAccepted(run, plan, wish.inheritFrom));
}
