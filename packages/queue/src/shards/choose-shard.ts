import { createHash } from "node:crypto";

/**
 * The shard of a new run: the same for requests that may mean one run, so that a repeated one meets the first.
 *
 * @param mark the request's idempotency key, or the fingerprint of its body where it has none
 * @param count how many shards there are
 */
export function chooseShard(caller: string, mark: string, count: number): number {
  return createHash("sha256").update(`${caller}\n${mark}`).digest().readUInt32BE(0) % count;
}
