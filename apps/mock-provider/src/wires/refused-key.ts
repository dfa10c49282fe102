const REFUSED: ReadonlySet<string> = new Set(["invalid", "bad-key"]);

/** Any key is good but these. */
export function isRefusedKey(key: string): boolean {
  return REFUSED.has(key);
}
