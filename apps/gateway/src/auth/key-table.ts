import { hash, timingSafeEqual } from "node:crypto";
import type { ApiKey } from "@composite-llm/configuration";
import { globMatcher } from "./glob-matcher.ts";

/** Who sent a request. */
export interface Caller {
  /** Configured name of the key, `anonymous` without keys. */
  name: string;
  /** @param names all names of one model: any of them will do */
  mayUse(names: readonly string[]): boolean;
}

export interface KeyTable {
  /** Without keys everybody on this machine may ask. */
  readonly isEmpty: boolean;
  /** The caller behind an `Authorization` header; null when it names none. */
  callerOf(authorization: string | undefined): Caller | null;
}

const BEARER = /^bearer +(\S+) *$/i;

export const ANONYMOUS: Caller = { name: "anonymous", mayUse: () => true };

/**
 * Keys are kept and compared as digests, each time all of them, so that neither the length nor the beginning of a key can be
 * learned from how long a refusal takes.
 */
export function createKeyTable(keys: readonly Pick<ApiKey, "name" | "key" | "models">[]): KeyTable {
  const entries = keys.map(({ name, key, models }) => {
    const isAllowed = globMatcher(models);
    const caller: Caller = { name, mayUse: (names) => names.some(isAllowed) };
    return { digest: hash("sha256", key.reveal(), "buffer"), caller };
  });
  return {
    isEmpty: entries.length === 0,
    callerOf: (authorization) => {
      const presented = BEARER.exec(authorization ?? "")?.[1];
      if (presented === undefined) return null;
      const digest = hash("sha256", presented, "buffer");
      let found: Caller | null = null;
      for (const entry of entries) if (timingSafeEqual(entry.digest, digest)) found = entry.caller;
      return found;
    },
  };
}
