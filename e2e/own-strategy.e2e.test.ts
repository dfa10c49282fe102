import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { assemble, readSse } from "@composite-llm/gateway/testing";
import { type Stack, startStack } from "@composite-llm/scripts/stack";
import type { OpenAI } from "openai";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { chat, compositeOf, openClient, textOf } from "./harness/open-client.ts";
import { fetchChat } from "./harness/post-chat.ts";
import { openRunRecords, type RunRecords } from "./harness/run-records.ts";

const EXAMPLE = fileURLToPath(new URL("../examples/strategies/second-look.ts", import.meta.url));

/** A strategy with a bug, as a user may write one. */
const FAULTY = `
import { defineStrategy } from "@composite-llm/strategies";
import { z } from "zod";

export const strategy = defineStrategy({
  name: "faulty",
  description: "Falls over before it calls anybody.",
  options: z.strictObject({}),
  plan: ({ base }) => ({ stages: [], final: { role: "single", member: base, field: "model" } }),
  run: () => Promise.reject(new Error("a bug of the strategy")),
});
`;

/** Values that nobody may ever read. They look like no vendor's keys, so that no pattern hides them. */
const SECRETS = {
  OPENAI_SECRET: "planted-of-openai-55c1",
  ANTHROPIC_SECRET: "planted-of-anthropic-8d02",
  CLIENT_SECRET: "planted-of-the-client-e4b7",
  NARROW_SECRET: "planted-of-profiles-19aa",
  OPERATOR_KEY: "planted-of-the-operator-c3f0",
};
const INLINE_SECRET = "planted-in-the-file-7b6e";
const WRONG_KEY = "planted-by-a-stranger-02d9";
const CANARY = "a canary that may be seen";

let folder: string;
let stack: Stack;
let client: OpenAI;
let records: RunRecords;
/** Everything that anybody ever sent to Redis, as it was sent. */
let redisTraffic = "";
let monitor: Socket;

/** Real mode: the vendors are reached by their keys, at the address of mock-provider. */
function configuration({ providers = "", strategies = "", profiles = "" } = {}): string {
  return `
version: 1
api_keys:
  - { name: everything, key: "\${CLIENT_SECRET}" }
  - { name: profiles, key: "\${NARROW_SECRET}", models: ["composite/profile/*"] }
providers:
  openai: { base_url: "\${MOCK_PROVIDER_URL}/openai/v1", keys: [{ name: main, key: "\${OPENAI_SECRET}" }] }
  anthropic: { base_url: "\${MOCK_PROVIDER_URL}/anthropic", keys: [{ name: main, key: "\${ANTHROPIC_SECRET}" }] }
  locked-out: { extends: openai, keys: [{ name: main, key: bad-key }] }
  ${providers}
strategies:
  second-look: ${JSON.stringify(join(folder, "second-look.ts"))}
  faulty: ${JSON.stringify(join(folder, "faulty.ts"))}
  ${strategies}
profiles:
  checked: { strategy: second-look, model: openai/gpt-4o, drafter: anthropic/claude-haiku-4-5 }
  ${profiles}
`;
}

async function configure(changes: Parameters<typeof configuration>[0]): Promise<void> {
  await writeFile(stack.configFile ?? "", configuration(changes));
}

function isListed(model: string): Promise<boolean> {
  return client.models.retrieve(model).then(
    () => true,
    () => false,
  );
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "own-strategies-"));
  const example = await readFile(EXAMPLE, "utf8");
  await writeFile(join(folder, "second-look.ts"), example);
  await writeFile(join(folder, "later-look.ts"), example.replace('"second-look"', '"later-look"'));
  await writeFile(join(folder, "faulty.ts"), FAULTY);
  stack = await startStack({ config: configuration(), env: { ...SECRETS, LOG_LEVEL: "trace" } });
  client = openClient(stack.gatewayUrl, SECRETS.CLIENT_SECRET);
  records = openRunRecords(stack);
  const { hostname, port } = new URL(stack.redisUrl);
  monitor = connect({ host: hostname, port: Number(port) });
  monitor.on("data", (data: Buffer) => (redisTraffic += data.toString("latin1")));
  monitor.write("MONITOR\r\n");
  await vi.waitFor(() => expect(redisTraffic).toMatch(/^\+OK/));
});

afterAll(async () => {
  monitor.destroy();
  records.close();
  await stack.stop();
  await rm(folder, { recursive: true, force: true });
});

describe("a strategy of the user's own", () => {
  it("is listed, checked and served like ours, also by a profile", async () => {
    expect(await client.models.retrieve("composite/second-look/openai/gpt-5")).toMatchObject({
      owned_by: "composite",
      supported_parameters: expect.arrayContaining(["drafter", "max_tokens"]) as string[],
    });

    const panel = { model: "composite/second-look/openai/mock-echo", drafter: "anthropic/claude-haiku-4-5" };
    const completion = await client.chat.completions.create(chat(panel));
    const composite = compositeOf(completion);
    expect(composite).toMatchObject({ strategy: "second-look", profile: null, simulated: false, calls: 2, degraded: [] });
    expect(composite.stages.map(({ name, calls }) => [name, calls.map(({ role, model }) => `${role} ${model}`)])).toEqual([
      ["draft", ["member claude-haiku-4-5"]],
      ["final", ["critic mock-echo"]],
    ]);
    expect(textOf(completion)).toMatch(/<draft-\w+ label=\\"draft\\">\\n\[simulated claude-haiku-4-5\] \w+/);

    const profile = await client.chat.completions.create(chat({ model: "profile/checked" }));
    expect(textOf(profile)).toMatch(/^\[simulated gpt-4o\] \w+/);
    expect(compositeOf(profile)).toMatchObject({
      strategy: "second-look",
      profile: "checked",
      stages: [{ calls: [{ model: "claude-haiku-4-5" }] }, {}],
    });
    const overridden = await client.chat.completions.create(
      chat({ model: "profile/checked", drafter: "openai/mock-refusal", stream: false }),
    );
    expect(compositeOf(overridden)).toMatchObject({
      failed: [{ step: "draft.0.0", class: "refusal" }],
      degraded: [{ code: "member_failed" }],
    });

    const misspelt = client.chat.completions.create(chat({ ...panel, composite: { draftr: "openai/gpt-4o" } }));
    await expect(misspelt).rejects.toMatchObject({
      status: 400,
      code: "invalid_request",
      param: "composite.draftr",
      message: expect.stringMatching(/drafter/) as string,
    });
    const faulty = client.chat.completions.create(chat({ model: "composite/faulty/openai/gpt-4o" }));
    await expect(faulty).rejects.toMatchObject({
      status: 500,
      code: "internal_error",
      message: expect.not.stringMatching(/a bug of/) as string,
    });
    await vi.waitFor(async () => expect(await stack.log("orchestrator")).toContain("a bug of the strategy"));
  });
});

describe("composite.yaml", () => {
  it("changes under a running stream without dropping it, and changes nothing when it is bad", async () => {
    const slow = chat({ model: "openai/gpt-4o-mock-tokens-60-tps-20" });
    const answer = await fetchChat(stack.gatewayUrl, { ...slow, stream: true }, { key: SECRETS.CLIENT_SECRET });
    let isStreaming = true;
    const streamed = answer.text().finally(() => (isStreaming = false));

    const providers = "second: { extends: openai, params: { user: bundled } }";
    const strategies = `later-look: ${JSON.stringify(join(folder, "later-look.ts"))}`;
    const profiles = "later: { strategy: later-look, model: second/mock-echo, drafter: second/gpt-4o }";
    await configure({ providers, strategies, profiles });
    await vi.waitFor(async () => expect(await isListed("profile/later")).toBe(true), { timeout: 10_000 });
    await vi.waitFor(async () => expect(await stack.log("orchestrator")).toContain("the configuration changed"), { timeout: 10_000 });
    const later = chat({ model: "composite/profile/later" });
    const completion = await client.chat.completions.create(later);
    expect(isStreaming).toBe(true);
    expect(JSON.parse(textOf(completion))).toMatchObject({ body: { user: "bundled" } });
    expect(compositeOf(completion)).toMatchObject({ strategy: "later-look", profile: "later" });
    expect(compositeOf(completion).stages.map(({ calls }) => calls[0]?.provider)).toEqual(["second", "second"]);

    const { chunks, isDone } = readSse(await streamed);
    const committed = await records.committed(answer.headers.get("x-composite-run-id") ?? "");
    expect(isDone).toBe(true);
    expect(assemble(chunks).content).toBe(committed?.choices[0]?.message.content);

    await configure({
      providers: `third: { extends: openai, keys: [{ name: main, key: ${INLINE_SECRET}, colour: red }] }`,
      strategies: "missing-look: /nowhere/missing-look.ts",
      profiles: "later: { strategy: second-lok, model: openai/gpt-4o }",
    });
    for (const [name, words] of [
      ["gateway", "cannot be used, the one before it stays"],
      ["model-caller", "not usable; the one before it stays"],
      ["orchestrator", "not usable; the one before it stays"],
    ] as const) {
      await vi.waitFor(async () => expect(await stack.log(name)).toContain(words), { timeout: 10_000 });
      expect(await stack.log(name)).toMatch(/composite\.yaml:\d+:\d+ providers\.third\.keys\[0\]\.colour is not known/);
    }
    expect(await stack.log("gateway")).toMatch(/profiles\.later\.strategy names no strategy; did you mean second-look/);
    expect(await stack.log("gateway")).toMatch(/strategies\.missing-look cannot be served: .* there is no file/);
    expect(textOf(await client.chat.completions.create(later))).toContain("bundled");

    await configure({});
    await vi.waitFor(async () => expect(await isListed("profile/later")).toBe(false), { timeout: 10_000 });
    await expect(client.chat.completions.create(later)).rejects.toMatchObject({ status: 404, code: "model_not_found", param: "model" });
  });
});

describe("a secret", () => {
  it("stands in no answer, no log line and no word to Redis, however a request ends", async () => {
    const panel = {
      model: "composite/moa/openai/gpt-4o",
      proposers: ["anthropic/claude-haiku-4-5", "locked-out/gpt-4o", "openai/mock-echo"],
    };
    const narrow = { status: 403, code: "model_not_allowed", param: "model" };
    const requests: [key: string, fields: object, told: object][] = [
      [SECRETS.CLIENT_SECRET, panel, { status: 200 }],
      [
        SECRETS.CLIENT_SECRET,
        { ...panel, aggregator: "anthropic/mock-echo", stream: true, stream_events: true, stream_members: true },
        { status: 200 },
      ],
      [SECRETS.CLIENT_SECRET, { model: "locked-out/gpt-4o" }, { status: 401, code: "invalid_api_key" }],
      [SECRETS.CLIENT_SECRET, { model: "composite/moa/locked-out/gpt-4o" }, { status: 502, code: "all_members_failed" }],
      [SECRETS.CLIENT_SECRET, { model: "composite/faulty/openai/gpt-4o" }, { status: 500, code: "internal_error" }],
      [SECRETS.NARROW_SECRET, { model: "composite/profile/checked", include_trace: true }, { status: 200 }],
      [SECRETS.NARROW_SECRET, { model: "openai/gpt-4o" }, narrow],
      [SECRETS.OPERATOR_KEY, { model: "openai/gpt-4o" }, { status: 401, code: "invalid_api_key", param: null }],
      [WRONG_KEY, { model: "openai/gpt-4o" }, { status: 401, code: "invalid_api_key", param: null }],
    ];
    let answers = "";
    for (const [key, fields, told] of requests) {
      const answer = await fetchChat(stack.gatewayUrl, { messages: [{ role: "user", content: CANARY }], ...fields }, { key });
      const text = await answer.text();
      const { error = {} } = text.startsWith("{") ? (JSON.parse(text) as { error?: object }) : {};
      expect({ status: answer.status, ...error }, text).toMatchObject(told);
      answers += `${JSON.stringify([...answer.headers])}\n${text}\n`;
    }

    await records.redis.echo("everything was heard up to here");
    await vi.waitFor(() => expect(redisTraffic).toContain("everything was heard up to here"));
    const logs = await Promise.all(stack.processes.map(({ name }) => stack.log(name)));
    const heard = { answers, redis: redisTraffic, logs: logs.join("\n") };
    // What was listened to is what was said: the prompt went through Redis and came back, and the runs are in the logs.
    expect(heard.redis).toContain(CANARY);
    expect(heard.answers).toContain(CANARY);
    expect(heard.logs).toContain(/"run_id":"([^"]+)/.exec(answers)?.[1]);
    for (const secret of [...Object.values(SECRETS), INLINE_SECRET, WRONG_KEY, "bad-key"]) {
      for (const [place, text] of Object.entries(heard)) expect(text.includes(secret), `${secret} in ${place}`).toBe(false);
    }
  });
});
