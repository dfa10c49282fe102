import type { ModelDelta, ModelRequest, ModelResult, Usage } from "@composite-llm/contracts";
import type { Clock, Failure, Secret } from "@composite-llm/core";
import type { ObservedLimits } from "./exchange/observed-limits.ts";
import type { HttpFetch } from "./http/http-fetch.ts";

/** Where a provider is and how it is spoken to. */
export interface ProviderConnection {
  /** The preset's name: dialects of a wire format are filed under it. */
  preset: string;
  wire: "openai" | "anthropic";
  baseUrl: string;
  /** Null for servers that answer without one. */
  apiKey: Secret | null;
  /** How the key is sent: `Authorization: Bearer`, `api-key` or `x-api-key`. */
  auth: "bearer" | "api-key-header" | "x-api-key";
  /** Sent with every request. */
  headers?: Readonly<Record<string, string>>;
  /** Query parameters of every request, such as an API version. */
  query?: Readonly<Record<string, string>>;
}

/**
 * How long a call may be silent. Only what carries a part of the answer counts: keep-alive comments, pings, empty deltas and
 * white space do not.
 */
export interface CallTimeouts {
  /** Streamed: from the start of the call to the first piece of the answer. */
  firstTokenMs: number;
  /** Between two pieces of the answer; not streamed: between two reads of its body. */
  idleMs: number;
  /** Not streamed: until the body begins, which most providers send when the whole answer is there. Unbounded when absent. */
  answerMs?: number;
}

export interface CallOptions {
  /** Ends the call: the request is closed, and the outcome is `cancelled`. */
  signal: AbortSignal;
  /** Sent with this request, over those of the connection. */
  headers?: Readonly<Record<string, string>>;
  stream: boolean;
  /**
   * Receives the pieces of a streamed answer in order; a choice's pieces joined are its message in the result. A refusal
   * is streamed only with `acceptAnyAnswer`, so that a caller who has shown nothing yet can still turn elsewhere.
   */
  onDelta?: (delta: ModelDelta) => void;
  /**
   * Whether whatever the vendor completes is a success, for callers that pass it on as it is: also a refusal, an answer stopped
   * by a filter and one without any content. What broke off, and errors, are failures in any case. False when absent.
   */
  acceptAnyAnswer?: boolean;
  timeouts: CallTimeouts;
}

/**
 * How a call to a provider ended; whether it may be repeated is told by its failure (`isRetryable`). `observed` is what the
 * provider's headers said of its limits, as it is to be read now.
 */
export type ProviderOutcome =
  | {
      kind: "success";
      result: ModelResult;
      /** What the provider itself says that the call cost, in US dollars; null where it does not say. */
      reportedCostUsd: number | null;
      /** The response's headers, names in lower case. */
      headers: Record<string, string>;
      observed: ObservedLimits;
    }
  | {
      kind: "failure";
      failure: Failure;
      /** What the provider had reported by then. */
      usage: Usage | null;
      /** Text of the first choice that had arrived by then. */
      partialText: string;
      reportedCostUsd: number | null;
      /** Empty where no response arrived. */
      headers: Record<string, string>;
      observed: ObservedLimits;
    }
  | { kind: "cancelled"; usage: Usage | null; observed: ObservedLimits };

export interface Provider {
  /** Makes one request. It never rejects for what a provider or the network does. */
  call(request: ModelRequest, options: CallOptions): Promise<ProviderOutcome>;
}

/** What a provider needs of the outside. */
export interface ProviderDependencies {
  fetch: HttpFetch;
  clock: Clock;
}
