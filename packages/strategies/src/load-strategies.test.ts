import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { defineStrategy } from "./define-strategy.ts";
import { loadStrategies, StrategyLoadError } from "./load-strategies.ts";

const mine = defineStrategy({
  name: "mine",
  description: "A strategy of the test.",
  options: z.strictObject({ mood: z.string().default("calm").describe("How it feels") }),
  plan: ({ base }) => ({ stages: [], final: { role: "single", member: base, field: "model" } }),
  run: async (context) => ({ answer: await context.final(context.messages) }),
});

let folder = "";
let file = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "strategies-"));
  file = join(folder, "mine.ts");
  await writeFile(file, "");
});

afterAll(() => rm(folder, { recursive: true }));

async function problemsOf(paths: Record<string, string>, exports: Record<string, unknown> | Error = { strategy: mine }): Promise<string[]> {
  const importModule = async () => {
    if (exports instanceof Error) throw exports;
    return exports;
  };
  const error = await loadStrategies(paths, importModule).then(
    () => null,
    (problem: unknown) => problem,
  );
  return error instanceof StrategyLoadError ? error.problems.map(({ message }) => message.replaceAll(folder, "")) : [];
}

describe("loading strategies of the configuration", () => {
  it("gives the module's strategy", async () => {
    expect(await loadStrategies({ mine: file }, async () => ({ strategy: mine }))).toEqual([mine]);
  });

  it("imports a changed file anew", async () => {
    const urls: string[] = [];
    const importModule = async (url: string) => {
      urls.push(url);
      return { strategy: mine };
    };
    await loadStrategies({ mine: file }, importModule);
    await loadStrategies({ mine: file }, importModule);
    await utimes(file, 1, 1);
    await loadStrategies({ mine: file }, importModule);
    expect(new Set(urls).size).toBe(2);
    expect(urls[0]).toBe(urls[1]);
  });

  it("reports all problems at once", async () => {
    expect(await problemsOf({ moa: file, "Not a name": file, profile: file, mine: "mine.ts", other: join(folder, "none.ts") })).toEqual([
      "strategy `moa`: a built-in strategy has this name; choose another one.",
      "strategy `Not a name`: a strategy's name is lower-case letters, digits and dashes, a letter first.",
      "strategy `profile`: `profile` has a meaning of its own in model names; choose another name.",
      "strategy `mine`: the path mine.ts is not absolute.",
      "strategy `other`: there is no file /none.ts.",
    ]);
  });

  it.each<[string, Record<string, unknown> | Error, string]>([
    ["throws while it is loaded", new SyntaxError("bad\nmore"), "/mine.ts cannot be loaded: SyntaxError: bad."],
    ["exports nothing", {}, "/mine.ts has no export named `strategy`; write `export const strategy = defineStrategy({…})`."],
    [
      "exports no object",
      { strategy: 1 },
      "/mine.ts exports a `strategy` that is not an object; write `export const strategy = defineStrategy({…})`.",
    ],
    ["has no name", { strategy: { ...mine, name: undefined } }, "/mine.ts exports a strategy without a `name`."],
    ["has no description", { strategy: { ...mine, description: " " } }, "/mine.ts exports a strategy without a `description`."],
    [
      "has options without a schema",
      { strategy: { ...mine, options: {} } },
      "/mine.ts exports a strategy whose `options` are not a zod 4 object schema.",
    ],
    ["has no plan", { strategy: { ...mine, plan: null } }, "/mine.ts exports a strategy without a function `plan`."],
    ["has no run", { strategy: { ...mine, run: undefined } }, "/mine.ts exports a strategy without a function `run`."],
    [
      "has no list of stages",
      { strategy: { ...mine, stageNames: "draft" } },
      "/mine.ts exports a strategy whose `stageNames` are not a list of names.",
    ],
    [
      "has another name than the configuration says",
      { strategy: { ...mine, name: "yours" } },
      "/mine.ts calls its strategy `yours`, the configuration calls it `mine`; the names must be equal.",
    ],
    [
      "takes the name of a common option",
      { strategy: { ...mine, options: z.object({ priority: z.int() }) } },
      "/mine.ts defines the option `priority`, which every strategy already has.",
    ],
  ])("says so when a module %s", async (_, exports, sentence) => {
    expect(await problemsOf({ mine: file }, exports)).toEqual([`strategy \`mine\`: ${sentence}`]);
  });
});
