export type Latency = { kind: "fixed"; ms: number } | { kind: "lognormal"; medianMs: number; sigma: number };

/** What an HTTP error says; a status alone gets the vendor's usual body for it. */
export type Fault = { kind: "status"; status: number } | { kind: "context-length" } | { kind: "quota" } | { kind: "content-filter" };

export type RetryAfter = { kind: "seconds"; seconds: number } | { kind: "date"; seconds: number } | { kind: "junk" };

export interface RateLimit {
  limit: number;
  remaining: number;
  resetSeconds: number;
}

/** How a transport breaks, after so many content chunks. */
export interface Breakage {
  kind: "cut" | "no-end" | "reset" | "half-close" | "hang" | "pings" | "garbage" | "error";
  after: number;
}

/** Everything that a model name or a header can ask for. */
export interface Behaviour {
  latency: Latency;
  ttftMs: number;
  tokensPerSecond: number | null;
  tokens: number | null;
  chunkTokens: number;
  fault: Fault | null;
  isHtml: boolean;
  retryAfter: RetryAfter | null;
  retryAfterMs: number | null;
  shouldRetry: boolean | null;
  requestLimit: RateLimit | null;
  tokenLimit: RateLimit | null;
  ending: "content-filter" | "refusal" | "empty" | "truncated" | null;
  reasoningTokens: number;
  toolCalls: number;
  hasBrokenArguments: boolean;
  json: "invalid" | "fenced" | null;
  isBallotInvalid: boolean;
  isBallotText: boolean;
  isUtf8: boolean;
  varies: boolean;
  echoes: boolean;
  usage: "true" | "zero" | "null" | "none" | "x10";
  cachedTokens: number;
  breakage: Breakage | null;
  hasNoHeaders: boolean;
  hasComments: boolean;
  isSplit: boolean;
  isCrlf: boolean;
  bigMegabytes: number;
  dripMs: number | null;
  bombMegabytes: number;
}

/** A model that answers at once and means it. */
export const PLAIN_BEHAVIOUR: Behaviour = {
  latency: { kind: "fixed", ms: 0 },
  ttftMs: 0,
  tokensPerSecond: null,
  tokens: null,
  chunkTokens: 1,
  fault: null,
  isHtml: false,
  retryAfter: null,
  retryAfterMs: null,
  shouldRetry: null,
  requestLimit: null,
  tokenLimit: null,
  ending: null,
  reasoningTokens: 0,
  toolCalls: 0,
  hasBrokenArguments: false,
  json: null,
  isBallotInvalid: false,
  isBallotText: false,
  isUtf8: false,
  varies: false,
  echoes: false,
  usage: "true",
  cachedTokens: 0,
  breakage: null,
  hasNoHeaders: false,
  hasComments: false,
  isSplit: false,
  isCrlf: false,
  bigMegabytes: 0,
  dripMs: null,
  bombMegabytes: 0,
};
