import type { Params } from "@composite-llm/contracts";
import { isRecord } from "@composite-llm/core";

/** What a reviewer said: every label that it was shown, from best to worst. */
export interface Ballot {
  ranking: string[];
  critique: string | null;
}

export const FINAL_RANKING = "FINAL RANKING:";

/** The parameters that ask for a ballot by schema; a model that cannot answer by schema finds the form in its prompt. */
export function toBallotParams(labels: readonly string[]): Params {
  const schema = {
    type: "object",
    properties: {
      critique: { type: "string", description: "For each response, by label: what is right, wrong or missing" },
      ranking: {
        type: "array",
        description: "The labels of all responses, each once, best first",
        items: { type: "string", enum: [...labels] },
      },
    },
    required: ["critique", "ranking"],
    additionalProperties: false,
  };
  return { response_format: { type: "json_schema", json_schema: { name: "ballot", strict: true, schema } } };
}

/**
 * Reads a reviewer's answer: JSON, alone or within other text, else the list behind the last `FINAL RANKING:`.
 *
 * @param labels all that the reviewer was shown: `Response A`, …
 * @returns null, an abstention, unless each label is ranked exactly once
 */
export function parseBallot(text: string, labels: readonly string[]): Ballot | null {
  return parseJsonBallot(text, labels) ?? parseTextBallot(text, labels);
}

function parseJsonBallot(text: string, labels: readonly string[]): Ballot | null {
  const json = parseJson(text) ?? parseJson(text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1));
  if (!isRecord(json) || !Array.isArray(json["ranking"])) return null;
  const ranking = complete(
    json["ranking"].map((entry) => (typeof entry === "string" ? toLabel(entry) : null)),
    labels,
  );
  const critique = json["critique"];
  return ranking === null ? null : { ranking, critique: typeof critique === "string" && critique.trim() !== "" ? critique.trim() : null };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Lists as models write them: one label a line, numbered or not, or all in one line as in `B > A > C`. */
function parseTextBallot(text: string, labels: readonly string[]): Ballot | null {
  const start = text.toUpperCase().lastIndexOf("FINAL RANKING");
  if (start === -1) return null;
  const lines = text
    .slice(start + "FINAL RANKING".length)
    .split("\n")
    .map((line) => readLabels(line))
    .filter((found) => found.length > 0);
  const [first] = lines;
  const found = lines.length < labels.length ? (first ?? []) : lines.map(([label]) => label ?? null);
  const ranking = complete(found.slice(0, labels.length), labels);
  return ranking === null
    ? null
    : {
        ranking,
        critique:
          text
            .slice(0, start)
            .replace(/[\s#*_]+$/, "")
            .trim() || null,
      };
}

function readLabels(line: string): string[] {
  const named = [...line.matchAll(/\bresponse\s+([a-z])\b/gi)].map((match) => `Response ${(match[1] ?? "").toUpperCase()}`);
  if (named.length > 0) return named;
  const bare = line
    .replace(/^\s*(?:[-•*]|\(?\d{1,2}[.):])?\s*/, "")
    .replace(/[*_`:.]/g, "")
    .trim();
  return /^[a-z](?:\s*[>,]\s*[a-z])*$/i.test(bare) ? bare.split(/[>,]/).map((letter) => `Response ${letter.trim().toUpperCase()}`) : [];
}

function toLabel(entry: string): string | null {
  const letter = /^[\s*"'`]*(?:response\s+)?([a-z])[\s*"'`.]*$/i.exec(entry)?.[1];
  return letter === undefined ? null : `Response ${letter.toUpperCase()}`;
}

function complete(found: readonly (string | null)[], labels: readonly string[]): string[] | null {
  const ranking = found.filter((label) => label !== null && labels.includes(label)) as string[];
  return found.length === labels.length && new Set(ranking).size === labels.length ? ranking : null;
}
