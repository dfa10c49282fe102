import type { ResolvedName } from "@composite-llm/configuration";

/** The one full name of what a client may call by several: what keys are checked against and composites told apart by. */
export function canonicalName(named: ResolvedName): string {
  if (named.kind === "profile") return `composite/profile/${named.profile.name}`;
  const model = `${named.base.provider}/${named.base.model}`;
  return named.strategy === "single" ? model : `composite/${named.strategy}/${model}`;
}
