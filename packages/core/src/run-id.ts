import { randomBytes } from "node:crypto";

declare const runIdBrand: unique symbol;
/** A UUIDv7 (RFC 9562) whose last byte is the number of the Redis shard that carries the run. */
export type RunId = string & { readonly [runIdBrand]: true };

export const MAX_SHARDS = 256;

const FORM = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** @param shard 0 … 255 */
export function createRunId(nowMs: number, shard = 0, random: (size: number) => Uint8Array = randomBytes): RunId {
  const bytes = Buffer.from(random(16));
  bytes.writeUIntBE(nowMs, 0, 6);
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  bytes[15] = shard;
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}` as RunId;
}

export function isRunId(text: string): text is RunId {
  return FORM.test(text);
}

export function shardOf(run: RunId): number {
  return Number.parseInt(run.slice(-2), 16);
}
