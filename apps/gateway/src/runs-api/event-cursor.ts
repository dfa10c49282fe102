import { ApiError } from "@composite-llm/core";
import type { FastifyRequest } from "fastify";
import { type Query, textOf } from "./query.ts";

function invalidCursor(param: string, message: string): ApiError {
  return new ApiError("invalid_cursor", message, { param });
}

/**
 * Number of the last event that the client has seen; 0 when it has seen none. The header is the newer of the two: who reconnects by it sends the
 * address that it began with.
 *
 * @param lastEvent number of the newest event of the run
 * @throws ApiError `invalid_cursor`
 */
export function readEventCursor({ headers }: FastifyRequest, query: Query, lastEvent: number): number {
  const header = headers["last-event-id"];
  const [name, text] = header === undefined ? ["starting_after", textOf(query, "starting_after")] : ["Last-Event-ID", String(header)];
  if (text === null) return 0;
  if (!/^\d{1,15}$/.test(text)) throw invalidCursor(name, `${name} must be the id of an event, a whole number.`);
  const number = Number(text);
  if (number > lastEvent) throw invalidCursor(name, `${name} is ${number}, but the run has had ${lastEvent} events.`);
  return number;
}
