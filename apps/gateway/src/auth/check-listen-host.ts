import { StartupError } from "@composite-llm/runtime";
import type { KeyTable } from "./key-table.ts";
import { isLoopbackHost } from "./loopback.ts";

/** @throws StartupError when a gateway without keys would be reachable from other machines */
export function checkListenHost(host: string, keys: KeyTable): void {
  if (!keys.isEmpty || isLoopbackHost(host)) return;
  throw new StartupError(
    `The gateway would answer everybody at ${host}: set API_KEYS (or api_keys in the configuration), or set GATEWAY_HOST to 127.0.0.1.`,
  );
}
