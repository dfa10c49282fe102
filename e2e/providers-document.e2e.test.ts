import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { type Stack, startStack } from "@composite-llm/scripts/stack";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { chat } from "./harness/open-client.ts";
import { fetchChat, postChat } from "./harness/post-chat.ts";
import { providerCalls } from "./harness/provider-calls.ts";
import { readSections } from "./readme/read-examples.ts";

const OPERATOR_KEY = "key-of-the-operator";
const PATIENT = { timeout: 30_000, interval: 50 };

let stack: Stack;
let commands: string[];

beforeAll(async () => {
  const sections = await readSections("docs/providers.md");
  commands = [...sections.values()].flat().flatMap(({ language, code }) => (language === "sh" ? [code] : []));
  // The operator's key is not one of a client, of whom the loopback asks for none.
  stack = await startStack({ env: { OPERATOR_KEY } });
});

afterAll(() => stack.stop());

interface Scope {
  key: string | null;
  model: string | null;
  state: string;
  leases: number;
}

interface Provider {
  name: string;
  scopes: Scope[];
  waiting: Record<"interactive" | "batch", Record<"final" | "later" | "first", number>>;
}

/** Runs a command of the document as it stands, but for its address. */
async function run(command: string | undefined): Promise<unknown> {
  const code = (command ?? "").replaceAll("http://127.0.0.1:8080", stack.gatewayUrl);
  const { stdout } = await promisify(execFile)("bash", ["-euc", code], { env: { PATH: process.env["PATH"], OPERATOR_KEY } });
  return JSON.parse(stdout);
}

const [SEE, PAUSE, DRAIN, RESUME, PART] = [0, 1, 2, 3, 4];

async function see(name: string): Promise<Provider> {
  const { data } = (await run(commands[SEE])) as { data: Provider[] };
  const found = data.find((provider) => provider.name === name);
  if (found === undefined) throw new Error(`${name} is not listed`);
  return found;
}

const stateOf = ({ scopes }: Provider, key: string | null = null, model: string | null = null): string | undefined =>
  scopes.find((scope) => scope.key === key && scope.model === model)?.state;

const MODEL = "openai/gpt-5";
const openaiCalls = async () => (await providerCalls(stack.mockUrl)).length;

describe("docs/providers.md", () => {
  it("shows what every provider allows and who uses it", async () => {
    expect(commands).toHaveLength(5);
    expect((await postChat(stack.gatewayUrl, chat({ model: MODEL }))).status).toBe(200);
    const shown = await see("openai");
    expect(stateOf(shown)).toBe("open");
    expect(shown.scopes.map(({ leases }) => leases)).toEqual(shown.scopes.map(() => 0));
    const slow = fetchChat(stack.gatewayUrl, chat({ model: "openai/gpt-4o-mock-latency-1500" }));
    await vi.waitFor(async () => expect((await see("openai")).scopes.find(({ key }) => key === null)?.leases).toBe(1), PATIENT);
    await (await slow).text();
  });

  it("pauses a provider, whose calls wait and are sent when it is resumed", async () => {
    expect(stateOf((await run(commands[PAUSE])) as Provider)).toBe("paused");
    const sent = await openaiCalls();
    const waiting = postChat(stack.gatewayUrl, chat({ model: MODEL }));
    await vi.waitFor(async () => expect((await see("openai")).waiting.interactive.first).toBe(1), PATIENT);
    expect(await openaiCalls()).toBe(sent);
    expect(stateOf((await run(commands[RESUME])) as Provider)).toBe("open");
    expect((await waiting).status).toBe(200);
    expect(await openaiCalls()).toBe(sent + 1);
  });

  it("drains a provider, whose waiting and new calls are turned away", async () => {
    await run(commands[PAUSE]);
    const waiting = postChat(stack.gatewayUrl, chat({ model: MODEL }));
    await vi.waitFor(async () => expect((await see("openai")).waiting.interactive.first).toBe(1), PATIENT);
    const sent = await openaiCalls();
    expect(stateOf((await run(commands[DRAIN])) as Provider)).toBe("drained");
    for (const refused of [await waiting, await postChat(stack.gatewayUrl, chat({ model: MODEL }))]) {
      expect(refused).toMatchObject({ status: 502, body: { error: { code: "upstream_error" } } });
    }
    expect(await openaiCalls()).toBe(sent);
    await run(commands[RESUME]);
    expect((await postChat(stack.gatewayUrl, chat({ model: MODEL }))).status).toBe(200);
  });

  it("pauses a model under one key, and no other", async () => {
    const [key] = (await see("openai")).scopes.flatMap((scope) => (scope.key === null ? [] : [scope.key]));
    const command = commands[PART]?.replace('"default"', JSON.stringify(key));
    expect(stateOf((await run(command)) as Provider, key, "gpt-5")).toBe("paused");
    expect((await postChat(stack.gatewayUrl, chat({ model: "openai/gpt-4o" }))).status).toBe(200);
    const waiting = postChat(stack.gatewayUrl, chat({ model: MODEL }));
    await vi.waitFor(async () => expect((await see("openai")).waiting.interactive.first).toBe(1), PATIENT);
    expect(stateOf((await run(command?.replace("/pause", "/resume"))) as Provider, key, "gpt-5")).toBe("open");
    expect((await waiting).status).toBe(200);
  });
});
