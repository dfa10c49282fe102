import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, open, readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { isRecord } from "@composite-llm/core";
import { guardProcess } from "../process/guard-process.ts";
import type { InstalledModel } from "./install-model.ts";
import { localModelError } from "./local-model-error.ts";

export interface ModelServerOptions extends InstalledModel {
  /** Command of the Python that runs it. */
  python: string;
  /** The model's name in requests. */
  name: string;
  env: NodeJS.ProcessEnv;
  logFile: string;
  /** Calls the start off. */
  signal: AbortSignal;
}

export interface ModelServer {
  /** Without a path. */
  url: string;
  pid: number;
  stop(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL("serve-model.py", import.meta.url));
const READY_MS = 60_000;
/** A panel's calls run at once; each may take so many tokens, prompt and answer together. */
const SLOTS = 4;
const SLOT_TOKENS = 4096;
/** More make so small a model no faster. */
const MOST_THREADS = 4;

function listeningLine(child: ChildProcess): Promise<string | null> {
  return new Promise((resolve) => {
    child.once("error", () => resolve(null));
    if (child.stdout === null) return resolve(null);
    const lines = createInterface({ input: child.stdout });
    lines.on("line", (line) => {
      if (!line.startsWith('{"listening"')) return;
      const announced: unknown = JSON.parse(line);
      if (isRecord(announced) && typeof announced["listening"] === "string") resolve(announced["listening"]);
    });
    lines.once("close", () => resolve(null));
  });
}

function interruption(signal: AbortSignal): Promise<null> {
  const either = AbortSignal.any([signal, AbortSignal.timeout(READY_MS)]);
  return new Promise((resolve) => {
    if (either.aborted) resolve(null);
    either.addEventListener("abort", () => resolve(null), { once: true });
  });
}

/**
 * Starts llama.cpp's server in a process group of its own, so that Ctrl-C reaches only who started it, with a guard that
 * ends it should this process die. Its log is its own.
 *
 * @throws StartupError when it ends, or is not ready in time
 */
export async function startModelServer(options: ModelServerOptions): Promise<ModelServer> {
  const { python, packages, weights, name, env, logFile, signal } = options;
  await mkdir(dirname(logFile), { recursive: true });
  const log = await open(logFile, "w");
  const threads = Math.min(availableParallelism(), MOST_THREADS);
  const settings = { packages, weights, name, threads, slots: SLOTS, slot_tokens: SLOT_TOKENS };
  const child = spawn(python, ["-I", PROGRAM, JSON.stringify(settings)], {
    // Threads that spin while they wait would take the cores from the processes that they wait for.
    env: { ...env, OMP_WAIT_POLICY: "passive", OMP_NUM_THREADS: String(threads) },
    stdio: ["ignore", "pipe", log.fd],
    detached: true,
  });
  const exited = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  await log.close();
  if (child.pid !== undefined) void exited.then(guardProcess(child.pid));

  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), 5_000);
    await exited;
    clearTimeout(timer);
  };
  const url = await Promise.race([listeningLine(child), interruption(signal)]);
  if (url !== null && child.pid !== undefined) return { url, pid: child.pid, stop };
  await stop();
  const words = (await readFile(logFile, "utf8")).trim().split("\n").at(-1)?.trim() || "it said nothing";
  throw localModelError(signal.aborted ? "its start was called off" : `its server did not start (${words}; whole log: ${logFile})`);
}
