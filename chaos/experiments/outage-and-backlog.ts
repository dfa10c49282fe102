import { randomUUID } from "node:crypto";
import type { Arena } from "../arena/arena.ts";
import type { Evidence } from "../evidence/evidence.ts";
import type { LedgerRequest } from "../evidence/ledger-request.ts";
import { mostInWindow } from "../evidence/windows.ts";
import { tellProvider } from "../inject/tell-provider.ts";
import { ask, type Wish } from "../load/ask-some.ts";
import { pause } from "../until.ts";
import { everyClientAnswered } from "./expectations.ts";
import type { Expectation, Experiment } from "./experiment.ts";

const OUTAGE_MS = 12_000;
const REQUESTS_PER_MINUTE = 600;
const CONCURRENT = 20;
/** Calls in the seconds before the outage, and ten times as many in as many seconds of it. */
const USUAL = { batch: 20, interactive: 6 };
const BACKLOG = { batch: 200, interactive: 60 };
const SPREAD_MS = 5_000;
const DEADLINE_MS = 90_000;

/** Told apart by their models, so that the ledger shows which is which. */
const MODELS = { batch: "gpt-4o-mini-mock-latency-300", interactive: "gpt-4o-mock-latency-300" };

const MOST_AMPLIFICATION = 1.1;
/** Of what its limit lets through, from the first answer after the outage. */
const LEAST_DRAINING = 0.8;
/** A class that waits has one grant of 16 at least; and while one call probes whether the model is back, nobody else of it is let go. */
const MOST_BATCH_BETWEEN = 0.2;

function toWishes({ batch, interactive }: typeof USUAL): Wish[] {
  const wish = (model: string, priority: string) => ({
    fields: { model: `openai/${model}`, priority, total_deadline_ms: DEADLINE_MS },
    key: randomUUID(),
  });
  // The many first: whoever is served in the order of arrival shows.
  return [
    ...Array.from({ length: batch }, () => wish(MODELS.batch, "batch")),
    ...Array.from({ length: interactive }, () => wish(MODELS.interactive, "interactive")),
  ];
}

/** Asks for all, evenly spread over a while. */
async function askSpread(arena: Arena, wishes: readonly Wish[], spreadMs: number): Promise<void> {
  const begun = wishes.map(async (wish, index) => {
    await pause((index * spreadMs) / wishes.length);
    arena.clients.push(...(await ask(arena, [wish])));
  });
  await Promise.all(begun);
}

/** Requests of calls, and when the provider was back: the end of the last one that met the outage. */
function outageOf({ ledger }: Evidence): { requests: LedgerRequest[]; backMs: number } {
  const requests = ledger
    .filter(({ run, wire }) => run !== null && wire === "openai")
    .toSorted((left, right) => left.startedMs - right.startedMs);
  const backMs = Math.max(0, ...requests.filter(({ refusedBy }) => refusedBy === "outage").map(({ endedMs }) => endedMs ?? 0));
  return { requests, backMs };
}

const fewRepeats: Expectation = {
  demands: `the outage makes at most ${MOST_AMPLIFICATION} requests of each call`,
  check: (evidence) => {
    const { requests } = outageOf(evidence);
    const calls = new Set(requests.map(({ run, step }) => `${run} ${step}`)).size;
    const refused = requests.filter(({ refusedBy }) => refusedBy === "outage").length;
    const amplification = requests.length / calls;
    const figures = `${requests.length} requests of ${calls} calls, ${amplification.toFixed(3)} of each; ${refused} met the outage`;
    const violations = amplification > MOST_AMPLIFICATION ? [figures] : [];
    return { figures, violations: refused === 0 ? ["no request met the outage"] : violations };
  },
};

const drainsCalmly: Expectation = {
  demands: `once the provider is back the backlog drains at ${LEAST_DRAINING * 100} % of its limit or more, and it refuses nothing more`,
  check: (evidence) => {
    const { requests, backMs } = outageOf(evidence);
    const after = requests.filter(({ startedMs }) => startedMs > backMs);
    const [first, last] = [after[0]?.startedMs ?? 0, after.at(-1)?.startedMs ?? 0];
    const perMinute = (after.length / (last - first)) * 60_000;
    const inSecond = mostInWindow(
      after.map(({ startedMs }) => ({ atMs: startedMs, amount: 1 })),
      1_000,
    ).most;
    const refused = after.filter(({ status }) => status !== 200).length;
    const figures = `${after.length} requests at ${Math.round(perMinute)} a minute, ${inSecond} in any second at most, ${refused} refused; the first ${first - backMs} ms after the last that met the outage`;
    const violations = perMinute < LEAST_DRAINING * REQUESTS_PER_MINUTE ? [`drained at ${Math.round(perMinute)} a minute`] : [];
    return { figures, violations: refused > 0 ? [...violations, `${refused} were refused after the outage`] : violations };
  },
};

const interactiveFirst: Expectation = {
  demands: `from the first interactive call that is let go again to the last, at most ${MOST_BATCH_BETWEEN * 100} % are batch`,
  check: (evidence) => {
    const { requests, backMs } = outageOf(evidence);
    const after = requests.filter(({ startedMs }) => startedMs > backMs);
    const isInteractive = ({ model }: LedgerRequest): boolean => model === MODELS.interactive;
    // Each model is put aside by itself: the other one may be back before.
    const first = after.findIndex(isInteractive);
    const between = after.slice(first, after.findLastIndex(isInteractive) + 1);
    const batch = between.filter(({ model }) => model === MODELS.batch).length;
    const figures = `${batch} batch among ${between.length}, after ${Math.max(0, first)} others; ${after.length} in all`;
    return { figures, violations: first < 0 || batch > MOST_BATCH_BETWEEN * between.length ? [figures] : [] };
  },
};

export const outageAndBacklog: Experiment = {
  number: 20,
  name: "a provider is out, and its backlog grows tenfold",
  load: `${USUAL.batch + USUAL.interactive} calls in ${SPREAD_MS / 1000} s, then ${BACKLOG.batch + BACKLOG.interactive} in as many, three of four batch; the provider allows ${REQUESTS_PER_MINUTE} a minute and refuses what is more`,
  injected: `503 to everything for ${OUTAGE_MS / 1000} s: an outage of ten minutes, scaled`,
  arena: { limits: { concurrent: CONCURRENT, requestsPerMinute: REQUESTS_PER_MINUTE } },
  rounds: 1,
  round: async (arena) => {
    const rules = [{ match: { wire: "openai" }, requests_per_minute: REQUESTS_PER_MINUTE, concurrent: CONCURRENT }];
    await tellProvider(arena, { rules });
    const usual = askSpread(arena, toWishes(USUAL), SPREAD_MS);
    await pause(SPREAD_MS);
    await tellProvider(arena, { rules, outage: { for_ms: OUTAGE_MS, status: 503, match: { wire: "openai" } } });
    await Promise.all([usual, askSpread(arena, toWishes(BACKLOG), SPREAD_MS)]);
  },
  expectations: [everyClientAnswered, fewRepeats, drainsCalmly, interactiveFirst],
};
