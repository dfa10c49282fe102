/**
 * `npm run chaos`: the fault experiments against whole processes, judged from mock-provider's ledger, Redis and what the clients saw. It writes
 * docs/faults.md when all were carried out. `-- --only 2,7` takes some, `-- --rounds 1` shortens them, `-- --seed 5` draws other random numbers.
 */
import { writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { EXPERIMENTS } from "./experiments/all-experiments.ts";
import { type ExperimentResult, runExperiment } from "./experiments/run-experiment.ts";
import { toReport } from "./report/to-report.ts";

const { values } = parseArgs({ options: { only: { type: "string" }, rounds: { type: "string" }, seed: { type: "string", default: "1" } } });
const only = values.only?.split(",").map(Number);
const seed = Number(values.seed);
const rounds = values.rounds === undefined ? {} : { rounds: Number(values.rounds) };

function show({ verdicts, tookMs }: ExperimentResult): void {
  for (const { name, verdict } of verdicts) {
    console.log(`  ${verdict.violations.length === 0 ? "ok  " : "FAIL"} ${name}: ${verdict.figures}`);
    for (const violation of verdict.violations.slice(0, 10)) console.log(`       ${violation}`);
  }
  console.log(`  ${Math.round(tookMs / 1000)} s`);
}

const beganMs = performance.now();
const results: ExperimentResult[] = [];
console.log(`seed ${seed}`);
for (const experiment of EXPERIMENTS.filter(({ number }) => only?.includes(number) ?? true)) {
  console.log(`${experiment.number} ${experiment.name}`);
  const result = await runExperiment(experiment, { seed, extent: "whole", ...rounds, say: (line) => console.log(line) });
  results.push(result);
  show(result);
}
const machine = `${cpus().length} cores (${cpus()[0]?.model ?? "unknown"}), Node ${process.versions.node}`;
if (only === undefined) {
  const report = toReport(results, { seed, machine, tookMs: performance.now() - beganMs });
  await writeFile(join(import.meta.dirname, "..", "docs", "faults.md"), report);
}
const failed = results.filter(({ verdicts }) => verdicts.some(({ verdict }) => verdict.violations.length > 0));
console.log(failed.length === 0 ? "all promises hold" : `broken: ${failed.map(({ experiment }) => experiment.number).join(", ")}`);
if (failed.length > 0) process.exitCode = 1;
