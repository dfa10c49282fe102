import type { Docker } from "./docker.ts";
import { askForJson, askForStream, checkThatKeyIsNeeded, COUNCIL, MOA, type Stack, waitForAnswer } from "./ask-stack.ts";
import type { ComposeProject } from "./compose-project.ts";
import { faultSteps } from "./fault-steps.ts";
import { listWeaknesses } from "./list-weaknesses.ts";
import type { Step } from "./run-steps.ts";

export interface StackStepOptions {
  docker: Docker;
  project: ComposeProject;
  stack: Stack;
  signal: AbortSignal;
}

/** Jaeger has no health check of its own. */
const JAEGER_WITHIN_MS = 30_000;
const WORKERS = ["orchestrator", "model-caller"];

/** Ends the first of each kind of worker: only the ones that were added later are left to answer. */
async function stopFirstWorkers({ docker, project }: StackStepOptions): Promise<void> {
  const first = WORKERS.map((service) => `${project.name}-${service}-1`);
  await docker(["stop", ...first]);
}

async function checkExitCodes({ project }: StackStepOptions): Promise<void> {
  const bad = (await project.containers()).filter(
    ({ isRunning, exitCode, service }) => isRunning || (exitCode !== 0 && service !== "jaeger"),
  );
  if (bad.length > 0) throw new Error(bad.map(({ name, exitCode }) => `${name} ended with code ${exitCode}`).join("\n"));
}

/** What the containers have to show, from their images to their end. */
export function stackSteps(options: StackStepOptions): Step[] {
  const { docker, project, stack, signal } = options;
  const { jaegerUrl } = stack;
  return [
    { name: "every image builds", run: () => project.build(signal) },
    { name: "every container becomes healthy", run: () => project.up({}, signal) },
    { name: "a request without a key is refused", run: () => checkThatKeyIsNeeded(stack) },
    { name: "a mixture of agents answers through four calls", run: () => askForJson(stack, MOA) },
    { name: "a council answers through seven calls", run: () => askForJson(stack, COUNCIL) },
    { name: "both answer as a stream", run: () => askForStream(stack, MOA).then(() => askForStream(stack, COUNCIL)) },
    ...(jaegerUrl === null ? [] : [{ name: "Jaeger shows its pages", run: () => waitForAnswer(jaegerUrl, JAEGER_WITHIN_MS) }]),
    {
      name: "no container runs as root, can write its file system or is open to other machines",
      run: async () => {
        const weaknesses: string[] = [];
        for (const container of await project.containers()) weaknesses.push(...(await listWeaknesses(docker, container)));
        if (weaknesses.length > 0) throw new Error(weaknesses.join("\n"));
      },
    },
    { name: "workers scale to four of each", run: () => project.up({ orchestrator: 4, "model-caller": 4 }, signal) },
    { name: "twenty runs at once are answered", run: () => askForJson(stack, MOA, 20) },
    ...faultSteps(options),
    {
      name: "the others answer when the first ones have ended",
      run: () => stopFirstWorkers(options).then(() => askForJson(stack, COUNCIL)),
    },
    { name: "every process ends by itself when asked to", run: () => project.stop(signal).then(() => checkExitCodes(options)) },
  ];
}
