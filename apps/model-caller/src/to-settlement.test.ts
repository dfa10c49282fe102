import { type ProviderOutcome } from "@composite-llm/providers";
import { describe, expect, it } from "vitest";
import { failure } from "./fixtures/fake-call.ts";
import { toSettlement } from "./to-settlement.ts";

function refused(status: number, code: string | null): ProviderOutcome {
  const outcome = failure("auth", null, status);
  return outcome.kind === "failure" ? { ...outcome, failure: { ...outcome.failure, code } } : outcome;
}

describe("what a key's refusal tells the limits", () => {
  it.each([
    [401, "invalid_api_key", false],
    [402, "billing_error", false],
    [403, "insufficient_quota", false],
    [403, "permission_error", true],
    [403, null, true],
  ])("%i, %s: of the model alone: %s", (status, code, isForbidden) => {
    expect(toSettlement(refused(status, code), false)).toMatchObject({ class: "auth", isForbidden });
  });
});
