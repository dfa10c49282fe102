export interface AskedTool {
  name: string;
  /** JSON schema of its arguments. */
  schema: unknown;
}

export type ToolMode = { kind: "auto" } | { kind: "none" } | { kind: "any" } | { kind: "named"; name: string };

export type AskedFormat = { kind: "text" } | { kind: "json" } | { kind: "schema"; schema: unknown };

/** What a request asks for, whatever its wire format. */
export interface Ask {
  stream: boolean;
  /** The conversation as the answer depends on it. */
  conversation: string;
  inputTokens: number;
  /** Text of the last message when it is the user's, else empty. */
  trailingText: string;
  endsWithToolResult: boolean;
  choices: number;
  maxTokens: number | null;
  stop: readonly string[];
  tools: readonly AskedTool[];
  toolMode: ToolMode;
  parallelTools: boolean;
  format: AskedFormat;
  /** How many alternatives each token is given, null for no logprobs. */
  logprobs: number | null;
  /** Whether a stream ends with its usage. */
  streamUsage: boolean;
}
