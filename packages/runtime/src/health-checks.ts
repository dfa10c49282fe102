/** Whether a part works. False or a rejection means that it does not. */
export type HealthCheck = (signal: AbortSignal) => boolean | Promise<boolean>;

export type HealthChecks = Readonly<Record<string, HealthCheck>>;

export interface HealthReport {
  /** HTTP status: 200, or 503 when a check failed. */
  status: 200 | 503;
  body: {
    status: "ok" | "unavailable";
    /** Names of the checks that failed. */
    failed: string[];
    checks: Record<string, "ok" | "failed" | "timeout">;
  };
}

async function outcomeOf(check: HealthCheck, timeoutMs: number): Promise<"ok" | "failed" | "timeout"> {
  const signal = AbortSignal.timeout(timeoutMs);
  const timedOut = new Promise<"timeout">((resolve) => {
    signal.addEventListener("abort", () => resolve("timeout"), { once: true });
  });
  const answered = (async () => ((await check(signal)) ? "ok" : "failed"))().catch(() => "failed" as const);
  return Promise.race([answered, timedOut]);
}

/** Asks all checks at once; one that does not answer in time counts as failed. */
export async function runHealthChecks(checks: HealthChecks, timeoutMs = 2_000): Promise<HealthReport> {
  const outcomes = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await outcomeOf(check, timeoutMs)] as const),
  );
  const failed = outcomes.filter(([, outcome]) => outcome !== "ok").map(([name]) => name);
  const ok = failed.length === 0;
  return { status: ok ? 200 : 503, body: { status: ok ? "ok" : "unavailable", failed, checks: Object.fromEntries(outcomes) } };
}
