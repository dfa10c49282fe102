export { type ExecuteOptions, executeRun } from "./execute-run.ts";
export type { CellId, EventDraft, RunEnd, RunPort, Settled, Timer } from "./run-port.ts";
export { createLatencyBook, type LatencyBook } from "./latency-book.ts";
