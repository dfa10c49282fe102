import { access, appendFile, constants, mkdir } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { StartupError } from "@composite-llm/core";
import { commandRunner, installHint, installRedis } from "./install-redis.ts";
import { type PrivateRedis, startPrivateRedis } from "./private-redis.ts";
import { probeRedis } from "./probe-redis.ts";
import { findRedisBinary, type RedisBinary } from "./redis-binary.ts";

export { findRedisBinary };

export interface EnsuredRedis {
  /** Several, separated by commas, where REDIS_URL has several. */
  url: string;
  /** For services of this machine. */
  localUrl: string;
  /** `Redis 7.0.15`; null for the one of REDIS_URL, which is used and never stopped. */
  version: string | null;
  /** The server that was started here; null for the one of REDIS_URL. */
  server: PrivateRedis | null;
  stop(): Promise<void>;
}

export interface EnsureRedisOptions {
  env: NodeJS.ProcessEnv;
  /** The private one keeps its data in `redis/` and its log in `logs/` below it. */
  stateDirectory: string;
  say(line: string): void;
}

/** The address without what must not be seen. */
function withoutCredentials(url: string): string {
  return url.replace(/\/\/[^/@]*@/, "//");
}

function searchPath(env: NodeJS.ProcessEnv): string {
  // Debian's user PATH leaves /usr/sbin out; Homebrew's directory is missing in shells that npm starts from an editor.
  return [env["PATH"] ?? "", "/usr/sbin", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/bin"].join(delimiter);
}

async function binaryFor(path: string, logFile: string, say: (line: string) => void): Promise<RedisBinary> {
  const first = await findRedisBinary(path);
  if (first.found !== null) return first.found;
  const has = async (command: string): Promise<boolean> => {
    const tries = path.split(delimiter).map((directory) => access(join(directory, command), constants.X_OK).then(() => true));
    return Promise.any(tries).catch(() => false);
  };
  const run = commandRunner((text) => void appendFile(logFile, text));
  const installed = await installRedis({ isRoot: process.getuid?.() === 0, has, run, say });
  const second = await findRedisBinary(path);
  if (second.found !== null) return second.found;
  const old = second.tooOld[0] === undefined ? "" : ` (${second.tooOld[0]} is too old, 7.0 is needed)`;
  const tried = installed ? ` The package manager's log: ${logFile}` : "";
  throw new StartupError(`There is no Redis here${old}: ${await installHint(has)}, or set REDIS_URL to a running one.${tried}`);
}

/**
 * Finds a Redis: the one of REDIS_URL, else a private server from the machine's binaries, which are installed by the
 * system's package manager where that is allowed.
 *
 * @throws StartupError when REDIS_URL does not answer or nothing can be started
 */
export async function ensureRedis({ env, stateDirectory, say }: EnsureRedisOptions): Promise<EnsuredRedis> {
  const given = env["REDIS_URL"]?.trim() ?? "";
  if (given !== "") {
    for (const url of given.split(",").map((each) => each.trim())) {
      const answer = await probeRedis(url);
      if (answer.reachable) continue;
      throw new StartupError(
        `The Redis of REDIS_URL (${withoutCredentials(url)}) is not usable: ${answer.reason}. ` +
          "Start it, correct REDIS_URL, or unset it to get a private one.",
      );
    }
    return { url: given, localUrl: given, version: null, server: null, stop: () => Promise.resolve() };
  }
  const logs = join(stateDirectory, "logs");
  await mkdir(logs, { recursive: true });
  const logFile = join(logs, "redis.log");
  const binary = await binaryFor(searchPath(env), logFile, say);
  const server = await startPrivateRedis({ binary: binary.path, directory: join(stateDirectory, "redis"), logFile });
  return { url: server.url, localUrl: server.localUrl, version: binary.version, server, stop: () => server.stop() };
}
