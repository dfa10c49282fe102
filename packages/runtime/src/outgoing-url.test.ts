import { describe, expect, it } from "vitest";
import { findUrlProblem, hostOf } from "./outgoing-url.ts";

describe("a URL that somebody else gave", () => {
  it.each(["https://example.org/hook?a=b#c", "https://example.org:8443", "https://8.8.8.8/x", "https://[2606:4700:4700::1111]/"])(
    "may be %s",
    (url) => {
      expect(findUrlProblem(url, false)).toBe(null);
    },
  );

  it.each([
    ["not a url", /is not a URL/],
    ["/relative", /is not a URL/],
    ["http://example.org/", /https/],
    ["ftp://example.org/", /https/],
    ["file:///etc/passwd", /https/],
    ["https://user:word@example.org/", /password/],
    ["https://127.0.0.1/", /public/],
    ["https://2130706433/", /public/],
    ["https://0x7f.1/", /public/],
    ["https://017700000001/", /public/],
    ["https://[::1]/", /public/],
    ["https://[::ffff:127.0.0.1]/", /public/],
    ["https://[fe80::1]/", /public/],
    ["https://169.254.169.254/latest/meta-data", /public/],
    ["https://metadata.google.internal/", /public/],
    ["https://localhost/", /public/],
    ["https://LOCALHOST./", /public/],
    ["https://a.localhost/", /public/],
  ])("may not be %s", (url, problem) => {
    expect(findUrlProblem(url, false)).toMatch(problem);
  });

  it("may be private and plain where that is allowed, but nothing else than http", () => {
    expect(findUrlProblem("http://127.0.0.1:9000/hook", true)).toBe(null);
    expect(findUrlProblem("https://10.0.0.1/", true)).toBe(null);
    expect(findUrlProblem("ftp://10.0.0.1/", true)).toMatch(/https/);
  });

  it("has its host without brackets and last dot", () => {
    expect(hostOf(new URL("https://[::1]:8443/"))).toBe("::1");
    expect(hostOf(new URL("https://example.org./"))).toBe("example.org");
  });
});
