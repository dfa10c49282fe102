import type { IncomingHttpHeaders } from "node:http";
import type { JsonObject } from "@composite-llm/core";
import type { Answer } from "../answer/answer.ts";
import type { Fault, RateLimit } from "../behaviour/behaviour.ts";
import type { LimitRefusal, Metered } from "../limits/scope-counter.ts";
import type { Ask } from "./ask.ts";
import type { Problem } from "./problem.ts";

export type WireName = "openai" | "anthropic";

/** What a rendered answer carries besides the answer itself. */
export interface Envelope {
  id: string;
  model: string;
  createdMs: number;
  /** Tokens per content chunk of a stream. */
  chunkTokens: number;
}

/** A piece of an event stream. */
export interface Frame {
  text: string;
  /** Output tokens that it carries; a frame without any is not counted as a content chunk. */
  tokens: number;
}

/** An answer as an event stream, in the order of these fields. */
export interface Frames {
  opening: string;
  content: Iterable<Frame>;
  /** Finish reason and usage. */
  closing: string;
  /** The mark after which nothing comes. */
  end: string;
}

/** What is told of each limit; a vendor leaves out those that it has no headers for. */
export type RateLimits = Partial<Record<Metered, RateLimit | null>>;

/** A vendor's wire format: how requests are checked and read, and answers and errors are written. */
export interface Wire {
  name: WireName;
  /** The caller's key, null without one. */
  readKey(headers: IncomingHttpHeaders): string | null;
  /** Refusal of a request without a usable key. */
  authenticate(headers: IncomingHttpHeaders): Problem | null;
  /** @param base the model's name without directives */
  findModel(base: string): Problem | null;
  /** Everything that the vendor checks in a body, in its order. */
  validate(body: JsonObject, base: string, headers: IncomingHttpHeaders): Problem | null;
  /** @param body one that `validate` found nothing in */
  toAsk(body: JsonObject): Ask;

  toProblem(fault: Fault, model: string): Problem;
  /** Refusal by a limit of the mock's own; the status may still be replaced. */
  toLimitProblem(refusal: LimitRefusal, model: string): Problem;
  toInvalidRequest(message: string, code: string | null): Problem;
  modelMissing: Problem;
  toUnknownPath(method: string, path: string): Problem;
  toErrorBody(problem: Problem, requestId: string): string;
  requestIdHeader: string;
  toRateLimitHeaders(limits: RateLimits, nowMs: number): Record<string, string>;

  /** Whether a refusal comes as a text of its own; otherwise it has none. */
  writesRefusals: boolean;
  /** What ids of tool calls and of responses begin with. */
  toolIdPrefix: string;
  responseIdPrefix: string;

  toJson(answer: Answer, ask: Ask, envelope: Envelope): string;
  toFrames(answer: Answer, ask: Ask, envelope: Envelope): Frames;
  /** An error in the middle of a stream. */
  errorFrame: string;
  /** An event whose data is not JSON. */
  garbageFrame: string;
  /** What keeps a connection alive and says nothing. */
  pingFrame: string;
}
