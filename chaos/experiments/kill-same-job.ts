import { randomUUID } from "node:crypto";
import type { Arena } from "../arena/arena.ts";
import { readLedger } from "../evidence/read-ledger.ts";
import { forkedFor } from "../inject/forked-processes.ts";
import { callerOf } from "../inject/find-process.ts";
import { killProcess } from "../inject/kill-process.ts";
import { followEvents } from "../load/follow-events.ts";
import { until } from "../until.ts";
import type { ClientRecord } from "../load/client-record.ts";

/** No other load asks for it. */
const MODEL = "gpt-4o-mock-latency-4000";
/** So many deaths are met by the worker itself; from then on the call is alone in a process. */
const SHARED_DEATHS = 3;

/** Ends the process that has the call in hand, as soon as its request is with the provider. */
async function killHolder(arena: Arena, run: string, deaths: number): Promise<void> {
  await until(
    `request ${deaths + 1} of the call`,
    async () => (await readLedger(arena.stack, run)).filter(({ endedMs }) => endedMs === null).length > 0,
    40_000,
  );
  if (deaths < SHARED_DEATHS) {
    const holder = await until("its caller", () => callerOf(arena, run, "final"));
    await killProcess(arena, holder);
    return;
  }
  const alone = await until("its own process", async () => {
    const forked = await forkedFor(arena, run);
    return forked.length > deaths - SHARED_DEATHS ? forked : null;
  });
  // Whichever is the one that lives: the others are gone already.
  const fromMs = Date.now();
  for (const { pid, worker } of alone) {
    try {
      process.kill(pid, "SIGKILL");
      arena.disturbances.push({ kind: "killed", of: worker, fromMs, untilMs: fromMs });
    } catch {
      // It died before.
    }
  }
  await until("the end of its request", async () => (await readLedger(arena.stack, run)).every(({ endedMs }) => endedMs !== null));
}

/** Has one call meet so many deaths of whoever makes it; gives what its client saw. */
export async function killSameCall(arena: Arena, deaths: number): Promise<ClientRecord> {
  const fields = { model: `openai/${MODEL}`, total_deadline_ms: 250_000 };
  const asked = followEvents({ gatewayUrl: arena.stack.gatewayUrl, fields, idempotencyKey: randomUUID() });
  const run = await until("its run", async () => (await readLedger(arena.stack)).find(({ model }) => model === MODEL)?.run);
  for (let count = 0; count < deaths; count += 1) {
    arena.say(`  death ${count + 1}`);
    await killHolder(arena, run, count);
  }
  return asked;
}
