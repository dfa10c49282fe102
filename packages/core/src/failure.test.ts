import { describe, expect, it } from "vitest";
import { type Failure, isRetryable, OUTPUT_CAP } from "./failure.ts";

function failure(failureClass: Failure["class"], code: string | null = null): Failure {
  return { class: failureClass, message: "no", status: 200, code, param: null, retryAfterMs: null };
}

describe("whether a failure may pass", () => {
  it("is so for an answer whose connection broke, and not for one that used up its output cap", () => {
    expect(isRetryable(failure("truncated"))).toBe(true);
    expect(isRetryable(failure("truncated", "ECONNRESET"))).toBe(true);
    expect(isRetryable(failure("truncated", OUTPUT_CAP))).toBe(false);
  });

  it("is told by the class for all others, whatever code the provider gives", () => {
    expect(isRetryable(failure("unavailable", OUTPUT_CAP))).toBe(true);
    expect(isRetryable(failure("refusal"))).toBe(false);
  });
});
