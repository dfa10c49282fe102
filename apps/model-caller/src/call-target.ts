import type { Params, Usage } from "@composite-llm/contracts";
import type { CallCost } from "@composite-llm/pricing";
import type { CallTimeouts, Provider } from "@composite-llm/providers";

/** What a request used, as far as its provider said. */
export interface Spent {
  servedModel: string | null;
  usage: Usage | null;
  reportedCostUsd: number | null;
}

/** A provider as this process reaches it. */
export interface CallTarget {
  provider: Provider;
  /** Whether the mock provider answers for it. */
  isSimulated: boolean;
  timeouts: CallTimeouts;
  /** Translates or drops what the model refuses, and says so. */
  adapt(model: string, params: Params): { params: Params; adjusted: string[] };
  price(model: string, spent: Spent): CallCost;
}
