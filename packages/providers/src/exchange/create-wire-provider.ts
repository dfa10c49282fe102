import type { Provider, ProviderConnection, ProviderDependencies } from "../provider.ts";
import { ProviderCall } from "./provider-call.ts";
import type { RequestTarget, VendorWire } from "./vendor-wire.ts";

/** A provider that speaks a vendor's wire format over a connection, whose target is made once, at the first call. */
export function createWireProvider(wire: VendorWire, connection: ProviderConnection, dependencies: ProviderDependencies): Provider {
  let target: Promise<RequestTarget> | null = null;
  return {
    call(request, options) {
      target ??= wire.loadTarget(connection);
      return new ProviderCall(wire, connection, dependencies, request, options).run(target);
    },
  };
}
