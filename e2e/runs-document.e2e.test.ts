import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { ChatCompletion, RunObject } from "@composite-llm/contracts";
import { type ReadEvent, readEvents } from "@composite-llm/gateway/testing";
import { type Stack, startStack } from "@composite-llm/scripts/stack";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { askRun, followRun } from "./harness/ask-run.ts";
import { chat } from "./harness/open-client.ts";
import { providerCalls } from "./harness/provider-calls.ts";
import { isSigned, receiveWebhooks, type WebhookReceiver } from "./harness/webhook-receiver.ts";
import { readSections } from "./readme/read-examples.ts";

const SECRET = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const PATIENT = { timeout: 30_000, interval: 50 };

let stack: Stack;
let receiver: WebhookReceiver;
let commands: string[];
let executed = 0;

beforeAll(async () => {
  const sections = await readSections("docs/runs.md");
  const [configuration] = (sections.get("Webhooks") ?? []).filter(({ language }) => language === "yaml");
  commands = [...sections.values()].flat().flatMap(({ language, code }) => (language === "sh" ? [code] : []));
  receiver = await receiveWebhooks(() => 204);
  stack = await startStack({
    // The receiver of the test has no public address.
    config: `version: 1\n${configuration?.code.replace("webhooks:\n", "webhooks:\n  allow_private: true\n")}`,
    env: { BILLING_WEBHOOK_SECRET: SECRET },
  });
});

afterAll(async () => {
  await stack.stop();
  await receiver.close();
});

/** Runs the next command of the document as it stands, but for its addresses. */
async function next(variables: Readonly<Record<string, string>> = {}): Promise<string> {
  const command = commands[executed] ?? "";
  executed += 1;
  const code = command.replaceAll("http://127.0.0.1:8080", stack.gatewayUrl).replaceAll("https://example.org/hook", receiver.url);
  const { stdout } = await promisify(execFile)("bash", ["-euc", code], { env: { PATH: process.env["PATH"], ...variables } });
  return stdout;
}

const nextRun = async (variables?: Readonly<Record<string, string>>) => JSON.parse(await next(variables)) as RunObject;
const handIn = async (fields: Parameters<typeof chat>[0]) => (await askRun(stack.gatewayUrl, "POST", "", chat(fields))).run.id;
const ended = async (run: string, status: string) =>
  vi.waitFor(async () => expect((await askRun(stack.gatewayUrl, "GET", `/${run}`)).run.status).toBe(status), PATIENT);

const EVENTS: readonly string[] = ["run", "stage", "call", "member_delta", "delta", "reset", "ballot", "finished", "error"];
const kindsOf = (events: ReadEvent[]) => new Set(events.map(({ event }) => event));

describe("docs/runs.md", () => {
  let run = "";

  it("hands a run in, reads it and follows it", async () => {
    const [head = "", body = ""] = (await next()).split("\r\n\r\n");
    const accepted = JSON.parse(body) as RunObject;
    run = accepted.id;
    expect(head).toMatch(/^HTTP\/1\.1 202 /);
    expect(head).toContain(`location: /v1/runs/${run}`);
    expect(accepted).toMatchObject({ object: "composite.run", background: true, metadata: { order: "17" }, waiting: null });
    await ended(run, "succeeded");

    const read = await nextRun({ RUN: run });
    expect(read).toMatchObject({ id: run, status: "succeeded", error: null, retry_of: null, composite: { cost_final: true, calls: 4 } });
    expect(read.result?.id).toBe(`chatcmpl-${run}`);
    const lifeMs = Date.parse(read.expires_at) - Date.parse(read.ended_at ?? "");
    expect(lifeMs).toBe(24 * 3_600_000);

    const events = readEvents(await next({ RUN: run }));
    expect(events.map(({ id }) => id)).toEqual(events.map((_, index) => index + 1));
    expect([...kindsOf(events)].filter((kind) => !EVENTS.includes(kind))).toEqual([]);
    expect(events.at(-1)).toMatchObject({ event: "finished", data: read.result });
    expect(readEvents(await next({ RUN: run }))).toEqual(events.slice(3));
    expect(await followRun(stack.gatewayUrl, run, 3)).toEqual(events.slice(3));
    const over = await fetch(`${stack.gatewayUrl}/v1/runs/${run}/events?starting_after=${events.length}`);
    expect(over.status).toBe(204);
    const both = await fetch(`${stack.gatewayUrl}/v1/runs/${run}/events?starting_after=1`, { headers: { "last-event-id": "3" } });
    expect(readEvents(await both.text())).toEqual(events.slice(3));
  });

  it("tells of members and reviewers, of those that ask for it", async () => {
    const council = await handIn({ model: "composite/council/openai/gpt-5", stream_members: true });
    const events = await followRun(stack.gatewayUrl, council);
    expect(kindsOf(events)).toEqual(new Set(["run", "stage", "call", "member_delta", "ballot", "delta", "finished"]));
    const shapes = Object.fromEntries(events.map(({ event, data }) => [event, Object.keys(data as object)]));
    expect(shapes).toMatchObject({
      run: ["status"],
      stage: ["name", "index", "state", "reason"],
      ballot: ["step", "ranking", "critique"],
      delta: expect.arrayContaining(["step", "stream_attempt", "text"]) as string[],
    });
    expect(shapes["call"]?.toSorted()).toEqual(
      ["step", "slot", "role", "provider", "model", "state", "class", "usage", "cost_usd", "latency_ms"].toSorted(),
    );
  });

  it("cancels a run and erases it", async () => {
    const open = await handIn({ model: "openai/gpt-5-mock-latency-60000" });
    await vi.waitFor(async () => expect(await providerCalls(stack.mockUrl, open)).toHaveLength(1), PATIENT);
    expect(await nextRun({ RUN: open })).toMatchObject({ id: open, status: "cancelled", error: { code: "run_cancelled" } });
    await vi.waitFor(async () => expect((await providerCalls(stack.mockUrl, open))[0]?.end?.outcome).toBe("aborted"), PATIENT);
    expect((await askRun(stack.gatewayUrl, "DELETE", `/${run}`)).run.status).toBe("succeeded");

    const other = await handIn({ model: "openai/gpt-5-mock-latency-60000" });
    for (const erased of [open, other]) {
      executed -= erased === other ? 1 : 0;
      expect(await nextRun({ RUN: erased })).toMatchObject({ id: erased, status: "cancelled", result: null });
      expect((await askRun(stack.gatewayUrl, "GET", `/${erased}`)).status).toBe(404);
    }
  });

  it("retries a run that failed", async () => {
    const failed = await handIn({ model: "composite/moa/openai/gpt-5-mock-chunk-1-stream-cut-9", proposers: ["openai/gpt-4o-mini"] });
    await ended(failed, "failed");
    const retried = await nextRun({ RUN: failed });
    expect(retried).toMatchObject({ retry_of: failed, background: true });
    await ended(retried.id, "failed");
    expect(new Set((await providerCalls(stack.mockUrl, retried.id)).map(({ step }) => step))).toEqual(new Set(["final"]));
  });

  it("lists runs by pages", async () => {
    const made: string[] = [];
    for (let index = 0; index < 3; index += 1) made.unshift(await handIn({ model: "openai/gpt-4o-mini" }));
    for (const each of made) await ended(each, "succeeded");
    const first = JSON.parse(await next()) as { data: RunObject[]; has_more: boolean; next_cursor: string };
    expect([first.data.map(({ id }) => id), first.has_more]).toEqual([made.slice(0, 2), true]);
    const second = JSON.parse(await next({ CURSOR: first.next_cursor })) as typeof first;
    expect(second.data[0]?.id).toBe(made[2]);
  });

  it("comes back to a run by its key", async () => {
    const known = (await providerCalls(stack.mockUrl)).length;
    const answer = JSON.parse(await next()) as ChatCompletion;
    executed -= 1;
    expect(JSON.parse(await next())).toEqual(answer);
    expect(await providerCalls(stack.mockUrl)).toHaveLength(known + 4);
    // Runs of chat completions can be read and are listed too.
    expect((await askRun(stack.gatewayUrl, "GET", `/${answer.id.replace("chatcmpl-", "")}`)).run).toMatchObject({
      background: false,
      result: answer,
    });
  });

  it("has a run's end told by a webhook", async () => {
    const told = await nextRun();
    await vi.waitFor(() => expect(receiver.received).toHaveLength(1), PATIENT);
    const [webhook] = receiver.received;
    expect(webhook?.told).toMatchObject({ type: "run.succeeded", data: { id: told.id, status: "succeeded" } });
    expect(webhook !== undefined && isSigned(webhook, SECRET)).toBe(true);
  });

  it("has no command that was not run", () => {
    expect(executed).toBe(commands.length);
  });
});
