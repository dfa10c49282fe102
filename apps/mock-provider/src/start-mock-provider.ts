import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type Clock, systemClock } from "@composite-llm/core";
import { createMockProvider } from "./create-mock-provider.ts";
import { createLedger } from "./ledger/ledger.ts";
import type { LedgerStats } from "./ledger/ledger-counters.ts";
import type { LedgerRecord } from "./ledger/ledger-record.ts";

export interface MockProviderOptions {
  /** 0, which is the default, takes a free one. */
  port?: number;
  host?: string;
  seed?: number;
  /** JSON lines are appended to it. */
  ledgerFile?: string;
  clock?: Clock;
  /** Told of faults of the mock itself; without it they are unhandled rejections. */
  onError?(error: unknown): void;
}

export interface MockProvider {
  /** `http://127.0.0.1:41234` */
  url: string;
  /** Requests that ended, oldest first. */
  requests(): readonly LedgerRecord[];
  stats(): LedgerStats;
  /** Ends open connections and flushes the ledger. */
  close(): Promise<void>;
}

/**
 * Starts the mock on a port.
 *
 * @throws the system's error when the port is taken or the ledger file cannot be opened
 */
export async function startMockProvider(options: MockProviderOptions = {}): Promise<MockProvider> {
  const { port = 0, host = "127.0.0.1", seed = 1, ledgerFile = null, clock = systemClock } = options;
  const ledger = createLedger(ledgerFile);
  const onError =
    options.onError ??
    ((error: unknown): void => {
      throw error;
    });
  const server = createMockProvider({ seed, clock, ledger, onError });
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (error) {
    ledger.close();
    throw error;
  }
  const { address, family, port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${family === "IPv6" ? `[${address}]` : address}:${taken}`,
    requests: () => ledger.records(),
    stats: () => ledger.stats(),
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
      ledger.close();
    },
  };
}
