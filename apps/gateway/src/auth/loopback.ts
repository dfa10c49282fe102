import { isIPv4, isIPv6 } from "node:net";

/** Whether an address is this machine's own; a connection without an address came through a local socket. */
export function isLoopbackAddress(address: string | undefined): boolean {
  if (address === undefined) return true;
  const plain = address.startsWith("::ffff:") ? address.slice("::ffff:".length) : address;
  return isIPv4(plain) ? plain.startsWith("127.") : plain === "::1";
}

/** Whether a host, as it is listened on or as a client asked for it, is reachable from this machine alone. */
export function isLoopbackHost(host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, "");
  if (name === "localhost" || name.endsWith(".localhost")) return true;
  return (isIPv4(name) || isIPv6(name)) && isLoopbackAddress(name);
}

/** The name in a `Host` header, without its port. */
export function hostName(header: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d*)?$/.exec(header);
  return bracketed?.[1] ?? header.replace(/:\d*$/, "");
}
