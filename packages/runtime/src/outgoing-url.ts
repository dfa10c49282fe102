import { isIP } from "node:net";
import { isPublicAddress } from "./public-address.ts";

/** Names that lead nowhere but to this machine or its network. */
const PRIVATE_NAME = /(?:^|\.)(?:localhost|local|internal|home\.arpa)$/;

/** The host of a URL as the resolver takes it: an address without brackets, a name without its last dot. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
}

/**
 * What keeps us from sending to a URL that somebody else gave, as far as it can be seen without resolving its name; null when nothing does.
 * What the name resolves to is checked when it is connected to.
 *
 * @param allowPrivate whether addresses of private networks, and plain http, will do
 */
export function findUrlProblem(text: string, allowPrivate: boolean): string | null {
  if (!URL.canParse(text)) return "is not a URL";
  const url = new URL(text);
  if (url.protocol !== "https:" && !(allowPrivate && url.protocol === "http:")) return "must begin with https://";
  if (url.username !== "" || url.password !== "") return "must not hold a user name or a password";
  if (allowPrivate) return null;
  const host = hostOf(url);
  const isPrivate = isIP(host) === 0 ? PRIVATE_NAME.test(host) : !isPublicAddress(host);
  return isPrivate ? "is not a public address" : null;
}
