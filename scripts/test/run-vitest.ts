import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { z } from "zod";
import type { CheckSurroundings } from "./run-checks.ts";
import { runTool } from "./run-tool.ts";
import type { Tally } from "./tally.ts";

const report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ status: z.string(), fullName: z.string() })),
    }),
  ),
});

/** Counts a report of Vitest in its JSON form. A file that could not be loaded counts as one failure. */
export function parseVitestReport(text: string, root: string): Tally {
  const tally: Tally = { passed: 0, failed: 0, skipped: 0, failures: [] };
  for (const { name, status, assertionResults } of report.parse(JSON.parse(text)).testResults) {
    const file = relative(root, name);
    const failures = assertionResults.filter((test) => test.status === "failed").map((test) => `${file}: ${test.fullName}`);
    if (status === "failed" && failures.length === 0) failures.push(`${file}: the file itself failed`);
    const passed = assertionResults.filter((test) => test.status === "passed").length;
    tally.passed += passed;
    tally.failed += failures.length;
    tally.skipped += assertionResults.filter((test) => test.status !== "passed" && test.status !== "failed").length;
    tally.failures.push(...failures);
  }
  return tally;
}

/** Runs all tiers of Vitest, or what `filters` names. */
export async function runVitest(filters: readonly string[], { root, env, signal }: CheckSurroundings): Promise<Tally> {
  const directory = await mkdtemp(join(tmpdir(), "composite-report-"));
  const file = join(directory, "report.json");
  const args = ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${file}`, ...filters];
  const { code } = await runTool({
    command: process.execPath,
    args: [join(root, "node_modules", "vitest", "vitest.mjs"), ...args],
    env,
    directory: root,
    isShown: true,
    signal,
  });
  const text = await readFile(file, "utf8").catch(() => null);
  await rm(directory, { recursive: true, force: true });
  if (text === null) return { passed: 0, failed: 1, skipped: 0, failures: ["vitest: it ended without a report"] };
  const tally = parseVitestReport(text, root);
  // An error outside of every test, or a set-up that failed.
  if (code !== 0 && tally.failed === 0)
    return { ...tally, failed: 1, failures: [`vitest: it ended with code ${code ?? "none"}; see above`] };
  return tally;
}
