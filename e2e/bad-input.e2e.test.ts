import { MALFORMED_CONFIGURATION, MALFORMED_REQUESTS, sendMalformed } from "@composite-llm/gateway/testing";
import { isAlive } from "@composite-llm/scripts/process";
import { type Stack, startStack } from "@composite-llm/scripts/stack";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { postChat } from "./harness/post-chat.ts";
import { providerCalls } from "./harness/provider-calls.ts";
import { openRunRecords, type RunRecords } from "./harness/run-records.ts";

let stack: Stack;
let records: RunRecords;

beforeAll(async () => {
  stack = await startStack({ config: MALFORMED_CONFIGURATION });
  records = openRunRecords(stack);
});

afterAll(async () => {
  records.close();
  await stack.stop();
});

/** Everything that a run leaves somewhere, even one that ended at once. */
async function traces() {
  const { redis } = records;
  const [runs, events] = await Promise.all([
    redis.keys(`${stack.redisPrefix}:run:*`),
    redis.xrange(`${stack.redisPrefix}:q:runs:events`, "-", "+"),
  ]);
  return {
    // Who listened to a run is forgotten by itself, a while after its end.
    runs: runs.filter((key) => !key.endsWith(":listeners")).toSorted(),
    jobs: events.filter(([, fields]) => fields.join(" ").includes("event added")).length,
    calls: (await providerCalls(stack.mockUrl)).length,
  };
}

describe("a malformed request", () => {
  it("is refused as documented, hands nothing in, and leaves the gateway alive and serving", async () => {
    const { pid } = stack.process("gateway");
    const sound = { model: "composite/profile/research", messages: [{ role: "user", content: "Hello" }] };
    expect((await postChat(stack.gatewayUrl, sound)).status).toBe(200);
    const before = await traces();
    expect(before).toMatchObject({ runs: { length: 3 }, jobs: 1, calls: 7 });

    expect(MALFORMED_REQUESTS.length).toBeGreaterThanOrEqual(60);
    for (const request of MALFORMED_REQUESTS) {
      const { title, status, code, param, message = /./ } = request;
      expect(await sendMalformed(stack.gatewayUrl, request), title).toEqual({
        status,
        code,
        param,
        message: expect.stringMatching(message) as string,
      });
    }

    expect(await traces()).toEqual(before);
    expect([stack.process("gateway").pid, isAlive(pid)]).toEqual([pid, true]);
    expect((await postChat(stack.gatewayUrl, sound)).status).toBe(200);
    expect(await traces()).toMatchObject({ runs: { length: 6 }, jobs: 2, calls: 14 });
  });
});
