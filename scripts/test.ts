/**
 * `npm test`: every check and every tier of tests, ending with one line that counts them. `npm test -- <filter> …` runs
 * only the tests whose file names match.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { StartupError } from "@composite-llm/core";
import { endOnSignals } from "./process/end-on-signals.ts";
import { ensureRedis } from "./redis/ensure-redis.ts";
import { runChecks } from "./test/run-checks.ts";
import { runComposeTier } from "./test/run-compose-tier.ts";
import { runVitest } from "./test/run-vitest.ts";
import { scrubEnvironment } from "./test/scrub-environment.ts";
import { addTallies, type Tally, toSummaryLine } from "./test/tally.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const filters = process.argv.slice(2);
const say = (line: string): void => console.log(line);
const startedMs = performance.now();

const stateDirectory = await mkdtemp(join(tmpdir(), "composite-test-"));
const { signal } = endOnSignals();
try {
  const env = scrubEnvironment(process.env);
  const redis = await ensureRedis({ env, stateDirectory, say });
  const around = { root, env: { ...env, REDIS_URL: redis.url }, say, signal };
  const tallies: Tally[] = [];
  try {
    if (filters.length === 0) tallies.push(...(await runChecks(around)));
    tallies.push(await runVitest(filters, around));
    if (filters.length === 0) tallies.push(await runComposeTier(around));
  } finally {
    await redis.stop();
  }
  const sum = addTallies(tallies);
  if (sum.failures.length > 0) say(`\nFailed:\n${sum.failures.map((name) => `  ${name}`).join("\n")}`);
  say(`\nDone in ${Math.round((performance.now() - startedMs) / 1000)} s.`);
  say(toSummaryLine(sum));
  process.exitCode = sum.failed > 0 || signal.aborted ? 1 : 0;
} catch (error) {
  console.error(error instanceof StartupError ? error.message : error);
  process.exitCode = 1;
} finally {
  await rm(stateDirectory, { recursive: true, force: true });
}
