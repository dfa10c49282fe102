import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { plantTree } from "./planted-tree.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const APPS = new Set(["gateway", "orchestrator", "model-caller", "mock-provider", "dashboard"]);

function folderOf(name: string): string {
  return `${APPS.has(name) ? "apps" : "packages"}/${name}`;
}

/** A package that imports others, in the files that turbo looks at. */
function packageFiles(name: string, dependencies: readonly string[], code?: string): Record<string, string> {
  const manifest = {
    name: `@composite-llm/${name}`,
    private: true,
    type: "module",
    exports: { ".": "./src/index.ts" },
    dependencies: Object.fromEntries(dependencies.map((dependency) => [`@composite-llm/${dependency}`, "workspace:*"])),
  };
  const imports = dependencies.map((dependency) => `export { value as from } from "@composite-llm/${dependency}";`).join("\n");
  return {
    [`${folderOf(name)}/package.json`]: JSON.stringify(manifest),
    [`${folderOf(name)}/turbo.json`]: JSON.stringify({ extends: ["//"], tags: [name] }),
    [`${folderOf(name)}/src/index.ts`]: `${code ?? imports}\nexport const value = 1;\n`,
  };
}

/** What `turbo boundaries` says of packages that depend on each other as given. */
async function check(graph: Readonly<Record<string, readonly string[]>>, extra: Readonly<Record<string, string>> = {}) {
  const packages = Object.entries(graph).map(([name, dependencies]) => packageFiles(name, dependencies));
  const files = Object.assign({}, ...packages, extra) as Record<string, string>;
  const tree = await plantTree(["turbo.json", "package.json", "pnpm-workspace.yaml", "pnpm-lock.yaml"], files);
  try {
    return await tree.run("turbo/bin/turbo", ["boundaries"]);
  } finally {
    await tree.remove();
  }
}

/** Walls of docs/architecture.md, as who must not reach whom. */
const WALLS = [
  ["gateway", "providers"],
  ["gateway", "engine"],
  ["orchestrator", "providers"],
  ["model-caller", "engine"],
  ["strategies", "queue"],
  ["engine", "queue"],
  ["core", "contracts"],
  ["contracts", "openai-api"],
  ["runtime", "configuration"],
  ["configuration", "queue"],
  ["providers", "pricing"],
  ["mock-provider", "providers"],
  ["gateway", "orchestrator"],
  ["queue", "gateway"],
] as const;

describe("turbo boundaries", () => {
  it.each(WALLS)("keeps %s from %s", async (from, to) => {
    const { failed, output } = await check({ [to]: [], [from]: [to] });
    expect(failed).toBe(true);
    expect(output).toContain(`@composite-llm/${to}`);
  });

  it("keeps a package from what it reaches through another", async () => {
    const { failed, output } = await check({ providers: [], queue: ["providers"], gateway: ["queue"] });
    expect(failed).toBe(true);
    expect(output).toContain("@composite-llm/gateway");
  });

  it("keeps a package from one that its manifest does not name", async () => {
    const undeclared = packageFiles("contracts", [], 'import "@composite-llm/core";');
    const { failed, output } = await check({ core: [] }, undeclared);
    expect(failed).toBe(true);
    expect(output).toContain("@composite-llm/core");
  });

  it("keeps a package from another one's files", async () => {
    const reaching = packageFiles("contracts", ["core"], 'export { value as other } from "../../core/src/index.ts";');
    expect(await check({ core: [] }, reaching)).toMatchObject({ failed: true });
  });

  it("lets imports pass that point the right way", async () => {
    const graph = {
      core: [],
      contracts: ["core"],
      strategies: ["core", "contracts"],
      engine: ["contracts", "strategies"],
      queue: ["core", "contracts"],
      orchestrator: ["engine", "queue", "strategies"],
    };
    const { failed, output } = await check(graph);
    expect(output).toContain("no issues found");
    expect(failed).toBe(false);
  });
});

describe("every package", () => {
  const folders = globSync("{apps,packages}/*/package.json", { cwd: root }).map((file) => dirname(file));
  const rules = readFileSync(join(root, "turbo.json"), "utf8");

  it.each(folders)("has its folder's name as a tag, with a rule: %s", (folder) => {
    const name = folder.split("/")[1] ?? "";
    const file = join(root, folder, "turbo.json");
    expect(existsSync(file)).toBe(true);
    expect(z.object({ tags: z.array(z.string()) }).parse(JSON.parse(readFileSync(file, "utf8"))).tags).toEqual([name]);
    expect(rules).toContain(`"${name}": {`);
  });
});
