import type { CatalogModel } from "@composite-llm/pricing";
import type { Configuration } from "../configuration.ts";

/** What of the configuration gives model names their meaning. */
export interface NameBook {
  providers: ReadonlyMap<string, { preset: string }>;
  unofferedProviders: ReadonlyMap<string, string>;
  models: Pick<Configuration["models"], "aliases">;
  strategyNames: ReadonlySet<string>;
}

export interface NameContext {
  /** Whose model a bare name is by the price catalogue, null when it does not know. */
  matchCatalogModel(bareName: string): CatalogModel | null;
}

/** A model at a provider that can be called. */
export interface ResolvedModel {
  provider: string;
  /** As the provider calls it. */
  model: string;
  /** As it was asked for. */
  name: string;
}

/** Why a name stands for no model that can be called. */
export interface NameRefusal {
  /** `unoffered`: it is known, but its provider has no key. */
  reason: "unknown" | "unoffered";
  /** A sentence for whoever wrote the name. */
  message: string;
}

export type ModelOutcome = { model: ResolvedModel } | { refusal: NameRefusal };

export function refuse(reason: NameRefusal["reason"], message: string): { refusal: NameRefusal } {
  return { refusal: { reason, message } };
}
