import { describe, expect, it } from "vitest";
import { isMatched, NO_LIMITS, parseLimitSettings } from "./limit-settings.ts";

describe("parseLimitSettings", () => {
  it("takes nothing for no limits", () => {
    expect(parseLimitSettings("{}")).toEqual({ settings: NO_LIMITS });
    expect(NO_LIMITS).toMatchObject({ rules: [], burst_seconds: 1, outage: null, clock_scale: 1, refusal_status: 429 });
  });

  it("takes the end of an outage as a time or a date", () => {
    for (const until of [1_000, "1970-01-01T00:00:01Z"]) {
      expect(parseLimitSettings(JSON.stringify({ outage: { until } }))).toMatchObject({
        settings: { outage: { until: 1_000, status: 503 } },
      });
    }
  });

  it.each([
    ["{", "not JSON"],
    [`{"limit": 5}`, "limit"],
    [`{"rules": [{"requests_per_minute": 0}]}`, "rules.0.requests_per_minute"],
    [`{"rules": [{"requests_per_minute": -1, "concurrent": 1.5}]}`, "rules.0.concurrent"],
    [`{"rules": [{"tokens_per_minute": 1e300}]}`, "rules.0.tokens_per_minute"],
    [`{"refusal_status": 500}`, "refusal_status"],
    [`{"outage": {}}`, "either until or for_ms"],
    [`{"clock_scale": 0}`, "clock_scale"],
    [`[]`, "body"],
  ])("refuses %s and names the problem", (text, problem) => {
    expect(parseLimitSettings(text)).toEqual({ problem: expect.stringContaining(problem) });
  });
});

it.each([
  [{}, true],
  [{ wire: "openai" as const }, true],
  [{ wire: "anthropic" as const }, false],
  [{ model: "gpt-5" }, false],
  [{ model: "gpt-5*" }, true],
  [{ model: "gpt-5-mini" }, true],
  [{ model: "gpt-5*", key: "b" }, false],
])("matches by %j: %s", (asked, isExpected) => {
  const request = { wire: "openai", model: "gpt-5-mini", key: "a" };
  expect(isMatched({ wire: null, model: null, key: null, ...asked }, request)).toBe(isExpected);
});
