import { fileURLToPath } from "node:url";
import { StartupError } from "@composite-llm/core";
import { afterEach, describe, expect, it, vi } from "vitest";
import { isAlive } from "../process/foreign-process.ts";
import { type Stack, type StackOptions, startStack } from "./start-stack.ts";

const entry = fileURLToPath(new URL("fixtures/fake-service.ts", import.meta.url));
const stacks: Stack[] = [];

afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(stacks.splice(0).map((stack) => stack.stop()));
});

async function start({ services = {}, ...options }: StackOptions = {}): Promise<Stack> {
  const all = { "mock-provider": {}, orchestrator: {}, "model-caller": {}, gateway: {}, ...services };
  const fakes = Object.fromEntries(Object.entries(all).map(([name, own]) => [name, { entry, ...own }]));
  const stack = await startStack({ ...options, services: fakes });
  stacks.push(stack);
  return stack;
}

async function environmentOf(url: string): Promise<Record<string, string>> {
  return (await (await fetch(url)).json()) as Record<string, string>;
}

describe("startStack", () => {
  it("starts every service on a port of its own and ends all of them", async () => {
    const stack = await start();
    expect(stack.processes.map(({ name }) => name).toSorted()).toEqual(["gateway", "mock-provider", "model-caller", "orchestrator"]);
    expect(new Set(stack.processes.map(({ url }) => url)).size).toBe(4);
    const pids = stack.processes.map(({ pid }) => pid);
    await stacks.splice(0)[0]?.stop();
    expect(pids.filter((pid) => isAlive(pid))).toEqual([]);
  });

  it("gives services the addresses of Redis, mock-provider and configuration, and nothing of this machine's", async () => {
    vi.stubEnv("OPENAI_API_KEY", "real");
    const stack = await start({ config: "version: 1\n", env: { LOG_LEVEL: "debug" } });
    const env = await environmentOf(stack.gatewayUrl);
    expect(env).toMatchObject({ REDIS_URL: stack.redisUrl, REDIS_PREFIX: stack.redisPrefix, MOCK_PROVIDER_URL: stack.mockUrl });
    expect(env).toMatchObject({ COMPOSITE_CONFIG: stack.configFile, LOG_LEVEL: "debug", GATEWAY_PORT: "0" });
    expect(env).not.toHaveProperty("OPENAI_API_KEY");
  });

  it("runs as many of a service as asked for, each with its own variables", async () => {
    const stack = await start({ services: { "model-caller": { count: 2, env: [{ MODEL_CALLER_PROVIDERS: "openai" }, {}] } } });
    expect(await environmentOf(stack.process("model-caller-1").url)).toHaveProperty("MODEL_CALLER_PROVIDERS", "openai");
    expect(await environmentOf(stack.process("model-caller-2").url)).not.toHaveProperty("MODEL_CALLER_PROVIDERS");
  });

  it("leaves a killed service dead until it is restarted on the same port", async () => {
    const stack = await start();
    const gateway = stack.process("gateway");
    const { pid, url } = gateway;
    await gateway.kill("SIGKILL");
    expect(gateway.isRunning).toBe(false);
    await gateway.restart();
    expect(gateway).toMatchObject({ isRunning: true, url });
    expect(gateway.pid).not.toBe(pid);
  });

  it("hands a service over to a successor that listens where it did", async () => {
    const stack = await start();
    const gateway = stack.process("gateway");
    const { pid, url } = gateway;
    const { ended } = await gateway.handOver();
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(isAlive(pid)).toBe(false);
    expect(gateway).toMatchObject({ isRunning: true, url });
    expect(await environmentOf(url)).toHaveProperty("GATEWAY_PORT", new URL(url).port);
  });

  it("ends a service with the lives that it had and that go on", async () => {
    const stack = await start({ services: { gateway: { env: { BEHAVIOUR: "hang" } } } });
    const gateway = stack.process("gateway");
    const { pid } = gateway;
    await gateway.handOver();
    await gateway.stop(50);
    expect([pid, gateway.pid].filter((each) => isAlive(each))).toEqual([]);
  });

  it("raises a killed service again when it supervises", async () => {
    const restarted: string[] = [];
    const stack = await start({ supervise: true, events: { onRestart: (name) => void restarted.push(name) } });
    await stack.process("orchestrator").kill();
    await vi.waitFor(() => expect(restarted).toEqual(["orchestrator"]), { timeout: 5_000 });
    expect(stack.process("orchestrator").isRunning).toBe(true);
  });

  it("gives up a service that dies five times within a minute", async () => {
    const events = { onDeath: vi.fn(), onGiveUp: vi.fn() };
    const stack = await start({ supervise: true, events });
    const orchestrator = stack.process("orchestrator");
    for (let death = 1; death <= 5; death += 1) {
      await vi.waitFor(() => expect(orchestrator.isRunning).toBe(true), { timeout: 10_000 });
      await orchestrator.kill();
    }
    await vi.waitFor(() => expect(events.onGiveUp).toHaveBeenCalledOnce());
    expect(events.onGiveUp).toHaveBeenCalledWith(
      "orchestrator",
      `orchestrator ended 5 times within 60 s, last with SIGKILL: see ${orchestrator.logFile}.`,
    );
    expect(events.onDeath.mock.calls.map(([, , delayMs]) => delayMs as number)).toEqual([200, 400, 800, 1_600]);
  });

  it("passes on the one sentence of a service that refuses to start, and ends the others", async () => {
    const before = stacks.length;
    const failing = start({ services: { gateway: { env: { BEHAVIOUR: "refuse" } } } });
    await expect(failing).rejects.toThrow(StartupError);
    await expect(failing).rejects.toThrow(/^The configuration has a problem in line 3\./);
    expect(stacks).toHaveLength(before);
  });

  it("shows the log of a service that crashes while it starts", async () => {
    const failing = start({ services: { orchestrator: { env: { BEHAVIOUR: "crash" } } } });
    await expect(failing).rejects.toThrow(/orchestrator ended while it started \(exit code 1\)[^]*crashed on purpose/);
  });

  it("ends a service by force when it does not end by itself", async () => {
    const stack = await start({ services: { gateway: { env: { BEHAVIOUR: "hang" } } } });
    const gateway = stack.process("gateway");
    await gateway.stop(50);
    expect(isAlive(gateway.pid)).toBe(false);
  });
});
