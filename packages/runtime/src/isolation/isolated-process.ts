/** Messages between a service and the process that it forked for one job. */
export type ToIsolated = { job: unknown } | { end: true };
export type FromIsolated = { isAlive: true } | { outcome: string } | { failed: string };

/** How often the process says that it is there. */
export const BEAT_EVERY_MS = 1000;

const ROLE = "isolated";

/** What a service's own entry is started with to do one job. */
export const ISOLATED_ARGUMENTS: readonly string[] = [ROLE];

/** Whether this process was forked for one job, and is not the service itself. */
export function isIsolated(argv: readonly string[]): boolean {
  return argv[2] === ROLE;
}
