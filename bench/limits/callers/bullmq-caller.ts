/** A worker that keeps limits the way BullMQ offers: jobs per second over all workers, calls at once over all, and a pause of the queue at a 429. */
import { Queue, Worker } from "bullmq";
import { endWithParent, readCallerOrder, RETRY_MS, UNLIMITED_CALLS } from "./caller-order.ts";
import { createCaller } from "./post-call.ts";

const { mockUrl, redisUrl, redisPrefix: prefix, call, limits } = readCallerOrder();
endWithParent();
const post = createCaller(mockUrl, call);
const { hostname: host, port } = new URL(redisUrl);
const connection = { host, port: Number(port), maxRetriesPerRequest: null };
const queue = new Queue("calls", { connection, prefix });
if (limits?.concurrent !== undefined) await queue.setGlobalConcurrency(limits.concurrent);

const perMinute = limits?.requests_per_minute;
const worker = new Worker(
  "calls",
  async () => {
    const { status, retryAfterMs } = await post();
    if (status === 200) return;
    await queue.rateLimit(retryAfterMs ?? RETRY_MS);
    throw Worker.RateLimitError();
  },
  {
    connection,
    prefix,
    concurrency: limits?.concurrent ?? UNLIMITED_CALLS,
    removeOnComplete: { count: 0 },
    // Per second, not per minute: the burst at the begin of each window stays small.
    ...(perMinute === undefined ? {} : { limiter: { max: Math.max(1, Math.floor(perMinute / 60)), duration: 1000 } }),
  },
);
worker.on("error", () => undefined);
await worker.waitUntilReady();
process.send?.("ready");
