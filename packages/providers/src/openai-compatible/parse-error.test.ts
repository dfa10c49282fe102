import { describe, expect, it } from "vitest";
import { parseError } from "./parse-error.ts";

describe("an error body of the OpenAI format", () => {
  it.each([
    [{ error: { message: "m", type: "t", param: "p", code: "c" } }, { message: "m", type: "t", param: "p", code: "c", status: null }],
    [{ error: "plain words" }, { message: "plain words", code: null }],
    [{ error: { message: "m", code: 502 } }, { code: "502", status: 502 }],
    [
      { message: "m", type: "invalid_request_error" },
      { message: "m", type: "invalid_request_error" },
    ],
    [
      { detail: [{ loc: ["body", "n"], msg: "Extra inputs are not permitted" }] },
      { message: expect.stringContaining("Extra inputs") as unknown },
    ],
    [[{ error: { message: "m", code: 404 } }], { status: 404 }],
    [{ error: { message: "Provider returned error", metadata: { raw: "too many" } } }, { message: "Provider returned error: too many" }],
  ])("reads %j", (body, expected) => {
    expect(parseError(body)).toMatchObject(expected);
  });

  it.each([null, "text", 5, [], {}, { choices: [], error: null }])("is not found in %j", (body) => {
    expect(parseError(body)).toBeNull();
  });

  it("tells an account without credit from one that is too fast", () => {
    expect(parseError({ error: { message: "m", type: "insufficient_quota", code: "insufficient_quota" } })?.class).toBe("auth");
    expect(parseError({ error: { message: "m", type: "requests", code: "rate_limit_exceeded" } })?.class).toBe("rate_limited");
  });
});
