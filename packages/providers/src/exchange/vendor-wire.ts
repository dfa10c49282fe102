import type { ModelRequest } from "@composite-llm/contracts";
import type { Failure, FailureClass } from "@composite-llm/core";
import type { ServerSentEvent } from "../http/server-sent-events.ts";
import type { ProviderConnection } from "../provider.ts";
import type { Answer } from "./answer.ts";
import type { ErrorReport } from "./error-report.ts";
import type { StreamedAnswer } from "./streamed-answer.ts";

/** Where the requests of a connection go and what they all carry; made once by the vendor's SDK. */
export interface RequestTarget {
  url: string;
  headers: Record<string, string>;
}

/** A request in the vendor's form, or why it has none. */
export type WireRequest = { body: string; headers: Record<string, string> } | { failure: Failure };

/** A vendor's error, classed where its own codes are clear. */
export interface ClassedError extends ErrorReport {
  class: FailureClass | null;
}

/** Reads one vendor's stream into an answer. */
export interface StreamReader {
  /**
   * @returns true when nothing more is to come
   * @throws StreamError for an error event; SyntaxError for data that is not the vendor's
   */
  onEvent(event: ServerSentEvent): boolean;
  readonly answer: StreamedAnswer;
}

/** What is particular to a vendor; the course of a call is the same for all. */
export interface VendorWire {
  loadTarget(connection: ProviderConnection): Promise<RequestTarget>;
  toRequest(request: ModelRequest, stream: boolean, connection: ProviderConnection): WireRequest;
  createStreamReader(request: ModelRequest, answer: StreamedAnswer, connection: ProviderConnection): StreamReader;
  /** @returns null for JSON that is neither an answer nor an error of the vendor */
  parseAnswer(body: unknown, request: ModelRequest, connection: ProviderConnection): Answer | null;
  /** @returns null for a body that is no error of the vendor */
  parseError(body: unknown): ClassedError | null;
}

/** An error that arrived inside a stream, after status 200. */
export class StreamError extends Error {
  readonly error: ClassedError;

  constructor(error: ClassedError) {
    super(error.message);
    this.name = "StreamError";
    this.error = error;
  }
}
