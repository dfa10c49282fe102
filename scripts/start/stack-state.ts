import { link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { StartupError } from "@composite-llm/core";
import { z } from "zod";
import { commandLineOf, outliveProcess } from "../process/foreign-process.ts";

const stackState = z.object({
  /** Of the launcher. */
  pid: z.int().positive(),
  /** Process ids by name, the private Redis included. */
  pids: z.record(z.string(), z.int()),
  /** Addresses by name; without `gateway` it is still starting. */
  urls: z.record(z.string(), z.string()),
  mode: z.enum(["mock", "real"]).nullable(),
});

/** What others can know of a running stack: `.state/stack.json`. */
export type StackState = z.infer<typeof stackState>;

/** The programs that start a stack from the state folder. */
const LAUNCHERS = /scripts\/(start|demo)\.ts/;

const SERVICES = /apps\/[\w-]+\/src\/main\.ts/;

/** Services have 10 s to end by themselves. */
const LEFTOVER_GRACE_MS = 12_000;

function fileOf(stateDirectory: string): string {
  return join(stateDirectory, "stack.json");
}

async function readState(file: string): Promise<StackState | null> {
  const content = await readFile(file, "utf8")
    .then((text) => JSON.parse(text) as unknown)
    .catch(() => null);
  return stackState.safeParse(content).data ?? null;
}

/** What the file says, as long as its launcher lives; its id may belong to another program by now, or to this one. */
async function livingState(file: string): Promise<StackState | null> {
  const state = await readState(file);
  if (state === null || state.pid === process.pid) return null;
  return LAUNCHERS.test(await commandLineOf(state.pid)) ? state : null;
}

/** Waits for services whose launcher is dead: they are about to end, and still hold their ports. */
async function outliveServices(state: StackState | null): Promise<void> {
  const ends = Object.values(state?.pids ?? {}).map(async (pid) => {
    if (SERVICES.test(await commandLineOf(pid))) await outliveProcess(pid, LEFTOVER_GRACE_MS);
  });
  await Promise.all(ends);
}

/** The stack that runs from this state folder; null when there is none, or only what a dead launcher left. */
export function readRunningStack(stateDirectory: string): Promise<StackState | null> {
  return livingState(fileOf(stateDirectory));
}

/** Links a file to a name, unless the name is taken. */
async function linkUnlessTaken(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

export interface StackClaim {
  update(state: Omit<StackState, "pid">): Promise<void>;
  release(): Promise<void>;
}

/**
 * Takes away what a dead launcher left. Between reading and taking, another start may have put its own file there: then
 * that one goes back.
 *
 * @returns the stack of the start that was faster, null when the way is free
 */
async function removeStale(file: string): Promise<StackState | null> {
  const aside = `${file}.${process.pid}.stale`;
  try {
    await rename(file, aside);
  } catch {
    return null; // Somebody else took it.
  }
  const taken = await livingState(aside);
  if (taken !== null) await linkUnlessTaken(aside, file);
  else await outliveServices(await readState(aside));
  await rm(aside, { force: true });
  return taken;
}

/**
 * Makes this process the launcher of the state folder.
 *
 * @throws StartupError when another one is
 */
export async function claimStack(stateDirectory: string): Promise<StackClaim> {
  await mkdir(stateDirectory, { recursive: true });
  const file = fileOf(stateDirectory);
  const own = `${file}.${process.pid}`;
  const state: StackState = { pid: process.pid, pids: {}, urls: {}, mode: null };
  await writeFile(own, JSON.stringify(state));
  // Linking is atomic and brings the content along: of two that find nobody, one succeeds.
  while (!(await linkUnlessTaken(own, file))) {
    const running = (await livingState(file)) ?? (await removeStale(file));
    if (running === null) continue;
    await rm(own, { force: true });
    const where = running.urls["gateway"] === undefined ? " and about to be ready" : ` and serves at ${running.urls["gateway"]}`;
    throw new StartupError(`Composite LLM is already running here (process ${running.pid})${where}: stop that one first.`);
  }
  await rm(own, { force: true });
  return {
    update: async (next) => {
      await writeFile(own, JSON.stringify({ pid: process.pid, ...next }, null, 2));
      await rename(own, file);
    },
    release: () => rm(file, { force: true }),
  };
}
