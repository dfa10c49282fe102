import { describe, expect, it } from "vitest";
import { byteSize } from "./byte-size.ts";
import { duration } from "./duration.ts";

describe("duration", () => {
  it.each([
    ["500ms", 500],
    ["1.5s", 1_500],
    ["10m", 600_000],
    ["24h", 86_400_000],
    ["7d", 604_800_000],
    [undefined, 1_000],
  ])("reads %s as %d milliseconds", (text, expected) => {
    expect(duration("1s").parse(text)).toBe(expected);
  });

  it.each(["24", "h", "-1h", "1 h", "1w", "1h30m", 24, null])("refuses %j and shows the form", (text) => {
    expect(() => duration("1s").parse(text)).toThrow("must be a duration with its unit");
  });
});

describe("byteSize", () => {
  it.each([
    ["1B", 1],
    ["64kB", 64_000],
    ["10MiB", 10_485_760],
    ["1GiB", 1_073_741_824],
    [undefined, 1_024],
  ])("reads %s as %d bytes", (text, expected) => {
    expect(byteSize("1KiB").parse(text)).toBe(expected);
  });

  it.each(["10", "10M", "0MiB", "-1MiB", "1.5MiB", 10, null])("refuses %j and shows the form", (text) => {
    expect(() => byteSize("1KiB").parse(text)).toThrow("must be a size with its unit");
  });
});
