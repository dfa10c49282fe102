import { readFileSync } from "node:fs";
import { isRecord } from "@composite-llm/core";

/** What `/version` answers. */
export interface Version {
  version: string;
  /** Of Node.js, without the leading `v`. */
  node: string;
}

/** The version of the whole repository, from its root package.json: all services are released together. */
export function readVersion(): Version {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"));
  const version = isRecord(manifest) && typeof manifest["version"] === "string" ? manifest["version"] : "0.0.0";
  return { version, node: process.versions.node };
}
