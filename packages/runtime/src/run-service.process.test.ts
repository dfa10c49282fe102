import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "vitest";

const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

/** A service that serves its health, in a process of its own, as an app's `main.ts` would. */
function startProcess(port = 0) {
  const runtime = JSON.stringify(new URL("./index.ts", import.meta.url).href);
  const code = `
    import { createHealthServer, runService } from ${runtime};
    await runService({
      name: "example",
      start: async ({ logger, signal }) => {
        const health = await createHealthServer({ host: "127.0.0.1", port: ${port}, checks: { live: {}, ready: {} }, logger, signal });
        return { listening: health.url, shutdown: () => health.close() };
      },
    });`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", code], { stdio: ["ignore", "pipe", "pipe", "ipc"] });
  children.push(child);
  const exited = once(child, "exit");
  return {
    child,
    message: once(child, "message").then(([message]) => message as { listening?: string; failed?: string }),
    exitCode: async () => (await exited)[0] as number | null,
    output: child.stdout === null ? Promise.resolve("") : text(child.stdout),
    errors: child.stderr === null ? Promise.resolve("") : text(child.stderr),
  };
}

describe("runService in a process", () => {
  it("announces, serves, and ends on SIGTERM with everything logged", async () => {
    const { child, message, exitCode, output } = startProcess();
    const { listening } = await message;
    expect((await fetch(`${listening}/health/ready`)).status).toBe(200);
    child.kill("SIGTERM");
    expect(await exitCode()).toBe(0);
    expect(await output).toMatch(/"url":"http:\/\/127\.0\.0\.1:\d+".*"msg":"listening".*"msg":"shut down"/s);
  });

  it("ends when its launcher lets go of the channel", async () => {
    const { child, message, exitCode } = startProcess();
    await message;
    child.disconnect();
    expect(await exitCode()).toBe(0);
  });

  it("says in one sentence that its port is taken and ends with code 1", async () => {
    const first = startProcess();
    const port = Number(new URL((await first.message).listening ?? "").port);
    const second = startProcess(port);
    const sentence = `Port ${port} at 127.0.0.1 is already in use: stop what listens there or set another port.`;
    expect(await second.message).toEqual({ failed: sentence });
    expect(await second.exitCode()).toBe(1);
    expect(await second.errors).toBe(`${sentence}\n`);
  });
});
