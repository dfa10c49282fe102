import type { Params, Role, StagePolicy } from "@composite-llm/contracts";
import type { JsonObject } from "@composite-llm/core";

/** A model in a slot before the client's own parameters are known to it. */
export interface DraftedMember {
  name: string;
  provider: string;
  model: string;
  /** Parameters that its provider's entry in the configuration adds to every call. */
  bundle: Params;
  /** Parameters that were given with the member. */
  params: Params;
  nested: DraftedStrategy | null;
  /** Another place of the model; absent unless a second call may go there. */
  hedge?: { provider: string; model: string; bundle: Params };
}

export interface DraftedSlot {
  role: Role;
  member: DraftedMember;
  /** The strategy's own parameters for this slot. */
  defaults: Params;
}

export interface DraftedStage {
  name: string;
  layer: number;
  slots: DraftedSlot[];
  policy: StagePolicy;
}

/** A strategy with its options checked and every name resolved. The same for all requests that ask for the same. */
export interface DraftedStrategy {
  strategy: string;
  options: JsonObject;
  stages: DraftedStage[];
  final: DraftedSlot;
}
