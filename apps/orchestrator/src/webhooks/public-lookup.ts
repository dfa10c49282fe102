import type { LookupAddress, LookupAllOptions } from "node:dns";
import type { LookupFunction } from "node:net";
import { isPublicAddress } from "@composite-llm/runtime";

/** Resolves a name to all of its addresses, as `lookup` of `node:dns` does. */
export type Resolve = (
  name: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** A name leads, if only among others, to an address that is not public. */
export class PrivateAddressError extends Error {
  constructor(name: string) {
    super(`${name} resolves to an address that is not public`);
    this.name = "PrivateAddressError";
  }
}

/** Resolves for a connection, which is then made to the very addresses that were looked at: a name that changes its mind finds no gap. */
export function createPublicLookup(resolve: Resolve): LookupFunction {
  return (name, options, callback) => {
    resolve(name, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error !== null || first === undefined) callback(error ?? new Error(`${name} has no address`), "", 0);
      else if (addresses.some(({ address }) => !isPublicAddress(address))) callback(new PrivateAddressError(name), "", 0);
      else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}
