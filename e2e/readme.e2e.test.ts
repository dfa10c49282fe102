import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Stack, startStack } from "@composite-llm/scripts/stack";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installClient } from "./python/install-client.ts";
import { type Example, readExamples } from "./readme/read-examples.ts";

const run = promisify(execFile);
const HERE = fileURLToPath(new URL(".", import.meta.url));
const SIMULATED = /\[simulated gpt-/;

let stack: Stack;
let folder: string;
let examples: Map<string, Example>;

beforeAll(async () => {
  stack = await startStack({ config: await readFile(new URL("../composite.example.yaml", import.meta.url), "utf8") });
  // Inside this workspace, so that the examples find the client that they import.
  folder = await mkdtemp(join(HERE, ".readme-"));
  examples = new Map((await readExamples()).map((example) => [example.name, example]));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await stack.stop();
});

/** Runs an example as it stands, but for the address of the gateway. */
async function execute(name: string, command: string, file: string): Promise<{ stdout: string; stderr: string }> {
  const example = examples.get(name);
  if (example === undefined) throw new Error(`the README has no example ${name}`);
  const path = join(folder, file);
  await writeFile(path, example.code.replaceAll("http://127.0.0.1:8080", stack.gatewayUrl));
  return run(command, [path], { cwd: folder });
}

describe("the README", () => {
  it("has five examples", () => {
    expect([...examples.keys()]).toEqual(["curl", "Node", "Python", "Streaming", "Profile"]);
  });

  it("shows a panel with curl", async () => {
    const { stdout } = await execute("curl", "bash", "curl.sh");
    expect(JSON.parse(stdout)).toMatchObject({
      composite: { strategy: "moa", stages: [{ name: "propose" }, { name: "final" }], simulated: true },
    });
  });

  it("shows a council with the Node client", async () => {
    const { stdout } = await execute("Node", process.execPath, "council.mjs");
    expect(stdout).toMatch(SIMULATED);
    expect(stdout).toContain("mean_position");
  });

  it("shows a panel with the Python client", async ({ skip }) => {
    const client = await installClient();
    if ("missing" in client) return skip(client.missing);
    const { stdout } = await execute("Python", client.python, "panel.py");
    expect(stdout).toMatch(SIMULATED);
    expect(stdout).toContain("['propose', 'final']");
  });

  it("shows a stream with what the panel does meanwhile", async () => {
    const { stdout, stderr } = await execute("Streaming", process.execPath, "stream.mjs");
    expect(stdout).toMatch(SIMULATED);
    expect(stderr).toContain("propose");
    expect(stderr).toContain("released");
  });

  it("shows a profile of the example configuration", async () => {
    const { stdout } = await execute("Profile", "bash", "profile.sh");
    expect(JSON.parse(stdout)).toMatchObject({ composite: { strategy: "council", profile: "research" } });
  });
});
