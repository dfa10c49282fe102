import { describe, expect, it } from "vitest";
import { ApiError } from "./api-error.ts";

describe("ApiError", () => {
  it("has all four fields of the OpenAI form", () => {
    expect(new ApiError("invalid_request", "no", { param: "n" }).body).toEqual({
      message: "no",
      type: "invalid_request_error",
      param: "n",
      code: "invalid_request",
    });
    expect(new ApiError("internal_error", "no").body).toMatchObject({ param: null });
  });

  it("tells clients how long to wait, and not to come back where waiting is longer than they would", () => {
    expect(new ApiError("provider_rate_limited", "", { retryAfterMs: 1500 }).headers).toEqual({
      "retry-after": "2",
      "retry-after-ms": "1500",
    });
    expect(new ApiError("provider_rate_limited", "", { retryAfterMs: 61_000 }).headers["x-should-retry"]).toBe("false");
    expect(new ApiError("idempotency_conflict", "").headers).toEqual({ "x-should-retry": "false" });
  });
});
