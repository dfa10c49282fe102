import { addTallies, type Tally, tallyOf } from "../test/tally.ts";

export interface Step {
  /** As a sentence about what it shows. */
  name: string;
  /** Throws when it is not so. */
  run(): Promise<void>;
}

/** Runs steps one after the other, each counted as a test. After one that fails, those behind it are skipped. */
export async function runSteps(steps: readonly Step[], say: (line: string) => void): Promise<Tally> {
  const tallies: Tally[] = [];
  let hasFailed = false;
  for (const { name, run } of steps) {
    if (hasFailed) {
      say(`skipped ${name}`);
      tallies.push(tallyOf(name, "skipped"));
      continue;
    }
    const startedMs = performance.now();
    const failure = await run().then(
      () => null,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    say(`${failure === null ? "ok    " : "FAILED"} ${name} (${seconds} s)`);
    if (failure !== null) say(failure);
    hasFailed = failure !== null;
    tallies.push(tallyOf(name, hasFailed ? "failed" : "passed"));
  }
  return addTallies(tallies);
}
