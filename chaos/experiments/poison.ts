import type { Arena } from "../arena/arena.ts";
import { killProcess } from "../inject/kill-process.ts";
import { askJson } from "../load/ask-json.ts";
import { followEvents } from "../load/follow-events.ts";
import { pause } from "../until.ts";
import { randomUUID } from "node:crypto";
import type { ClientRecord } from "../load/client-record.ts";
import type { Expectation, Experiment } from "./experiment.ts";
import { everyClientAnswered } from "./expectations.ts";
import { killSameCall } from "./kill-same-job.ts";

const DEATHS = 12;
const PANEL = {
  model: "composite/moa/openai/gpt-4o",
  proposers: ["openai/gpt-4o-mini-mock-latency-500", "anthropic/claude-haiku-4-5-mock-latency-500"],
};
const POISON_RUN = "composite/poison/openai/gpt-4o-mini";

/** A strategy that ends whatever process executes it. */
const STRATEGY = `
import { defineStrategy } from "@composite-llm/strategies";
import { z } from "zod";

export const strategy = defineStrategy({
  name: "poison",
  description: "Kills its process.",
  options: z.strictObject({}),
  plan: ({ base }) => ({ stages: [], final: { role: "single", member: base, field: "model" } }),
  run: () => {
    process.kill(process.pid, "SIGKILL");
    return new Promise(() => undefined);
  },
});
`;

const failedWithReason: Expectation = {
  demands: "what kills its worker each time fails with worker_deaths, and makes no more than its share of requests",
  check: ({ clients, ledger }) => {
    const poison = clients.filter(({ model }) => model === POISON_RUN || model === "poison call");
    const violations = poison.flatMap(({ model, runs, events }) => {
      const { code = null } = (events.at(-1)?.data ?? {}) as { code?: string | null };
      const requests = ledger.filter(({ run }) => run === runs[0]).length;
      const most = model === POISON_RUN ? 0 : DEATHS;
      return [
        ...(code === "worker_deaths" ? [] : [`a ${model} ended with ${code}`]),
        ...(requests <= most ? [] : [`a ${model} made ${requests} requests`]),
      ];
    });
    return { figures: `${poison.length} poisonous`, violations: poison.length === 0 ? ["there was none"] : violations };
  },
};

/** Starts orchestrators that the poison ended again, until it is over. */
async function superviseUntil(arena: Arena, over: Promise<unknown>): Promise<void> {
  const ending = new AbortController();
  const end = (): void => ending.abort();
  over.then(end, end);
  while (!ending.signal.aborted) {
    for (const { name, service, isRunning } of arena.stack.processes) {
      if (service === "orchestrator" && !isRunning) await killProcess(arena, name);
    }
    await pause(200);
  }
}

async function askInnocents(arena: Arena, over: Promise<unknown>): Promise<void> {
  const ending = new AbortController();
  const end = (): void => ending.abort();
  over.then(end, end);
  while (!ending.signal.aborted) {
    arena.clients.push(await askJson({ gatewayUrl: arena.stack.gatewayUrl, fields: PANEL, idempotencyKey: randomUUID() }));
    await pause(300);
  }
}

function toPoison(client: ClientRecord, model: string): ClientRecord {
  return { ...client, model, idempotencyKey: null };
}

export const poison: Experiment = {
  number: 17,
  name: "a run and a call that kill their worker each time",
  load: "one of each, and panels of others all the while",
  injected: `a strategy that kills its process; ${DEATHS} kills of whoever makes one call`,
  arena: { strategies: { poison: STRATEGY } },
  rounds: 1,
  round: async (arena) => {
    const fields = { model: POISON_RUN, total_deadline_ms: 250_000 };
    const run = followEvents({ gatewayUrl: arena.stack.gatewayUrl, fields, idempotencyKey: null });
    await Promise.all([superviseUntil(arena, run), askInnocents(arena, run)]);
    arena.clients.push(toPoison(await run, POISON_RUN));
    const call = killSameCall(arena, DEATHS);
    await askInnocents(arena, call);
    arena.clients.push(toPoison(await call, "poison call"));
  },
  expectations: [failedWithReason, everyClientAnswered],
};
