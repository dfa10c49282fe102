import type { ProviderRequest } from "./provider-requests.ts";

/** What a fault may cost: nothing, or for each call that was under way one more, because its caller died or could not say that it succeeded. */
export type Price = "nothing" | "one_more";

export interface Judgement {
  /** Requests beyond one a step. */
  repeats: number;
  /** What should not be, as sentences. */
  faults: string[];
}

/** Compares what the provider saw of runs with the steps that each of them has. For each step a request must have succeeded, and none may be under way. */
export function judgeRequests(
  requests: readonly ProviderRequest[],
  runs: readonly string[],
  steps: readonly string[],
  price: Price,
): Judgement {
  const byRun = Map.groupBy(requests, ({ run }) => run);
  const faults: string[] = [];
  const most = price === "nothing" ? 1 : 2;
  let repeats = 0;
  for (const run of new Set(runs)) {
    const bySteps = Map.groupBy(byRun.get(run) ?? [], ({ step }) => step ?? "none");
    for (const step of new Set([...steps, ...bySteps.keys()])) {
      const outcomes = (bySteps.get(step) ?? []).map(({ outcome }) => outcome);
      repeats += Math.max(0, outcomes.length - 1);
      const isWhole = steps.includes(step) && outcomes.includes("completed") && !outcomes.includes(null);
      if (!isWhole || outcomes.length > most) faults.push(`run ${run} had ${step} ${outcomes.join(", ") || "never"}`);
    }
  }
  return { repeats, faults };
}
