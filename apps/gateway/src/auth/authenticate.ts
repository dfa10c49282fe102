import { ApiError } from "@composite-llm/core";
import { ANONYMOUS, type Caller, type KeyTable } from "./key-table.ts";
import { hostName, isLoopbackAddress, isLoopbackHost } from "./loopback.ts";

/** What of a request says who sent it. */
export interface Origin {
  authorization: string | undefined;
  /** Address of the other end of the connection. */
  remoteAddress: string | undefined;
  /** The `Host` header. */
  host: string | undefined;
}

const NO_KEYS = "No API key is configured, so this gateway answers to its own machine only: set API_KEYS to open it.";

/**
 * Without keys a request must come from this machine and ask for it by a name of its own: a proxy on the same machine, or a web page
 * whose host name was pointed here, does not.
 *
 * @throws ApiError `invalid_api_key`
 */
export function authenticate(keys: KeyTable, { authorization, remoteAddress, host }: Origin): Caller {
  if (keys.isEmpty) {
    if (!isLoopbackAddress(remoteAddress) || !isLoopbackHost(hostName(host ?? "localhost"))) throw new ApiError("invalid_api_key", NO_KEYS);
    return ANONYMOUS;
  }
  const caller = keys.callerOf(authorization);
  if (caller !== null) return caller;
  throw new ApiError(
    "invalid_api_key",
    authorization === undefined
      ? "No API key was sent: set the header Authorization: Bearer <key>."
      : "The API key is not known: check the header Authorization: Bearer <key>.",
  );
}
