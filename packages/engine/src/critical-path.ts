import type { Settled } from "./run-port.ts";
import { isOnTheWay, wonStep } from "@composite-llm/contracts";
import type { StageRecord } from "./timeline.ts";

/** When a step ended, Redis time: a composite member with the last of its own calls, a hedged one with the call that won. */
export function endOf(step: string, settled: readonly Settled[]): number {
  const all = settled.filter((entry) => wonStep(entry.step) === step || entry.step.startsWith(`${step}/`));
  const won = all.filter(({ step: key, status }) => wonStep(key) === step && status === "succeeded");
  return Math.max(
    Number.NEGATIVE_INFINITY,
    ...(won.length > 0 ? won : all).map(({ report }) => report?.endedAtMs ?? Number.NEGATIVE_INFINITY),
  );
}

/** The step of each stage that everybody waited for: of those that had ended when the stage was released, the last. Nested stages run beside theirs. */
export function toCriticalPath(stages: readonly StageRecord[], settled: readonly Settled[]): string[] {
  return stages
    .filter(({ name }) => isOnTheWay(name))
    .flatMap(({ ended }) => {
      const last = ended.toSorted((left, right) => endOf(right, settled) - endOf(left, settled))[0];
      return last === undefined ? [] : [last];
    });
}
