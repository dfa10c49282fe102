import { execFile } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

const NAMES = ["valkey-server", "redis-server"];

/** The journal's scripts use commands of Redis 7; every Valkey has them. */
const OLDEST_REDIS = 7;

export interface RedisBinary {
  path: string;
  /** `Redis 7.0.15` or `Valkey 8.0.1`. */
  version: string;
}

export interface BinarySearch {
  found: RedisBinary | null;
  /** Servers that are there but too old, as `redis-server 6.0.16`. */
  tooOld: string[];
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** `Redis server v=7.0.15 sha=…` or `Valkey server v=8.0.1 …`. */
function parseVersion(output: string): { product: string; version: string } | null {
  const match = /^(Redis|Valkey) server v=([\d.]+)/m.exec(output);
  return match === null ? null : { product: match[1] ?? "", version: match[2] ?? "" };
}

/** Looks for `valkey-server`, then `redis-server`, in the directories of a PATH. */
export async function findRedisBinary(path: string): Promise<BinarySearch> {
  const tooOld: string[] = [];
  for (const name of NAMES) {
    for (const directory of path.split(delimiter).filter((entry) => entry !== "")) {
      const candidate = join(directory, name);
      if (!(await isExecutable(candidate))) continue;
      const { stdout } = await promisify(execFile)(candidate, ["--version"], { timeout: 5_000 }).catch(() => ({ stdout: "" }));
      const known = parseVersion(stdout);
      if (known === null) continue;
      const isNew = known.product === "Valkey" || Number.parseInt(known.version, 10) >= OLDEST_REDIS;
      if (isNew) return { found: { path: candidate, version: `${known.product} ${known.version}` }, tooOld };
      tooOld.push(`${candidate} ${known.version}`);
    }
  }
  return { found: null, tooOld };
}
