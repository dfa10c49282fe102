import type { IncomingHttpHeaders } from "node:http";
import { invalidRequest } from "@composite-llm/openai-api";
import { GOES_ON, type Submission } from "@composite-llm/queue";
import type { PlannedRequest } from "../plan/plan-request.ts";

/** What a request wants of its run beside the plan. */
export type Wish = Omit<Submission, "follow" | "inheritFrom">;

/** How long a run waits for a client that may come back. */
const GRACE_MS = 3000;

const KEY = /^[\x20-\x7e]{1,255}$/;

/** @throws ApiError for a key that is empty, too long or not printable ASCII */
export function readIdempotencyKey({ "idempotency-key": key }: IncomingHttpHeaders): string | null {
  if (key === undefined) return null;
  if (typeof key === "string" && KEY.test(key)) return key;
  throw invalidRequest("Idempotency-Key", "The header Idempotency-Key must have 1 to 255 printable ASCII characters.");
}

/** Which try of its client a request is, from 0; null when the client does not say. */
function retryCountOf({ "x-stainless-retry-count": count }: IncomingHttpHeaders): number | null {
  return typeof count === "string" && /^\d{1,4}$/.test(count) ? Number(count) : null;
}

function graceOf(onDisconnect: PlannedRequest["onDisconnect"], mayComeBack: boolean): number {
  if (onDisconnect === "continue") return GOES_ON;
  return onDisconnect === "grace" || (onDisconnect === undefined && mayComeBack) ? GRACE_MS : 0;
}

/**
 * What follows from the headers. The official clients number their tries and send no key: a try that timed out leaves its run to the next one.
 *
 * @throws ApiError for a key that cannot be one
 */
export function toWish(headers: IncomingHttpHeaders, { fingerprint, onDisconnect }: PlannedRequest): Wish {
  const idempotencyKey = readIdempotencyKey(headers);
  const retryCount = retryCountOf(headers);
  const twin = retryCount === null || idempotencyKey !== null ? "none" : retryCount === 0 ? "may_be_adopted" : "adopts";
  return { graceMs: graceOf(onDisconnect, retryCount !== null || idempotencyKey !== null), idempotencyKey, fingerprint, twin };
}
