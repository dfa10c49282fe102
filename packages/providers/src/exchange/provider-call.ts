import type { ModelDelta, ModelRequest } from "@composite-llm/contracts";
import type { Failure } from "@composite-llm/core";
import { ResponseTooLong } from "../http/body-limits.ts";
import type { HttpResponse } from "../http/http-fetch.ts";
import { readErrorText, readText } from "../http/read-text.ts";
import type { CallOptions, ProviderConnection, ProviderDependencies, ProviderOutcome } from "../provider.ts";
import { type Answer, judgeAnswer } from "./answer.ts";
import { createFailure } from "./create-failure.ts";
import { emitAnswer } from "./emit-answer.ts";
import { classifyError } from "./error-report.ts";
import { ageObservedLimits, NOTHING_OBSERVED, type ObservedLimits, parseObservedLimits } from "./observed-limits.ts";
import { CallerFault, readStream, UnreadableAnswer } from "./read-stream.ts";
import { parseRetryAfter } from "./retry-after.ts";
import { type Silence, SilenceWatch } from "./silence-watch.ts";
import { StreamedAnswer } from "./streamed-answer.ts";
import { type ClassedError, type RequestTarget, StreamError, type VendorWire, type WireRequest } from "./vendor-wire.ts";

const SILENCES: Readonly<Record<Silence, string>> = {
  answer: "the provider did not answer in time",
  first_token: "the first token did not come in time",
  idle: "the answer stopped coming",
};

/** One request to a provider and what becomes of it. It settles at once when it is aborted, whatever the network does. */
export class ProviderCall {
  readonly #wire: VendorWire;
  readonly #connection: ProviderConnection;
  readonly #dependencies: ProviderDependencies;
  readonly #request: ModelRequest;
  readonly #options: CallOptions;
  readonly #abort = new AbortController();
  readonly #watch: SilenceWatch;
  readonly #streamed: StreamedAnswer;
  #silence: Silence | null = null;
  #headers: Record<string, string> = {};
  /** What the headers said of limits, and when, by the monotonic clock. */
  #observed: { limits: ObservedLimits; atMs: number } = { limits: NOTHING_OBSERVED, atMs: 0 };

  constructor(
    wire: VendorWire,
    connection: ProviderConnection,
    dependencies: ProviderDependencies,
    request: ModelRequest,
    options: CallOptions,
  ) {
    this.#wire = wire;
    this.#connection = connection;
    this.#dependencies = dependencies;
    this.#request = request;
    this.#options = options;
    this.#watch = new SilenceWatch(dependencies.clock, this.#onSilence);
    this.#streamed = new StreamedAnswer(request.model, this.#onDelta, this.#onProgress);
  }

  async run(loadTarget: Promise<RequestTarget>): Promise<ProviderOutcome> {
    const { signal, stream, timeouts } = this.#options;
    if (signal.aborted) return { kind: "cancelled", usage: null, observed: NOTHING_OBSERVED };
    const request = this.#wire.toRequest(this.#request, stream, this.#connection);
    if ("failure" in request) return this.#failed(request.failure);
    const interrupted = new Promise<ProviderOutcome>((resolve) => {
      this.#abort.signal.addEventListener("abort", () => resolve(this.#interruption()), { once: true });
    });
    const onAbort = (): void => this.#abort.abort();
    signal.addEventListener("abort", onAbort, { once: true });
    if (stream) this.#watch.expect("first_token", timeouts.firstTokenMs);
    else if (timeouts.answerMs !== undefined) this.#watch.expect("answer", timeouts.answerMs);
    try {
      return await Promise.race([this.#exchange(loadTarget, request), interrupted]);
    } finally {
      this.#watch.stop();
      signal.removeEventListener("abort", onAbort);
    }
  }

  async #exchange(loadTarget: Promise<RequestTarget>, request: Exclude<WireRequest, { failure: Failure }>): Promise<ProviderOutcome> {
    let response: HttpResponse;
    try {
      const target = await loadTarget;
      const headers = { ...target.headers, ...request.headers, ...this.#options.headers };
      response = await this.#dependencies.fetch(target.url, {
        method: "POST",
        headers,
        body: request.body,
        signal: this.#abort.signal,
      });
    } catch (error) {
      if (this.#abort.signal.aborted) return this.#interruption();
      return this.#failed(createFailure("unavailable", `no response: ${describe(error)}`, { code: codeOf(error) }));
    }
    this.#headers = Object.fromEntries(response.headers);
    const { clock } = this.#dependencies;
    this.#observed = { limits: parseObservedLimits(this.#headers, clock.now()), atMs: clock.monotonicMs() };
    if (response.status < 200 || response.status > 299) return this.#refused(response);
    try {
      if (response.body === null) throw new UnreadableAnswer("the answer has no body");
      const isStream = this.#options.stream && !this.#headers["content-type"]?.includes("application/json");
      return isStream ? await this.#readStream(response.body) : await this.#readAnswer(response.body);
    } catch (error) {
      return this.#broken(error);
    }
  }

  async #readStream(body: AsyncIterable<Uint8Array>): Promise<ProviderOutcome> {
    await readStream(body, this.#wire.createStreamReader(this.#request, this.#streamed, this.#connection));
    return this.#judged(this.#streamed.build());
  }

  async #readAnswer(body: AsyncIterable<Uint8Array>): Promise<ProviderOutcome> {
    const text = await readText(body, (chunk) => {
      // White space is sent to keep the connection alive while the model still works.
      if (chunk.some((byte) => byte > 0x20)) this.#onProgress();
    });
    const json = parseJson(text);
    const error = this.#wire.parseError(json);
    if (error !== null) throw new StreamError(error);
    const answer = this.#wire.parseAnswer(json, this.#request, this.#connection);
    if (answer === null) throw new UnreadableAnswer("the answer is not in the provider's format");
    this.#streamed.usage = answer.usage;
    this.#streamed.reportedCostUsd = answer.reportedCostUsd;
    if (this.#options.stream && "result" in this.#judge(answer)) emitAnswer(answer, this.#onDelta);
    return this.#judged(answer);
  }

  #judge(answer: Answer): ReturnType<typeof judgeAnswer> {
    return judgeAnswer(answer, this.#options.acceptAnyAnswer);
  }

  #judged(answer: Answer): ProviderOutcome {
    if (answer.choices.length === 0 && this.#options.stream) {
      return this.#failed(createFailure("truncated", "the stream ended before it began", { status: 200 }));
    }
    const judged = this.#judge(answer);
    if ("failure" in judged) return this.#failed(judged.failure, answer.choices[0]?.message.content ?? "");
    return {
      kind: "success",
      result: judged.result,
      reportedCostUsd: answer.reportedCostUsd,
      headers: this.#headers,
      observed: this.#observedLimits(),
    };
  }

  /** An answer with an error's status. */
  async #refused(response: HttpResponse): Promise<ProviderOutcome> {
    const text = await readErrorText(response.body);
    if (this.#abort.signal.aborted && this.#options.signal.aborted) return this.#interruption();
    let error: ClassedError | null = null;
    try {
      error = this.#wire.parseError(JSON.parse(text));
    } catch {
      // A proxy's page says nothing that the status does not.
    }
    const known = error ?? { message: `HTTP ${response.status}`, type: null, code: null, param: null, status: null, class: null };
    return this.#failed(this.#toFailure(known, response.status));
  }

  /** What was thrown while an answer was read, once its status was good. */
  #broken(error: unknown): ProviderOutcome {
    if (error instanceof CallerFault) throw error.cause;
    if (this.#abort.signal.aborted) return this.#interruption();
    if (this.#streamed.isComplete) return this.#judged(this.#streamed.build());
    if (error instanceof StreamError) return this.#failed(this.#toFailure(error.error, error.error.status));
    if (error instanceof ResponseTooLong || error instanceof UnreadableAnswer || codeOf(error)?.startsWith("Z_") === true) {
      return this.#failed(createFailure("invalid_response", describe(error), { status: 200 }));
    }
    return this.#failed(createFailure("truncated", `the connection broke: ${describe(error)}`, { status: 200, code: codeOf(error) }));
  }

  #interruption(): ProviderOutcome {
    if (this.#options.signal.aborted) return { kind: "cancelled", usage: this.#streamed.usage, observed: this.#observedLimits() };
    if (this.#streamed.isComplete) return this.#judged(this.#streamed.build());
    return this.#failed(createFailure("timeout", SILENCES[this.#silence ?? "answer"]));
  }

  #toFailure(error: ClassedError, status: number | null): Failure {
    return createFailure(error.class ?? classifyError(status ?? 500, error), error.message, {
      status,
      code: error.code ?? error.type,
      param: error.param,
      retryAfterMs: parseRetryAfter(this.#headers, this.#dependencies.clock.now()),
    });
  }

  #failed(failure: Failure, partialText = this.#streamed.partialText): ProviderOutcome {
    const key = this.#connection.apiKey?.reveal() ?? "";
    // Some providers quote the key that they refuse.
    const message = key === "" ? failure.message : failure.message.replaceAll(key, "[secret]");
    const { usage, reportedCostUsd } = this.#streamed;
    const observed = this.#observedLimits();
    return { kind: "failure", failure: { ...failure, message }, usage, partialText, reportedCostUsd, headers: this.#headers, observed };
  }

  #observedLimits(): ObservedLimits {
    return ageObservedLimits(this.#observed.limits, this.#dependencies.clock.monotonicMs() - this.#observed.atMs);
  }

  readonly #onSilence = (silence: Silence): void => {
    this.#silence = silence;
    this.#abort.abort();
  };

  readonly #onProgress = (): void => {
    if (!this.#abort.signal.aborted) this.#watch.progress(this.#options.timeouts.idleMs);
  };

  readonly #onDelta = (delta: ModelDelta): void => {
    if (this.#abort.signal.aborted || this.#options.onDelta === undefined) return;
    const { refusal: _refusal, ...content } = delta;
    const shown = this.#options.acceptAnyAnswer === true ? delta : content;
    if (Object.keys(shown).length === 1) return;
    try {
      this.#options.onDelta(shown);
    } catch (error) {
      throw new CallerFault(error);
    }
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UnreadableAnswer("the answer is not JSON");
  }
}

function causeOf(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? error.cause : error;
}

function codeOf(error: unknown): string | null {
  const cause = causeOf(error);
  return cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : null;
}

function describe(error: unknown): string {
  const cause = causeOf(error);
  return cause instanceof Error && cause.message !== "" ? cause.message : (codeOf(error) ?? String(cause));
}
