import { readFileSync } from "node:fs";
import type { Redis } from "ioredis";

/** Making the shared functions costs more than calling them, so what a usual call does not need stands behind the end of its way. */
const ROOM = ["clock", "leases", "window", "scope", "room"];
const WAITING = ["settings", "tickets", "serve"];
const ORDER = [...ROOM, "give-back", ...WAITING];

/** The scripts, and what of the shared parts stands in front of each. */
const PARTS = {
  admit: [...ROOM, "admit-at-once", "give-back", ...WAITING],
  settle: ["clock", "leases", "window", "scope", "give-back", "outcome", "learn", "settle-lease", "room", ...WAITING],
  renew: ["clock", "leases"],
  grant: ORDER,
  leave: ORDER,
  configure: [...ROOM, "settings"],
  operate: ORDER,
  learned: ["clock", "learn"],
  board: [...ORDER, "learn", "describe"],
  expect: [...ORDER, "describe"],
} as const satisfies Record<string, readonly string[]>;

export type LimitScriptName = keyof typeof PARTS;
const LIMIT_SCRIPT_NAMES = Object.keys(PARTS) as LimitScriptName[];
export type LimitScriptTexts = Record<LimitScriptName, string>;
export type LimitScripts = Record<LimitScriptName, (...args: (string | number)[]) => Promise<unknown[]>>;

function read(name: string): string {
  return readFileSync(new URL(`./lua/${name}.lua`, import.meta.url), "utf8");
}

const CONSTANTS = /^local ([A-Z][A-Z0-9_]*(?:, [A-Z][A-Z0-9_]*)*) = ((?:[-+.\de]+|'[^']*')(?:, (?:[-+.\de]+|'[^']*'))*)$/gm;

/**
 * Puts the values of constants where their names stand. To Lua they are variables, and every function that is made looks for each one it names among
 * all there are, which was most of what a script cost.
 */
export function inlineConstants(text: string): string {
  const values = new Map<string, string>();
  const rest = text.replace(CONSTANTS, (_, names: string, numbers: string) => {
    const found = numbers.split(", ");
    for (const [index, name] of names.split(", ").entries()) values.set(name, found[index] ?? "nil");
    return "";
  });
  return rest.replace(/\b[A-Z][A-Z0-9_]*\b/g, (name) => values.get(name) ?? name);
}

/** The text of each script. @param edit changes it first, by which a test shows that it would see a fault */
export function loadLimitScripts(edit: (text: string) => string = (text) => text): LimitScriptTexts {
  const texts: Partial<LimitScriptTexts> = {};
  for (const name of LIMIT_SCRIPT_NAMES) texts[name] = inlineConstants(edit([...PARTS[name], name].map(read).join("\n")));
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
