import { errorResponse } from "@composite-llm/openai-api";
import { StartupError } from "@composite-llm/core";
import { describe, expect, test } from "vitest";
import { buildTestGateway, type TestGateway } from "../testing/build-test-gateway.ts";
import { loadTestSettings } from "../testing/load-test-settings.ts";
import { toCompletion } from "../testing/to-completion.ts";
import { checkListenHost } from "./check-listen-host.ts";

const WITH_KEYS = `
version: 1
api_keys:
  - { name: team-a, key: key-of-a, models: ["composite/*"] }
  - { name: team-b, key: key-of-b, models: ["openai/gpt-5*", "composite/profile/cheap"] }
  - { name: team-c, key: key-of-c }
profiles:
  cheap: { strategy: moa, model: openai/gpt-5-mini }
models:
  aliases: { best: openai/gpt-5 }
`;

interface Asked {
  key?: string;
  model?: string;
  remoteAddress?: string;
  host?: string;
}

async function ask(
  { app, gate }: TestGateway,
  { key, model = "composite/moa/openai/gpt-5", remoteAddress = "127.0.0.1", host = "localhost:8080" }: Asked,
) {
  gate.onSubmit = (run) => run.emit("finished", { completion: toCompletion(run) });
  const answer = await app.inject({
    method: "POST",
    url: "/v1/chat/completions",
    payload: { model, messages: [{ role: "user", content: "Hello" }] },
    headers: { host, ...(key === undefined ? {} : { authorization: key }) },
    remoteAddress,
  });
  const code = answer.statusCode === 200 ? null : errorResponse.parse(answer.json()).error.code;
  return { status: answer.statusCode, code, caller: gate.submitted.at(-1)?.plan.caller };
}

describe("a gateway with keys", () => {
  test.each([
    ["Bearer key-of-a", "team-a"],
    ["bearer  key-of-c ", "team-c"],
  ])("knows %s as %s, from wherever it asks", async (key, caller) => {
    const gateway = await buildTestGateway({ yaml: WITH_KEYS });
    expect(await ask(gateway, { key, remoteAddress: "203.0.113.7", host: "llm.example.org" })).toEqual({ status: 200, code: null, caller });
  });

  test.each([[undefined], [""], ["Bearer"], ["Bearer nonsense"], ["Basic key-of-a"], ["key-of-a"], ["Bearer key-of-a key-of-b"]])(
    "refuses the header %s",
    async (key) => {
      const gateway = await buildTestGateway({ yaml: WITH_KEYS });
      expect(await ask(gateway, key === undefined ? {} : { key })).toEqual({ status: 401, code: "invalid_api_key", caller: undefined });
    },
  );

  test.each([
    ["key-of-a", "composite/moa/openai/gpt-5", 200],
    ["key-of-a", "moa/openai/gpt-5", 200],
    ["key-of-a", "profile/cheap", 200],
    ["key-of-a", "openai/gpt-5", 403],
    ["key-of-b", "openai/gpt-5-mini", 200],
    ["key-of-b", "best", 200],
    ["key-of-b", "profile/cheap", 200],
    ["key-of-b", "composite/moa/openai/gpt-5", 403],
    ["key-of-b", "anthropic/claude-haiku-4-5", 403],
    ["key-of-c", "anthropic/claude-haiku-4-5", 200],
  ])("lets %s use %s or not by the key's globs", async (key, model, status) => {
    const gateway = await buildTestGateway({ yaml: WITH_KEYS });
    const answer = await ask(gateway, { key: `Bearer ${key}`, model });
    expect([answer.status, answer.code]).toEqual([status, status === 200 ? null : "model_not_allowed"]);
  });

  test("refuses before it reads the body", async () => {
    const { app } = await buildTestGateway({ yaml: WITH_KEYS });
    const answer = await app.inject({
      method: "POST",
      url: "/v1/chat/completions",
      headers: { "content-type": "application/json" },
      payload: "{ this is not JSON",
    });
    expect(answer.statusCode).toBe(401);
  });
});

describe("a gateway without keys", () => {
  test.each([
    ["127.0.0.1", "localhost:8080", 200],
    ["127.8.9.1", "127.0.0.1", 200],
    ["::1", "[::1]:8080", 200],
    ["::ffff:127.0.0.1", "gateway.localhost", 200],
    ["192.168.1.7", "localhost", 401],
    ["::ffff:10.0.0.1", "localhost", 401],
    ["2001:db8::1", "localhost", 401],
    // A proxy on this machine, or a page whose host name was pointed here.
    ["127.0.0.1", "llm.example.org", 401],
    ["127.0.0.1", "127.0.0.1.example.org", 401],
  ])("answers %s that asks for %s with %i", async (remoteAddress, host, status) => {
    const gateway = await buildTestGateway();
    const answer = await ask(gateway, { remoteAddress, host, key: "Bearer whatever" });
    expect(answer.status).toBe(status);
    expect(answer.caller).toBe(status === 200 ? "anonymous" : undefined);
  });

  test.each([["127.0.0.1"], ["localhost"], ["::1"]])("may listen on %s", async (host) => {
    const { keys } = await loadTestSettings();
    expect(() => checkListenHost(host, keys)).not.toThrow();
  });

  test.each([["0.0.0.0"], ["::"], ["192.168.1.7"], ["llm.example.org"]])("refuses to listen on %s", async (host) => {
    const { keys } = await loadTestSettings();
    expect(() => checkListenHost(host, keys)).toThrow(StartupError);
    expect(() => checkListenHost(host, keys)).toThrow(/API_KEYS/);
    const withKeys = await loadTestSettings(WITH_KEYS);
    expect(() => checkListenHost(host, withKeys.keys)).not.toThrow();
  });
});
