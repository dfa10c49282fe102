import { errorResponse } from "@composite-llm/openai-api";
import { afterAll, describe, expect, test } from "vitest";
import { buildTestGateway } from "../testing/build-test-gateway.ts";
import { MALFORMED_CONFIGURATION, MALFORMED_REQUESTS } from "../testing/malformed-requests.ts";
import { toCompletion } from "../testing/to-completion.ts";

const gateway = await buildTestGateway({ yaml: MALFORMED_CONFIGURATION });

describe("a malformed request", () => {
  test.each(MALFORMED_REQUESTS.map((request) => [request.title, request] as const))("is refused for %s", async (_title, request) => {
    const { method = "POST", path = "/v1/chat/completions", headers = {}, body, status, code, param, message } = request;
    const isRaw = typeof body === "string" || body instanceof Uint8Array;
    const answer = await gateway.app.inject({
      method,
      url: path,
      ...(body === undefined ? {} : { payload: isRaw ? Buffer.from(body) : JSON.stringify(body) }),
      headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
    });
    const { error } = errorResponse.parse(answer.json());
    expect({ status: answer.statusCode, code: error.code, param: error.param }, error.message).toEqual({ status, code, param });
    if (message !== undefined) expect(error.message).toMatch(message);
    expect(gateway.gate.submitted).toEqual([]);
  });

  test("leaves the gateway able to answer a sound one", async () => {
    gateway.gate.onSubmit = (run) => run.emit("finished", { completion: toCompletion(run) });
    const payload = { model: "composite/profile/research", messages: [{ role: "user", content: "Hello" }] };
    expect((await gateway.app.inject({ method: "POST", url: "/v1/chat/completions", payload })).statusCode).toBe(200);
    expect(({} as Record<string, unknown>)["layers"]).toBe(undefined);
  });
});

afterAll(() => gateway.shutdown(0));
