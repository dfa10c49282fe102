import { readFileSync } from "node:fs";
import type { Redis } from "ioredis";

const RATES = ["clock", "leases", "window", "scope", "settings", "outcome", "room"];
const ORDER = [...RATES, "tickets", "serve"];

/** The scripts, and what of the shared parts stands in front of each. */
const PARTS = {
  admit: ORDER,
  settle: [...ORDER, "learn"],
  renew: ["clock", "leases"],
  grant: ORDER,
  leave: ORDER,
  configure: ["clock", "leases", "window", "scope", "settings"],
  operate: ORDER,
  learned: ["clock", "window", "scope", "learn"],
  board: [...ORDER, "learn"],
} as const satisfies Record<string, readonly string[]>;

export type LimitScriptName = keyof typeof PARTS;
export const LIMIT_SCRIPT_NAMES = Object.keys(PARTS) as LimitScriptName[];
export type LimitScriptTexts = Record<LimitScriptName, string>;
export type LimitScripts = Record<LimitScriptName, (...args: (string | number)[]) => Promise<unknown[]>>;

function read(name: string): string {
  return readFileSync(new URL(`./lua/${name}.lua`, import.meta.url), "utf8");
}

export function loadLimitScripts(): LimitScriptTexts {
  const texts: Partial<LimitScriptTexts> = {};
  for (const name of LIMIT_SCRIPT_NAMES) texts[name] = [...PARTS[name], name].map(read).join("\n");
  return texts as LimitScriptTexts;
}

/** Prefix of all keys of the limits of an installation. */
export function limitsKey(prefix: string): string {
  return `${prefix}:limits`;
}

type DefinedCommand = (...args: (string | number)[]) => Promise<unknown[]>;

/** Defines the scripts on a connection. @param texts other scripts under the same names, for tests */
export function createLimitScripts(redis: Redis, prefix: string, texts: LimitScriptTexts = loadLimitScripts()): LimitScripts {
  const scripts: Partial<LimitScripts> = {};
  for (const name of LIMIT_SCRIPT_NAMES) {
    const command = `composite_limits_${name}`;
    redis.defineCommand(command, { lua: texts[name], numberOfKeys: 1 });
    // defineCommand adds the method at run time, out of the type system's sight.
    const call = (redis as unknown as Record<string, DefinedCommand>)[command] as DefinedCommand;
    scripts[name] = (...args) => call.call(redis, limitsKey(prefix), ...args);
  }
  return scripts as LimitScripts;
}
