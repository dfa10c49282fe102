import { startStack } from "@composite-llm/scripts/stack";
import { median } from "../../load.ts";
import { toConfig } from "../arms/ours.ts";
import { openClient, toRequest } from "../client.ts";
import { countRequests, judge, seenRequests, setLimits } from "../mock-limits.ts";
import { offer } from "../offer.ts";
import type { LimitsExperiment } from "../report/report.ts";
import { wait, waitUntil } from "../wait.ts";

/** The provider's minute is so much shorter than ours: ten of its minutes pass in one. */
const CLOCK_SCALE = 10;
/** Requests a minute of the provider's clock. */
const PER_MINUTE = 180;
const SECONDS = 60;

export const LONG_OUTAGE: LimitsExperiment = {
  name: "outage",
  run: async ({ seconds, say }) => {
    const outageMs = (seconds ?? SECONDS) * 1000;
    const realPerMinute = PER_MINUTE * CLOCK_SCALE;
    const limits = { requests_per_minute: realPerMinute };
    const stack = await startStack({
      config: toConfig(limits),
      env: { LOG_LEVEL: "warn" },
      services: { "model-caller": { count: 2 } },
    });
    const mockUrl = stack.mockUrl ?? "";
    const client = openClient(stack.gatewayUrl);
    try {
      // Buckets of one of our seconds, not of its own: nobody's timers are ten times as exact as elsewhere.
      const settings = { burst_seconds: CLOCK_SCALE, rules: [{ requests_per_minute: PER_MINUTE }], clock_scale: CLOCK_SCALE };
      const untilMs = Date.now() + outageMs;
      await setLimits(mockUrl, { ...settings, outage: { until: untilMs } });
      const priorityOf = new Map<string, "interactive" | "batch">();
      let refused = 0;
      const accepts: Promise<void>[] = [];
      const accept = async (index: number): Promise<void> => {
        const priority = index % 2 === 0 ? "batch" : "interactive";
        const request = toRequest("mock-latency-500-tokens-20", { priority, total_deadline_ms: 600_000 });
        const { status, body } = await client.send("POST", "/v1/runs", request);
        if (status === 202 && body.id !== undefined) priorityOf.set(body.id, priority);
        else refused += 1;
      };
      // As many as the provider would have served meanwhile: ten minutes' worth of its own time.
      const rate = realPerMinute / 60;
      await offer(rate, outageMs * 0.95, (index) => void accepts.push(accept(index)));
      await Promise.all(accepts);
      await wait(untilMs - Date.now());
      const isDone = async (): Promise<boolean> => (await countRequests(mockUrl)).completed >= priorityOf.size;
      const drainMs = outageMs;
      const isDrained = await waitUntil("the backlog is drained", isDone, drainMs * 3 + 60_000).then(
        () => true,
        () => false,
      );
      const requests = await seenRequests(mockUrl);
      const served = requests.filter(({ status }) => status === 200);
      // Judged by minutes of ours, which is what we promise.
      await setLimits(mockUrl, {});
      const after = await judge(mockUrl, limits, untilMs, Date.now());
      const waits = { interactive: [] as number[], batch: [] as number[] };
      for (const { run, startedMs } of served) {
        const priority = priorityOf.get(run ?? "");
        if (priority !== undefined) waits[priority].push((startedMs - untilMs) / 1000);
      }
      const last = Math.max(...served.map(({ endedMs }) => endedMs ?? 0));
      const amplification = requests.length / Math.max(1, priorityOf.size);
      const storm = (after.refused["requests"] ?? 0) + (after.requests.over ?? 0);
      say(
        `  ${requests.length} requests for ${priorityOf.size} calls (${refused} not accepted), ${served.length} served; ${JSON.stringify(after)}`,
      );
      const medians = [median(waits.interactive), median(waits.batch)] as const;
      return {
        title: "A long outage",
        setting: `A provider that answers 503 to everything for ${outageMs / 1000} s, which are ${((outageMs * CLOCK_SCALE) / 60_000).toFixed(1)} minutes of its own clock (it runs ${CLOCK_SCALE} times as fast), and then allows ${PER_MINUTE} of its minutes' requests; meanwhile ${priorityOf.size} calls arrive (${refused} were not accepted), half of them \`priority: "batch"\`, half "interactive". ${requests.length} requests in all, drained ${((last - untilMs) / 1000).toFixed(0)} s after the end of the outage.`,
        tables: [
          {
            head: ["", "calls served", "median start after the end of the outage, s", "last start, s"],
            rows: (["interactive", "batch"] as const).map((priority) => [
              priority,
              String(waits[priority].length),
              median(waits[priority]).toFixed(1),
              Math.max(...waits[priority]).toFixed(1),
            ]),
          },
        ],
        goals: [
          { text: "retry amplification ≤ 1.1", figure: amplification.toFixed(2), isMet: amplification <= 1.1 },
          {
            text: "the backlog drains",
            figure: `${served.length} of ${priorityOf.size}`,
            isMet: isDrained && served.length >= priorityOf.size,
          },
          { text: "without a second storm: none over the limit afterwards", figure: String(storm), isMet: storm === 0 },
          {
            text: "interactive first (medians)",
            figure: `${medians[0].toFixed(1)} s, ${medians[1].toFixed(1)} s`,
            isMet: medians[0] < medians[1],
          },
        ],
      };
    } finally {
      await client.close();
      await stack.stop();
    }
  },
};
