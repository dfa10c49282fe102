import { type AssistantMessage, type ChatCompletion, type FinishReason, NO_USAGE, toWireUsage } from "@composite-llm/contracts";
import type { FakeRun } from "./fake-run.ts";

export interface Said {
  message?: Partial<AssistantMessage>;
  finishReason?: FinishReason;
  more?: ChatCompletion["choices"];
  composite?: Partial<ChatCompletion["composite"]>;
}

/** The completion that an orchestrator would end a run with. */
export function toCompletion({ run, plan }: Pick<FakeRun, "run" | "plan">, said: Said = {}): ChatCompletion {
  const usage = toWireUsage({ ...NO_USAGE, inputTokens: 12, outputTokens: 5, cachedTokens: 4, reasoningTokens: 1 });
  const message: AssistantMessage = { role: "assistant", content: null, ...said.message };
  return {
    id: `chatcmpl-${run}`,
    object: "chat.completion",
    created: Math.floor(plan.createdAtMs / 1000),
    model: plan.model,
    choices: [{ index: 0, message, finish_reason: said.finishReason ?? "stop" }, ...(said.more ?? [])],
    usage,
    composite: {
      run_id: run,
      trace_id: plan.traceId,
      strategy: plan.root.strategy,
      profile: plan.profile,
      simulated: plan.simulated,
      plan_version: plan.planVersion,
      stages: [],
      ranking: [],
      usage,
      cost_usd: 0.0123,
      cost_final: true,
      wasted_usd: 0,
      calls: 4,
      latency_ms: 100,
      critical_path: ["final"],
      degraded: [],
      failed: [],
      ...said.composite,
    },
  };
}
