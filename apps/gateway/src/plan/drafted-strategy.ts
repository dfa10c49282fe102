import type { Params, Role, StagePolicy } from "@composite-llm/contracts";
import type { JsonObject } from "@composite-llm/core";

/** A model at a provider. */
interface DraftedPlace {
  provider: string;
  model: string;
  /** Parameters that its provider's entry in the configuration adds to every call. */
  bundle: Params;
}

/** A model in a slot before the client's own parameters are known to it. */
export interface DraftedMember extends DraftedPlace {
  name: string;
  /** Parameters that were given with the member. */
  params: Params;
  nested: DraftedStrategy | null;
  /** Other places of the model; absent where there are none. */
  fallbacks?: DraftedPlace[];
  /** Whether a second call may go to the first of them; absent where it may not. */
  isHedged?: true;
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
