import type { Queue } from "bullmq";

/** Lets a job that is put aside be taken up at once. Does nothing for one that is not, or not any more. Gives whether there is such a job. */
export async function promoteJob(queue: Queue, id: string): Promise<boolean> {
  const job = await queue.getJob(id);
  if (job === undefined) return false;
  try {
    await job.promote();
  } catch (error) {
    // Somebody else was first, or its time was over.
    if (await job.isDelayed()) throw error;
  }
  return true;
}
