import { readFile } from "node:fs/promises";
import type { Arena } from "../arena/arena.ts";
import { until } from "../until.ts";

/** The line that a worker logs when it has done something. */
const DONE = { orchestrator: '"msg":"run ended"', "model-caller": '"msg":"call ended"' } as const;

/** Waits until every worker has done something since now, under a load that gives each enough to do; gives how long that took. */
export async function untilAllWork({ stack }: Arena): Promise<number> {
  const beganMs = performance.now();
  const workers = stack.processes.flatMap(({ service, logFile }) =>
    service === "orchestrator" || service === "model-caller" ? [{ logFile, done: DONE[service] }] : [],
  );
  const count = async ({ logFile, done }: (typeof workers)[number]): Promise<number> =>
    (await readFile(logFile, "utf8")).split(done).length;
  const before = await Promise.all(workers.map(count));
  await until(
    "all workers to work again",
    async () => {
      const now = await Promise.all(workers.map(count));
      return now.every((ended, index) => ended > (before[index] ?? 0));
    },
    60_000,
  );
  return Math.round(performance.now() - beganMs);
}
