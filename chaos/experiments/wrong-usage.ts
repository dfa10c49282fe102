import type { Arena } from "../arena/arena.ts";
import type { LedgerRequest } from "../evidence/ledger-request.ts";
import { mostInWindow } from "../evidence/windows.ts";
import { ask } from "../load/ask-some.ts";
import { codeOf } from "./expectations.ts";
import type { Expectation, Experiment } from "./experiment.ts";

const TOKENS_PER_MINUTE = 1_000;
/** Of a call: its prompt and its answer together are some 65. */
const ANSWER_TOKENS = 40;
const CAP_TOKENS = 60;
/** Their true tokens are more than a minute's. */
const CALLS = 40;
const MODELS = ["openai/gpt-4o", "anthropic/claude-haiku-4-5"];
const TRUE = "true";
const TENFOLD = "x10";
const KINDS = [TRUE, "zero", "null", TENFOLD];
/** Those whose answers do not say what they used. */
const UNTOLD = ["zero", "null"];
const PHASES = { crowdMs: 40_000, afterwardsMs: 60_000 };
const AFTERWARDS = "asked after the others";

function modelOf(model: string, kind: string): string {
  return `${model}-mock-tokens-${ANSWER_TOKENS}${kind === TRUE ? "" : `-usage-${kind}`}`;
}

const ALL = MODELS.flatMap((model) => KINDS.map((kind) => ({ kind, model: modelOf(model, kind) })));

function isTold(model: string): boolean {
  return !UNTOLD.some((usage) => model.endsWith(`-usage-${usage}`));
}

function nameOf(model: string): string {
  return model.slice(model.indexOf("/") + 1);
}

/** What was really used: the prompt when it came, the answer when it was over. */
function truth({ startedMs, endedMs, billed }: LedgerRequest) {
  return [
    { atMs: startedMs, amount: billed.input },
    { atMs: endedMs ?? startedMs, amount: billed.output },
  ];
}

const limitsStaySane: Expectation = {
  demands:
    "whatever usage is told, no model uses more tokens of a minute than it allows, and none is shut out: some are answered meanwhile, and who asks later is too",
  check: ({ ledger, clients }) => {
    const figures: string[] = [];
    const violations = ALL.flatMap(({ model }) => {
      const requests = ledger.filter((request) => request.model === nameOf(model));
      const { most } = mostInWindow(requests.flatMap(truth), 60_000);
      const asked = clients.filter((client) => client.model === model);
      const answered = asked.filter(({ text }) => text !== null).length;
      figures.push(`${nameOf(model)}: ${most} tokens, ${answered} answers`);
      const wrong = asked
        .map(codeOf)
        .filter((code) => code !== "an answer" && !code.includes("rate_limit") && code !== "deadline_exceeded");
      return [
        ...(most > TOKENS_PER_MINUTE ? [`${model} really used ${most} tokens of a minute`] : []),
        ...(answered === 0 ? [`${model} answered nobody`] : []),
        ...wrong.map((code) => `a client of ${model} got ${code}`),
      ];
    });
    const later = clients.filter(({ idempotencyKey }) => idempotencyKey?.startsWith(AFTERWARDS) === true);
    const left = later.filter(({ text }) => text === null).map((client) => `a late client of ${client.model} got ${codeOf(client)}`);
    return {
      figures: `${figures.join("; ")}; ${later.length - left.length} of ${later.length} late ones answered`,
      violations: [...violations, ...left],
    };
  },
};

const costIsEstimated: Expectation = {
  demands: "the cost of a call whose usage is not told is marked as estimated, where its model has a price",
  check: ({ records }) => {
    const calls = records.filter(({ kind, status }) => kind === "finished" && status === "succeeded");
    const priced = new Set(
      calls.flatMap(({ model, provider, costSource }) => (isTold(model) && costSource === "catalog" ? [provider] : [])),
    );
    const untold = calls.filter(({ provider, model }) => priced.has(provider) && !isTold(model));
    const violations = untold
      .filter(({ costSource, costNanoUsd }) => costSource !== "estimated" || (costNanoUsd ?? 0) <= 0)
      .map(({ run, model, costSource, costNanoUsd }) => `${run} of ${model} cost ${costNanoUsd} nano-dollars by ${costSource}`);
    return {
      figures: `${untold.length} calls of ${[...priced].join(", ")}`,
      violations: untold.length === 0 ? ["there were none"] : violations,
    };
  },
};

async function askAll(arena: Arena, calls: number, deadlineMs: number, key: string | null): Promise<void> {
  const wishes = ALL.flatMap(({ model }) =>
    Array.from({ length: calls }, (_, index) => ({
      fields: { model, max_tokens: CAP_TOKENS, total_deadline_ms: deadlineMs },
      key: key === null ? null : `${key} ${model} ${index}`,
    })),
  );
  arena.clients.push(...(await ask(arena, wishes)));
}

export const wrongUsage: Experiment = {
  number: 16,
  name: "wrong usage numbers",
  load: `${CALLS} calls at once of each of ${ALL.length} models that allow ${TOKENS_PER_MINUTE} tokens a minute each, and one more of each afterwards`,
  injected: "usage of 0, null and ten times the truth, of providers that count what is used and what is asked for; beside them the truth",
  arena: { modelLimits: { tokensPerMinute: TOKENS_PER_MINUTE }, adaptive: false },
  rounds: 1,
  round: async (arena) => {
    await askAll(arena, CALLS, PHASES.crowdMs, null);
    await askAll(arena, 1, PHASES.afterwardsMs, AFTERWARDS);
  },
  expectations: [limitsStaySane, costIsEstimated],
};
