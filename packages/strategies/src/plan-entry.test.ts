import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { builtInPlanners } from "./built-in-planners.ts";
import { builtInStrategies, createRegistry } from "./built-in-strategies.ts";
import { createPlannerRegistry } from "./built-in-planners.ts";

/** Every file that an entry reaches by imports that are not erased. */
async function reach(entry: URL, seen = new Set<string>()): Promise<Set<string>> {
  if (seen.has(entry.href)) return seen;
  seen.add(entry.href);
  const source = await readFile(entry, "utf8");
  for (const [, path = ""] of source.matchAll(/^(?:import|export) (?!type )[^;]*?from "(\.[^"]+)";/gm))
    await reach(new URL(path, entry), seen);
  return seen;
}

const fileNames = (files: Set<string>) => [...files].map((file) => file.slice(import.meta.url.lastIndexOf("/") + 1));

describe("the entry for planning", () => {
  it("reaches no file that executes a strategy", async () => {
    const files = fileNames(await reach(new URL("plan.ts", import.meta.url)));
    expect(files).toContain("council/plan.ts");
    expect(files.filter((file) => /(?:^|\/)(?:run|review|prompts|strategy|append-material)\.ts$/.test(file))).toEqual([]);
  });

  it("is looked at by a check that would see one", async () => {
    expect(fileNames(await reach(new URL("index.ts", import.meta.url)))).toContain("council/run.ts");
  });

  it("knows every strategy that can be executed, with the same options and plan", () => {
    expect(Object.keys(builtInPlanners)).toEqual(Object.keys(builtInStrategies));
    for (const [name, strategy] of Object.entries(builtInStrategies)) {
      expect(strategy.name).toBe(name);
      expect(strategy.options).toBe(builtInPlanners[name]?.options);
      expect(strategy.plan).toBe(builtInPlanners[name]?.plan);
    }
  });
});

describe("the registries", () => {
  it("hold the built-in strategies and the user's", () => {
    const mine = { ...builtInStrategies["single"], name: "mine" } as NonNullable<(typeof builtInStrategies)[string]>;
    expect([...createRegistry([mine]).keys()]).toEqual(["single", "moa", "council", "mine"]);
    expect(createPlannerRegistry([mine]).get("mine")).toBe(mine);
  });

  it("refuse two strategies of one name", () => {
    expect(() => createRegistry(Object.values(builtInStrategies))).toThrow("two strategies are named `single`");
  });
});
