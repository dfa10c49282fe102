import { describe, expect, it } from "vitest";
import { ageObservedLimits, NOTHING_OBSERVED, type ObservedLimits, parseObservedLimits } from "./observed-limits.ts";

const NOW_MS = Date.UTC(2026, 0, 1);

describe("the limits that a provider tells in its headers", () => {
  it("are read as OpenAI writes them", () => {
    const headers = {
      "x-ratelimit-limit-requests": "5000",
      "x-ratelimit-remaining-requests": "4999",
      "x-ratelimit-reset-requests": "12ms",
      "x-ratelimit-limit-tokens": "160000",
      "x-ratelimit-remaining-tokens": "0",
      "x-ratelimit-reset-tokens": "6m0s",
    };
    expect(parseObservedLimits(headers, NOW_MS)).toEqual({
      ...NOTHING_OBSERVED,
      requests: { limit: 5000, remaining: 4999, resetMs: 12 },
      tokens: { limit: 160_000, remaining: 0, resetMs: 360_000 },
    });
  });

  it("are read as Anthropic writes them", () => {
    const headers = {
      "anthropic-ratelimit-requests-limit": "50",
      "anthropic-ratelimit-requests-remaining": "49",
      "anthropic-ratelimit-requests-reset": "2026-01-01T00:00:01Z",
      "anthropic-ratelimit-tokens-limit": "48000",
      "anthropic-ratelimit-input-tokens-limit": "40000",
      "anthropic-ratelimit-input-tokens-remaining": "1000",
      "anthropic-ratelimit-input-tokens-reset": "2026-01-01T01:00:59.5+01:00",
      "anthropic-ratelimit-output-tokens-remaining": "0",
    };
    expect(parseObservedLimits(headers, NOW_MS)).toEqual({
      requests: { limit: 50, remaining: 49, resetMs: 1000 },
      tokens: { limit: 48_000, remaining: null, resetMs: null },
      inputTokens: { limit: 40_000, remaining: 1000, resetMs: 59_500 },
      outputTokens: { limit: null, remaining: 0, resetMs: null },
    });
  });

  it.each(["-1", "", " ", "NaN", "1e30", "1.5", "Infinity", "0x10", "9999999999999", "ten", "+5", "1,000", "5, 6"])(
    "say nothing with %j",
    (text) => {
      const names = ["x-ratelimit-limit-requests", "x-ratelimit-remaining-tokens", "anthropic-ratelimit-input-tokens-limit"];
      expect(parseObservedLimits(Object.fromEntries(names.map((name) => [name, text])), NOW_MS)).toEqual(NOTHING_OBSERVED);
    },
  );

  it("say nothing with a limit of 0, and nothing of what is left with more than the limit", () => {
    const requests = (limit: string, remaining: string) =>
      parseObservedLimits({ "x-ratelimit-limit-requests": limit, "x-ratelimit-remaining-requests": remaining }, NOW_MS).requests;
    expect(requests("0", "-1")).toBeNull();
    expect(requests("5", "6")).toEqual({ limit: 5, remaining: null, resetMs: null });
    expect(requests("5", "5")).toEqual({ limit: 5, remaining: 5, resetMs: null });
  });

  it("say nothing where there are none", () => {
    expect(parseObservedLimits({ "retry-after": "5", "content-type": "text/html" }, NOW_MS)).toEqual(NOTHING_OBSERVED);
  });

  it.each([
    ["1s", 1000],
    ["20ms", 20],
    ["1m30s", 90_000],
    ["7.66s", 7660],
    ["2m59.56s", 179_560],
    ["1h2m3s4ms", 3_723_004],
    ["1d", 86_400_000],
    ["0.4ms", 1],
    ["5", 5000],
    ["2026-01-01T00:00:30Z", 30_000],
    ["0s", null],
    ["0", null],
    ["-1s", null],
    ["-5", null],
    ["1e9s", null],
    ["8d", null],
    ["soon", null],
    ["1.2.3s", null],
    ["5 minutes", null],
    ["2025-12-31T23:59:59Z", null],
    ["2026-02-01T00:00:00Z", null],
    ["2026-01-01", null],
    ["2026-13-45T99:00:00Z", null],
    ["Thu, 01 Jan 2026 00:00:30 GMT", null],
  ])("are reset after %s: in %s ms", (text, expected) => {
    const { tokens } = parseObservedLimits({ "x-ratelimit-reset-tokens": text }, NOW_MS);
    expect(tokens?.resetMs ?? null).toBe(expected);
  });
});

describe("limits that were told a while ago", () => {
  const told: ObservedLimits = {
    requests: { limit: 10, remaining: 0, resetMs: 1000 },
    tokens: { limit: null, remaining: 0, resetMs: 5000 },
    inputTokens: { limit: 9, remaining: 3, resetMs: null },
    outputTokens: null,
  };

  it("come back earlier by as much", () => {
    expect(ageObservedLimits(told, 400)).toEqual({
      ...told,
      requests: { limit: 10, remaining: 0, resetMs: 600 },
      tokens: { limit: null, remaining: 0, resetMs: 4600 },
    });
  });

  it("say nothing any more of what was left when they are back", () => {
    expect(ageObservedLimits(told, 5000)).toEqual({ ...told, requests: { limit: 10, remaining: null, resetMs: null }, tokens: null });
  });
});
