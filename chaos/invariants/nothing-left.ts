import type { Invariant } from "./verdict.ts";

export const nothingLeft: Invariant = {
  name: "I6",
  demands: "every key of a run expires in its time, and then the key space is what it was before, the queues' own keys apart",
  check: ({ keysBefore, keysLeft, keysAfter, longestTtlMs }) => {
    const baseline = new Set(keysBefore);
    const more = keysAfter.filter((key) => !baseline.has(key));
    const long = keysLeft.filter(({ ttlMs }) => ttlMs > longestTtlMs);
    const violations = [
      ...more.map((key) => `${key} stays for good`),
      ...long.map(({ key, ttlMs }) => `${key} lives another ${ttlMs} ms, which is longer than a run and its results`),
    ];
    return { figures: `${keysLeft.length} keys, ${keysAfter.length} after their time, ${keysBefore.length} before`, violations };
  },
};
