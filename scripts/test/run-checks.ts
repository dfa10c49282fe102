import { join } from "node:path";
import { runTool, type ToolOutcome } from "./run-tool.ts";
import { type Tally, tallyOf } from "./tally.ts";

export interface CheckSurroundings {
  root: string;
  env: NodeJS.ProcessEnv;
  say(line: string): void;
  signal: AbortSignal;
}

interface Check {
  name: string;
  /** Path of the program below node_modules. */
  program: string;
  args: readonly string[];
}

/** The dear ones first: two run at a time. */
const CHECKS: readonly Check[] = [
  { name: "lint", program: "oxlint/bin/oxlint", args: [] },
  { name: "unused code", program: "knip/bin/knip.js", args: ["--no-progress", "--no-config-hints"] },
  { name: "types", program: "typescript/bin/tsc", args: ["-p", "."] },
  { name: "import boundaries", program: "turbo/bin/turbo", args: ["boundaries"] },
  { name: "format", program: "oxfmt/bin/oxfmt", args: ["--check", "."] },
];

const AT_ONCE = 2;

async function runCheck(check: Check, { root, env, say, signal }: CheckSurroundings): Promise<Tally> {
  const outcome: ToolOutcome = await runTool({
    command: process.execPath,
    args: [join(root, "node_modules", check.program), ...check.args],
    env: { ...env, TURBO_TELEMETRY_DISABLED: "1", TURBO_NO_UPDATE_NOTIFIER: "1" },
    directory: root,
    signal,
  });
  const passed = outcome.code === 0;
  say(`${passed ? "ok    " : "FAILED"} ${check.name} (${(outcome.durationMs / 1000).toFixed(1)} s)`);
  if (!passed) say(outcome.output.trim());
  return tallyOf(check.name, passed ? "passed" : "failed");
}

/** Format, lint, types, import boundaries, unused code: each counts as one test. */
export async function runChecks(around: CheckSurroundings): Promise<Tally[]> {
  const waiting = [...CHECKS];
  const tallies: Tally[] = [];
  const work = async (): Promise<void> => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) tallies.push(await runCheck(check, around));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return tallies;
}
