import { parseCallJob } from "@composite-llm/contracts";
import { claimOf, type TakenJob } from "@composite-llm/queue";
import type { CallDeps } from "./call-deps.ts";
import { makeCall } from "./make-call.ts";

/** Makes all calls of a job at once; each is committed by itself. Rejects only when Redis fails: the job is then taken up again. */
export async function processCallJob({ data, fence }: TakenJob, deps: CallDeps): Promise<void> {
  const job = parseCallJob(data);
  const ended = await Promise.allSettled(job.steps.map((step) => makeCall(claimOf(job, step, fence), deps)));
  const failed = ended.find((end) => end.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}
