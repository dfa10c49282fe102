import type { Settled } from "./run-port.ts";
import type { StageRecord } from "./timeline.ts";

/** The step of each stage that everybody waited for: of those that ended before the stage was released, the last. Nested stages run beside theirs. */
export function toCriticalPath(stages: readonly StageRecord[], settled: readonly Settled[]): string[] {
  const endOf = new Map(settled.map(({ step, report }) => [step, report?.endedAtMs ?? Number.NEGATIVE_INFINITY]));
  return stages
    .filter(({ name }) => !name.includes("/"))
    .flatMap(({ steps, endedAtMs }) => {
      const waitedFor = steps.filter((step) => (endOf.get(step) ?? Number.POSITIVE_INFINITY) <= endedAtMs);
      const last = waitedFor.toSorted((left, right) => (endOf.get(right) ?? 0) - (endOf.get(left) ?? 0))[0];
      return last === undefined ? [] : [last];
    });
}
