import type { Params, PlannedMember, PlannedSlot, PlannedStrategy } from "@composite-llm/contracts";
import { createRandom, type Random } from "@composite-llm/core";
import type { DraftedSlot, DraftedStrategy } from "./drafted-strategy.ts";
import { layerMemberParams, layerParams } from "./member-params.ts";

interface Share {
  /** The client's parameters. */
  clients: Params;
  memberMaxTokens: number;
  random: Random;
}

function drawSeed(random: Random): number {
  return Math.floor(random() * 2 ** 32);
}

function plannedMember(slot: DraftedSlot, params: Params, nested: PlannedStrategy | null): PlannedMember {
  const { name, provider, model } = slot.member;
  return { name, provider, model, params, nested };
}

/** @param above what was given with a composite as a member: it goes to that composite's last call, above all else */
function memberSlot(slot: DraftedSlot, index: number, share: Share, above: Params = {}): PlannedSlot {
  const params = layerMemberParams(slot, share.clients, share.memberMaxTokens, above);
  const { nested } = slot.member;
  const inner =
    nested === null ? null : planNested(nested, share, (final) => memberSlot(final, 0, share, { ...slot.member.params, ...above }));
  const member = plannedMember(slot, params, inner);
  const places = plannedPlaces(slot, (other) => layerMemberParams(other, share.clients, share.memberMaxTokens, above));
  return { slot: index, role: slot.role, member: { ...member, ...places } };
}

/** The same call at other places: what such a provider's entry adds takes the place of what the first one's does. */
function plannedPlaces(slot: DraftedSlot, toParams: (other: DraftedSlot) => Params): Pick<PlannedMember, "fallbacks" | "hedge"> {
  const { fallbacks = [], isHedged } = slot.member;
  const places = fallbacks.map(({ provider, model, bundle }) => {
    return { provider, model, params: toParams({ ...slot, member: { ...slot.member, bundle } }) };
  });
  const [first] = places;
  if (first === undefined) return {};
  return isHedged === true ? { fallbacks: places, hedge: first } : { fallbacks: places };
}

function finalSlot(slot: DraftedSlot, share: Share, above: Params = {}): PlannedSlot {
  const params = layerParams(slot, share.clients, above);
  const { nested } = slot.member;
  const inner = nested === null ? null : planNested(nested, share, (final) => finalSlot(final, share, { ...slot.member.params, ...above }));
  const places = plannedPlaces(slot, (other) => layerParams(other, share.clients, above));
  return { slot: 0, role: slot.role, member: { ...plannedMember(slot, params, inner), ...places } };
}

function planNested(drafted: DraftedStrategy, share: Share, toFinal: (final: DraftedSlot) => PlannedSlot): PlannedStrategy {
  return {
    strategy: drafted.strategy,
    options: drafted.options,
    seed: drawSeed(share.random),
    stages: drafted.stages.map(({ name, layer, slots, policy }) => ({
      name,
      layer,
      policy,
      slots: slots.map((slot, index) => memberSlot(slot, index, share)),
    })),
    final: toFinal(drafted.final),
  };
}

/**
 * Gives every slot its parameters. The client's go to the last call, those of sampling also to members.
 *
 * @param seed 32 bit; every chance of the run, nested composites included, comes from it
 */
export function planStrategy(drafted: DraftedStrategy, clients: Params, memberMaxTokens: number, seed: number): PlannedStrategy {
  const share: Share = { clients, memberMaxTokens, random: createRandom(seed) };
  return { ...planNested(drafted, share, (final) => finalSlot(final, share)), seed };
}
