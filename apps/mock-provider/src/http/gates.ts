import type { IncomingHttpHeaders } from "node:http";
import type { JsonObject } from "@composite-llm/core";
import type { Problem } from "../wires/problem.ts";
import type { Wire } from "../wires/wire.ts";

/** A request whose body is a JSON object. */
export interface Incoming {
  wire: Wire;
  headers: IncomingHttpHeaders;
  body: JsonObject;
  /** As asked for. */
  model: string;
  /** The model's name without directives. */
  base: string;
}

/** A step that a request passes or is refused at. */
export type Gate = (incoming: Incoming) => Problem | null;

/** What every request passes before it is answered, in this order. */
export const GATES: readonly Gate[] = [
  ({ wire, headers }) => wire.authenticate(headers),
  ({ wire, base }) => wire.findModel(base),
  ({ wire, body, base, headers }) => wire.validate(body, base, headers),
];

/** Where a request is refused; null when it passes all gates. */
export function passGates(gates: readonly Gate[], incoming: Incoming): Problem | null {
  for (const gate of gates) {
    const problem = gate(incoming);
    if (problem !== null) return problem;
  }
  return null;
}
