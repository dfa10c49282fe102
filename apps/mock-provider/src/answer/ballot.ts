import { createPermutation, isRecord, type JsonObject, type Random } from "@composite-llm/core";
import type { InstanceContext } from "./schema-instance.ts";
import { makeInstance } from "./schema-instance.ts";

const LABEL = /\bResponse [A-Z]\b/g;

/** The labels of the answers that a message asks to rank, in their order; empty when there are fewer than two. */
export function findLabels(text: string): string[] {
  const labels = [...new Set(text.match(LABEL) ?? [])].toSorted();
  return labels.length < 2 ? [] : labels;
}

/** A ranking of all labels; an invalid one names its first twice and leaves its last out. */
export function rank<Label>(labels: readonly Label[], isInvalid: boolean, random: Random): Label[] {
  const ranking = createPermutation(labels.length, random).map((index) => labels[index] as Label);
  if (isInvalid) ranking[ranking.length - 1] = ranking[0] as Label;
  return ranking;
}

/** Whether a schema asks for a ballot. */
export function isBallotSchema(schema: unknown): boolean {
  const properties = isRecord(schema) && isRecord(schema["properties"]) ? schema["properties"] : {};
  return isRecord(properties["ranking"]) && properties["ranking"]["type"] === "array";
}

function toRankingItem(items: JsonObject, label: string, place: number, context: InstanceContext): unknown {
  const made = makeInstance(items, context);
  if (!isRecord(made)) return made;
  let isLabelled = false;
  for (const [name, value] of Object.entries(made)) {
    if (typeof value === "string" && !isLabelled) {
      made[name] = label;
      isLabelled = true;
    } else if (/rank|place|position/.test(name)) made[name] = place;
  }
  return made;
}

/** A ballot that fits the schema and ranks all labels. */
export function makeBallot(schema: JsonObject, labels: readonly string[], isInvalid: boolean, context: InstanceContext): JsonObject {
  const properties = isRecord(schema["properties"]) ? schema["properties"] : {};
  const ranking = isRecord(properties["ranking"]) ? properties["ranking"] : {};
  const items = isRecord(ranking["items"]) ? ranking["items"] : {};
  const rankAll = <Label>(all: readonly Label[]): Label[] => rank(all, isInvalid, context.random);
  const makeRanking = (): unknown[] => {
    if (Array.isArray(items["enum"])) return rankAll(items["enum"]);
    if (items["type"] === "integer" || items["type"] === "number") return rankAll(labels.map((_, index) => index + 1));
    const ranked = rankAll(labels);
    if (items["type"] === "object") return ranked.map((label, index) => toRankingItem(items, label, index + 1, context));
    return ranked;
  };
  const made = makeInstance(schema, context);
  return { ...(isRecord(made) ? made : {}), ranking: makeRanking() };
}

/** A ballot as text, in the form that reviewers without schemas use. */
export function writeBallot(text: string, ranking: readonly string[]): string {
  return `${text}\n\nFINAL RANKING:\n${ranking.map((label, index) => `${index + 1}. ${label}`).join("\n")}`;
}
