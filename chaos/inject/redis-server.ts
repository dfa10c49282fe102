import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureRedis } from "@composite-llm/scripts/redis";

/** A Redis that the suite kills and freezes; it comes back on the same port with the same append-only file. */
export interface RedisServer {
  readonly url: string;
  readonly port: number;
  kill(): Promise<void>;
  startAgain(): Promise<void>;
  freeze(): void;
  thaw(): void;
  close(): Promise<void>;
}

export async function startRedisServer(): Promise<RedisServer> {
  const directory = await mkdtemp(join(tmpdir(), "chaos-redis-"));
  const ensured = await ensureRedis({ env: { PATH: process.env["PATH"] }, stateDirectory: directory, say: () => undefined });
  let { server } = ensured;
  const signal = (name: NodeJS.Signals): void => {
    if (server !== null) process.kill(server.pid, name);
  };
  return {
    url: ensured.url,
    port: Number(new URL(ensured.url).port),
    kill: async () => {
      signal("SIGKILL");
      await server?.exited;
    },
    startAgain: async () => {
      server = (await server?.startAgain()) ?? null;
    },
    freeze: () => signal("SIGSTOP"),
    thaw: () => signal("SIGCONT"),
    close: async () => {
      await server?.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
