import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAlive } from "@composite-llm/scripts/process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Launcher, runLauncher } from "./run-launcher.ts";

let directory: string;
let demo: Launcher;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "composite-demo-"));
});

afterEach(async () => {
  demo.child.kill("SIGTERM");
  await demo.exited;
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
});

function run(env: Readonly<Record<string, string>> = {}): Launcher {
  demo = runLauncher(directory, env, false, ["demo"]);
  return demo;
}

const stateFile = (): string => join(directory, "demo", "stack.json");

/** Everything that the demo has started, the private Redis included. */
async function startedProcesses(): Promise<number[]> {
  const { pids } = JSON.parse(await readFile(stateFile(), "utf8")) as { pids: Record<string, number> };
  expect(Object.keys(pids).toSorted()).toEqual(["gateway", "mock-provider", "model-caller", "orchestrator", "redis"]);
  return Object.values(pids);
}

describe("npm run demo", () => {
  it("shows a model alone, a mixture of agents and a council, and ends what it started", async () => {
    run();
    await demo.shows(/One model alone: anthropic\/claude-sonnet-4-5/);
    const pids = await startedProcesses();
    expect(await demo.exited).toBe(0);
    const output = demo.output();
    expect(output.match(/MOCK MODE: .* SIMULATED/g)).toHaveLength(2);
    for (const step of ["propose.0.2: proposer", "review.0.1: reviewer", "final: chairman"]) {
      expect(output).toMatch(new RegExp(`${step} \\S+ succeeded, [\\d.]+ m?s, [\\d,]+ tokens, \\$\\d`));
    }
    const rows = [
      ["One model alone", 1],
      ["Mixture of agents", 4],
      ["Council", 7],
    ];
    for (const [title, calls] of rows) expect(output).toMatch(new RegExp(`^  ${title} +${calls} .* \\$\\d\\.\\d+  no$`, "m"));
    expect(pids.filter(isAlive)).toEqual([]);
    expect(existsSync(stateFile())).toBe(false);
  });

  it("leaves nothing when it is interrupted in the middle", async () => {
    run();
    await demo.shows(/propose: started/);
    const pids = await startedProcesses();
    demo.child.kill("SIGINT");
    expect(await demo.exited).toBe(130);
    expect(pids.filter(isAlive)).toEqual([]);
    expect(existsSync(stateFile())).toBe(false);
  });

  it("spends no money unless it is told to", async () => {
    run({ OPENAI_API_KEY: "sk-real" });
    expect(await demo.exited).toBe(1);
    expect(demo.output().trim()).toMatch(/^The demo would send paid requests[^\n]* SMOKE=1 npm run demo allows it[^\n]*\.$/);
    expect(existsSync(join(directory, "demo"))).toBe(false);
  });
});
