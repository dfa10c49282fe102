import { randomUUID } from "node:crypto";

declare const runIdBrand: unique symbol;
/** A UUIDv7 (RFC 9562) whose last byte is the number of the Redis shard that carries the run. */
export type RunId = string & { readonly [runIdBrand]: true };

export const MAX_SHARDS = 256;

const FORM = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/**
 * @param shard 0 … 255
 * @param drawUuid gives a UUIDv4, whose random part becomes this id's; Node's own draws from a pool
 */
export function createRunId(nowMs: number, shard = 0, drawUuid: () => string = randomUUID): RunId {
  const time = nowMs.toString(16).padStart(12, "0");
  const random = drawUuid();
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(15, 34)}${shard.toString(16).padStart(2, "0")}` as RunId;
}

export function isRunId(text: string): text is RunId {
  return FORM.test(text);
}

export function shardOf(run: RunId): number {
  return Number.parseInt(run.slice(-2), 16);
}
