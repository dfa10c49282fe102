import type { RunId } from "@composite-llm/core";
import type { Redis } from "ioredis";
import { loadScripts, SCRIPT_NAMES, type ScriptName, type ScriptTexts } from "../lua/load-scripts.ts";
import type { Keys } from "./run-keys.ts";

/** The reply of a script: its outcome (`ok`, or why it refused) and what follows. */
export type ScriptReply = [outcome: string, ...rest: unknown[]];

export type RunScript = (run: RunId, ...args: (string | number)[]) => Promise<ScriptReply>;
export type RunScripts = Record<ScriptName, RunScript>;

type DefinedCommand = (numberOfKeys: number, ...args: (string | number)[]) => Promise<ScriptReply>;

/**
 * Defines the scripts of the run protocol on a connection. Each is atomic; the protocol is described in the architecture document.
 *
 * @param texts other scripts under the same names, by which a test shows that it would see a fault in one
 */
export function createRunScripts(redis: Redis, keys: Keys, texts: ScriptTexts = loadScripts()): RunScripts {
  const scripts: Partial<RunScripts> = {};
  for (const name of SCRIPT_NAMES) {
    const command = `composite_${name}`;
    redis.defineCommand(command, { lua: texts[name] });
    // defineCommand adds the method at run time, out of the type system's sight.
    const call = (redis as unknown as Record<string, DefinedCommand>)[command] as DefinedCommand;
    scripts[name] = (run, ...args) => call.call(redis, 3, keys.run(run), keys.openRuns, keys.callRecords, ...args);
  }
  return scripts as RunScripts;
}
