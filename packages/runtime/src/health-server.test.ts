import { afterEach, describe, expect, it } from "vitest";
import { createHealthServer, type HealthServer, type HealthServerOptions } from "./health-server.ts";
import { createLogger } from "./logger.ts";

const logger = createLogger({ name: "example", level: "silent" });
let server: HealthServer | null = null;

afterEach(async () => {
  await server?.close();
  server = null;
});

async function serve(options: Partial<HealthServerOptions> = {}): Promise<HealthServer> {
  const checks = { live: { consuming: () => true }, ready: { redis: () => Promise.resolve(true) } };
  server = await createHealthServer({ host: "127.0.0.1", port: 0, checks, logger, ...options });
  return server;
}

async function get(path: string, init?: RequestInit): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${server?.url}${path}`, init);
  const text = await response.text();
  return { status: response.status, body: text === "" ? null : (JSON.parse(text) as unknown) };
}

describe("createHealthServer", () => {
  it("answers 200 when every check holds", async () => {
    await serve();
    expect(await get("/health/live")).toEqual({ status: 200, body: { status: "ok", failed: [], checks: { consuming: "ok" } } });
    expect(await get("/health/ready?verbose")).toEqual({ status: 200, body: { status: "ok", failed: [], checks: { redis: "ok" } } });
  });

  it("answers 503 and names the checks that failed, threw or did not answer", async () => {
    const ready = {
      fine: () => true,
      redis: () => false,
      queue: () => Promise.reject(new Error("x")),
      slow: () => new Promise<boolean>(() => undefined),
    };
    await serve({ checks: { live: {}, ready }, checkTimeoutMs: 20 });
    expect(await get("/health/ready")).toEqual({
      status: 503,
      body: {
        status: "unavailable",
        failed: ["redis", "queue", "slow"],
        checks: { fine: "ok", redis: "failed", queue: "failed", slow: "timeout" },
      },
    });
    expect((await get("/health/live")).status).toBe(200);
  });

  it("is not ready once the process is ending, but alive", async () => {
    const ending = new AbortController();
    await serve({ signal: ending.signal });
    expect((await get("/health/ready")).status).toBe(200);
    ending.abort();
    expect(await get("/health/ready")).toMatchObject({ status: 503, body: { failed: ["shutting_down"] } });
    expect((await get("/health/live")).status).toBe(200);
  });

  it("tells the version", async () => {
    await serve();
    expect(await get("/version")).toEqual({
      status: 200,
      body: { version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string, node: process.versions.node },
    });
  });

  it("serves further routes and survives one that throws", async () => {
    await serve({
      routes: {
        "/metrics": (_request, response) => void response.end('"figures"'),
        "/broken": () => {
          throw new Error("x");
        },
      },
    });
    expect(await get("/metrics")).toEqual({ status: 200, body: "figures" });
    expect((await get("/broken")).status).toBe(500);
    expect((await get("/version")).status).toBe(200);
  });

  it("refuses other paths and methods", async () => {
    await serve();
    expect((await get("/")).status).toBe(404);
    expect((await get("/constructor")).status).toBe(404);
    expect((await get("/health/live", { method: "POST" })).status).toBe(405);
    expect((await get("/health/live", { method: "HEAD" })).status).toBe(200);
  });

  it("rejects with the listener's error when its port is taken", async () => {
    const { url } = await serve();
    const port = Number(new URL(url).port);
    await expect(createHealthServer({ host: "127.0.0.1", port, checks: { live: {}, ready: {} }, logger })).rejects.toMatchObject({
      code: "EADDRINUSE",
      port,
    });
  });
});
