const LIVE: ReadonlySet<string> = new Set(["waiting", "active", "delayed", "prioritized", "waiting-children", "paused"]);

/** Whether a job in this state still has, or will have, somebody who does it. */
export function isLiveJob(state: string): boolean {
  return LIVE.has(state);
}
