import type { Params } from "@composite-llm/contracts";
import { shardOf } from "@composite-llm/core";
import { outputCapOf } from "@composite-llm/pricing";
import { type Ask, callsQueue, type CellClaim, type WaitingJob } from "@composite-llm/queue";
import type { CallDeps } from "./call-deps.ts";
import type { CallTarget } from "./call-target.ts";

/** How far behind everybody who waits for an answer what nobody waits for comes. */
const BATCH_CLASS = 3;

/** By what a call is known to the limits: that of a step, whichever of its dispatches asks. */
export function ticketOf({ run, step }: Pick<CellClaim, "run" | "step">): string {
  return `${run}/${step.step}`;
}

export function waitingJobOf({ run, job }: Pick<CellClaim, "run" | "job">): WaitingJob {
  return { shard: shardOf(run), queue: callsQueue(job.provider), id: `${run}.${job.dispatch}` };
}

/**
 * What a call asks of its provider's limits before it is sent.
 *
 * @param mayDefer whether it can wait as a job, where nobody holds it
 */
export async function toAsk(claim: CellClaim, target: CallTarget, params: Params, mayDefer: boolean, deps: CallDeps): Promise<Ask> {
  const { job, step } = claim;
  const learned = await deps.limits.learned(job.provider, step.model, step.role);
  return {
    ticket: ticketOf(claim),
    provider: job.provider,
    model: step.model,
    role: step.role,
    caller: job.caller,
    weight: deps.weightOf(job.caller),
    class: step.rank + (job.priority === "batch" ? BATCH_CLASS : 0),
    estimate: await target.estimate({ model: step.model, messages: job.prompts[step.prompt] ?? [], params }, learned),
    outputCap: outputCapOf(params),
    untilMs: job.deadlineMs,
    job: mayDefer ? waitingJobOf(claim) : null,
  };
}
