import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { lookup } from "node:dns";
import { text } from "node:stream/consumers";
import type { ApiKey } from "@composite-llm/configuration";
import type { RunObject, RunPlan } from "@composite-llm/contracts";
import { createRunId, Secret } from "@composite-llm/core";
import type { WebhookTask } from "@composite-llm/queue";
import { createLogger } from "@composite-llm/runtime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sendWebhook } from "./send-webhook.ts";

const RUN = createRunId(1);
const heard: { headers: NodeJS.Dict<string | string[]>; body: string }[] = [];
let status = 200;
let url = "";
const server = createServer((request, response) => {
  void text(request).then((body) => {
    heard.push({ headers: request.headers, body });
    response.writeHead(status).end();
  });
});

beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/`;
});
afterAll(() => server.close());

const plan = (webhook: RunPlan["webhook"]): RunPlan => {
  const member = { name: "openai/m", provider: "openai", model: "m", params: {}, nested: null };
  return {
    v: 1,
    planVersion: "v",
    model: "openai/m",
    profile: null,
    caller: "anonymous",
    root: { strategy: "single", options: {}, stages: [], final: { slot: 0, role: "single", member }, seed: 1 },
    request: { messages: [], params: {} },
    delivery: { stream: true, includeUsage: false, usage: "sum", streamEvents: false, streamMembers: false, includeTrace: false },
    background: true,
    webhook,
    finalOnly: false,
    totalDeadlineMs: 1000,
    priority: "interactive",
    simulated: true,
    traceId: "t",
    metadata: { order: "17" },
    createdAtMs: 0,
  };
};

function task(secret = "billing"): WebhookTask {
  const webhook = { url, secret };
  const error = { message: "m", type: "timeout_error", param: null, code: "deadline_exceeded" };
  return {
    webhook,
    stored: {
      run: RUN,
      state: "failed",
      caller: "anonymous",
      plan: plan(webhook),
      isBackground: true,
      createdAtMs: 0,
      startedAtMs: 1,
      endedAtMs: 2000,
      deadlineAtMs: 1000,
      parkedUntilMs: null,
      expiresAtMs: 5000,
      retryOf: null,
      quarantined: null,
      lastEvent: 3,
      lastAnswerEvent: 3,
      outcome: { number: 3, kind: "error", data: { status: 504, headers: {}, error } },
    },
    journal: { entered: new Map(), released: new Map(), settled: [], open: [], unreported: 0, quarantined: [] },
    tryNumber: 1,
    isLastTry: false,
  };
}

function send(sent: WebhookTask, allowPrivate = true, apiKeys: readonly ApiKey[] = []) {
  return sendWebhook(sent, {
    settings: () => ({ apiKeys, webhooks: { secrets: new Map([["billing", new Secret("whsec_c2VjcmV0")]]), allowPrivate } }),
    clock: { now: () => 1_700_000_000_500, monotonicMs: () => 0 },
    resolve: lookup,
    logger: createLogger({ name: "orchestrator", level: "silent" }),
  });
}

describe("a webhook", () => {
  it("brings the run as GET shows it, signed for its receiver", async () => {
    expect(await send(task())).toBe("delivered");
    const { headers, body } = heard.at(-1) ?? { headers: {}, body: "" };
    const { type, timestamp, data } = JSON.parse(body) as { type: string; timestamp: string; data: RunObject };
    expect([type, timestamp]).toEqual(["run.failed", "1970-01-01T00:00:02.000Z"]);
    expect(data).toMatchObject({
      id: RUN,
      object: "composite.run",
      status: "failed",
      error: { code: "deadline_exceeded" },
      metadata: { order: "17" },
    });
    expect(headers).toMatchObject({ "webhook-id": `msg_${RUN}`, "webhook-timestamp": "1700000000" });
    const expected = createHmac("sha256", "secret").update(`msg_${RUN}.1700000000.${body}`).digest("base64");
    expect(headers["webhook-signature"]).toBe(`v1,${expected}`);
  });

  it.each([
    [204, "delivered"],
    [301, "failed"],
    [400, "failed"],
    [410, "refused"],
    [503, "failed"],
  ])("that is answered with %s is %s", async (answered, outcome) => {
    status = answered;
    expect(await send(task())).toBe(outcome);
  });

  it("is not sent without its secret, or to where the configuration does not let it any more", async () => {
    const before = heard.length;
    expect(await send(task("gone"))).toBe("refused");
    expect(await send(task(), false)).toBe("refused");
    expect(heard).toHaveLength(before);
  });

  it("is not sent with a secret that is not its caller's any more", async () => {
    const key = (name: string, ...webhookSecrets: string[]) => ({ name, key: new Secret(name), models: ["*"], weight: 1, webhookSecrets });
    const before = heard.length;
    expect(await send(task(), true, [key("anonymous"), key("other", "billing")])).toBe("refused");
    expect(await send(task(), true, [key("other", "billing")])).toBe("refused");
    expect(heard).toHaveLength(before);
    status = 204;
    expect(await send(task(), true, [key("anonymous", "billing")])).toBe("delivered");
  });
});
