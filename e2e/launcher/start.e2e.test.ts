import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { isAlive } from "@composite-llm/scripts/process";
import { type Launcher, runLauncher } from "./run-launcher.ts";

const launchers: Launcher[] = [];
let directory = "";

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "composite-launcher-"));
});

afterEach(async () => {
  for (const { child, exited } of launchers.splice(0)) {
    child.kill("SIGTERM");
    await exited;
  }
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
});

function start(env: Readonly<Record<string, string>> = {}, byNpm = false): Launcher {
  const launcher = runLauncher(directory, env, byNpm);
  launchers.push(launcher);
  return launcher;
}

/** Every process of the stack, the private Redis and the launcher included. */
async function processesOf({ state }: Launcher): Promise<number[]> {
  const { pid, pids, urls } = await state();
  expect(Object.keys(urls).toSorted()).toEqual(["gateway", "mock-provider", "model-caller", "orchestrator", "redis"]);
  return [pid, ...Object.values(pids)];
}

function isAnswering(url: string): Promise<boolean> {
  return fetch(`${url}/health/live`).then(
    (response) => response.ok,
    () => false,
  );
}

describe("npm start", () => {
  it("tells where it serves, in which mode, and what the first answers were", async () => {
    const launcher = start();
    await launcher.shows(/Ctrl-C stops everything/);
    expect(launcher.output()).toContain("MOCK MODE: no provider key was found, so every answer is SIMULATED");
    expect(launcher.output()).toMatch(/composite\/moa\/openai\/gpt-5: 4 calls, \d+ ms, simulated: /);
    expect(launcher.output()).toMatch(/composite\/council\/openai\/gpt-5: 7 calls, \d+ ms, simulated: /);
    expect(launcher.output()).toMatch(/curl http:\/\/127\.0\.0\.1:\d+\/v1\/chat\/completions/);
    expect(launcher.output()).toContain((await launcher.state()).urls["gateway"]);
  });

  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("leaves no process, port or lock after %s", async (signal) => {
    const launcher = start();
    await launcher.shows(/Ctrl-C stops everything/);
    const pids = await processesOf(launcher);
    const { urls } = await launcher.state();
    launcher.child.kill(signal);
    expect(await launcher.exited).toBe(0);
    expect(pids.filter(isAlive)).toEqual([]);
    expect(await isAnswering(urls["gateway"] ?? "")).toBe(false);
    expect((await readdir(directory)).toSorted()).toEqual(["logs", "redis"]);
  });

  it("leaves nothing behind when it is stopped while it starts", async () => {
    const launcher = start();
    await vi.waitFor(async () => expect((await readdir(join(directory, "logs"))).length).toBeGreaterThan(1), {
      timeout: 30_000,
      interval: 5,
    });
    launcher.child.kill("SIGINT");
    expect(await launcher.exited).toBe(0);
    expect(launcher.output()).not.toContain("is ready");
    expect((await readdir(directory)).toSorted()).toEqual(["logs", "redis"]);
  });

  it("leaves no process behind when it is killed", async () => {
    const launcher = start();
    await launcher.shows(/Ctrl-C stops everything/);
    const pids = await processesOf(launcher);
    process.kill((await launcher.state()).pid, "SIGKILL");
    await launcher.exited;
    await vi.waitFor(() => expect(pids.filter(isAlive)).toEqual([]), { timeout: 20_000 });
  });

  it("starts on the same ports at once after it was killed", async () => {
    const first = start();
    await first.shows(/Ctrl-C stops everything/);
    const { pid, urls } = await first.state();
    const port = new URL(urls["gateway"] ?? "").port;
    process.kill(pid, "SIGKILL");
    await first.exited;
    const second = start({ GATEWAY_PORT: port });
    await second.shows(/Ctrl-C stops everything/);
    expect((await second.state()).urls["gateway"]).toBe(urls["gateway"]);
  });

  it.each(["SIGTERM", "SIGKILL"] as const)("ends with npm when that gets %s", async (signal) => {
    const launcher = start({}, true);
    await launcher.shows(/Ctrl-C stops everything/);
    const pids = await processesOf(launcher);
    launcher.child.kill(signal);
    await vi.waitFor(() => expect(pids.filter(isAlive)).toEqual([]), { timeout: 20_000 });
  });

  it("ends with the program that started it", async () => {
    const launcher = start();
    await launcher.shows(/Ctrl-C stops everything/);
    const pids = await processesOf(launcher);
    launcher.child.kill("SIGKILL");
    await vi.waitFor(() => expect(pids.filter(isAlive)).toEqual([]), { timeout: 20_000 });
  });

  it("raises a service and Redis again when they die", async () => {
    const launcher = start();
    await launcher.shows(/Ctrl-C stops everything/);
    const { pids, urls } = await launcher.state();
    process.kill(pids["gateway"] ?? 0, "SIGKILL");
    await launcher.shows(/gateway ended \(SIGKILL\): starting it again in 0\.2 s\.[^]*gateway is back\./);
    expect(await isAnswering(urls["gateway"] ?? "")).toBe(true);
    process.kill(pids["redis"] ?? 0, "SIGKILL");
    await launcher.shows(/Redis ended: starting it again in 0\.2 s\.[^]*Redis is back\./);
  });
});

describe("what is in the way of npm start", () => {
  /** Whatever is wrong: a sentence, a code, and nothing left. */
  async function refusal(env: Readonly<Record<string, string>>): Promise<string> {
    const launcher = start(env);
    expect(await launcher.exited).toBe(1);
    expect(launcher.output()).not.toMatch(/^ +at /m);
    expect(await readdir(directory)).not.toContain("stack.json");
    return launcher.output().trim();
  }

  it("is a taken port: it is named, with the variable that changes it", async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) => {
      server.listen(0, "127.0.0.1", () => {
        const address = server.address();
        resolve(typeof address === "object" ? (address?.port ?? 0) : 0);
      });
    });
    expect(await refusal({ GATEWAY_PORT: String(port) })).toBe(
      `Port ${port}, which gateway needs, is already in use: stop what listens there, or set GATEWAY_PORT to another port (0 takes a free one).`,
    );
    server.close();
  });

  it("is a Redis that does not answer", async () => {
    expect(await refusal({ REDIS_URL: "redis://127.0.0.1:1" })).toBe(
      "The Redis of REDIS_URL (redis://127.0.0.1:1) is not usable: ECONNREFUSED. Start it, correct REDIS_URL, or unset it to get a private one.",
    );
  });

  it("is a configuration with problems, all of which are told", async () => {
    const file = join(directory, "composite.yaml");
    await writeFile(file, "version: 1\nservr: {}\nproviders:\n  openai: { presett: openai }\n");
    const told = await refusal({ COMPOSITE_CONFIG: file });
    expect(told).toContain(`${file}:2`);
    expect(told).toContain(`${file}:4`);
  });

  it("is a variable that is no port", async () => {
    expect(await refusal({ GATEWAY_PORT: "http" })).toContain("GATEWAY_PORT must be a whole number from 0 to 65535");
  });

  it("is another start in the same place, which goes on undisturbed", async () => {
    const first = start();
    await first.shows(/Ctrl-C stops everything/);
    const { pid, urls } = await first.state();
    const second = start();
    expect(await second.exited).toBe(1);
    expect(second.output().trim()).toBe(
      `Composite LLM is already running here (process ${pid}) and serves at ${urls["gateway"]}: stop that one first.`,
    );
    expect(await isAnswering(urls["gateway"] ?? "")).toBe(true);
  });
});
