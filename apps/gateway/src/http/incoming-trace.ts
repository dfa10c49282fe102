import type { IncomingHttpHeaders } from "node:http";

const FORM = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/;
const NO_TRACE = "0".repeat(32);
const NO_SPAN = "0".repeat(16);

/** The trace that a `traceparent` names (W3C Trace Context); null when it is not valid. */
function parseTraceparent(traceparent: string): string | null {
  const [, version, trace, span, rest] = FORM.exec(traceparent) ?? [];
  if (version === undefined || trace === undefined || version === "ff") return null;
  if (trace === NO_TRACE || span === NO_SPAN) return null;
  // Version 00 has exactly four fields; later ones may have more.
  return version === "00" && rest !== undefined ? null : trace;
}

/** The trace that a request continues, else a new one. */
export function traceIdOf({ traceparent }: IncomingHttpHeaders, randomBytes: (size: number) => Buffer): string {
  const incoming = typeof traceparent === "string" ? parseTraceparent(traceparent) : null;
  return incoming ?? randomBytes(16).toString("hex");
}
