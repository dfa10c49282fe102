import type { Invariant } from "./verdict.ts";

/** What the limits know of providers and their keys for good: not of calls, callers or models. */
const STANDING = /:limits:(settings|scopes:[^:#/]+|models:[^:#/]+|scope:[^:#/]+(#[^/]+)?)$/;

/** What the limits keep of models: what was used of a day, and what was learned. */
const LONG_LIVED: readonly { pattern: RegExp; days: number }[] = [
  { pattern: /:limits:scope:[^:#/]+#[^/]+\//, days: 2 },
  { pattern: /:limits:learned:/, days: 30 },
];
const DAY_MS = 86_400_000;

export const nothingLeft: Invariant = {
  name: "I6",
  demands:
    "every key of a run expires in its time, and then the key space is what it was before, the queues' own keys and what the limits know of providers apart; what they know of models expires too",
  check: ({ keysBefore, keysLeft, keysAfter, longestTtlMs }) => {
    const baseline = new Set(keysBefore);
    const more = keysAfter.filter((key) => !baseline.has(key) && !STANDING.test(key));
    const longestMs = (key: string): number => {
      const { days } = LONG_LIVED.find(({ pattern }) => pattern.test(key)) ?? { days: 0 };
      return Math.max(longestTtlMs, days * DAY_MS);
    };
    const long = keysLeft.filter(({ key, ttlMs }) => ttlMs > longestMs(key));
    const violations = [
      ...more.map((key) => `${key} stays for good`),
      ...long.map(({ key, ttlMs }) => `${key} lives another ${ttlMs} ms, which is longer than a run and its results`),
    ];
    return { figures: `${keysLeft.length} keys, ${keysAfter.length} after their time, ${keysBefore.length} before`, violations };
  },
};
