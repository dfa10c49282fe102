import { StartupError } from "@composite-llm/core";
import { describe, expect, it, vi } from "vitest";
import type { Environment } from "./environment.ts";
import type { ProcessHost } from "./process-host.ts";
import { type RunningService, runService, type ServiceOptions } from "./run-service.ts";

function createHost(env: Environment = {}) {
  const exits: number[] = [];
  const sent: unknown[] = [];
  const printed: string[] = [];
  const lines: Record<string, unknown>[] = [];
  const listeners: {
    signal: (signal: "SIGTERM" | "SIGINT") => void;
    disconnect: () => void;
    crash: (error: unknown) => void;
  } = { signal: () => undefined, disconnect: () => undefined, crash: () => undefined };
  const host: ProcessHost = {
    env,
    send: async (message) => void sent.push(message),
    printError: (line) => void printed.push(line),
    exit: (code) => void exits.push(code),
    onSignal: (listener) => void (listeners.signal = listener),
    onDisconnect: (listener) => void (listeners.disconnect = listener),
    onCrash: (listener) => void (listeners.crash = listener),
  };
  const logDestination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  return { exits, sent, printed, lines, listeners, surroundings: { host, logDestination } };
}

const quiet: RunningService = { listening: "http://127.0.0.1:1234", shutdown: () => Promise.resolve() };

function service(options: Partial<ServiceOptions> = {}): ServiceOptions {
  return { name: "example", start: () => Promise.resolve(quiet), ...options };
}

describe("runService", () => {
  it("announces where it listens to its launcher and in the log", async () => {
    const { sent, lines, exits, surroundings } = createHost();
    await runService(service(), surroundings);
    expect(sent).toEqual([{ listening: "http://127.0.0.1:1234" }]);
    expect(lines).toMatchObject([{ level: "info", service: "example", msg: "listening", url: "http://127.0.0.1:1234" }]);
    expect(exits).toEqual([]);
  });

  it.each(["SIGTERM", "SIGINT"] as const)("shuts down and ends with code 0 on %s", async (signal) => {
    const { listeners, exits, surroundings } = createHost();
    const shutdown = vi.fn(() => Promise.resolve());
    const seen: { signal?: AbortSignal } = {};
    const start: ServiceOptions["start"] = (context) => {
      seen.signal = context.signal;
      return Promise.resolve({ listening: null, shutdown });
    };
    await runService(service({ start }), surroundings);
    listeners.signal(signal);
    await vi.waitFor(() => expect(exits).toEqual([0]));
    expect(shutdown).toHaveBeenCalledOnce();
    expect(seen.signal?.aborted).toBe(true);
  });

  it("shuts down when the process that started it is gone", async () => {
    const { listeners, exits, surroundings } = createHost();
    await runService(service(), surroundings);
    listeners.disconnect();
    await vi.waitFor(() => expect(exits).toEqual([0]));
  });

  it("ends at once on a second signal", async () => {
    const { listeners, exits, surroundings } = createHost();
    await runService(
      service({ start: () => Promise.resolve({ ...quiet, shutdown: () => new Promise<void>(() => undefined) }) }),
      surroundings,
    );
    listeners.signal("SIGTERM");
    listeners.signal("SIGINT");
    expect(exits).toEqual([130]);
  });

  it("ends with code 1 when the shutdown takes longer than the grace time", async () => {
    vi.useFakeTimers();
    try {
      const { listeners, exits, surroundings } = createHost();
      const start = () => Promise.resolve({ ...quiet, shutdown: () => new Promise<void>(() => undefined) });
      await runService(service({ graceMs: 500, start }), surroundings);
      listeners.signal("SIGTERM");
      await vi.advanceTimersByTimeAsync(499);
      expect(exits).toEqual([]);
      await vi.advanceTimersByTimeAsync(1);
      expect(exits).toEqual([1]);
    } finally {
      vi.useRealTimers();
    }
  });

  it("asks the service how long its shutdown may take when it begins", async () => {
    vi.useFakeTimers();
    try {
      const { listeners, exits, surroundings } = createHost();
      let graceMs = 100;
      const shutdown = () => new Promise<void>(() => undefined);
      await runService(
        service({ graceMs: 500, start: () => Promise.resolve({ ...quiet, graceMs: () => graceMs, shutdown }) }),
        surroundings,
      );
      graceMs = 2000;
      listeners.signal("SIGTERM");
      await vi.advanceTimersByTimeAsync(1999);
      expect(exits).toEqual([]);
      await vi.advanceTimersByTimeAsync(1);
      expect(exits).toEqual([1]);
    } finally {
      vi.useRealTimers();
    }
  });

  it("shuts down what a start brought up after the signal", async () => {
    const { listeners, exits, sent, surroundings } = createHost();
    const started = Promise.withResolvers<RunningService>();
    const shutdown = vi.fn(() => Promise.resolve());
    const running = runService(service({ start: () => started.promise }), surroundings);
    listeners.signal("SIGTERM");
    started.resolve({ listening: null, shutdown });
    await running;
    expect(shutdown).toHaveBeenCalledOnce();
    expect(exits).toEqual([0]);
    expect(sent).toEqual([]);
  });

  it("prints one sentence and no stack when the start fails for a known reason", async () => {
    const { exits, sent, printed, lines, surroundings } = createHost();
    const sentence = "Redis at redis://127.0.0.1:1 is not reachable: start it or set REDIS_URL.";
    await runService(service({ start: () => Promise.reject(new StartupError(sentence)) }), surroundings);
    expect(printed).toEqual([sentence]);
    expect(sent).toEqual([{ failed: sentence }]);
    expect(exits).toEqual([1]);
    expect(lines).toEqual([]);
  });

  it("translates a taken port", async () => {
    const { printed, exits, surroundings } = createHost();
    const error = Object.assign(new Error("listen EADDRINUSE"), { code: "EADDRINUSE", address: "127.0.0.1", port: 8080 });
    await runService(service({ start: () => Promise.reject(error) }), surroundings);
    expect(printed).toEqual(["Port 8080 at 127.0.0.1 is already in use: stop what listens there or set another port."]);
    expect(exits).toEqual([1]);
  });

  it("logs the stack of a fault at start, and hides a key that its message holds", async () => {
    const { printed, lines, exits, surroundings } = createHost();
    await runService(service({ start: () => Promise.reject(new Error("broken with sk-abcdefgh12345678")) }), surroundings);
    expect(printed).toEqual(["example could not start: broken with [secret]"]);
    expect(lines).toMatchObject([{ level: "fatal", msg: "start failed" }]);
    expect(exits).toEqual([1]);
  });

  it("refuses a log level that does not exist, before it starts", async () => {
    const { printed, exits, surroundings } = createHost({ LOG_LEVEL: "loud" });
    const start = vi.fn(() => Promise.resolve(quiet));
    await runService(service({ start }), surroundings);
    expect(printed).toEqual(["The environment is not usable: LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent."]);
    expect(exits).toEqual([1]);
    expect(start).not.toHaveBeenCalled();
  });

  it("logs an exception that nobody caught and ends with code 1", async () => {
    const { listeners, lines, exits, surroundings } = createHost();
    await runService(service(), surroundings);
    listeners.crash(new Error("surprise"));
    expect(lines.at(-1)).toMatchObject({ level: "fatal", msg: "uncaught", err: { message: "surprise" } });
    expect(exits).toEqual([1]);
  });
});
