import { execFile } from "node:child_process";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const example = fileURLToPath(new URL("../../../examples/strategies/second-look.ts", import.meta.url));

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "strategies-"));
});

afterAll(() => rm(folder, { recursive: true }));

/** Runs a script in a Node of its own: imports in a test's process do not go through Node's resolution. */
async function inNode(script: string): Promise<{ output: unknown; warnings: string }> {
  const entry = (name: string) => JSON.stringify(new URL(name, import.meta.url).href);
  const source = `
    import { loadStrategies } from ${entry("load.ts")};
    import { runWithFakes } from ${entry("testing/index.ts")};
    const print = (value) => console.log(JSON.stringify(value));
    ${script}`;
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", source]);
  return { output: JSON.parse(stdout), warnings: stderr };
}

describe("a strategy module of the user", () => {
  it("is loaded and runs from a folder where nothing is installed, without a warning", async () => {
    const path = join(folder, "second-look.ts");
    await copyFile(example, path);
    const { output, warnings } = await inNode(`
      const [strategy] = await loadStrategies({ "second-look": ${JSON.stringify(path)} });
      const options = { drafter: "cheap/model" };
      const whole = await runWithFakes(strategy, { options, answer: ({ step }) => "text of " + step });
      const alone = await runWithFakes(strategy, { options, answer: ({ step }) => step === "final" ? "text" : { fails: "timeout" } });
      print({
        models: whole.calls.map(({ step, slot }) => [step, slot.member.provider, slot.member.model]),
        showsDraft: whole.calls[1].messages.at(-1).content.includes("text of draft.0.0"),
        answer: whole.result.answer.text,
        alone: alone.result.answer.text,
        refused: strategy.options.safeParse({ drafter: 7 }).error.issues[0].path,
      });`);
    expect(warnings).toBe("");
    expect(output).toEqual({
      models: [
        ["draft.0.0", "cheap", "model"],
        ["final", "fake", "base"],
      ],
      showsDraft: true,
      answer: "text of final",
      alone: "text",
      refused: ["drafter"],
    });
  });

  it("is loaded from the workspace and may be plain JavaScript", async () => {
    const path = join(folder, "plain.js");
    await writeFile(
      path,
      `import { z } from "zod";
       export const strategy = {
         name: "plain", description: "Plain.", options: z.object({}),
         plan: ({ base }) => ({ stages: [], final: { role: "single", member: base, field: "model" } }),
         run: async (context) => ({ answer: await context.final(context.messages) }),
       };`,
    );
    const { output } = await inNode(`
      const loaded = await loadStrategies({ plain: ${JSON.stringify(path)}, "second-look": ${JSON.stringify(example)} });
      print(loaded.map(({ name }) => name));`);
    expect(output).toEqual(["plain", "second-look"]);
  });

  it("that cannot be loaded is reported in one sentence", async () => {
    const sources = {
      broken: "export const strategy = {",
      enums: "enum A { B }",
      missing: 'import "nowhere";',
      throws: 'throw new Error("no\\nmore");',
    };
    const paths: Record<string, string> = {};
    for (const [name, source] of Object.entries(sources)) {
      paths[name] = join(folder, `${name}.ts`);
      await writeFile(paths[name], source);
    }
    const { output } = await inNode(`await loadStrategies(${JSON.stringify(paths)}).catch(({ problems }) => print(problems));`);
    expect(output).toEqual([
      {
        name: "broken",
        path: paths["broken"],
        message: expect.stringMatching(/^strategy `broken`: .*broken\.ts cannot be loaded: SyntaxError: [^\n]*\.$/),
      },
      { name: "enums", path: paths["enums"], message: expect.stringContaining("TypeScript enum is not supported in strip-only mode.") },
      { name: "missing", path: paths["missing"], message: expect.stringContaining("Cannot find package 'nowhere'") },
      { name: "throws", path: paths["throws"], message: expect.stringMatching(/cannot be loaded: Error: no\.$/) },
    ]);
  });
});
