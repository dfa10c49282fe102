import type { ExperimentResult } from "../experiments/run-experiment.ts";
import { INVARIANTS } from "../invariants/all-invariants.ts";
import { percentile, recoveriesOf } from "../invariants/swift-recovery.ts";

export interface ReportFacts {
  seed: number;
  /** On what it was measured, in words. */
  machine: string;
  tookMs: number;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}

function holds({ verdicts }: ExperimentResult): string {
  const broken = verdicts.filter(({ verdict }) => verdict.violations.length > 0).map(({ name }) => name);
  return broken.length === 0 ? "all hold" : `broken: ${broken.join(", ")}`;
}

function recoveryOf({ evidence }: ExperimentResult): string {
  const times = recoveriesOf(evidence).map(({ ms }) => ms);
  return times.length === 0 ? "–" : `${seconds(percentile(times, 95))} s p95, ${seconds(Math.max(...times))} s longest, of ${times.length}`;
}

function figuresOf(result: ExperimentResult): string[] {
  const { number, name } = result.experiment;
  const lines = result.verdicts.map(({ name: demand, verdict }) => {
    const count = verdict.violations.length;
    return `- ${demand}: ${verdict.figures}${count === 0 ? "" : ` **${count} violations**, such as: ${verdict.violations[0]}`}`;
  });
  return [`### ${number}. ${name}`, "", ...lines, ""];
}

/** The document that says what was done to the system and what came of it. */
export function toReport(results: readonly ExperimentResult[], { seed, machine, tookMs }: ReportFacts): string {
  const kills = results.flatMap(({ evidence }) => recoveriesOf(evidence)).map(({ ms }) => ms);
  return [
    "# Faults",
    "",
    "What was done to a whole system of processes, and which promises held. `npm run chaos` carries the experiments out and writes this document;",
    "`-- --only 2,7` takes some of them, `-- --rounds 1` shortens them, `-- --seed 5` draws other random numbers. A part of it, with a new seed each time, is in `npm test`.",
    "",
    `Measured with seed ${seed} on ${machine}, in ${Math.round(tookMs / 60_000)} minutes.`,
    "",
    "## Promises",
    "",
    "The judge is mock-provider's ledger, together with Redis and what the clients themselves saw; the system's own word counts for nothing.",
    "Each is seen to fail on evidence with a planted fault, and most of them on a real system whose scripts were changed on their way to Redis.",
    "",
    ...INVARIANTS.map(({ name, demands }) => `- **${name}**: ${demands}.`),
    "",
    '"kill" means a process kill, which the append-only file with `everysec` survives. A loss of power may cost the last second or two.',
    "",
    "## Experiments",
    "",
    "| # | experiment | how often | load | injected | promises | recovery |",
    "|---|---|---|---|---|---|---|",
    ...results.map((result) => {
      const { number, name, load, injected } = result.experiment;
      return `| ${number} | ${name} | ${result.rounds} × | ${load} | ${injected} | ${holds(result)} | ${recoveryOf(result)} |`;
    }),
    "",
    `Recovery over all ${kills.length} runs and calls that a killed process had in hand: ${seconds(percentile(kills, 95))} s p95, ${seconds(Math.max(...kills))} s at most.`,
    "It is counted from the kill to the run's next owner or the call's next request: 5 s until the lock ends, up to 2 s until that is found.",
    "",
    "## Figures",
    "",
    ...results.flatMap(figuresOf),
  ].join("\n");
}
