import type { Arena } from "../arena/arena.ts";
import { pause } from "../until.ts";

/** Kills Redis by SIGKILL and starts it on the same data after so long. `meanwhile` is done while it is gone. */
export async function killRedis(arena: Arena, durationMs: number, meanwhile: () => Promise<void> = async () => undefined): Promise<void> {
  const fromMs = Date.now();
  await arena.server.kill();
  await Promise.all([pause(durationMs), meanwhile()]);
  await arena.server.startAgain();
  arena.disturbances.push({ kind: "down", of: "redis", fromMs, untilMs: Date.now() });
}

/** Stops Redis from outside for so long. */
export async function freezeRedis(arena: Arena, durationMs: number): Promise<void> {
  const fromMs = Date.now();
  arena.server.freeze();
  await pause(durationMs);
  arena.server.thaw();
  arena.disturbances.push({ kind: "frozen", of: "redis", fromMs, untilMs: Date.now() });
}
