import type { Dispatcher } from "undici";
import { ChunkQueue } from "./chunk-queue.ts";
import { decodeBody } from "./decode-body.ts";
import type { HttpResponse } from "./http-fetch.ts";

/** One request of undici's lowest interface, which costs a third of its `fetch`: callbacks in, a response or a reason out. */
export class ExchangeHandler implements Dispatcher.DispatchHandler {
  readonly #resolve: (response: HttpResponse) => void;
  readonly #reject: (reason: unknown) => void;
  readonly #signal: AbortSignal;
  #controller: Dispatcher.DispatchController | null = null;
  #body: ChunkQueue | null = null;

  constructor(signal: AbortSignal, resolve: (response: HttpResponse) => void, reject: (reason: unknown) => void) {
    this.#signal = signal;
    this.#resolve = resolve;
    this.#reject = reject;
    signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  readonly #onAbort = (): void => {
    const reason = this.#abortReason();
    // The promises settle at once, also while the connection is still being made and there is nothing to close yet.
    this.#fail(reason);
    this.#controller?.abort(reason);
  };

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#signal.aborted) controller.abort(this.#abortReason());
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, raw: Record<string, string | string[] | undefined>): void {
    if (status < 200) return;
    const body = new ChunkQueue({
      pause: () => controller.pause(),
      resume: () => controller.resume(),
      cancel: () => {
        this.#stopListening();
        controller.abort(new Error("the rest of the response is not wanted"));
      },
    });
    this.#body = body;
    const headers = new Map<string, string>();
    for (const [name, value] of Object.entries(raw)) {
      if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
    }
    this.#resolve({ status, headers, body: decodeBody(body, headers.get("content-encoding")) });
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#body?.push(chunk);
  }

  onResponseEnd(): void {
    this.#stopListening();
    this.#body?.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#stopListening();
    this.#fail(error);
  }

  #fail(reason: unknown): void {
    if (this.#body === null) this.#reject(reason);
    else this.#body.fail(reason);
  }

  #stopListening(): void {
    this.#signal.removeEventListener("abort", this.#onAbort);
  }

  #abortReason(): Error {
    const reason: unknown = this.#signal.reason;
    return reason instanceof Error ? reason : new DOMException("The request was aborted", "AbortError");
  }
}
