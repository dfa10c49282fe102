import { parseCallJob } from "@composite-llm/contracts";
import { claimOf, type TakenJob } from "@composite-llm/queue";
import type { CallDeps } from "./call-deps.ts";
import { makeCall } from "./make-call.ts";

/**
 * Makes all calls of a job at once; each is committed by itself. When this process ends, the calls that were sent are waited for and the job is handed
 * back for the others. Rejects otherwise only when Redis fails: the job is then taken up again.
 */
export async function processCallJob(taken: TakenJob, deps: CallDeps): Promise<void> {
  const job = parseCallJob(taken.data);
  const ended = await Promise.allSettled(job.steps.map((step) => makeCall(claimOf(job, step, taken.fence), deps)));
  const failed = ended.find((end) => end.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  if (ended.some((end) => end.status === "fulfilled" && end.value === "handed_back")) throw await taken.handBack();
}
