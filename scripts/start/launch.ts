import { mkdir, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { type EnsuredRedis, ensureRedis } from "../redis/ensure-redis.ts";
import { DEFAULT_RESTART_POLICY } from "../stack/restart-policy.ts";
import { type RunningServices, runServices } from "../stack/run-services.ts";
import { entryOf, type ServiceName, type ServiceSpec } from "../stack/service-spec.ts";
import type { StackProcess } from "../stack/supervised-service.ts";
import { findLocalModels, localCandidates, type LocalServer } from "./find-local-models.ts";
import { keepRedis } from "./keep-redis.ts";
import { checkPortsFree, readPorts } from "./read-ports.ts";
import { readSetup, type Setup } from "./read-setup.ts";
import { claimStack } from "./stack-state.ts";
import { watchProblems } from "./watch-problems.ts";

export interface LaunchOptions {
  root: string;
  env: NodeJS.ProcessEnv;
  stateDirectory: string;
  /** Tells the user what happens, a line at a time. */
  say(line: string): void;
  /** Calls the start off. */
  signal: AbortSignal;
}

export interface LaunchedStack {
  setup: Setup;
  gatewayUrl: string;
  redis: EnsuredRedis;
  /** Servers on this machine that speak the OpenAI format; the first is the provider `local`. */
  localServers: readonly LocalServer[];
  processes: readonly StackProcess[];
  /** Resolves with a sentence when something died too often; the stack is to be stopped then. */
  gaveUp: Promise<string>;
  /** Ends everything, in order; nothing is left. */
  stop(): Promise<void>;
  /** Ends everything at once. */
  kill(): Promise<void>;
}

function specOf(service: ServiceName, { root, stateDirectory }: LaunchOptions, env: Readonly<Record<string, string>>): ServiceSpec {
  const logFile = join(stateDirectory, "logs", `${service}.log`);
  return { name: service, service, entry: entryOf(service), directory: root, logFile, env };
}

async function emptyLogs(stateDirectory: string, services: readonly ServiceName[]): Promise<void> {
  await mkdir(join(stateDirectory, "logs"), { recursive: true });
  await Promise.all(services.map((service) => writeFile(join(stateDirectory, "logs", `${service}.log`), "")));
}

/**
 * Starts everything that the README promises of `npm start`: Redis, mock-provider in mock mode, and the services, each a
 * process of its own that is started again when it dies.
 *
 * @throws StartupError when something is in the way; nothing is left running then
 */
export async function launch(options: LaunchOptions): Promise<LaunchedStack> {
  const { root, stateDirectory, say, signal } = options;
  const claim = await claimStack(stateDirectory);
  const undo: (() => Promise<void> | void)[] = [() => claim.release()];
  const unwind = async (): Promise<void> => {
    for (const step of undo.splice(0).toReversed()) await step();
  };
  try {
    const setup = await readSetup(root, options.env);
    const { env } = setup;
    const startsMock = setup.mode === "mock" && (env["MOCK_PROVIDER_URL"] ?? "") === "";
    const services: ServiceName[] = ["model-caller", "orchestrator", "gateway"];
    const addresses = readPorts(env).filter(({ service }) => startsMock || service !== "mock-provider");
    await checkPortsFree(addresses);
    const ownPorts = new Set(addresses.map(({ port }) => port));
    const [localServers, redis] = await Promise.all([
      findLocalModels(localCandidates(env["LOCAL_MODEL_URL"] || null, ownPorts)),
      ensureRedis({ env, stateDirectory, say }),
    ]);
    undo.push(() => redis.stop());

    let giveUp: (sentence: string) => void = () => undefined;
    const gaveUp = new Promise<string>((resolve) => (giveUp = resolve));
    const kept = keepRedis(redis, DEFAULT_RESTART_POLICY, { say, giveUp });
    undo.push(() => kept.stop());

    let processes: readonly StackProcess[] = [];
    const publish = (): Promise<void> =>
      claim.update({
        pids: { ...Object.fromEntries(processes.map(({ name, pid }) => [name, pid])), ...kept.pids() },
        urls: { ...Object.fromEntries(processes.map(({ name, url }) => [name, url])), redis: redis.url },
        mode: setup.mode,
      });

    await emptyLogs(stateDirectory, ["mock-provider", ...services]);
    const local = localServers[0];
    const common = { ...env, REDIS_URL: redis.localUrl, ...(local === undefined ? {} : { LOCAL_MODEL_URL: local.baseUrl }) };
    const running: RunningServices = await runServices({
      mock: startsMock ? specOf("mock-provider", options, common) : null,
      others: (mockUrl) => {
        const variables = mockUrl === null ? common : { ...common, MOCK_PROVIDER_URL: mockUrl };
        return services.map((service) => specOf(service, options, variables));
      },
      policy: DEFAULT_RESTART_POLICY,
      signal,
      events: {
        onDeath: (name, how, restartMs) => say(`${name} ended (${how}): starting it again in ${restartMs / 1000} s.`),
        onRestart: (name) => {
          say(`${name} is back.`);
          void publish();
        },
        onGiveUp: (_name, sentence) => giveUp(sentence),
      },
    });
    undo.push(() => running.stop());
    processes = running.processes;
    undo.push(watchProblems(new Map(processes.map(({ name, logFile }) => [name, logFile])), say));
    await publish();

    const gatewayUrl = processes.find(({ service }) => service === "gateway")?.url ?? "";
    const kill = async (): Promise<void> => {
      await Promise.all([running.kill(), kept.stop()]);
      await unwind();
    };
    return { setup, gatewayUrl, redis, localServers, processes, gaveUp, stop: unwind, kill };
  } catch (error) {
    await unwind();
    throw error;
  }
}

/** Where the logs are, as the user would type it. */
export function logsOf(stateDirectory: string): string {
  return `${relative(process.cwd(), join(stateDirectory, "logs")) || "."}/`;
}
