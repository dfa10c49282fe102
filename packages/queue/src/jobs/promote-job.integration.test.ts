import { randomBytes } from "node:crypto";
import { Queue, UnrecoverableError, Worker } from "bullmq";
import { afterAll, expect, inject, it, vi } from "vitest";
import { connectRedis } from "../redis/connect-redis.ts";
import { promoteJob } from "./promote-job.ts";

const prefix = `t${randomBytes(6).toString("hex")}`;
const target = { url: inject("redisUrl"), prefix, onError: () => undefined };
const connections = [connectRedis(target, "producer"), connectRedis(target, "worker")] as const;
const queue = new Queue("q", { connection: connections[0], prefix });
const worker = new Worker(
  "q",
  async (job) => {
    if (job.name === "fails") throw new UnrecoverableError("no");
  },
  { connection: connections[1], prefix, autorun: false },
);

afterAll(async () => {
  await worker.close();
  await queue.obliterate({ force: true });
  await queue.close();
  for (const connection of connections) connection.disconnect();
});

it("brings a job back as long as somebody does it, or will", async () => {
  await queue.add("works", {}, { jobId: "r.0", delay: 60_000 });
  expect([await promoteJob(queue, "r.0"), await promoteJob(queue, "r.0")]).toEqual([true, true]);
  await queue.add("works", {}, { jobId: "r.1" });
  await queue.add("fails", {}, { jobId: "r.2" });
  void worker.run();
  for (const [id, state] of [
    ["r.1", "completed"],
    ["r.2", "failed"],
  ] as const) {
    await vi.waitFor(async () => expect(await queue.getJobState(id)).toBe(state), { timeout: 10_000 });
    expect(await promoteJob(queue, id)).toBe(false);
  }
  expect(await promoteJob(queue, "never-there")).toBe(false);
});
