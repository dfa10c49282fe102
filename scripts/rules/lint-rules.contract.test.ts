import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type PlantedTree, plantTree } from "./planted-tree.ts";

const IMPORTS = "eslint(no-restricted-imports)";

/** A fault for every rule of ours: where it is planted, what it is, and the rule that must see it. */
const FAULTS: readonly (readonly [rule: string, path: string, code: string])[] = [
  ["import(no-default-export)", "packages/core/src/default-export.ts", "export default 1;"],
  ["typescript(no-explicit-any)", "packages/core/src/any.ts", "export const value: any = 1;"],
  ["typescript(no-non-null-assertion)", "packages/core/src/non-null.ts", "export const first = (list: number[]): number => list[0]!;"],
  [
    "typescript(consistent-type-imports)",
    "packages/core/src/type-import.ts",
    'import { Clock } from "./clock.ts";\nexport const use = (clock: Clock): number => clock.now();',
  ],
  ["typescript(no-floating-promises)", "packages/core/src/floating.ts", "export const begin = (): void => {\n  Promise.resolve(1);\n};"],
  ["unicorn(prefer-node-protocol)", "packages/runtime/src/protocol.ts", 'export { readFileSync } from "fs";'],
  ["unicorn(filename-case)", "packages/core/src/CamelCase.ts", "export const value = 1;"],
  ["eslint(max-lines)", "packages/core/src/long.ts", "export const value = 1;\n".repeat(1).concat("// more\n".repeat(400))],
  ["eslint(no-console)", "packages/core/src/console.ts", "console.log(1);\nexport {};"],
  ["import(no-cycle)", "packages/core/src/cycle-a.ts", 'import { b } from "./cycle-b.ts";\nexport const a = (): number => b();'],
  ["eslint(no-unused-vars)", "packages/core/src/directive.ts", "const unused = 1;\nexport {};"],

  [IMPORTS, "apps/gateway/src/redis.ts", 'export { Redis } from "ioredis";'],
  [IMPORTS, "packages/engine/src/bull.ts", 'export { Queue } from "bullmq";'],
  [IMPORTS, "packages/queue/src/telemetry.ts", 'export { trace } from "@opentelemetry/api";'],
  [IMPORTS, "apps/model-caller/src/vendor.ts", 'export { OpenAI } from "openai";'],
  [IMPORTS, "apps/model-caller/src/vendor-path.ts", 'export type { Stream } from "openai/streaming";'],
  [IMPORTS, "packages/engine/src/vendor.ts", 'export { Anthropic } from "@anthropic-ai/sdk";'],
  [IMPORTS, "apps/gateway/src/logger.ts", 'export { pino } from "pino";'],
  [IMPORTS, "packages/core/src/io.ts", 'export { readFile } from "node:fs/promises";'],
  [IMPORTS, "packages/contracts/src/io.ts", 'export { join } from "node:path";'],
  [IMPORTS, "packages/strategies/src/io.ts", 'export { readFileSync } from "node:fs";'],
  [IMPORTS, "packages/pricing/src/io.ts", 'export { randomUUID } from "node:crypto";'],
  [IMPORTS, "apps/gateway/src/strategies.ts", 'export { builtInStrategies } from "@composite-llm/strategies";'],
  [IMPORTS, "packages/configuration/src/strategies.ts", 'export { builtInStrategies } from "@composite-llm/strategies";'],
  [IMPORTS, "apps/model-caller/src/strategies.ts", 'export { builtInPlanners } from "@composite-llm/strategies/plan";'],
  [IMPORTS, "e2e/gateway.ts", 'export { buildGateway } from "@composite-llm/gateway";'],

  ["composite(no-ambient-time)", "packages/strategies/src/date.ts", "export const when = (): Date => new Date();"],
  ["composite(no-ambient-time)", "packages/engine/src/now.ts", "export const nowMs = (): number => Date.now();"],
  ["composite(no-ambient-time)", "packages/pricing/src/chance.ts", "export const chance = (): number => Math.random();"],

  ["composite(no-sleep)", "packages/core/src/sleep.test.ts", "await new Promise((resolve) => setTimeout(resolve, 100));\nexport {};"],
  ["vitest(no-focused-tests)", "packages/core/src/only.test.ts", 'import { it } from "vitest";\nit.only("is alone", () => undefined);'],
  ["vitest(no-restricted-vi-methods)", "packages/core/src/mock.test.ts", 'import { vi } from "vitest";\nvi.mock("./clock.ts");'],
];

/** What looks like a fault and is none. */
const ALLOWED: Readonly<Record<string, string>> = {
  "packages/queue/src/redis.ts": 'export { Redis } from "ioredis";\nexport { Queue } from "bullmq";',
  "packages/providers/src/vendor.ts": 'export { OpenAI } from "openai";',
  "packages/runtime/src/logger.ts": 'export { pino } from "pino";',
  "apps/gateway/src/client.contract.test.ts": 'export { OpenAI } from "openai";',
  "scripts/client.ts": 'export { OpenAI } from "openai";',
  "e2e/malformed.ts": 'export { MALFORMED_REQUESTS } from "@composite-llm/gateway/testing";',
  "apps/gateway/src/plan.ts": 'export { builtInPlanners } from "@composite-llm/strategies/plan";',
  "packages/strategies/src/load-strategies.ts": 'export { stat } from "node:fs/promises";',
  "packages/core/src/clock.ts": "export interface Clock {\n  now(): number;\n}\nexport const clock: Clock = { now: () => Date.now() };",
  "packages/engine/src/format.ts": "export const format = (ms: number): string => new Date(ms).toISOString();",
  "packages/core/src/cycle-b.ts": 'import { a } from "./cycle-a.ts";\nexport const b = (): number => a();',
};

const report = z.object({ diagnostics: z.array(z.object({ code: z.string().optional(), message: z.string(), filename: z.string() })) });

let tree: PlantedTree;
let found: z.infer<typeof report>["diagnostics"] = [];

beforeAll(async () => {
  const planted = Object.fromEntries(FAULTS.map(([, path, code]) => [path, `${code}\n`]));
  tree = await plantTree([".oxlintrc.json", "tsconfig.json", "scripts/lint"], { ...ALLOWED, ...planted });
  const { output } = await tree.run("oxlint/bin/oxlint", ["-f", "json", "apps", "packages", "e2e", "scripts/client.ts"]);
  found = report.parse(JSON.parse(output.slice(output.indexOf("{"), output.lastIndexOf("}") + 1))).diagnostics;
}, 60_000);

afterAll(() => tree.remove());

describe("the linter", () => {
  it.each(FAULTS)("reports %s in %s", (rule, path) => {
    expect(found.filter(({ filename }) => filename === path).map(({ code }) => code)).toContain(rule);
  });

  it.each(Object.keys(ALLOWED).filter((path) => !path.includes("cycle")))("has nothing to say about %s", (path) => {
    expect(found.filter(({ filename }) => filename === path)).toEqual([]);
  });
});
