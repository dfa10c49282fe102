import { describe, expect, test } from "vitest";
import { scanJson } from "./scan-json.ts";

const kindOf = (text: string, depth = 8): string | null => scanJson(text, depth)?.kind ?? null;

describe("a scan of JSON text", () => {
  test.each([
    ['{"a": [1, -2.5, 1e3, 0.1e-7], "b": "x"}'],
    ["9007199254740991"],
    ["-9007199254740991"],
    ["1.2345678901234567890"],
    ['"9007199254740993"'],
    ['"a \\" [[[[[[[[[[ 9007199254740993"'],
    ['"ends in a backslash \\\\", 1'],
    ["[[[[[[[[1]]]]]]]]"],
    ["[[1],[1],[1],[1],[1],[1],[1],[1],[1],[1]]"],
    ["not json at all"],
    ['"never closed'],
    ["-"],
  ])("finds nothing wrong with %s", (text) => {
    expect(kindOf(text)).toBe(null);
  });

  test.each([
    ["9007199254740992", "unsafe_integer"],
    ["-9007199254740993", "unsafe_integer"],
    ["9007199254740993.0", "unsafe_integer"],
    ["1e20", "unsafe_integer"],
    ["1E400", "not_finite"],
    ["[[[[[[[[[1]]]]]]]]]", "too_deep"],
    ['{"a":'.repeat(9), "too_deep"],
  ])("finds what is wrong with %s", (text, kind) => {
    expect(kindOf(text)).toBe(kind);
  });

  test("takes time in proportion to a text of escaped quotes", () => {
    const text = `["${'\\"'.repeat(500_000)}${"\\\\".repeat(500_000)}", 1e400]`;
    expect(scanJson(text, 8)).toEqual({ kind: "not_finite", offset: text.indexOf("1e400") });
  });
});
