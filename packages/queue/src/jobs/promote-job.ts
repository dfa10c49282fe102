import type { Queue } from "bullmq";
import { isLiveJob } from "./live-job.ts";

/** Lets a job that is put aside be taken up at once. Does nothing for one that is not, or not any more. Gives whether somebody does it, or will. */
export async function promoteJob(queue: Queue, id: string): Promise<boolean> {
  const job = await queue.getJob(id);
  if (job === undefined) return false;
  try {
    await job.promote();
    return true;
  } catch (error) {
    const state = await job.getState();
    if (state === "delayed") throw error;
    // Somebody else was first, or its time was over; or it is done, and nobody takes it up any more.
    return isLiveJob(state);
  }
}
