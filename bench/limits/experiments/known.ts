import type { Arm } from "../arms/arm.ts";
import { BULLMQ_LIMITER } from "../arms/bullmq-limiter.ts";
import { OURS } from "../arms/ours.ts";
import { createProcessLimiter } from "../arms/process-limiter.ts";
import { type Judgement, judge, type ProviderLimits, setLimits } from "../mock-limits.ts";
import { type Goal, type LimitsExperiment, percent, type Table } from "../report/report.ts";
import { race } from "./race.ts";

const LIMITS: Required<ProviderLimits> = { requests_per_minute: 600, tokens_per_minute: 200_000, concurrent: 20 };
const CALLERS = 4;
const SECONDS = 180;
const PROMPT = "Which river is longer, the Rhine or the Danube?";

const ARMS: readonly Arm[] = [
  OURS,
  BULLMQ_LIMITER,
  createProcessLimiter("bottleneck, a quarter each", true),
  createProcessLimiter("bottleneck, all of it each", false),
];

/** The limit that binds decides what a call is like; ten times what it allows is offered. */
const BINDINGS = [
  { binding: "requests", model: "mock-latency-500-tokens-20", maxTokens: 50, perSecond: 100, goal: 0.97 },
  { binding: "concurrent", model: "mock-latency-4000-tokens-20", maxTokens: 50, perSecond: 50, goal: 0.97 },
  { binding: "tokens", model: "mock-latency-500-tokens-20", maxTokens: 400, perSecond: 80, goal: 0.9 },
] as const;

interface Outcome {
  name: string;
  judgement: Judgement;
  remarks: string;
}

const refusedOf = ({ refused }: Judgement): number => Object.values(refused).reduce((sum, count) => sum + count, 0);
const overOf = ({ requests, tokens, concurrent }: Judgement): number => (requests.over ?? 0) + (tokens.over ?? 0) + (concurrent.over ?? 0);

function toTable(binding: string, outcomes: readonly Outcome[]): Table {
  return {
    head: [
      `${binding} binds`,
      "use of it",
      "most requests a minute",
      "most tokens a minute",
      "most at once",
      "over a limit",
      "429s",
      "share of 429s",
    ],
    rows: outcomes.map(({ name, judgement }) => {
      const { requests, tokens, concurrent } = judgement;
      const use = { requests, tokens, concurrent }[binding]?.use ?? 0;
      const share = percent(refusedOf(judgement) / Math.max(1, requests.total));
      return [
        name,
        percent(use),
        ...[requests, tokens, concurrent].map(({ most }) => String(most)),
        String(overOf(judgement)),
        String(refusedOf(judgement)),
        share,
      ];
    }),
  };
}

export const KNOWN_LIMITS: LimitsExperiment = {
  name: "known",
  run: async ({ seconds, say }) => {
    const length = seconds ?? SECONDS;
    const tables: Table[] = [];
    const goals: Goal[] = [];
    for (const { binding, model, maxTokens, perSecond, goal } of BINDINGS) {
      say(`${binding} bind, ${perSecond} calls a second offered for ${length} s`);
      const options = {
        call: { model, prompt: PROMPT, maxTokens },
        limits: LIMITS,
        callers: CALLERS,
        perSecond,
        seconds: length,
        prepare: (mockUrl: string) => setLimits(mockUrl, { rules: [LIMITS] }),
      };
      const outcomes = await race(ARMS, options, async ({ arm, fromMs, toMs }): Promise<Outcome> => {
        const judgement = await judge(arm.mockUrl, LIMITS, fromMs, toMs);
        say(`  ${arm.name}: ${JSON.stringify(judgement)} ${arm.remarks()}`);
        return { name: arm.name, judgement, remarks: arm.remarks() };
      });
      tables.push(toTable(binding, outcomes));
      const ours = outcomes[0]?.judgement;
      if (ours === undefined) continue;
      const use = ours[binding].use ?? 0;
      const over = overOf(ours) + refusedOf(ours);
      goals.push({ text: `${binding}: none over any limit`, figure: String(over), isMet: over === 0 });
      goals.push({ text: `${binding}: ≥ ${goal * 100} % of the limit used`, figure: percent(use), isMet: use >= goal });
    }
    return {
      title: "Known limits",
      setting: `A provider that allows ${LIMITS.requests_per_minute} requests and ${LIMITS.tokens_per_minute} tokens a minute and ${LIMITS.concurrent} requests at once (continuous buckets of one second's worth; prompt and cap count on arrival), ${CALLERS} processes that call it, ten times as many calls as the binding limit allows, ${length} s, all ways at the same time, each with a provider of its own and warmed up by a few calls. "Over a limit" is the judge's count over sliding minutes and over what was open at once, "429s" what the provider refused.`,
      tables,
      goals,
    };
  },
};
