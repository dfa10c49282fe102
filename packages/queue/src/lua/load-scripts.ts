import { readFileSync } from "node:fs";

export const SCRIPT_NAMES = [
  "accept",
  "own",
  "enter",
  "intend",
  "release",
  "wait",
  "begin",
  "append",
  "commit",
  "lose",
  "park",
  "finish",
  "attach",
  "keep",
  "detach",
  "adopt",
  "deliver",
  "erase",
  "inherit",
  "revive",
  "suffer",
  "pardon",
] as const;
export type ScriptName = (typeof SCRIPT_NAMES)[number];
export type ScriptTexts = Record<ScriptName, string>;

function read(name: string): string {
  return readFileSync(new URL(`./${name}.lua`, import.meta.url), "utf8");
}

/** The text of each script, with the shared prelude in front. */
export function loadScripts(): ScriptTexts {
  const prelude = read("prelude");
  const texts: Partial<ScriptTexts> = {};
  for (const name of SCRIPT_NAMES) texts[name] = `${prelude}\n${read(name)}`;
  return texts as ScriptTexts;
}
