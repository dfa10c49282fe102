/** What a tier of the tests brought. */
export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
  /** Names of what failed, for the end of the output. */
  failures: string[];
}

export function addTallies(tallies: readonly Tally[]): Tally {
  return {
    passed: tallies.reduce((sum, tally) => sum + tally.passed, 0),
    failed: tallies.reduce((sum, tally) => sum + tally.failed, 0),
    skipped: tallies.reduce((sum, tally) => sum + tally.skipped, 0),
    failures: tallies.flatMap((tally) => tally.failures),
  };
}

export function tallyOf(name: string, outcome: "passed" | "failed" | "skipped"): Tally {
  const tally: Tally = { passed: 0, failed: 0, skipped: 0, failures: outcome === "failed" ? [name] : [] };
  tally[outcome] += 1;
  return tally;
}

/** The last line of every test command, which other programs read. */
export function toSummaryLine({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** Reads the last summary line of another test command's output; null when there is none. */
export function parseSummaryLine(output: string): Omit<Tally, "failures"> | null {
  const line = output
    .split("\n")
    .toReversed()
    .flatMap((text) => /^(\d+) passed, (\d+) failed, (\d+) skipped$/.exec(text.trim()) ?? []);
  return line.length < 4 ? null : { passed: Number(line[1]), failed: Number(line[2]), skipped: Number(line[3]) };
}
