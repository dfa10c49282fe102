import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { type Stack, startStack } from "@composite-llm/scripts/stack";
import { OpenAI } from "openai";
import { Agent, fetch as fetchBy } from "undici";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { checkOutCommit, findCommit } from "./harness/check-out-commit.ts";
import { keepAsking } from "./harness/keep-asking.ts";
import { chat, runOf, textOf } from "./harness/open-client.ts";
import { type ProviderCall, providerCalls, requestsByStep } from "./harness/provider-calls.ts";
import { openRunRecords } from "./harness/run-records.ts";

const IN_FLIGHT = 100;
/** Fewer calls at once than the load has: some always wait to be sent. */
const CONFIG = "version: 1\nproviders: { anthropic: { preset: anthropic, limits: { concurrent: 8 } } }\n";
const BODY = chat({
  model: "composite/moa/openai/gpt-4o-mock-tokens-30-tps-15",
  proposers: ["openai/gpt-4o-mini-mock-latency-1500", "anthropic/claude-haiku-4-5-mock-latency-700"],
});
const EACH_STEP_ONCE = { "propose.0.0": 1, "propose.0.1": 1, final: 1 };
/** Every process, the gateway twice. */
const IN_TURN = ["gateway", "orchestrator-1", "model-caller-1", "gateway", "model-caller-2", "orchestrator-2"];

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** The commit whose processes are replaced; another one than the last but one for who wants to know. */
const PREDECESSOR = process.env["PREDECESSOR"] ?? "HEAD~1";
const predecessor = process.env["VERIFY"] === "long" ? await findCommit(PREDECESSOR) : null;

let directory: string;
let stack: Stack | null;
/** Its connections are kept, but not for long: a gateway that ends waits until they are gone. */
let agent: Agent;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "rolling-"));
  stack = null;
  agent = new Agent({ keepAliveMaxTimeout: 1500 });
});

afterEach(async () => {
  await stack?.stop();
  await agent.destroy();
  await rm(directory, { recursive: true, force: true });
});

async function askForJson(client: OpenAI): Promise<string> {
  const completion = await client.chat.completions.create(BODY);
  expect(textOf(completion)).not.toBe("");
  return runOf(completion);
}

async function askForStream(client: OpenAI): Promise<string> {
  let id = "";
  let text = "";
  let end: string | null = null;
  for await (const chunk of await client.chat.completions.create({ ...BODY, stream: true })) {
    id = chunk.id;
    text += chunk.choices[0]?.delta.content ?? "";
    end = chunk.choices[0]?.finish_reason ?? end;
  }
  expect({ end, isEmpty: text === "" }).toEqual({ end: "stop", isEmpty: false });
  return runOf({ id });
}

/** Runs of which the provider saw anything but each step once. */
function findOddRuns(calls: readonly ProviderCall[], runs: readonly string[]): unknown[] {
  const byRun = Map.groupBy(calls, ({ run }) => run ?? "");
  const seen = runs.map((run) => ({ run, steps: requestsByStep(byRun.get(run) ?? []) }));
  return seen.filter(({ steps }) => !isDeepStrictEqual(steps, EACH_STEP_ONCE));
}

function mainOf(root: string, name: string): string {
  return join(root, "apps", name.replace(/-\d$/, ""), "src", "main.ts");
}

/** Starts a stack of the services below `root`, and replaces each by the one of this repository. */
async function replaceAll(root: string): Promise<void> {
  stack = await startStack({
    config: CONFIG,
    services: {
      gateway: { entry: mainOf(root, "gateway"), env: { GATEWAY_REUSE_PORT: "true" } },
      orchestrator: { entry: mainOf(root, "orchestrator"), count: 2 },
      "model-caller": { entry: mainOf(root, "model-caller"), count: 2 },
    },
  });
  const { gatewayUrl, mockUrl } = stack;
  const ownFetch = { fetch: fetchBy as unknown as typeof fetch, fetchOptions: { dispatcher: agent } as object };
  const client = new OpenAI({ baseURL: `${gatewayUrl}/v1`, apiKey: "any", maxRetries: 0, ...ownFetch });
  const load = keepAsking(IN_FLIGHT, (index) => (index % 2 === 0 ? askForJson(client) : askForStream(client)));
  await vi.waitFor(() => expect(load.answered).toBeGreaterThan(0), { timeout: 30_000 });

  const ends: Promise<unknown>[] = [];
  for (const name of IN_TURN) {
    const { ended } = await stack.process(name).handOver(mainOf(ROOT, name));
    const { inFlight, answered } = load;
    expect(inFlight).toBe(IN_FLIGHT);
    ends.push(ended);
    // A gateway serves its clients on while the next process is replaced.
    if (name !== "gateway") await ended;
    await vi.waitFor(() => expect(load.answered).toBeGreaterThan(answered), { timeout: 30_000 });
  }
  expect(await Promise.all(ends)).toEqual(IN_TURN.map(() => ({ code: 0, signal: null })));

  const { runs, problems } = await load.end();
  const calls = await providerCalls(mockUrl);
  expect({ problems, odd: findOddRuns(calls, runs) }).toEqual({ problems: [], odd: [] });
  expect(calls).toHaveLength(runs.length * 3);
  const records = openRunRecords(stack);
  const owners = await Promise.all(runs.map((run) => records.owners(run)));
  records.close();
  // Or the restarts met nothing.
  expect(owners.filter((count) => count > 1).length).toBeGreaterThan(IN_FLIGHT / 4);
}

// Elsewhere two processes cannot share a port in this way.
describe.runIf(process.platform === "linux")("a rolling restart with a hundred runs in flight", () => {
  it("fails no request and repeats no call", () => replaceAll(ROOT));

  it.runIf(predecessor !== null)(
    "fails no request and repeats no call while processes of the commit before work beside ours",
    async () => {
      const before = join(directory, "before");
      await checkOutCommit(predecessor ?? "", before);
      await replaceAll(before);
    },
    300_000,
  );
});
