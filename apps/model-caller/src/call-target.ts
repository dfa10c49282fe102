import type { ModelRequest, Params, Usage } from "@composite-llm/contracts";
import type { CallCost, LearnedTokens, TokenEstimate } from "@composite-llm/pricing";
import type { CallTimeouts, Provider } from "@composite-llm/providers";

/** What a request used, as far as its provider said. */
export interface Spent {
  servedModel: string | null;
  usage: Usage | null;
  reportedCostUsd: number | null;
}

/** A provider as this process reaches it. */
export interface CallTarget {
  /** The provider with one of its keys, by the key's name; null where the configuration has no such key (any more). */
  providerOf(key: string): Provider | null;
  /** Whether it has a single key, so that what is out for that is out for all calls. */
  hasOneKey: boolean;
  /** Whether the mock provider answers for it. */
  isSimulated: boolean;
  timeouts: CallTimeouts;
  /** Translates or drops what the model refuses, and says so. */
  adapt(model: string, params: Params): { params: Params; adjusted: string[] };
  /** What a request is expected to use, before it is sent. */
  estimate(request: ModelRequest, learned: LearnedTokens): Promise<TokenEstimate>;
  price(model: string, spent: Spent): CallCost;
}
