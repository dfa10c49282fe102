/**
 * `npm run bench:limits`: how provider limits are kept, judged by what mock-provider saw. All experiments, or those that are named
 * (`-- known hidden`); `--seconds 10` and `--rounds 2` shorten them for trying. When all ran at full length their tables go into
 * docs/performance.md.
 */
import { readFile, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { TWO_CALLERS } from "./limits/experiments/callers.ts";
import { COST } from "./limits/experiments/cost.ts";
import { FINALS_FIRST } from "./limits/experiments/finals.ts";
import { HIDDEN_LIMITS } from "./limits/experiments/hidden.ts";
import { KILLED_CALLER } from "./limits/experiments/killed.ts";
import { KNOWN_LIMITS } from "./limits/experiments/known.ts";
import { LONG_OUTAGE } from "./limits/experiments/outage.ts";
import type { LimitsExperiment, Report } from "./limits/report/report.ts";
import { replaceSection, toMarkdown } from "./limits/report/to-markdown.ts";

const EXPERIMENTS: readonly LimitsExperiment[] = [KNOWN_LIMITS, HIDDEN_LIMITS, TWO_CALLERS, KILLED_CALLER, FINALS_FIRST, LONG_OUTAGE, COST];

const { values, positionals } = parseArgs({
  args: process.argv.slice(3),
  options: { seconds: { type: "string" }, rounds: { type: "string" } },
  allowPositionals: true,
});
const numberOf = (text: string | undefined): number | null => (text === undefined ? null : Number(text));
const options = { seconds: numberOf(values.seconds), rounds: numberOf(values.rounds), say: (line: string) => console.log(line) };

const unknown = positionals.filter((name) => EXPERIMENTS.every((experiment) => experiment.name !== name));
if (unknown.length > 0) {
  console.error(`There is no experiment ${unknown.join(", ")}: there are ${EXPERIMENTS.map(({ name }) => name).join(", ")}.`);
  process.exit(1);
}
const asked = EXPERIMENTS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const reports: Report[] = [];
for (const { name, run } of asked) {
  console.log(name);
  const report = await run(options);
  reports.push(report);
  console.log(`\n${toMarkdown(report)}\n`);
}
if (positionals.length === 0 && options.seconds === null && options.rounds === null) {
  const machine = `Measured by \`npm run bench:limits\` on ${cpus().length} cores (${cpus()[0]?.model ?? "unknown"}), Node ${process.versions.node}.`;
  const path = join(import.meta.dirname, "..", "docs", "performance.md");
  const chapters = [machine, ...reports.map(toMarkdown)].join("\n\n");
  await writeFile(path, replaceSection(await readFile(path, "utf8"), chapters));
  console.log("wrote docs/performance.md");
}
const missed = reports.flatMap(({ title, goals }) => goals.filter(({ isMet }) => !isMet).map(({ text }) => `${title}: ${text}`));
for (const goal of missed) console.log(`missed: ${goal}`);
if (missed.length > 0) process.exitCode = 1;
