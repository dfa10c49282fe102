import type { Arm } from "../arms/arm.ts";
import { BULLMQ_LIMITER } from "../arms/bullmq-limiter.ts";
import { OURS } from "../arms/ours.ts";
import { createProcessLimiter } from "../arms/process-limiter.ts";
import { judge, setLimits } from "../mock-limits.ts";
import { type LimitsExperiment, percent } from "../report/report.ts";
import { wait } from "../wait.ts";
import { race } from "./race.ts";

const CALLERS = 4;
const SECONDS = 180;
/** What the provider allows in each third of the time, requests a minute. */
const THIRDS = [1200, 600, 1200];
/** Calls offered a second: five times what it allows at best. */
const PER_SECOND = 100;
/** Time to find a limit that changed. */
const FIND_SHARE = 20 / 60;
const GOALS = { use: 0.85, refused: 0.03 };

const ARMS: readonly Arm[] = [OURS, BULLMQ_LIMITER, createProcessLimiter("bottleneck", true)];

interface Third {
  /** Use of the limit from 20 s after its change on. */
  use: number;
  /** Use of it over all of the third. */
  whole: number;
}

interface Outcome {
  name: string;
  thirds: Third[];
  total: number;
  refused: number;
}

export const HIDDEN_LIMITS: LimitsExperiment = {
  name: "hidden",
  run: async ({ seconds, say }) => {
    const length = seconds ?? SECONDS;
    const thirdMs = (length * 1000) / THIRDS.length;
    const settings = (requestsPerMinute: number): object => ({ rules: [{ requests_per_minute: requestsPerMinute }] });
    const options = {
      call: { model: "mock-latency-300-tokens-20", prompt: "Which river is longer, the Rhine or the Danube?", maxTokens: 50 },
      limits: null,
      callers: CALLERS,
      perSecond: PER_SECOND,
      seconds: length,
      prepare: (mockUrl: string) => setLimits(mockUrl, settings(THIRDS[0] ?? 0)),
      meanwhile: async (mockUrls: readonly string[]) => {
        for (const limit of THIRDS.slice(1)) {
          await wait(thirdMs);
          await Promise.all(mockUrls.map((mockUrl) => setLimits(mockUrl, settings(limit))));
        }
      },
    };
    const outcomes = await race(ARMS, options, async ({ arm, fromMs, toMs }): Promise<Outcome> => {
      const thirds = await Promise.all(
        THIRDS.map(async (limit, index): Promise<Third> => {
          const [begin, end] = [fromMs + index * thirdMs, fromMs + (index + 1) * thirdMs];
          const useFrom = async (from: number) => (await judge(arm.mockUrl, { requests_per_minute: limit }, from, end)).requests.use ?? 0;
          return { use: await useFrom(begin + thirdMs * FIND_SHARE), whole: await useFrom(begin) };
        }),
      );
      const { requests, refused } = await judge(arm.mockUrl, {}, fromMs, toMs);
      const course: string[] = [];
      for (let from = fromMs; from < toMs; from += thirdMs / 6) {
        const limit = THIRDS[Math.floor((from - fromMs) / thirdMs)] ?? 0;
        course.push(percent((await judge(arm.mockUrl, { requests_per_minute: limit }, from, from + thirdMs / 6)).requests.use ?? 0));
      }
      say(`  ${arm.name}, use in each sixth of a third: ${course.join(", ")}`);
      const outcome = {
        name: arm.name,
        thirds,
        total: requests.total,
        refused: Object.values(refused).reduce((sum, count) => sum + count, 0),
      };
      say(`  ${JSON.stringify(outcome)} ${arm.remarks()}`);
      return outcome;
    });
    const ours = outcomes[0];
    const share = ({ refused, total }: Outcome): number => refused / Math.max(1, total);
    const least = Math.min(...(ours?.thirds.map(({ use }) => use) ?? [0]));
    const found = `${Math.round((thirdMs * FIND_SHARE) / 1000)} s`;
    return {
      title: "Hidden limits",
      setting: `Nothing is configured. The provider allows ${THIRDS.join(", then ")} requests a minute, a third of ${length} s each, and its 429s say nothing of when to come again; ${PER_SECOND} calls a second are offered to ${CALLERS} processes, all ways at the same time and warmed up by a few calls. BullMQ pauses its queue for a second at a 429, bottleneck tries the call again after a second; both begin with 25 calls at once in each process.`,
      tables: [
        {
          head: [
            "",
            ...THIRDS.map((limit) => `use of ${limit}/min, from ${found} after the change (all of the time)`),
            "requests",
            "share of 429s",
          ],
          rows: outcomes.map((outcome) => [
            outcome.name,
            ...outcome.thirds.map(({ use, whole }) => `${percent(use)} (${percent(whole)})`),
            String(outcome.total),
            percent(share(outcome)),
          ]),
        },
      ],
      goals:
        ours === undefined
          ? []
          : [
              {
                text: `≥ ${GOALS.use * 100} % of the true limit used, ${found} after each change`,
                figure: percent(least),
                isMet: least >= GOALS.use,
              },
              {
                text: `≤ ${GOALS.refused * 100} % of the requests answered 429`,
                figure: percent(share(ours)),
                isMet: share(ours) <= GOALS.refused,
              },
            ],
    };
  },
};
