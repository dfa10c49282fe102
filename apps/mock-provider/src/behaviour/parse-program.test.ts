import { describe, expect, it } from "vitest";
import { PLAIN_BEHAVIOUR } from "./behaviour.ts";
import { parseProgram } from "./parse-program.ts";

/** All that a program without conditions sets. */
function patchOf(text: string) {
  const reading = parseProgram(text);
  if ("problem" in reading) throw new Error(reading.problem);
  return Object.assign({}, ...reading.steps.map((step) => (step.kind === "set" ? step.patch : {})));
}

describe("parseProgram", () => {
  it("reads several directives one after the other", () => {
    expect(patchOf("latency-200-error-429-retry-after-2")).toEqual({
      latency: { kind: "fixed", ms: 200 },
      fault: { kind: "status", status: 429 },
      retryAfter: { kind: "seconds", seconds: 2 },
    });
  });

  it("takes the longest name that fits", () => {
    expect(patchOf("retry-after-ms-500")).toEqual({ retryAfterMs: 500 });
    expect(patchOf("retry-after-date-m5")).toEqual({ retryAfter: { kind: "date", seconds: -5 } });
    expect(patchOf("content-filter-error")).toEqual({ fault: { kind: "content-filter" } });
  });

  it("lets a number be left out where it has a default", () => {
    expect(patchOf("stream-cut")).toEqual({ breakage: { kind: "cut", after: 3 } });
    expect(patchOf("stream-cut-0-tps-5")).toEqual({ breakage: { kind: "cut", after: 0 }, tokensPerSecond: 5 });
    expect(patchOf("stream-pings")).toEqual({ breakage: { kind: "pings", after: 0 } });
  });

  it("puts the later directive over the earlier", () => {
    expect(patchOf("tokens-5-tokens-6")).toEqual({ tokens: 6 });
  });

  it("reads conditions, with a status that is short for an error", () => {
    expect(parseProgram("on-review-fail-first-2-503-html")).toEqual({
      steps: [
        { kind: "when", condition: { kind: "stage", stage: "review" } },
        { kind: "when", condition: { kind: "first", requests: 2 } },
        { kind: "set", patch: { fault: { kind: "status", status: 503 } } },
        { kind: "set", patch: { isHtml: true } },
      ],
    });
  });

  it.each([
    ["eror-429", 'unknown directive "eror", did you mean "error"?'],
    ["latency", '"latency" needs a number after it'],
    ["latency-fast", '"latency" needs a number after it'],
    ["error-200", '"error" takes numbers from 400 to 599, not "200"'],
    ["fail-first-0", '"fail-first" takes numbers from 1 to 1000000, not "0"'],
    ["fail-first-1-200", '"fail-first" takes numbers from 400 to 599, not "200"'],
    ["lognormal-100", '"lognormal" needs a number after it'],
    ["on", '"on" needs the name of a stage after it'],
    ["refusal-", 'unknown directive ""'],
  ])("says what is wrong with %s", (text, problem) => {
    expect(parseProgram(text)).toEqual({ problem });
  });

  it("keeps the plain behaviour as it is", () => {
    parseProgram("latency-5");
    expect(PLAIN_BEHAVIOUR.latency).toEqual({ kind: "fixed", ms: 0 });
  });
});
