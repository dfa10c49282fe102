import type { Arena } from "../arena/arena.ts";
import { pause } from "../until.ts";
import { watchOwners } from "./watch-owners.ts";

/** How long a supervisor takes to start a process again. */
const SUPERVISOR_MS = 300;

/** Ends a process by SIGKILL and starts it again a moment later, as a supervisor does. */
export async function killProcess(arena: Arena, name: string): Promise<void> {
  const victim = arena.stack.process(name);
  const way = arena.ways.get(name);
  const watch = victim.service === "orchestrator" ? await watchOwners(arena, name) : null;
  const fromMs = Date.now();
  await victim.kill("SIGKILL");
  if (watch !== null) arena.watches.push(watch());
  way?.proxy.release();
  await pause(SUPERVISOR_MS);
  await victim.restart();
  arena.disturbances.push({ kind: "killed", of: name, fromMs, untilMs: Date.now() });
}

/** Stops a process from outside, lets it go on after so long, and notes both. */
export async function freezeProcess(arena: Arena, name: string, durationMs: number): Promise<void> {
  const victim = arena.stack.process(name);
  const fromMs = Date.now();
  await victim.kill("SIGSTOP");
  await pause(durationMs);
  await victim.kill("SIGCONT");
  arena.disturbances.push({ kind: "stopped", of: name, fromMs, untilMs: Date.now() });
}

/** Parts a process from Redis for a while. */
export async function partProcess(arena: Arena, name: string, durationMs: number): Promise<void> {
  const fromMs = Date.now();
  arena.ways.get(name)?.proxy.partition();
  await pause(durationMs);
  arena.ways.get(name)?.proxy.heal();
  arena.disturbances.push({ kind: "parted", of: name, fromMs, untilMs: Date.now() });
}
