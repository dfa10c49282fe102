const HIDDEN = "[secret]";

/** String members of a JSON line whose names say that nobody should read them, at any depth. */
const MEMBERS =
  /"((?:proxy-)?authorization|x-goog-api-key|(?:x-)?api[-_]?keys?|operator[-_]?key|(?:set-)?cookie|password|secret|access[-_]?token)":\s*(?:"(?:[^"\\]|\\.)*"|\[[^\]]*\])/gi;

/** `Bearer …`, also inside a string of a string. */
const BEARER = /\b(bearer|basic)\s+[\w.~+/=-]{4,}/gi;

/** Keys in the form that vendors give them: `sk-…`, `sk_…`, `gsk_…`, `xai-…`, `AIza…`, `csk-…`, `fw_…`. */
const VENDOR_KEYS = /\b(?:sk[-_]|gsk_|xai-|csk-|fw_|AIza)[\w-]{8,}/g;

/** `redis://user:password@host` */
const URL_CREDENTIALS = /:\/\/[^/@\s"\\]+@/g;

/** Hides what looks like a credential in a line of JSON or text. The line stays as parsable as it was. */
export function scrub(line: string): string {
  return line
    .replace(MEMBERS, `"$1":"${HIDDEN}"`)
    .replace(BEARER, `$1 ${HIDDEN}`)
    .replace(VENDOR_KEYS, HIDDEN)
    .replace(URL_CREDENTIALS, `://${HIDDEN}@`);
}
