import { describe, expect, it } from "vitest";
import { plantTree } from "./planted-tree.ts";

async function check(copied: readonly string[], planted: Readonly<Record<string, string>>, program: string, args: readonly string[]) {
  const tree = await plantTree(copied, planted);
  try {
    return await tree.run(program, args);
  } finally {
    await tree.remove();
  }
}

function typesOf(code: string) {
  return check(
    ["tsconfig.json", "package.json"],
    { "packages/core/src/index.ts": code, "packages/core/src/part.ts": "export const a = 1;\n" },
    "typescript/bin/tsc",
    ["-p", "."],
  );
}

describe("the type check", () => {
  it.each([
    ["an enum", "export enum Colour {\n  Red,\n}\n", "TS1294"],
    ["a parameter property", "export class Box {\n  constructor(readonly value: number) {}\n}\n", "TS1294"],
    ["an unchecked index", "export const first = (list: string[]): string => list[0];\n", "TS2322"],
    ["an import without its extension", 'export { a } from "./part";\n', "TS2835"],
  ])("refuses %s", async (_, code, error) => {
    const { failed, output } = await typesOf(code);
    expect(failed).toBe(true);
    expect(output).toContain(error);
  });

  it("accepts what is well typed", async () => {
    expect(await typesOf("export const first = (list: string[]): string => list[0] ?? '';\n")).toMatchObject({ failed: false });
  });
});

describe("the format check", () => {
  const check140 = (code: string) => check([".oxfmtrc.json"], { "packages/core/src/index.ts": code }, "oxfmt/bin/oxfmt", ["--check", "."]);

  it("refuses another layout", async () => {
    const { failed, output } = await check140("export const a   = 1\n");
    expect(failed).toBe(true);
    expect(output).toContain("packages/core/src/index.ts");
  });

  it("accepts ours", async () => {
    expect(await check140("export const a = 1;\n")).toMatchObject({ failed: false });
  });
});

describe("the check for unused code", () => {
  const manifest = { name: "@composite-llm/core", version: "0.1.0", private: true, type: "module", exports: { ".": "./src/index.ts" } };
  const files = {
    "package.json": JSON.stringify({ name: "planted", private: true, type: "module" }),
    "packages/core/package.json": JSON.stringify(manifest),
    "packages/core/src/index.ts": 'export { used } from "./part.ts";\n',
    "packages/core/src/part.ts": "export const used = 1;\n",
  };
  const knip = (planted: Readonly<Record<string, string>>) =>
    check(["knip.json", "pnpm-workspace.yaml", "tsconfig.json"], { ...files, ...planted }, "knip/bin/knip.js", [
      "--no-progress",
      "--no-config-hints",
    ]);

  it.each([
    ["an export", { "packages/core/src/part.ts": "export const used = 1;\nexport const forgotten = 2;\n" }, "forgotten"],
    ["a file", { "packages/core/src/orphan.ts": "export const orphan = 1;\n" }, "packages/core/src/orphan.ts"],
    ["a dependency", { "packages/core/package.json": JSON.stringify({ ...manifest, dependencies: { zod: "*" } }) }, "zod"],
  ])("refuses %s that nobody uses", async (_, planted, name) => {
    const { failed, output } = await knip(planted);
    expect(failed).toBe(true);
    expect(output).toContain(name);
  });
});
