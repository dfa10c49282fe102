import { createHmac } from "node:crypto";
import type { Secret } from "@composite-llm/core";

/** The key in a secret as Standard Webhooks writes it: base64, mostly with `whsec_` in front. */
function keyOf(secret: Secret): Buffer {
  return Buffer.from(secret.reveal().replace(/^whsec_/, ""), "base64");
}

/**
 * The headers of Standard Webhooks (version 1 of its signature): HMAC-SHA256 of id, time and body.
 *
 * @param id the same for every try of a webhook
 * @param nowMs of this try: receivers refuse old ones
 */
export function signWebhook(secret: Secret, id: string, nowMs: number, body: string): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1000));
  const signature = createHmac("sha256", keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest("base64");
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": `v1,${signature}` };
}
