import type { Arena } from "../arena/arena.ts";
import type { LedgerRequest } from "../evidence/ledger-request.ts";
import { ask } from "../load/ask-some.ts";
import { askJson } from "../load/ask-json.ts";
import { pause } from "../until.ts";
import { codeOf } from "./expectations.ts";
import type { Expectation, Experiment } from "./experiment.ts";

/** A model that turns every request away, and how long each time it asks to wait. */
interface Storm {
  model: string;
  /** Null: it asks for nothing that can be meant. */
  waitMs: number | null;
}

const GPT = "openai/gpt-4o-mock-latency-200-error";
const CLAUDE = "anthropic/claude-haiku-4-5-mock-latency-200-error";

const STORMS: readonly Storm[] = [
  { model: `${GPT}-429-retry-after-2`, waitMs: 2_000 },
  { model: `${GPT}-429`, waitMs: null },
  { model: `${CLAUDE}-529`, waitMs: null },
  // Dates have whole seconds.
  { model: `${GPT}-429-retry-after-date-3`, waitMs: 2_000 },
  { model: `${GPT}-429-retry-after-0`, waitMs: null },
  { model: `${GPT}-429-retry-after-86400`, waitMs: 86_400_000 },
  { model: `${GPT}-429-retry-after-m5`, waitMs: null },
  { model: `${GPT}-429-retry-after-date-m5`, waitMs: null },
  { model: `${GPT}-429-retry-after-junk`, waitMs: null },
  { model: `${CLAUDE}-529-retry-after-2`, waitMs: 2_000 },
];
const STORMS_IN_SUBSET = 3;

/** Turns the first two requests of every call away. */
const PASSING = "openai/gpt-4o-mini-mock-latency-200-fail-first-2-error-429-retry-after-1";
const CALM = "openai/gpt-4o";
const AT_ONCE = 6;
const DEADLINE_MS = { whole: 12_000, subset: 5_000 };

/** What was admitted before the answer was known may still leave. */
const ON_ITS_WAY_MS = 500;
/** A provider that does not say how long is asked again after 0.25 s, and then after twice as long each time; now and then two leave at once. */
const MOST_REQUESTS_AFTERWARDS = 2 * Math.ceil(Math.log2(DEADLINE_MS.whole / 250));
/** Whose call waits to the end of its run's time may hear no more than that. */
const TOO_LATE = "deadline_exceeded";
/** Requests of a call, however often it is turned away. */
const MOST_TRIES = 3;

function ofModel(ledger: readonly LedgerRequest[], model: string): LedgerRequest[] {
  const name = model.slice(model.indexOf("/") + 1);
  return ledger
    .filter((request) => request.model === name && request.run !== null)
    .toSorted((left, right) => left.startedMs - right.startedMs);
}

/** Requests that came while a wait was running that the provider had asked for. */
function tooEarly(requests: readonly LedgerRequest[], waitMs: number): string[] {
  return requests.flatMap(({ id, model, startedMs }) => {
    const before = requests.find(({ endedMs }) => endedMs !== null && startedMs > endedMs + ON_ITS_WAY_MS && startedMs < endedMs + waitMs);
    return before === undefined
      ? []
      : [`request ${id} of ${model} came ${startedMs - (before.endedMs ?? 0)} ms after it was asked to wait ${waitMs} ms`];
  });
}

const noHotLoop: Expectation = {
  demands: "a provider that asks to wait is not asked meanwhile, and one that does not say how long is asked ever more seldom",
  check: ({ ledger }) => {
    const afterwards: number[] = [];
    const violations = STORMS.flatMap(({ model, waitMs }) => {
      const requests = ofModel(ledger, model);
      const firstEndMs = Math.min(...requests.map(({ endedMs }) => endedMs ?? Infinity));
      const later = requests.filter(({ startedMs }) => startedMs > firstEndMs + ON_ITS_WAY_MS);
      afterwards.push(later.length);
      if (waitMs !== null) return tooEarly(requests, waitMs);
      return later.length > MOST_REQUESTS_AFTERWARDS ? [`${model} was asked ${later.length} times more`] : [];
    });
    const tries = new Map<string, number>();
    for (const { run, step } of ledger) tries.set(`${run} ${step}`, (tries.get(`${run} ${step}`) ?? 0) + 1);
    for (const [step, count] of tries)
      if (!step.startsWith("null ") && count > MOST_TRIES) violations.push(`${step} was sent ${count} times`);
    return { figures: `${afterwards.join(", ")} more requests after the first ${AT_ONCE} of each model`, violations };
  },
};

const toldInTime: Expectation = {
  demands:
    "whoever asks a storming model is told that it is rate limited, in its time; another model of the provider, and one that recovers, answer",
  check: ({ clients }) => {
    let [longestMs, late] = [0, 0];
    const violations = clients.flatMap((client) => {
      const { kind, model, text, tries } = client;
      const code = codeOf(client);
      if (!STORMS.some((storm) => storm.model === model)) return text === null ? [`a ${kind} client of ${model} got ${code}`] : [];
      longestMs = Math.max(longestMs, ...tries.map(({ tookMs }) => tookMs));
      if (code === TOO_LATE) late += 1;
      return code.includes("rate_limit") || code === TOO_LATE ? [] : [`a ${kind} client of ${model} got ${code}`];
    });
    return {
      figures: `${clients.length} clients, told after ${longestMs} ms at most, ${late} of them only that their time was over`,
      violations,
    };
  },
};

async function askCalmly(arena: Arena, over: Promise<unknown>): Promise<void> {
  const ending = new AbortController();
  const end = (): void => ending.abort();
  over.then(end, end);
  while (!ending.signal.aborted) {
    arena.clients.push(await askJson({ gatewayUrl: arena.stack.gatewayUrl, fields: { model: CALM }, idempotencyKey: null }));
    await pause(300);
  }
}

export const throttlingStorms: Experiment = {
  number: 15,
  name: "storms of 429 and 529",
  load: `${AT_ONCE} requests at once of each storming model: JSON, streams and followers of events; another model of the same provider all the while`,
  injected: `Retry-After in seconds, as a date, 0, 86400, negative, in the past, garbage and missing; 529; one that ends`,
  arena: { limits: { concurrent: 20, requestsPerMinute: 600 } },
  rounds: 1,
  inSubset: true,
  round: async (arena, extent) => {
    const storms = extent === "subset" ? STORMS.slice(0, STORMS_IN_SUBSET) : STORMS;
    const stormy = storms.flatMap(({ model }) =>
      Array.from({ length: AT_ONCE }, () => ({ model, total_deadline_ms: DEADLINE_MS[extent] })),
    );
    const passing = extent === "subset" ? [] : [PASSING, PASSING].map((model) => ({ model, total_deadline_ms: 60_000 }));
    const asked = ask(
      arena,
      [...stormy, ...passing].map((fields) => ({ fields, key: null })),
    );
    await askCalmly(arena, asked);
    arena.clients.push(...(await asked));
  },
  expectations: [noHotLoop, toldInTime],
};
