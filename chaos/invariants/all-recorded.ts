import { couldLoseCall } from "../evidence/disturbance.ts";
import type { Invariant } from "./verdict.ts";

function tally<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item)) ?? [];
    group.push(item);
    groups.set(keyOf(item), group);
  }
  return groups;
}

export const allRecorded: Invariant = {
  name: "I8",
  demands: "every request that the provider saw is one call record, whose end is recorded unless its caller lost it",
  check: ({ ledger, records, disturbances }) => {
    const violations: string[] = [];
    const ours = ledger.filter(({ run }) => run !== null);
    const keyOfRecord = ({ run, step, dispatch, try: number }: { run: string; step: string; dispatch: number; try: number }): string =>
      `${run} ${step}#${dispatch}.${number}`;
    const started = tally(
      records.filter(({ kind }) => kind === "started"),
      keyOfRecord,
    );
    const finished = tally(
      records.filter(({ kind }) => kind === "finished"),
      keyOfRecord,
    );
    for (const [key, requests] of tally(ours, ({ run, step, cell, try: number }) => `${run} ${step}#${cell}.${number}`)) {
      const [begun, ended] = [started.get(key)?.length ?? 0, finished.get(key)?.length ?? 0];
      if (begun < requests.length) violations.push(`${key}: ${requests.length} requests, ${begun} recorded`);
      const lost = requests.filter(({ startedMs, endedMs }) =>
        disturbances.some((one) => couldLoseCall(one, startedMs, endedMs ?? Infinity)),
      );
      if (ended > begun) violations.push(`${key}: ${ended} ends of ${begun} requests recorded`);
      if (ended + lost.length < requests.length) violations.push(`${key}: the end of ${requests.length - ended} is not recorded`);
    }
    const starts = [...started.values()].reduce((sum, lines) => sum + lines.length, 0);
    const ends = [...finished.values()].reduce((sum, lines) => sum + lines.length, 0);
    return { figures: `${ours.length} requests, ${starts} recorded starts, ${ends} recorded ends`, violations };
  },
};
