/** Preloaded into a model-caller: calls wait in the order in which they came, as if every one began a run. */
import { rewriteSource } from "./rewrite-source.ts";

rewriteSource(
  "/packages/contracts/src/call.ts",
  "rank: z.literal(CALL_RANKS).default(2)",
  "rank: z.literal(CALL_RANKS).default(2).transform(() => 2)",
);
