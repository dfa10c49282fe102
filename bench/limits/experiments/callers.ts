import { startStack } from "@composite-llm/scripts/stack";
import { percentile } from "../../load.ts";
import { toConfig } from "../arms/ours.ts";
import { openClient, toRequest } from "../client.ts";
import { countRequests, setLimits } from "../mock-limits.ts";
import { offer } from "../offer.ts";
import { toInterval } from "../report/compare.ts";
import type { LimitsExperiment } from "../report/report.ts";
import { wait, waitUntil } from "../wait.ts";

const LIMITS = { concurrent: 10 };
const SERVICE_MS = 1000;
/** Calls a second; the provider serves ten. */
const SMALL = 1;
const BIG = 50;
const PAIRS = 10;
const SECONDS = 12;
/** Until the big caller's calls fill the queue. */
const LEAD_MS = 3000;
/** A big caller's call gives up after that. */
const PATIENCE_MS = 10_000;

const KEYS = `api_keys:\n  - { name: small, key: "small-caller-key" }\n  - { name: big, key: "big-caller-key" }\n`;
const MODEL = `mock-latency-${SERVICE_MS}-tokens-20`;

const p95 = (values: readonly number[]): number =>
  percentile(
    values.toSorted((left, right) => left - right),
    95,
  );

export const TWO_CALLERS: LimitsExperiment = {
  name: "callers",
  run: async ({ seconds, rounds, say }) => {
    const sliceMs = (seconds ?? SECONDS) * 1000;
    const pairs = rounds ?? PAIRS;
    const stack = await startStack({
      config: toConfig(LIMITS, KEYS),
      env: { LOG_LEVEL: "warn" },
      services: { "model-caller": { count: 2 } },
    });
    const mockUrl = stack.mockUrl ?? "";
    const client = openClient(stack.gatewayUrl);
    const [alone, crowded]: [number[][], number[][]] = [[], []];
    let failed = 0;
    let refused = 0;
    try {
      await setLimits(mockUrl, { rules: [LIMITS] });
      const bigCall = async (): Promise<void> => {
        const { status } = await client.send("POST", "/v1/runs", toRequest(MODEL, { total_deadline_ms: PATIENCE_MS }), "big-caller-key");
        if (status !== 202) refused += 1;
      };
      const slice = async (): Promise<number[]> => {
        const waits: number[] = [];
        const asks: Promise<void>[] = [];
        const ask = async (): Promise<void> => {
          const sentAt = performance.now();
          const { status } = await client.send("POST", "/v1/chat/completions", toRequest(MODEL), "small-caller-key");
          if (status === 200) waits.push(performance.now() - sentAt - SERVICE_MS);
          else failed += 1;
        };
        await offer(SMALL, sliceMs, () => void asks.push(ask()));
        await Promise.all(asks);
        return waits;
      };
      for (let pair = 0; pair < pairs; pair += 1) {
        alone.push(await slice());
        const load = offer(BIG * SMALL, LEAD_MS + sliceMs, () => void bigCall().catch(() => (refused += 1)));
        await wait(LEAD_MS);
        crowded.push(await slice());
        await load;
        await waitUntil("the big caller's calls are gone", async () => (await countRequests(mockUrl)).inFlight === 0);
        say(
          `  pair ${pair + 1}: p95 of the wait ${p95(alone.at(-1) ?? []).toFixed(0)} ms alone, ${p95(crowded.at(-1) ?? []).toFixed(0)} ms next to the big one`,
        );
      }
    } finally {
      await client.close();
      await stack.stop();
    }
    const [left, right] = [p95(alone.flat()), p95(crowded.flat())];
    const interval = (slices: readonly number[][]): string => {
      const { median, low, high } = toInterval(slices.map(p95));
      return `${median.toFixed(0)} (${low.toFixed(0)}–${high.toFixed(0)})`;
    };
    const row = (name: string, slices: readonly number[][]): string[] => [
      name,
      String(slices.flat().length),
      p95(slices.flat()).toFixed(0),
      interval(slices),
    ];
    return {
      title: "Two callers",
      setting: `A provider that allows ${LIMITS.concurrent} requests at once, ${SERVICE_MS} ms each. One caller sends ${SMALL} call a second, the other ${BIG * SMALL}, five times what the provider can serve. ${pairs} interleaved pairs of ${sliceMs / 1000} s: the small one alone, and next to the big one. The wait is what a completion took besides the call itself. Failed calls of the small one: ${failed}; calls of the big one that were refused: ${refused}.`,
      tables: [
        {
          head: ["the small caller", "calls", "p95 of the wait, ms", "p95 of a slice, median (95 % interval)"],
          rows: [row("alone", alone), row("next to the big one", crowded)],
        },
      ],
      goals: [
        {
          text: `p95 of the wait ≤ alone + ${SERVICE_MS} ms`,
          figure: `+ ${(right - left).toFixed(0)} ms`,
          isMet: right - left <= SERVICE_MS,
        },
        { text: "no call of the small one failed", figure: String(failed), isMet: failed === 0 },
      ],
    };
  },
};
