import type { IncomingMessage, ServerResponse } from "node:http";
import type { LimitDesk } from "../limits/limit-desk.ts";
import { parseLimitSettings } from "../limits/limit-settings.ts";
import { readBody } from "./read-body.ts";
import { sendJson } from "./send-json.ts";

/** Shows the settings and what every scope has used. */
export function serveLimits(limits: LimitDesk, response: ServerResponse): void {
  sendJson(response, 200, JSON.stringify({ ...limits.settings, scopes: limits.scopes() }));
}

/** Replaces the settings by those of the body; what it leaves out is as at the start, so `{}` lifts everything. */
export async function replaceLimits(limits: LimitDesk, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request);
  if (body === null) return;
  const reading = body === "too-large" ? { problem: "The body is too large." } : parseLimitSettings(body.text);
  if ("problem" in reading) return sendJson(response, 400, JSON.stringify({ error: { message: reading.problem } }));
  limits.set(reading.settings);
  serveLimits(limits, response);
}
