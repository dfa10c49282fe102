/** An answer that waits for its run. */
export interface OpenAnswer {
  /** Ends it now: the gateway shuts down. The run goes on. */
  cut(reason: Error): void;
}

/** Answers that are not over: what a shutdown waits for, and cuts in the end. */
export type OpenAnswers = Set<OpenAnswer>;
