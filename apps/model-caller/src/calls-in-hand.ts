/** Jobs that this process holds, by the end of their time. */
export interface CallsInHand {
  /** Notes a job; gives the function that says it is done. */
  take(deadlineMs: number): () => void;
  /** The latest end of any; 0 when there is none. */
  latestMs(): number;
}

export function createCallsInHand(): CallsInHand {
  const held = new Set<{ deadlineMs: number }>();
  return {
    take: (deadlineMs) => {
      const job = { deadlineMs };
      held.add(job);
      return () => void held.delete(job);
    },
    latestMs: () => Math.max(0, ...[...held].map(({ deadlineMs }) => deadlineMs)),
  };
}
