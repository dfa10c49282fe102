import type { CompositeExtension, RunPlan } from "@composite-llm/contracts";
import type { RunId } from "@composite-llm/core";

/** Headers of every answer that a run stands behind, known as soon as it is accepted. */
export function runHeaders(run: RunId, { traceId, simulated }: Pick<RunPlan, "traceId" | "simulated">): Record<string, string> {
  return {
    "x-composite-run-id": run,
    "x-composite-trace-id": traceId,
    ...(simulated ? { "x-composite-simulated": "true" } : {}),
  };
}

/** Headers that only a whole answer can have. */
export function resultHeaders({ cost_usd, calls, degraded }: CompositeExtension): Record<string, string> {
  const codes = new Set(degraded.map(({ code }) => code));
  return {
    "x-composite-calls": String(calls),
    ...(cost_usd === null ? {} : { "x-composite-cost-usd": String(cost_usd) }),
    ...(codes.size === 0 ? {} : { "x-composite-degraded": [...codes].join(",") }),
  };
}
