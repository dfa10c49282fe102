import { Queue } from "bullmq";
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from "vitest";
import { openProtocolBench, type ProtocolBench } from "../fixtures/protocol-bench.ts";
import { GOES_ON } from "../gate/run-gate.ts";
import { createKeys } from "../run/run-keys.ts";
import { openWebhookDesk, type WebhookDeskOptions } from "./open-webhook-desk.ts";
import type { WebhookDesk, WebhookTask } from "./webhook-desk.ts";
import { emptyOutbox } from "./webhook-outbox.ts";
import { WEBHOOK_JOB } from "./webhook-retries.ts";

const webhook = { url: "https://example.org/hook", secret: "billing" };

let bench: ProtocolBench;
let queue: Queue;
const desks: WebhookDesk[] = [];

beforeAll(async () => {
  bench = await openProtocolBench(inject("redisUrl"));
  queue = new Queue("webhooks", { connection: { url: inject("redisUrl") }, prefix: `${bench.prefix}:q` });
});
afterEach(async () => {
  await Promise.all(desks.splice(0).map((desk) => desk.close(0)));
});
afterAll(async () => {
  await queue.close();
  await bench.close();
});

function open(send: WebhookDeskOptions["send"]): void {
  desks.push(openWebhookDesk({ url: inject("redisUrl"), prefix: bench.prefix, onError: () => undefined, concurrency: 10, send }));
}

async function endedRun(changes: object = { webhook }) {
  const { run } = await bench.submit(changes, { graceMs: GOES_ON, follow: null });
  await bench.gate.cancel(run);
  return run;
}

const isDue = (run: string) => bench.redis.zscore(`${bench.prefix}:webhooks`, run);
const stateOf = (run: string) => bench.redis.hget(`${bench.prefix}:run:${run}`, "webhook");
const PATIENT = { timeout: 15_000, interval: 50 };

describe("the webhook of a run", () => {
  it("is due in the same step in which the run ends, and not before; without one nothing is", async () => {
    const { run } = await bench.submit({ webhook }, { graceMs: GOES_ON, follow: null });
    expect(await isDue(run)).toBeNull();
    await bench.gate.cancel(run);
    await bench.gate.cancel(run);
    expect(await isDue(run)).not.toBeNull();
    expect(await isDue(await endedRun({}))).toBeNull();
  });

  it("is sent once, whoever looks for it, with the run as it ended", async () => {
    const tasks: WebhookTask[] = [];
    const send = vi.fn(async (task: WebhookTask) => {
      tasks.push(task);
      return "delivered" as const;
    });
    for (let desk = 0; desk < 3; desk += 1) open(send);
    const runs = await Promise.all([1, 2, 3, 4].map(() => endedRun()));
    for (const run of runs) await vi.waitFor(async () => expect(await stateOf(run)).toBe("delivered"), PATIENT);
    const mine = tasks.filter(({ stored }) => runs.includes(stored.run));
    expect(mine.map(({ stored }) => stored.run).toSorted()).toEqual(runs.toSorted());
    expect(mine[0]).toMatchObject({ webhook, tryNumber: 1, isLastTry: false, stored: { state: "cancelled", outcome: { kind: "error" } } });
  });

  it("is not sent again by a job that comes after it was", async () => {
    const send = vi.fn(async () => "delivered" as const);
    open(send);
    const run = await endedRun();
    await vi.waitFor(async () => expect(await stateOf(run)).toBe("delivered"), PATIENT);
    const sent = send.mock.calls.length;
    const again = await queue.add("webhook", { v: 1, run }, { jobId: `${run}.again` });
    await vi.waitFor(async () => expect(await again.getState()).toBe("completed"), PATIENT);
    expect(send).toHaveBeenCalledTimes(sent);
  });

  it("gets one job although whoever gave it one crashed before it was done", async () => {
    const run = await endedRun();
    const keys = createKeys(bench.prefix);
    await emptyOutbox(bench.redis, queue, keys);
    await bench.redis.zadd(keys.dueWebhooks, 1, run);
    await emptyOutbox(bench.redis, queue, keys);
    expect(await isDue(run)).toBeNull();
    expect((await queue.getJobs(["waiting", "active", "delayed"])).filter((job) => job.id === run)).toHaveLength(1);
    await queue.remove(run);
  });

  it("is tried again when it was not taken, and later each time", async () => {
    const tries: number[] = [];
    open(async ({ tryNumber }) => {
      tries.push(tryNumber);
      return tryNumber < 3 ? "failed" : "delivered";
    });
    const run = await endedRun();
    for (const done of [1, 2]) {
      await vi.waitFor(async () => expect(await queue.getJobState(run)).toBe("delayed"), PATIENT);
      expect(tries).toHaveLength(done);
      const { delay = 0 } = (await queue.getJob(run)) ?? {};
      expect(delay).toBeGreaterThanOrEqual(5000 * 2 ** (done - 1) * 0.79);
      expect(delay).toBeLessThanOrEqual(5000 * 2 ** (done - 1));
      await (await queue.getJob(run))?.promote();
      await vi.waitFor(() => expect(tries.length).toBeGreaterThan(done), PATIENT);
    }
    await vi.waitFor(async () => expect(await stateOf(run)).toBe("delivered"), PATIENT);
    expect(tries).toEqual([1, 2, 3]);
  });

  it("is given up after the last try, and at once when it may not be sent", async () => {
    open(async ({ stored }) => (stored.plan.webhook?.secret === "gone" ? "refused" : "failed"));
    const refused = await endedRun({ webhook: { ...webhook, secret: "gone" } });
    await vi.waitFor(async () => expect(await stateOf(refused)).toBe("refused"), PATIENT);
    const run = await endedRun();
    for (let tries = 1; tries < WEBHOOK_JOB.attempts; tries += 1) {
      await vi.waitFor(async () => expect(await queue.getJob(run)).toMatchObject({ attemptsMade: tries }), PATIENT);
      await vi.waitFor(async () => (await queue.getJob(run))?.promote(), PATIENT);
    }
    await vi.waitFor(async () => expect(await stateOf(run)).toBe("failed"), PATIENT);
  });

  it("has nothing to tell of a run that was erased", async () => {
    const send = vi.fn(async () => "delivered" as const);
    const run = await endedRun();
    await bench.gate.erase(run);
    open(send);
    await vi.waitFor(async () => expect(await isDue(run)).toBeNull(), PATIENT);
    await vi.waitFor(async () => expect(await queue.getJobState(run)).toBe("completed"), PATIENT);
    expect(send.mock.calls.flat()).not.toContainEqual(expect.objectContaining({ stored: expect.objectContaining({ run }) as object }));
    expect(await bench.redis.exists(`${bench.prefix}:run:${run}`)).toBe(0);
  });
});
