import { askForRuns, PANEL_STEPS } from "./ask-for-runs.ts";
import { judgeRequests, type Price } from "./judge-requests.ts";
import { type ProviderRequest, readRequests } from "./provider-requests.ts";
import type { Step } from "./run-steps.ts";
import type { StackStepOptions } from "./stack-steps.ts";
import { until } from "./until.ts";

/** Runs under way when a fault comes. */
const RUNS = 16;
const PATIENT_MS = 30_000;
/** A worker consumes again so soon after Redis is back. */
const HEALED_WITHIN_MS = 10_000;

const READY = `fetch("http://127.0.0.1:" + (process.env.ORCHESTRATOR_HEALTH_PORT ?? process.env.MODEL_CALLER_HEALTH_PORT ?? process.env.GATEWAY_PORT)
  + "/health/ready").then(({ ok }) => console.log(ok))`;

/** What can be done to the containers of a stack, and what is seen of it. */
function createFaults({ docker, project, stack, signal }: StackStepOptions) {
  const containerOf = (name: string): string => `${project.name}-${name}`;
  const network = `${project.name}_inside`;
  const open = async (stage: string): Promise<ProviderRequest[]> =>
    (await readRequests(docker, project)).filter(({ step, outcome }) => outcome === null && step?.startsWith(stage) === true);

  const untilNoneOpen = () => until("no call is under way", PATIENT_MS, signal, async () => (await open("")).length === 0);

  return {
    kill: (names: readonly string[]) => docker(["kill", ...names.map(containerOf)]),
    bury: (names: readonly string[]) => docker(["rm", ...names.map(containerOf)]),
    start: (names: readonly string[]) => docker(["start", ...names.map(containerOf)]),
    /** Cuts containers off from Redis, while they still reach providers and clients. */
    cutOff: async (names: readonly string[]) => {
      await Promise.all(names.map((name) => docker(["network", "disconnect", network, containerOf(name)])));
    },
    rejoin: async (names: readonly string[]) => {
      await Promise.all(names.map((name) => docker(["network", "connect", network, containerOf(name)])));
    },
    /** All have to work as the processes that they were. */
    untilReady: async (names: readonly string[]) => {
      const each = names.map((name) =>
        until(`${name} is ready`, HEALED_WITHIN_MS, signal, async () =>
          (await docker(["exec", containerOf(name), "node", "-e", READY])).includes("true"),
        ),
      );
      await Promise.all(each);
    },
    untilOpen: (stage: string, count: number) =>
      until(`${count} calls of ${stage} are under way`, PATIENT_MS, signal, async () => (await open(stage)).length >= count),
    untilNoneOpen,
    /** Asks for runs, lets something happen to them, and judges by the provider's ledger whether it cost more than it may. */
    judge: async (count: number, happen: () => Promise<Price>, options?: object) => {
      const [runs, price] = await Promise.all([askForRuns(stack, count, options), happen()]);
      // One that was repeated may still be answered, which nobody waits for.
      await untilNoneOpen();
      const judgement = judgeRequests(await readRequests(docker, project), runs, PANEL_STEPS, price);
      if (judgement.faults.length > 0) throw new Error(judgement.faults.join("\n"));
      return judgement;
    },
  };
}

/** Containers that die and networks that part, in the middle of runs; the workers are four of each. */
export function faultSteps(options: StackStepOptions): Step[] {
  const { stack } = options;
  const faults = createFaults(options);
  const half = [1, 2].flatMap((number) => [`orchestrator-${number}`, `model-caller-${number}`]);
  const others = [3, 4].flatMap((number) => [`orchestrator-${number}`, `model-caller-${number}`]);
  return [
    {
      name: "half of the workers are cut off from Redis under sixteen runs: all are answered, and no call is made a third time",
      run: async () => {
        const { repeats } = await faults.judge(RUNS, async () => {
          await faults.untilOpen("propose", RUNS);
          await faults.cutOff(half);
          return "one_more";
        });
        if (repeats === 0) throw new Error("The cut off had no call under way.");
        await faults.rejoin(half);
      },
    },
    {
      name: "the other half is killed under sixteen runs: those that were cut off answer all, and no call is made a third time",
      run: async () => {
        await faults.untilReady(half);
        const { repeats } = await faults.judge(RUNS, async () => {
          await faults.untilOpen("propose", RUNS);
          await faults.kill(others);
          return "one_more";
        });
        if (repeats === 0) throw new Error("The dead had no call under way.");
        await faults.bury(others);
      },
    },
    {
      name: "Redis is killed under sixteen runs: all are answered, and no call is made a third time",
      run: async () => {
        await faults.judge(RUNS, async () => {
          await faults.untilOpen("propose", RUNS);
          await faults.kill(["redis-1"]);
          await faults.start(["redis-1"]);
          // Who cannot connect again before its lock of a job ends has lost it, and what is under way then is called again.
          return "one_more";
        });
        await faults.untilReady(["gateway-1", ...half]);
      },
    },
    {
      name: "the gateway is cut off from Redis: it refuses new requests, and the answers that it had begun go on when it is back",
      run: async () => {
        await faults.judge(
          4,
          async () => {
            await faults.untilOpen("final", 1);
            await faults.cutOff(["gateway-1"]);
            const refused = await fetch(`${stack.gatewayUrl}/v1/runs`, {
              method: "POST",
              headers: { authorization: `Bearer ${stack.apiKey}`, "content-type": "application/json" },
              body: JSON.stringify({ model: "openai/gpt-5", messages: [{ role: "user", content: "Hello" }] }),
            });
            if (refused.status !== 503) throw new Error(`a new request was answered with ${refused.status} instead of 503`);
            await faults.untilNoneOpen();
            await faults.rejoin(["gateway-1"]);
            return "nothing";
          },
          { on_disconnect: "continue" },
        );
      },
    },
  ];
}
