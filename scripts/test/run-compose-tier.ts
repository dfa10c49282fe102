import { existsSync } from "node:fs";
import { join } from "node:path";
import type { CheckSurroundings } from "./run-checks.ts";
import { runTool } from "./run-tool.ts";
import { parseSummaryLine, type Tally, tallyOf } from "./tally.ts";

/** Whether a container engine with compose answers. */
async function hasEngine({ root, env, signal }: CheckSurroundings): Promise<boolean> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(10_000)]);
  for (const args of [
    ["version", "--format", "{{.Server.Version}}"],
    ["compose", "version"],
  ]) {
    const { code } = await runTool({ command: "docker", args, env, directory: root, signal: deadline });
    if (code !== 0) return false;
  }
  return true;
}

/** Builds and runs the containers where an engine answers; one skipped test where none does. */
export async function runComposeTier(around: CheckSurroundings): Promise<Tally> {
  const script = join(around.root, "scripts", "test-compose.ts");
  if (!existsSync(script) || !(await hasEngine(around))) {
    around.say("skipped containers: no container engine answers here");
    return tallyOf("containers", "skipped");
  }
  const { root, env, signal } = around;
  const { code, output } = await runTool({ command: process.execPath, args: [script], env, directory: root, isShown: true, signal });
  const counted = parseSummaryLine(output);
  if (counted === null) return tallyOf("containers", code === 0 ? "passed" : "failed");
  const failed = code === 0 ? counted.failed : Math.max(counted.failed, 1);
  return { ...counted, failed, failures: failed === 0 ? [] : ["containers: see above"] };
}
