import { hash } from "node:crypto";

/** Tells keys apart without showing them. */
export function toKeyTag(key: string): string {
  return hash("sha256", key, "hex").slice(0, 8);
}
