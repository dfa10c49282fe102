import { join } from "node:path";
import { startStack } from "@composite-llm/scripts/stack";
import { toConfig } from "../arms/ours.ts";
import { openClient, toRequest } from "../client.ts";
import { seenRequests, setLimits } from "../mock-limits.ts";
import { offer } from "../offer.ts";
import { type LimitsExperiment, percent } from "../report/report.ts";
import { wait } from "../wait.ts";

const LIMITS = { requests_per_minute: 600 };
const MEMBERS = 3;
/** Runs a second: five times what the provider can serve. */
const PER_SECOND = (5 * LIMITS.requests_per_minute) / 60 / (MEMBERS + 1);
const SECONDS = 120;
const DEADLINE_MS = 30_000;
const MODEL = "mock-latency-500-tokens-20";

const preload = (name: string): object => ({ NODE_OPTIONS: `--import=${join(import.meta.dirname, "..", "variants", name)}` });

const ARMS = [
  { name: "final stages first", callerEnv: {} },
  { name: "in the order of arrival", callerEnv: preload("arrival-order.ts") },
];

interface Outcome {
  name: string;
  accepted: number;
  /** Runs whose final call was answered. */
  completed: number;
  /** Runs whose panel was paid in full. */
  paid: number;
  /** Those of them that never got their final answer. */
  thrownAway: number;
  seconds: number;
}

/** What became of the runs, by the provider's own account. */
async function readOutcome(mockUrl: string, name: string, accepted: number, seconds: number): Promise<Outcome> {
  const runs = new Map<string, { members: Set<string>; hasFinal: boolean }>();
  for (const { run, step, status } of await seenRequests(mockUrl)) {
    if (run === null || step === null || status !== 200) continue;
    const seen = runs.get(run) ?? { members: new Set<string>(), hasFinal: false };
    runs.set(run, seen);
    if (step.startsWith("final")) seen.hasFinal = true;
    else seen.members.add(step);
  }
  const paid = [...runs.values()].filter(({ members }) => members.size >= MEMBERS);
  const completed = [...runs.values()].filter(({ hasFinal }) => hasFinal).length;
  return { name, accepted, completed, paid: paid.length, thrownAway: paid.filter(({ hasFinal }) => !hasFinal).length, seconds };
}

export const FINALS_FIRST: LimitsExperiment = {
  name: "finals",
  run: async ({ seconds, say }) => {
    const length = seconds ?? SECONDS;
    const stacks = await Promise.all(
      ARMS.map(({ callerEnv }) =>
        startStack({
          config: toConfig(LIMITS),
          env: { LOG_LEVEL: "warn" },
          services: { "model-caller": { count: 2, env: { ...callerEnv } }, gateway: { env: { ...preload("no-refusal.ts") } } },
        }),
      ),
    );
    try {
      const outcomes = await Promise.all(
        stacks.map(async (stack, index): Promise<Outcome> => {
          const mockUrl = stack.mockUrl ?? "";
          await setLimits(mockUrl, { rules: [LIMITS] });
          const client = openClient(stack.gatewayUrl);
          let accepted = 0;
          const accept = async (): Promise<void> => {
            const model = `composite/moa/openai/${MODEL}`;
            const { status } = await client.send("POST", "/v1/runs", { ...toRequest(MODEL), model, total_deadline_ms: DEADLINE_MS });
            if (status === 202) accepted += 1;
          };
          await offer(PER_SECOND, length * 1000, () => void accept().catch(() => undefined));
          // What was begun may end.
          await wait(DEADLINE_MS + 1000);
          await client.close();
          const outcome = await readOutcome(mockUrl, ARMS[index]?.name ?? "", accepted, length);
          say(`  ${JSON.stringify(outcome)}`);
          return outcome;
        }),
      );
      const perMinute = ({ completed, seconds: took }: Outcome): number => (completed * 60) / took;
      const [ours, other] = outcomes;
      const ratio = ours === undefined || other === undefined ? 0 : perMinute(ours) / Math.max(1, perMinute(other));
      const lost = ours === undefined ? 1 : ours.thrownAway / Math.max(1, ours.paid);
      return {
        title: "Final stages first",
        setting: `MoA of ${MEMBERS} + 1 at a provider that allows ${LIMITS.requests_per_minute} requests a minute; ${PER_SECOND} runs a second for ${length} s, five times as many as it can serve, each with ${DEADLINE_MS / 1000} s until its deadline. Refusal by plan is off in both arms, which run at the same time, each with a provider of its own. Counted from the provider's ledger: a panel is paid when all its members have answered, and thrown away when no final answer followed.`,
        tables: [
          {
            head: ["", "runs accepted", "completed a minute", "panels paid", "thrown away"],
            rows: outcomes.map((outcome) => [
              outcome.name,
              String(outcome.accepted),
              perMinute(outcome).toFixed(0),
              String(outcome.paid),
              `${outcome.thrownAway} (${percent(outcome.thrownAway / Math.max(1, outcome.paid))})`,
            ]),
          },
        ],
        goals: [
          { text: "≥ 1.5 × the runs of arrival order", figure: `${ratio.toFixed(2)} ×`, isMet: ratio >= 1.5 },
          { text: "< 1 % of the paid panels thrown away", figure: percent(lost), isMet: lost < 0.01 },
        ],
      };
    } finally {
      await Promise.all(stacks.map((stack) => stack.stop()));
    }
  },
};
