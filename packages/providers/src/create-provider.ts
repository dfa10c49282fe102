import { anthropic } from "./anthropic/wire.ts";
import { createWireProvider } from "./exchange/create-wire-provider.ts";
import type { VendorWire } from "./exchange/vendor-wire.ts";
import { openaiCompatible } from "./openai-compatible/wire.ts";
import type { Provider, ProviderConnection, ProviderDependencies } from "./provider.ts";

const WIRES: Readonly<Record<ProviderConnection["wire"], VendorWire>> = { openai: openaiCompatible, anthropic };

/** A provider over one connection. It keeps no state of its calls; make it once for each connection and key. */
export function createProvider(connection: ProviderConnection, dependencies: ProviderDependencies): Provider {
  return createWireProvider(WIRES[connection.wire], connection, dependencies);
}
