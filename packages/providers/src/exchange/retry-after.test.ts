import { describe, expect, it } from "vitest";
import { parseRetryAfter } from "./retry-after.ts";

const NOW_MS = Date.UTC(2026, 0, 1);

describe("parseRetryAfter", () => {
  it.each([
    [{ "retry-after": "2" }, 2000],
    [{ "retry-after": "0.5" }, 500],
    [{ "retry-after": "Thu, 01 Jan 2026 00:00:30 GMT" }, 30_000],
    [{ "retry-after-ms": "1500", "retry-after": "9" }, 1500],
    [{ "retry-after-ms": "soon", "retry-after": "9" }, 9000],
    [{ "retry-after": "86400" }, 86_400_000],
  ])("reads %j", (headers, expected) => {
    expect(parseRetryAfter(headers, NOW_MS)).toBe(expected);
  });

  it.each(["0", "-1", "-5", "soon", "", "1e12", "999999999", "NaN", "Thu, 01 Jan 2015 00:00:30 GMT"])("ignores %j", (value) => {
    expect(parseRetryAfter({ "retry-after": value }, NOW_MS)).toBeNull();
  });

  it("says nothing where no header is", () => {
    expect(parseRetryAfter({}, NOW_MS)).toBeNull();
  });
});
