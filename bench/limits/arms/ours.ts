import { startStack } from "@composite-llm/scripts/stack";
import { Pool } from "undici";
import type { ProviderLimits } from "../mock-limits.ts";
import type { Arm } from "./arm.ts";

/** How long a run may wait: long enough for the queue to be always full, short enough for it not to grow without end. */
const DEADLINE_MS = 30_000;

/** composite.yaml with the limits of the provider that the calls go to. */
export function toConfig(limits: ProviderLimits | null, rest = ""): string {
  const known = limits === null ? "" : `\n    limits: ${JSON.stringify(limits)}`;
  return `version: 1\nresults: { ttl: 5m }\nproviders:\n  openai:\n    preset: openai${known}\n${rest}`;
}

export const OURS: Arm = {
  name: "Composite LLM",
  start: async ({ call, limits, callers }) => {
    const stack = await startStack({
      config: toConfig(limits),
      env: { LOG_LEVEL: "warn" },
      services: { "model-caller": { count: callers } },
    });
    const pool = new Pool(stack.gatewayUrl, { connections: 100, pipelining: 1 });
    const answers = new Map<number, number>();
    let failed = 0;
    const body = JSON.stringify({
      model: `openai/${call.model}`,
      messages: [{ role: "user", content: call.prompt }],
      max_tokens: call.maxTokens,
      total_deadline_ms: DEADLINE_MS,
    });
    const submit = async (): Promise<void> => {
      const headers = { "content-type": "application/json", authorization: "Bearer bench" };
      const { statusCode, body: answer } = await pool.request({ method: "POST", path: "/v1/runs", headers, body });
      await answer.dump();
      answers.set(statusCode, (answers.get(statusCode) ?? 0) + 1);
    };
    return {
      name: "Composite LLM",
      mockUrl: stack.mockUrl ?? "",
      submit: () => {
        submit().catch(() => {
          failed += 1;
        });
      },
      remarks: () =>
        [...answers, ...(failed > 0 ? [["lost", failed] as const] : [])].map(([status, count]) => `${count} × ${status}`).join(", "),
      stop: async () => {
        await pool.destroy();
        await stack.stop();
      },
    };
  },
};
