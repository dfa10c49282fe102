/** Clients that ask all the time. */
export interface Load {
  /** Requests under way. */
  readonly inFlight: number;
  readonly answered: number;
  /** Begins no more requests; gives the runs of those that were answered, and what went wrong with the others. */
  end(): Promise<{ runs: string[]; problems: string[] }>;
}

/**
 * Starts clients that each ask again as soon as they are answered.
 *
 * @param ask by the client of a number, from 0; gives the run, and throws when its answer is not a whole one
 */
export function keepAsking(clients: number, ask: (client: number) => Promise<string>): Load {
  const runs: string[] = [];
  const problems: string[] = [];
  let inFlight = 0;
  const over = new AbortController();
  const asking = Array.from({ length: clients }, async (_, client) => {
    while (!over.signal.aborted) {
      inFlight += 1;
      await ask(client).then(
        (run) => runs.push(run),
        (error: unknown) => problems.push(String(error)),
      );
      inFlight -= 1;
    }
  });
  return {
    get inFlight() {
      return inFlight;
    },
    get answered() {
      return runs.length;
    },
    end: async () => {
      over.abort();
      await Promise.all(asking);
      return { runs, problems };
    },
  };
}
