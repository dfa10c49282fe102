import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type MockProvider, startMockProvider } from "./start-mock-provider.ts";

let mock: MockProvider;
beforeAll(async () => {
  mock = await startMockProvider();
});
afterAll(() => mock.close());

const BODY = { model: "gpt-4o", messages: [{ role: "user", content: "Hi" }] };

function post(body: unknown, headers: Record<string, string> = {}, url = mock.url): Promise<Response> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return fetch(`${url}/openai/v1/chat/completions`, { method: "POST", body: text, headers: { authorization: "Bearer any", ...headers } });
}

describe("the HTTP surface", () => {
  it.each([
    ["no JSON", "{", 400, null],
    ["a list", "[]", 400, null],
    ["no model", { messages: [] }, 400, "missing_required_parameter"],
    ["a model that is no text", { model: 5 }, 400, "missing_required_parameter"],
  ])("refuses %s and writes it down", async (_, body, status, code) => {
    const response = await post(body);
    expect([response.status, await response.json()]).toMatchObject([status, { error: { type: "invalid_request_error", code } }]);
    await vi.waitFor(() => expect(mock.requests().at(-1)).toMatchObject({ model: null, status, outcome: "error" }));
  });

  it("refuses a body over 32 MiB", async () => {
    const response = await post(JSON.stringify({ ...BODY, padding: "x".repeat(33 * 1024 * 1024) }));
    expect(response.status).toBe(413);
  });

  it("answers a prompt of 10 MB", async () => {
    const response = await post({ ...BODY, messages: [{ role: "user", content: "x".repeat(10 * 1024 * 1024) }] });
    expect(await response.json()).toMatchObject({ usage: { prompt_tokens: 3 + 4 + (10 * 1024 * 1024) / 4 } });
  });

  it("wants a key", async () => {
    const response = await post(BODY, { authorization: "" });
    expect(response.status).toBe(401);
    expect((await post(BODY, { authorization: "", "api-key": "azure" })).status).toBe(200);
  });

  it("knows no other path", async () => {
    expect((await fetch(`${mock.url}/openai/v1/embeddings`, { method: "POST" })).status).toBe(404);
    expect(await (await fetch(`${mock.url}/anthropic/v1/other`)).json()).toMatchObject({
      type: "error",
      error: { type: "not_found_error" },
    });
  });

  it("is alive", async () => {
    expect(await (await fetch(`${mock.url}/health/live`)).json()).toEqual({ status: "ok" });
  });
});

describe("the ledger over HTTP", () => {
  it("gives the lines of a run and the counts, and forgets when told to", async () => {
    const judge = { "x-composite-run": "run-1", "x-composite-step": "propose.0.0", "x-composite-cell": "3", "x-composite-try": "1" };
    await (await post(BODY, judge)).json();
    await vi.waitFor(async () => expect((await (await fetch(`${mock.url}/ledger?run=run-1`)).text()).trim().split("\n")).toHaveLength(2));
    const lines = (await (await fetch(`${mock.url}/ledger?run=run-1`)).text())
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      { event: "started", run: "run-1", step: "propose.0.0", cell: 3, try: 1, wire: "openai", model: "gpt-4o", stream: false },
      { event: "ended", status: 200, outcome: "completed", usage: lines[1].billed },
    ]);
    expect(lines[1].id).toBe(lines[0].id);
    expect(await (await fetch(`${mock.url}/ledger/stats`)).json()).toMatchObject({ inFlight: 0, models: { "gpt-4o": { inFlight: 0 } } });
    expect((await fetch(`${mock.url}/ledger`, { method: "DELETE" })).status).toBe(204);
    expect(mock.stats().total).toBe(0);
    expect(await (await fetch(`${mock.url}/ledger`)).text()).toBe("");
  });
});

describe("the process", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "mock-provider-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  async function start(ledgerFile: string) {
    const main = new URL("./main.ts", import.meta.url).pathname;
    const env = { PATH: process.env["PATH"], MOCK_PROVIDER_PORT: "0", MOCK_LEDGER_FILE: ledgerFile, LOG_LEVEL: "error" };
    const child = spawn(process.execPath, [main], { env, stdio: ["ignore", "inherit", "inherit", "ipc"] });
    const exited = once(child, "exit");
    const [message] = await once(child, "message");
    return { child, exited, url: (message as { listening: string }).listening };
  }

  it("announces itself, flushes its ledger on SIGTERM and leaves", async () => {
    const file = join(folder, "a.jsonl");
    const { child, exited, url } = await start(file);
    await (await post(BODY, {}, url)).json();
    child.kill("SIGTERM");
    expect(await exited).toEqual([0, null]);
    expect(
      readFileSync(file, "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).event),
    ).toEqual(["started", "ended"]);
  });

  it("leaves the line of a call in flight when it is killed", async () => {
    const file = join(folder, "b.jsonl");
    const { child, exited, url } = await start(file);
    const lost = post({ ...BODY, model: "gpt-4o-mock-no-headers" }, {}, url).catch(() => "lost");
    await vi.waitFor(() => expect(readFileSync(file, "utf8")).toContain(`"event":"started"`));
    child.kill("SIGKILL");
    await exited;
    expect(await lost).toBe("lost");
    expect(readFileSync(file, "utf8").trim().split("\n")).toHaveLength(1);
  });
});
