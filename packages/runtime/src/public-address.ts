import { BlockList, isIPv4, isIPv6 } from "node:net";

/** Addresses that lead into a network, a machine or a cloud's metadata, or nowhere (RFC 6890 and the registries that follow it). */
const NOT_PUBLIC_IPV4 = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["168.63.129.16", 32],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const;

/** What of the global unicast addresses is none, or hides an IPv4 address that cannot be seen from here. */
const NOT_PUBLIC_IPV6 = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const;

const refused = new BlockList();
for (const [network, bits] of NOT_PUBLIC_IPV4) refused.addSubnet(network, bits, "ipv4");
for (const [network, bits] of NOT_PUBLIC_IPV6) refused.addSubnet(network, bits, "ipv6");

const globalUnicast = new BlockList();
globalUnicast.addSubnet("2000::", 3, "ipv6");

/** IPv4 addresses in the clothes of IPv6: mapped ones, and those of NAT64. */
const EMBEDDED_IPV4 = /^(?:::ffff|64:ff9b:):([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;

function embeddedIpv4(address: string): string | null {
  // The one spelling that URLs have for an address.
  const spelling = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [, high, low] = EMBEDDED_IPV4.exec(spelling) ?? [];
  if (high === undefined || low === undefined) return null;
  const bits = Number.parseInt(high, 16) * 2 ** 16 + Number.parseInt(low, 16);
  return [24, 16, 8, 0].map((shift) => Math.floor(bits / 2 ** shift) % 256).join(".");
}

/** Whether an IP address can be reached by everybody, and so leads to nothing that only this machine or its network may see. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !refused.check(address, "ipv4");
  if (!isIPv6(address) || address.includes("%")) return false;
  const embedded = embeddedIpv4(address);
  if (embedded !== null) return isPublicAddress(embedded);
  return globalUnicast.check(address, "ipv6") && !refused.check(address, "ipv6");
}
