import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { StartupError } from "@composite-llm/core";
import { startLocalModel } from "../local-model/start-local-model.ts";
import { SERVICE_TRAITS } from "../stack/service-spec.ts";
import { launch } from "../start/launch.ts";
import { readSetup } from "../start/read-setup.ts";
import { readRunningStack } from "../start/stack-state.ts";

export interface DemoStackOptions {
  root: string;
  env: NodeJS.ProcessEnv;
  stateDirectory: string;
  say(line: string): void;
  /** Calls the start off. */
  signal: AbortSignal;
}

/** A stack to show the demo on. */
export interface DemoStack {
  gatewayUrl: string;
  /** Null where the gateway asks for none. */
  apiKey: string | null;
  mode: "mock" | "real";
  /** Resolves with a sentence when a stack of our own cannot go on. */
  gaveUp: Promise<string>;
  /** Ends what was started here, in order; a stack that ran before goes on. */
  stop(): Promise<void>;
  /** The same at once. */
  kill(): Promise<void>;
}

const READY_MS = 60_000;
const LOOK_EVERY_MS = 200;

/** The stack of `npm start`, which may still be starting; null when there is none. */
export async function findRunningStack({ root, env, stateDirectory, say, signal }: DemoStackOptions): Promise<DemoStack | null> {
  const deadline = performance.now() + READY_MS;
  let state = await readRunningStack(stateDirectory);
  if (state !== null && state.mode === null) say(`Waiting for the stack of process ${state.pid} to be ready …`);
  while (state !== null && state.mode === null && performance.now() < deadline && !signal.aborted) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    state = await readRunningStack(stateDirectory);
  }
  if (state === null) return null;
  const gatewayUrl = state.urls["gateway"];
  if (state.mode === null || gatewayUrl === undefined) {
    throw new StartupError(`The stack of process ${state.pid} does not get ready: stop it, or wait until it is, and try again.`);
  }
  const { apiKey } = await readSetup(root, env);
  const leaveIt = (): Promise<void> => Promise.resolve();
  say(`Using the stack that runs here already: ${gatewayUrl}`);
  return { gatewayUrl, apiKey, mode: state.mode, gaveUp: new Promise(() => undefined), stop: leaveIt, kill: leaveIt };
}

/** Free ports and a state of its own, so that `npm start` and the demo never meet. */
function toOwnEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const ports = Object.fromEntries(Object.values(SERVICE_TRAITS).map(({ portVariable }) => [portVariable, "0"]));
  return { ...env, ...ports, REDIS_PREFIX: `${env["REDIS_PREFIX"] || "composite"}-demo` };
}

/** Starts a stack for the demo alone. */
export async function startDemoStack({ root, env, stateDirectory, say, signal }: DemoStackOptions): Promise<DemoStack> {
  const own = join(stateDirectory, "demo");
  const stack = await launch({ root, env: toOwnEnvironment(env), stateDirectory: own, say, signal });
  const { gatewayUrl, gaveUp, setup } = stack;
  return { gatewayUrl, apiKey: setup.apiKey, mode: setup.mode, gaveUp, stop: () => stack.stop(), kill: () => stack.kill() };
}

/** Starts the small local model and a stack that has it as the provider `local`. `model` is its name behind the gateway. */
export async function startLocalDemoStack(options: DemoStackOptions): Promise<DemoStack & { model: string }> {
  const { env, stateDirectory, say, signal } = options;
  const local = await startLocalModel({ stateDirectory, say, env, signal });
  try {
    // The user's own configuration might name another server `local`.
    const config = join(stateDirectory, "demo", "local-model.yaml");
    await mkdir(join(stateDirectory, "demo"), { recursive: true });
    await writeFile(config, "version: 1\n");
    const stack = await startDemoStack({ ...options, env: { ...env, COMPOSITE_CONFIG: config, LOCAL_MODEL_URL: local.url } });
    const both = async (end: () => Promise<void>): Promise<void> => {
      await end();
      await local.stop();
    };
    return { ...stack, model: `local/${local.model}`, stop: () => both(stack.stop), kill: () => both(stack.kill) };
  } catch (error) {
    await local.stop();
    throw error;
  }
}
