import {
  type Configuration,
  resolveFallbacks,
  type ResolvedMember,
  type ResolvedModel,
  type ResolvedName,
  resolveMember,
} from "@composite-llm/configuration";
import { MAX_FALLBACKS } from "@composite-llm/contracts";
import { ApiError, type JsonObject } from "@composite-llm/core";
import { invalidRequest } from "@composite-llm/openai-api";
import { matchCatalogModel } from "@composite-llm/pricing";
import {
  type CommonOptions,
  type DraftSlot,
  MAX_SLOTS,
  type MemberRef,
  type Registry,
  type StrategyPlanner,
} from "@composite-llm/strategies/plan";
import { checkOptions } from "./check-options.ts";
import type { DraftedMember, DraftedSlot, DraftedStrategy } from "./drafted-strategy.ts";
import { mergeOptions } from "./merge-options.ts";
import { canonicalName } from "./canonical-name.ts";
import type { Nesting } from "./nesting.ts";
import { type OptionPlaces, placeOf } from "./option-places.ts";
import { checkStageNames, quorumsAsked } from "./stage-names.ts";
import { stagePolicy } from "./stage-policy.ts";

export interface DraftContext {
  configuration: Configuration;
  planners: Registry<StrategyPlanner>;
}

/** What the client asked for beside the name. */
export interface AskedOptions {
  options: JsonObject;
  places: OptionPlaces;
}

const NOTHING_ASKED: AskedOptions = { options: {}, places: new Map() };

export interface Draft {
  drafted: DraftedStrategy;
  common: CommonOptions;
}

/** Whether a member is the base model that was handed to the strategy, which is resolved already. */
function isBase({ model, provider }: MemberRef, base: MemberRef): boolean {
  return model === base.model && provider === base.provider;
}

/**
 * Checks the options, lets the strategy name its calls, and resolves every name in them, those of nested composites too.
 *
 * @throws ApiError for options, members or a nesting that cannot be
 */
export function draftStrategy(context: DraftContext, named: ResolvedName, nesting: Nesting, asked: AskedOptions = NOTHING_ASKED): Draft {
  const { configuration, planners } = context;
  const planner = planners.get(named.strategy);
  if (planner === undefined) throw new ApiError("model_not_found", `There is no strategy ${named.strategy}.`, { param: "model" });
  const profile = named.kind === "profile" ? named.profile.options : {};
  const defaults = configuration.defaults.strategies.get(named.strategy) ?? {};
  const { common, own } = checkOptions(mergeOptions(defaults, profile, asked.options), planner, asked.places);
  const base: MemberRef = { model: named.base.model, provider: named.base.provider };
  const draft = planner.plan({ options: own, base });
  checkStageNames(asked, planner, draft);
  const quorums = quorumsAsked(asked.options);

  /** Only what the client named itself can be shown to it as a field; all else came with the name. */
  const fieldOf = (field: string): string => {
    if (nesting.isNested) return nesting.field;
    const name = /^[^.[]*/.exec(field)?.[0] ?? field;
    return asked.places.has(name) ? placeOf(field, asked.places) : "model";
  };
  const toSlot = (slot: DraftSlot): DraftedSlot => ({
    role: slot.role,
    member: draftMember(context, slot.member, named.base, isBase(slot.member, base), nesting, fieldOf(slot.field)),
    defaults: slot.defaults ?? {},
  });
  const toStageSlot = (slot: DraftSlot): DraftedSlot => {
    const drafted = toSlot(slot);
    return common.hedge ? { ...drafted, member: withHedge(drafted.member, nesting, fieldOf(slot.field)) } : drafted;
  };

  const stages = draft.stages.map((stage) => {
    if (stage.slots.length < 1 || stage.slots.length > MAX_SLOTS) {
      const field = fieldOf(stage.slots.at(MAX_SLOTS)?.field ?? "model");
      throw invalidRequest(field, `Stage ${stage.name} has ${stage.slots.length} members: it takes 1 to ${MAX_SLOTS}.`);
    }
    const policy = stagePolicy(stage, common.stages, quorums, asked.places);
    return { name: stage.name, layer: stage.layer, slots: stage.slots.map(toStageSlot), policy };
  });
  return { drafted: { strategy: named.strategy, options: own, stages, final: toSlot(draft.final) }, common };
}

function plainMember({ configuration }: DraftContext, resolved: ResolvedModel, member: MemberRef): DraftedMember {
  const placeOf = ({ provider, model }: ResolvedModel) => ({
    provider,
    model,
    bundle: configuration.providers.get(provider)?.params ?? {},
  });
  const fallbacks = resolveFallbacks(resolved, configuration, { matchCatalogModel }).slice(0, MAX_FALLBACKS).map(placeOf);
  const plain = { name: resolved.name, ...placeOf(resolved), params: member.params ?? {}, nested: null };
  return fallbacks.length === 0 ? plain : { ...plain, fallbacks };
}

/** Allows a second call of the member where it has another place, which counts as a call of the run. */
function withHedge(member: DraftedMember, nesting: Nesting, field: string): DraftedMember {
  if (member.fallbacks === undefined) return member;
  nesting.countCall(field);
  return { ...member, isHedged: true };
}

function draftMember(
  context: DraftContext,
  member: MemberRef,
  base: ResolvedModel,
  isBaseModel: boolean,
  nesting: Nesting,
  field: string,
): DraftedMember {
  const resolved: ResolvedMember = isBaseModel
    ? { kind: "model", model: base }
    : resolveMember({ model: member.model, provider: member.provider }, context.configuration, { matchCatalogModel }, field);
  if (resolved.kind === "model" || resolved.strategy === "single") {
    nesting.countCall(field);
    return plainMember(context, resolved.kind === "model" ? resolved.model : resolved.base, member);
  }
  const { drafted } = draftStrategy(context, resolved, nesting.enter(canonicalName(resolved), field));
  // Who speaks for a composite is whoever makes its last call.
  const { provider, model } = drafted.final.member;
  return { name: member.model, provider, model, bundle: {}, params: member.params ?? {}, nested: drafted };
}
