export { createMockProvider, type MockProviderDeps } from "./create-mock-provider.ts";
export { createLedger, type Ledger } from "./ledger/ledger.ts";
export type { LedgerStats, ModelStats } from "./ledger/ledger-counters.ts";
export type { LedgerOutcome, LedgerRecord, TokenCounts } from "./ledger/ledger-record.ts";
export { type MockProvider, type MockProviderOptions, startMockProvider } from "./start-mock-provider.ts";
