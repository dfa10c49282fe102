import { startStack } from "@composite-llm/scripts/stack";
import { toConfig } from "../arms/ours.ts";
import { openClient, toRequest } from "../client.ts";
import { countRequests, judge, setLimits } from "../mock-limits.ts";
import { toInterval } from "../report/compare.ts";
import type { LimitsExperiment } from "../report/report.ts";
import { waitUntil } from "../wait.ts";

const LIMITS = { concurrent: 20 };
const ROUNDS = 10;
const LEASE_MS = 10_000;
/** Calls that never end: twice as many as fit. */
const CALLS = 2 * LIMITS.concurrent;

export const KILLED_CALLER: LimitsExperiment = {
  name: "killed",
  run: async ({ rounds, say }) => {
    const stack = await startStack({
      config: toConfig(LIMITS),
      env: { LOG_LEVEL: "warn" },
      services: { "model-caller": { count: 2 } },
    });
    const mockUrl = stack.mockUrl ?? "";
    const client = openClient(stack.gatewayUrl);
    const isFull = async (): Promise<boolean> => (await countRequests(mockUrl)).inFlight === LIMITS.concurrent;
    const backMs: number[] = [];
    const beganMs = Date.now();
    const names = ["model-caller-1", "model-caller-2"] as const;
    try {
      await setLimits(mockUrl, { rules: [LIMITS] });
      await stack.process(names[1]).kill();
      for (let round = 0; round < (rounds ?? ROUNDS); round += 1) {
        const [holder, successor] = round % 2 === 0 ? names : [names[1], names[0]];
        const runs = await Promise.all(
          Array.from({ length: CALLS }, async () => {
            const { status, body } = await client.send("POST", "/v1/runs", toRequest("mock-no-headers"));
            if (status !== 202 || body.id === undefined) throw new Error(`a run was answered ${status}: ${JSON.stringify(body)}`);
            return body.id;
          }),
        );
        await waitUntil("one process holds all leases", isFull);
        await stack.process(successor).restart();
        const killedAt = performance.now();
        await stack.process(holder).kill();
        await waitUntil("the provider has noticed", async () => (await countRequests(mockUrl)).inFlight === 0);
        await waitUntil("all capacity is back", isFull);
        backMs.push(performance.now() - killedAt);
        say(`  round ${round + 1}: back after ${backMs.at(-1)?.toFixed(0)} ms`);
        await Promise.all(runs.map((id) => client.send("DELETE", `/v1/runs/${id}`)));
        await waitUntil("all calls are gone", async () => (await countRequests(mockUrl)).inFlight === 0);
      }
      const { concurrent, refused } = await judge(mockUrl, LIMITS, beganMs, Date.now());
      const { median, low, high } = toInterval(backMs);
      const worst = Math.max(...backMs);
      const over = (concurrent.over ?? 0) + Object.values(refused).reduce((sum, count) => sum + count, 0);
      return {
        title: "A killed process",
        setting: `A provider that allows ${LIMITS.concurrent} requests at once, ${CALLS} calls that never end, all ${LIMITS.concurrent} leases held by one model-caller, which is killed (SIGKILL) while another waits; ${backMs.length} times. Leases end ${LEASE_MS / 1000} s after they were last renewed. Capacity is back when the provider has ${LIMITS.concurrent} requests again.`,
        tables: [
          {
            head: ["capacity back after, ms", "median (95 % interval)", "longest", "most at once"],
            rows: [["", `${median.toFixed(0)} (${low.toFixed(0)}–${high.toFixed(0)})`, worst.toFixed(0), String(concurrent.most)]],
          },
        ],
        goals: [
          { text: `back within the lease time + 1 s`, figure: `${worst.toFixed(0)} ms`, isMet: worst <= LEASE_MS + 1000 },
          { text: "never over the limit", figure: String(over), isMet: over === 0 },
        ],
      };
    } finally {
      await client.close();
      await stack.stop();
    }
  },
};
