import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { claimStack, readRunningStack } from "./stack-state.ts";

const children: ChildProcess[] = [];
let directory = "";

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "composite-state-"));
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await rm(directory, { recursive: true, force: true });
});

/** A process whose command line is that of a launcher, or of another program. */
function spawnAs(script: string): number {
  const child = spawn("/bin/sh", ["-c", "read -r _", script], { stdio: ["pipe", "ignore", "ignore"] });
  children.push(child);
  return child.pid ?? 0;
}

function leave(pid: number): Promise<void> {
  const state = { pid, pids: {}, urls: { gateway: "http://127.0.0.1:8080" }, mode: "mock" };
  return writeFile(join(directory, "stack.json"), JSON.stringify(state));
}

describe("claimStack", () => {
  it("tells others where the stack is, and leaves nothing behind", async () => {
    const claim = await claimStack(directory);
    await claim.update({ pids: { gateway: 12 }, urls: { gateway: "http://127.0.0.1:8080" }, mode: "mock" });
    expect(JSON.parse(await readFile(join(directory, "stack.json"), "utf8"))).toMatchObject({ pid: process.pid, mode: "mock" });
    await claim.release();
    expect(await readdir(directory)).toEqual([]);
  });

  it("refuses while another launcher runs, and says where it serves", async () => {
    const pid = spawnAs("scripts/start.ts");
    await leave(pid);
    await expect(claimStack(directory)).rejects.toThrow(
      `Composite LLM is already running here (process ${pid}) and serves at http://127.0.0.1:8080: stop that one first.`,
    );
    expect(await readRunningStack(directory)).toMatchObject({ pid });
    expect(await readdir(directory)).toEqual(["stack.json"]);
  });

  it.each([
    ["a launcher that died", () => 2 ** 22 + 1],
    ["another program with the launcher's old id", () => spawnAs("something else")],
    ["an earlier process with this one's id", () => process.pid],
  ])("takes over from %s", async (_, pid) => {
    await leave(pid());
    expect(await readRunningStack(directory)).toBeNull();
    await expect(claimStack(directory)).resolves.toBeDefined();
  });

  it("takes over from a file that was written half", async () => {
    await writeFile(join(directory, "stack.json"), '{"pid": 1');
    await expect(claimStack(directory)).resolves.toBeDefined();
  });
});
