import type { Behaviour, Breakage } from "./behaviour.ts";

/** A number that a directive takes; one with a fallback may be left out. */
export interface Argument {
  min: number;
  max: number;
  fallback?: number;
}

export interface Directive {
  arguments: readonly Argument[];
  /** @param values one number per argument */
  toPatch(values: readonly number[]): Partial<Behaviour>;
}

const DAY_MS = 86_400_000;
const MS: Argument = { min: 0, max: DAY_MS };
const COUNT: Argument = { min: 1, max: 10_000_000 };
const ANY: Argument = { min: -1_000_000_000, max: 1_000_000_000 };
const MEGABYTES: Argument = { min: 1, max: 1024 };
export const STATUS: Argument = { min: 400, max: 599 };

function flag(patch: Partial<Behaviour>): Directive {
  return { arguments: [], toPatch: () => patch };
}

function number(argument: Argument, toPatch: (value: number) => Partial<Behaviour>): Directive {
  return { arguments: [argument], toPatch: ([value = 0]) => toPatch(value) };
}

function breakage(kind: Breakage["kind"], fallback = 3): Directive {
  return number({ min: 0, max: 10_000_000, fallback }, (after) => ({ breakage: { kind, after } }));
}

/** Every directive by its words; what each means is told in the README. */
export const DIRECTIVES: ReadonlyMap<string, Directive> = new Map(
  Object.entries<Directive>({
    latency: number(MS, (ms) => ({ latency: { kind: "fixed", ms } })),
    lognormal: {
      arguments: [MS, { min: 0, max: 1000 }],
      toPatch: ([medianMs = 0, percent = 0]) => ({ latency: { kind: "lognormal", medianMs, sigma: percent / 100 } }),
    },
    ttft: number(MS, (ttftMs) => ({ ttftMs })),
    tps: number(COUNT, (tokensPerSecond) => ({ tokensPerSecond })),
    tokens: number(COUNT, (tokens) => ({ tokens })),
    chunk: number(COUNT, (chunkTokens) => ({ chunkTokens })),

    error: number(STATUS, (status) => ({ fault: { kind: "status", status } })),
    "context-length": flag({ fault: { kind: "context-length" } }),
    quota: flag({ fault: { kind: "quota" } }),
    "content-filter-error": flag({ fault: { kind: "content-filter" } }),
    html: flag({ isHtml: true }),
    "retry-after": number(ANY, (seconds) => ({ retryAfter: { kind: "seconds", seconds } })),
    "retry-after-date": number(ANY, (seconds) => ({ retryAfter: { kind: "date", seconds } })),
    "retry-after-junk": flag({ retryAfter: { kind: "junk" } }),
    "retry-after-ms": number(ANY, (retryAfterMs) => ({ retryAfterMs })),
    "should-retry-true": flag({ shouldRetry: true }),
    "should-retry-false": flag({ shouldRetry: false }),
    "ratelimit-requests": {
      arguments: [ANY, ANY, ANY],
      toPatch: ([limit = 0, remaining = 0, resetSeconds = 0]) => ({ requestLimit: { limit, remaining, resetSeconds } }),
    },
    "ratelimit-tokens": {
      arguments: [ANY, ANY, ANY],
      toPatch: ([limit = 0, remaining = 0, resetSeconds = 0]) => ({ tokenLimit: { limit, remaining, resetSeconds } }),
    },

    "content-filter": flag({ ending: "content-filter" }),
    refusal: flag({ ending: "refusal" }),
    empty: flag({ ending: "empty" }),
    truncated: flag({ ending: "truncated" }),
    reasoning: number(COUNT, (reasoningTokens) => ({ reasoningTokens })),
    "tool-call": number({ min: 1, max: 128, fallback: 1 }, (toolCalls) => ({ toolCalls })),
    "tool-garbage": flag({ toolCalls: 1, hasBrokenArguments: true }),
    "json-invalid": flag({ json: "invalid" }),
    "json-fenced": flag({ json: "fenced" }),
    "ballot-invalid": flag({ isBallotInvalid: true }),
    "ballot-text": flag({ isBallotText: true }),
    utf8: flag({ isUtf8: true }),
    vary: flag({ varies: true }),
    echo: flag({ echoes: true }),

    "usage-zero": flag({ usage: "zero" }),
    "usage-null": flag({ usage: "null" }),
    "usage-none": flag({ usage: "none" }),
    "usage-x10": flag({ usage: "x10" }),
    cached: number(COUNT, (cachedTokens) => ({ cachedTokens })),

    "no-headers": flag({ hasNoHeaders: true }),
    "stream-cut": breakage("cut"),
    "stream-no-end": flag({ breakage: { kind: "no-end", after: 0 } }),
    "stream-rst": breakage("reset"),
    "stream-half-close": breakage("half-close"),
    "stream-hang": breakage("hang"),
    "stream-pings": breakage("pings", 0),
    "stream-garbage": breakage("garbage"),
    "stream-error": breakage("error"),
    "stream-comments": flag({ hasComments: true }),
    "stream-split": flag({ isSplit: true, isUtf8: true }),
    "stream-crlf": flag({ isCrlf: true }),
    "stream-big": number({ ...MEGABYTES, fallback: 5 }, (bigMegabytes) => ({ bigMegabytes })),
    "stream-drip": number({ ...MS, fallback: 1000 }, (dripMs) => ({ dripMs })),
    "gzip-bomb": number({ ...MEGABYTES, fallback: 100 }, (bombMegabytes) => ({ bombMegabytes })),
  }),
);
