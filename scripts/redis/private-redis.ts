import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, open, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { StartupError } from "@composite-llm/core";
import { findFreePort } from "../process/find-free-port.ts";
import { guardProcess } from "../process/guard-process.ts";
import { probeRedis } from "./probe-redis.ts";
import { endStaleRedis } from "./stale-redis.ts";

export interface PrivateRedisOptions {
  /** Path of `redis-server` or `valkey-server`. */
  binary: string;
  /** Where its data and its pid file stand. */
  directory: string;
  logFile: string;
  /** A free one unless given. */
  port?: number;
}

export interface PrivateRedis {
  url: string;
  /** The same by a Unix socket, where the system has one: what a round trip costs is mostly the way, and this one is half as dear. */
  localUrl: string;
  pid: number;
  /** Resolves when it ended, whoever wished it. */
  exited: Promise<void>;
  stop(): Promise<void>;
  /** After its end: another one on the same data and the same port, so that those who know its address find it. */
  startAgain(): Promise<PrivateRedis>;
}

const READY_MS = 20_000;

/** When the launcher dies, its services end by themselves, and they need Redis to hand back what they hold. */
const SERVICES_GRACE_SECONDS = 2;

/** The longest path that every system takes for a socket. */
const LONGEST_SOCKET_PATH = 100;

/** Null where there can be none. */
function socketPath(directory: string): string | null {
  const path = join(directory, "redis.sock");
  // A space or the like would have to be escaped in the address, a comma stands between two of them.
  return process.platform !== "win32" && /^[\w./@+-]+$/.test(path) && path.length <= LONGEST_SOCKET_PATH ? path : null;
}

function serverArguments(port: number, socket: string | null, directory: string): string[] {
  const settings = {
    port: String(port),
    bind: "127.0.0.1",
    daemonize: "no",
    dir: directory,
    pidfile: join(directory, "redis.pid"),
    "maxmemory-policy": "noeviction",
    appendonly: "yes",
    appendfsync: "everysec",
    // The append-only file is enough; snapshots would only cost.
    save: "",
    ...(socket === null ? {} : { unixsocket: socket, unixsocketperm: "700" }),
  };
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function whenReady(child: ChildProcess, url: string): Promise<boolean> {
  const deadline = performance.now() + READY_MS;
  while (!hasEnded(child) && performance.now() < deadline) {
    if ((await probeRedis(url, 500)).reachable) return !hasEnded(child);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}

async function lastLine(file: string): Promise<string> {
  const text = await readFile(file, "utf8").catch(() => "");
  return text.trim().split("\n").at(-1)?.trim() ?? "";
}

/**
 * Starts a Redis of our own on a free port of the loopback, with AOF and without eviction. It lives in a process group
 * of its own, so that Ctrl-C reaches the services first, and a guard ends it should this process die.
 *
 * @throws StartupError with the server's last words
 */
export async function startPrivateRedis(options: PrivateRedisOptions): Promise<PrivateRedis> {
  const { binary, directory, logFile } = options;
  await mkdir(directory, { recursive: true });
  await endStaleRedis(directory);
  const port = options.port ?? (await findFreePort());
  await writeFile(join(directory, "redis.port"), String(port));
  const socket = socketPath(directory);
  const log = await open(logFile, "a");
  const child = spawn(binary, serverArguments(port, socket, directory), { stdio: ["ignore", log.fd, log.fd], detached: true });
  const exited = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  await log.close();
  const pid = child.pid;
  if (pid === undefined) throw new StartupError(`The Redis server ${binary} could not be started.`);
  const release = guardProcess(pid, SERVICES_GRACE_SECONDS);
  void exited.then(release);

  const stop = async (): Promise<void> => {
    if (hasEnded(child)) return;
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), 5_000);
    await once(child, "exit");
    clearTimeout(timer);
  };

  const url = `redis://127.0.0.1:${port}`;
  if (!(await whenReady(child, url))) {
    await stop();
    throw new StartupError(`The Redis server ${binary} did not start: ${await lastLine(logFile)} (whole log: ${logFile})`);
  }
  return {
    url,
    localUrl: socket === null ? url : `unix://${socket}`,
    pid,
    exited,
    stop,
    startAgain: () => startPrivateRedis({ ...options, port }),
  };
}
