import { type ChildProcess, fork } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { get } from "node:http";
import { StartupError } from "@composite-llm/core";
import { NODE_COMPILE_CACHE, NODE_FLAGS, SERVICE_TRAITS, type ServiceSpec } from "./service-spec.ts";

/** How a process ended. */
export interface ServiceExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** One life of a service. */
export interface ServiceProcess {
  pid: number;
  /** Where it listens. */
  url: string;
  exited: Promise<ServiceExit>;
  kill(signal: NodeJS.Signals): void;
}

interface Announcement {
  listening?: string;
  failed?: string;
}

/** How long a service may take from its start to being ready. */
const READY_MS = 30_000;

export function describeExit({ code, signal }: ServiceExit): string {
  return signal === null ? `exit code ${code ?? "unknown"}` : signal;
}

async function announcedUrl(child: ChildProcess, exited: Promise<ServiceExit>, { name, logFile }: ServiceSpec): Promise<string> {
  const announced = new Promise<Announcement>((resolve) => {
    child.on("message", (message) => resolve(message as Announcement));
  });
  // A last message may still be on its way when the process is gone already.
  const gone = exited.then((exit) => new Promise<ServiceExit>((resolve) => setImmediate(() => resolve(exit))));
  const outcome = await Promise.race([announced, gone]);
  if ("code" in outcome) throw new StartupError(`${name} ended while it started (${describeExit(outcome)}): see ${logFile}.`);
  if (outcome.failed !== undefined) throw new StartupError(outcome.failed);
  if (outcome.listening === undefined) throw new StartupError(`${name} did not say where it listens: see ${logFile}.`);
  return outcome.listening;
}

/** Asks on a connection of its own: one that is kept would hold a service that waits for its clients to leave. */
function isReady(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(url, { agent: false, signal: AbortSignal.timeout(2_000) }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on("error", () => resolve(false));
  });
}

async function untilReady(url: string, exited: Promise<ServiceExit>, { name, logFile }: ServiceSpec): Promise<void> {
  let exit: ServiceExit | null = null;
  void exited.then((known) => (exit = known));
  while (!(await isReady(url))) {
    if (exit !== null) throw new StartupError(`${name} ended while it started (${describeExit(exit)}): see ${logFile}.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Rejects when the start takes too long or is called off. */
function interruption(spec: ServiceSpec, signal: AbortSignal): Promise<never> {
  const timeout = AbortSignal.timeout(READY_MS);
  const late = new StartupError(`${spec.name} is not ready after ${READY_MS / 1000} s: see ${spec.logFile}.`);
  const calledOff = new StartupError(`The start of ${spec.name} was called off.`);
  return new Promise((_, reject) => {
    if (signal.aborted) reject(calledOff);
    signal.addEventListener("abort", () => reject(calledOff), { once: true });
    timeout.addEventListener("abort", () => reject(late), { once: true });
  });
}

/**
 * Starts a service and waits until it is ready. It runs in a process group of its own, so that Ctrl-C reaches only the
 * launcher, which ends its services in order; when the launcher dies, the closing channel tells them.
 *
 * @param signal calls the start off; a process that is ready is not touched by it
 * @throws StartupError with what the service said, when it fails, ends or is not ready in time
 */
export async function startServiceProcess(spec: ServiceSpec, signal: AbortSignal): Promise<ServiceProcess> {
  const log = openSync(spec.logFile, "a");
  const child = fork(spec.entry, [], {
    cwd: spec.directory,
    env: { NODE_COMPILE_CACHE, ...spec.env },
    execArgv: [...NODE_FLAGS],
    stdio: ["ignore", log, log, "ipc"],
    detached: true,
  });
  closeSync(log);
  const exited = new Promise<ServiceExit>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
    child.once("error", () => resolve({ code: null, signal: null }));
  });
  const ready = async (): Promise<string> => {
    const url = await announcedUrl(child, exited, spec);
    await untilReady(`${url}${SERVICE_TRAITS[spec.service].readyPath}`, exited, spec);
    return url;
  };
  try {
    const url = await Promise.race([ready(), interruption(spec, signal)]);
    if (child.pid === undefined) throw new StartupError(`${spec.name} could not be started.`);
    return { pid: child.pid, url, exited, kill: (signal) => void child.kill(signal) };
  } catch (error) {
    child.kill("SIGKILL");
    await exited;
    throw error;
  }
}
