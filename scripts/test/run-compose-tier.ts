import { join } from "node:path";
import type { CheckSurroundings } from "./run-checks.ts";
import { runTool } from "./run-tool.ts";
import { parseSummaryLine, type Tally, tallyOf } from "./tally.ts";

/** `npm run test:compose`, which skips itself where no container engine answers. */
export async function runComposeTier({ root, env, signal }: CheckSurroundings): Promise<Tally> {
  const { code, output } = await runTool({
    command: process.execPath,
    args: [join(root, "scripts", "test-compose.ts")],
    env,
    directory: root,
    isShown: true,
    signal,
  });
  const counted = parseSummaryLine(output);
  if (counted === null) return tallyOf("containers: see above", "failed");
  const broke = code !== 0 && counted.failed === 0 && counted.skipped === 0;
  const failed = broke ? 1 : counted.failed;
  return { ...counted, failed, failures: failed === 0 ? [] : ["containers: see above"] };
}
