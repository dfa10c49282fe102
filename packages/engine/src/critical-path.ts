import type { Settled } from "./run-port.ts";
import { isOnTheWay, wonStep } from "@composite-llm/contracts";
import type { StageRecord } from "./timeline.ts";

/** The step of each stage that everybody waited for: of those that had ended when the stage was released, the last. Nested stages run beside theirs. */
export function toCriticalPath(stages: readonly StageRecord[], settled: readonly Settled[]): string[] {
  const endOf = (step: string): number => {
    // A composite member ends with the last of its own calls, a hedged one with the call that won.
    const all = settled.filter((entry) => wonStep(entry.step) === step || entry.step.startsWith(`${step}/`));
    const won = all.filter(({ step: key, status }) => wonStep(key) === step && status === "succeeded");
    const own = won.length > 0 ? won : all;
    return Math.max(Number.NEGATIVE_INFINITY, ...own.map(({ report }) => report?.endedAtMs ?? Number.NEGATIVE_INFINITY));
  };
  return stages
    .filter(({ name }) => isOnTheWay(name))
    .flatMap(({ ended }) => {
      const last = ended.toSorted((left, right) => endOf(right) - endOf(left))[0];
      return last === undefined ? [] : [last];
    });
}
