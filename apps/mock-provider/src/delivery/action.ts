/** One step of a delivery. A script of them says all that happens on the connection. */
export type Action =
  | { kind: "head"; status: number; headers: Record<string, string> }
  | { kind: "send"; text: string; tokens: number }
  /** Bytes that are not text by themselves. */
  | { kind: "send-bytes"; bytes: Uint8Array }
  | { kind: "wait"; ms: number }
  /** Waits until so many ms after the head. */
  | { kind: "until"; ms: number }
  /** Time in which tokens come into being that are sent later, all at once. */
  | { kind: "generate"; firstMs: number; ms: number; tokens: number }
  /** A text compressed, with so many MB in the place of its mark. */
  | { kind: "bomb"; text: string; megabytes: number; tokens: number }
  /** What was or will be sent is not a proper answer. */
  | { kind: "spoil" }
  | { kind: "end" }
  | { kind: "reset" }
  | { kind: "half-close" }
  /** Nothing more, for ever. */
  | { kind: "silence" };

export type Script = Iterable<Action>;
