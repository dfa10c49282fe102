import type { IncomingHttpHeaders } from "node:http";
import { isRecord } from "@composite-llm/core";
import { splitModelName } from "../behaviour/split-model-name.ts";
import type { Problem } from "../wires/problem.ts";
import type { Wire } from "../wires/wire.ts";
import type { Incoming } from "./gates.ts";
import type { BodyReading } from "./read-body.ts";

export interface ParsedIncoming extends Incoming {
  /** Directives of the model's name. */
  program: string | null;
}

/** Reads a body as far as every wire agrees on it: a JSON object that names a model. */
export function parseIncoming(
  wire: Wire,
  headers: IncomingHttpHeaders,
  reading: Exclude<BodyReading, null>,
): ParsedIncoming | { problem: Problem } {
  if (reading === "too-large") return { problem: wire.toProblem({ kind: "status", status: 413 }, "") };
  let body: unknown;
  try {
    body = JSON.parse(reading.text);
  } catch {
    const message = wire.name === "openai" ? "We could not parse the JSON body of your request." : "The request body is not valid JSON";
    return { problem: wire.toInvalidRequest(message, null) };
  }
  if (!isRecord(body)) return { problem: wire.toInvalidRequest("The request body must be a JSON object.", null) };
  const { model } = body;
  if (typeof model !== "string" || model === "") return { problem: wire.modelMissing };
  const { base, program } = splitModelName(model);
  return { wire, headers, body, model, base, program };
}
