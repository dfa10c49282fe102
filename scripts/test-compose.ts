/**
 * `npm run test:compose`: builds the images, runs docker-compose.yml in mock mode as a project of its own, asks it through
 * the official client, and takes it down again. Images stay, so that the next build is quick.
 *
 * Exit codes: 0 passed, 1 failed, 77 skipped because no container engine answers.
 */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createComposeProject, readImageName } from "./compose/compose-project.ts";
import { createDocker } from "./compose/docker.ts";
import { explainMissingEngine, isImageAvailable } from "./compose/find-engine.ts";
import { runSteps } from "./compose/run-steps.ts";
import { stackSteps } from "./compose/stack-steps.ts";
import { toOverride } from "./compose/to-override.ts";
import { endOnSignals } from "./process/end-on-signals.ts";
import { findFreePort } from "./process/find-free-port.ts";
import { scrubEnvironment } from "./test/scrub-environment.ts";
import { addTallies, tallyOf, toSummaryLine } from "./test/tally.ts";

const SKIPPED = 77;
const PULL_MS = 180_000;
const HEALTHY_WITHIN_MS = 120_000;

const root = fileURLToPath(new URL("..", import.meta.url));
const say = (line: string): void => console.log(line);
const { signal } = endOnSignals();

const apiKey = `key-${randomBytes(12).toString("hex")}`;
const gatewayPort = await findFreePort();
const jaegerPort = await findFreePort();
const env = {
  ...Object.fromEntries(Object.entries(scrubEnvironment(process.env)).filter(([name]) => !name.startsWith("COMPOSE_"))),
  COMPOSE_PROFILES: "mock",
  API_KEYS: apiKey,
  GATEWAY_PORT: String(gatewayPort),
  JAEGER_UI_PORT: String(jaegerPort),
};
const docker = createDocker(env, root);

async function testStack(directory: string): Promise<number> {
  const composeFile = join(root, "docker-compose.yml");
  const jaeger = await readImageName(docker, composeFile, "jaeger");
  const hasJaeger = await isImageAvailable(docker, jaeger, AbortSignal.any([signal, AbortSignal.timeout(PULL_MS)]));
  if (!hasJaeger) say(`Jaeger is left out: ${jaeger} cannot be had here.`);
  const override = join(directory, "override.yml");
  await writeFile(override, toOverride({ hasJaeger }));

  const name = `composite-test-${randomBytes(4).toString("hex")}`;
  const project = createComposeProject({ docker, name, files: [composeFile, override], healthyWithinMs: HEALTHY_WITHIN_MS });
  const stack = {
    gatewayUrl: `http://127.0.0.1:${gatewayPort}`,
    jaegerUrl: hasJaeger ? `http://127.0.0.1:${jaegerPort}/` : null,
    apiKey,
  };
  say(`Containers of the project ${name}, gateway on ${stack.gatewayUrl}:`);
  const run = await runSteps(stackSteps({ docker, project, stack, signal }), say);
  if (run.failed > 0 && !signal.aborted) say(await project.logs().catch(() => "No logs could be read."));
  const removal = await runSteps(
    [
      {
        name: "taking it down leaves nothing",
        run: async () => {
          await project.down();
          const left = await project.leftovers();
          if (left.length > 0) throw new Error(`still there: ${left.join(", ")}`);
        },
      },
    ],
    say,
  );
  const sum = addTallies([run, removal]);
  say(toSummaryLine(sum));
  return sum.failed > 0 ? 1 : 0;
}

const missing = await explainMissingEngine(docker);
if (missing === null) {
  const directory = await mkdtemp(join(tmpdir(), "composite-compose-"));
  try {
    process.exitCode = await testStack(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
} else {
  say(`skipped containers: ${missing}`);
  say(toSummaryLine(tallyOf("containers", "skipped")));
  process.exitCode = SKIPPED;
}
