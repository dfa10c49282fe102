import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { commandLineOf, endProcess } from "../process/foreign-process.ts";

async function readNumber(file: string): Promise<number> {
  return Number.parseInt(await readFile(file, "utf8").catch(() => ""), 10);
}

/**
 * Ends the Redis that a launcher without a chance to clean up left in this directory; two servers on one append-only
 * file would spoil it. A server says its port in its title, so a pid that meanwhile belongs to another one is left alone.
 */
export async function endStaleRedis(directory: string): Promise<void> {
  const files = { pid: join(directory, "redis.pid"), port: join(directory, "redis.port") };
  const [pid, port] = await Promise.all([readNumber(files.pid), readNumber(files.port)]);
  if (pid > 1 && port > 0) {
    const isOurs = new RegExp(`(redis|valkey)-server.*(:|--port )${port}\\b`).test(await commandLineOf(pid));
    if (isOurs) await endProcess(pid, 5_000);
  }
  await Promise.all(Object.values(files).map((file) => rm(file, { force: true })));
}
