/** One try of a client to get its answer: one HTTP request, or one reading of a run's events. */
export interface ClientTry {
  atMs: number;
  tookMs: number;
  /** Null when the connection broke before one came. */
  status: number | null;
  /** What was read before it ended, of a stream: its text. */
  text: string;
  /** Whether the answer came to its proper end. */
  isWhole: boolean;
  /** Code of the error, or what the connection broke with. */
  error: string | null;
}

export interface ClientEvent {
  id: number;
  kind: string;
  data: Record<string, unknown>;
}

/** What a client saw, by its own account. */
export interface ClientRecord {
  kind: "json" | "stream" | "events";
  model: string;
  idempotencyKey: string | null;
  /** Every run that it was told of. */
  runs: string[];
  tries: ClientTry[];
  /** The text of the answer; null when it never came whole. */
  text: string | null;
  /** Of a client that follows events: all, over all its connections. */
  events: ClientEvent[];
  /** Whether the client left on purpose. */
  hasLeft: boolean;
}
