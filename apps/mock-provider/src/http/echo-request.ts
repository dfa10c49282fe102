import type { IncomingHttpHeaders } from "node:http";
import type { JsonObject } from "@composite-llm/core";

const SECRET_HEADERS: ReadonlySet<string> = new Set(["authorization", "x-api-key", "api-key", "cookie"]);

/** The request as it arrived, as JSON, without the caller's keys. */
export function echoRequest(headers: IncomingHttpHeaders, body: JsonObject): string {
  const shown = Object.entries(headers).map(([name, value]) => [name, SECRET_HEADERS.has(name) ? "***" : value]);
  return JSON.stringify({ headers: Object.fromEntries(shown), body });
}
