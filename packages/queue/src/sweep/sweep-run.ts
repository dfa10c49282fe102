import type { RunError } from "@composite-llm/contracts";
import { ApiError, type RunId } from "@composite-llm/core";
import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { CANCELLED } from "../gate/cancelled.ts";
import { ORPHAN_MS } from "../gate/event-hub.ts";
import { isInboxRead } from "../inbox/inbox.ts";
import { isLiveJob } from "../jobs/live-job.ts";
import { promoteJob } from "../jobs/promote-job.ts";
import type { Keys } from "../run/run-keys.ts";
import type { RunScripts } from "../run/run-scripts.ts";

/** How far beyond its deadline a run must be: its owner, if it has one, ends it by itself. */
const LATE_MS = 2000;

export type Swept = "ended" | "cancelled" | "failed" | "revived" | "promoted" | "left";

export interface SweepPorts {
  commands: Redis;
  scripts: RunScripts;
  keys: Keys;
  runs: Queue;
}

function tooLate(): string {
  const error = new ApiError("deadline_exceeded", "The run did not end within its time.");
  return JSON.stringify({ status: error.status, headers: error.headers, error: error.body } satisfies RunError);
}

/**
 * Looks after one open run: ends it when nobody waits for it or its time is over, and gives it a new job when the one it had is gone.
 *
 * @param nowMs Redis time
 */
export async function sweepRun(run: RunId, nowMs: number, { commands, scripts, keys, runs }: SweepPorts): Promise<Swept> {
  const [state, jobs, deadline, parkedUntil, inbox] = await commands.hmget(keys.run(run), "state", "jobs", "deadline", "parked", "inbox");
  if (typeof state !== "string" || typeof jobs !== "string" || typeof deadline !== "string") {
    await scripts.revive(run, "");
    return "ended";
  }
  const [, became] = await scripts.detach(run, "", "", CANCELLED, ORPHAN_MS);
  if (became === "cancelled" || became === "ended") return became;
  if (nowMs > Number(deadline) + LATE_MS) {
    await scripts.finish(run, "failed", "", "error", tooLate());
    return "failed";
  }
  const jobState = await runs.getJobState(`${run}.${jobs}`);
  if (jobState === "delayed" && typeof parkedUntil === "string") {
    // Whoever put it aside hears of what comes for it, as long as there is somebody.
    if (nowMs <= Number(parkedUntil) && (await isInboxRead(commands, inbox ?? ""))) return "left";
    await promoteJob(runs, `${run}.${jobs}`);
    return "promoted";
  }
  if (isLiveJob(jobState)) return "left";
  const [outcome, number] = await scripts.revive(run, jobs);
  if (outcome !== "ok") return outcome === "known" ? "left" : "ended";
  await runs.add("run", { v: 1, run }, { jobId: `${run}.${String(number)}` });
  return "revived";
}
