import { StringDecoder } from "node:string_decoder";
import { MAX_ANSWER_BYTES, MAX_EVENT_BYTES, ResponseTooLong } from "./body-limits.ts";

/** One event of a stream; `event` is empty where it has no name. */
export interface ServerSentEvent {
  event: string;
  data: string;
}

/**
 * Server-sent events (WHATWG HTML, 9.2; lines end with LF or CR LF) out of chunks that break anywhere, also inside a
 * character. Comments, ids and retry times mean nothing here; an event without data is none, and one that the stream's end
 * cuts off is dropped.
 */
export class ServerSentEventParser {
  readonly #onEvent: (event: ServerSentEvent) => void;
  readonly #decoder = new StringDecoder("utf8");
  #pending = "";
  /** How far `#pending` is known to hold no line end. */
  #searched = 0;
  #event = "";
  #data: string | null = null;
  #bytes = 0;
  #atStart = true;

  constructor(onEvent: (event: ServerSentEvent) => void) {
    this.#onEvent = onEvent;
  }

  /** @throws ResponseTooLong beyond the limits for an event or for all of them */
  push(chunk: Uint8Array): void {
    this.#bytes += chunk.byteLength;
    if (this.#bytes > MAX_ANSWER_BYTES) throw new ResponseTooLong("the stream", MAX_ANSWER_BYTES);
    let text = this.#decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    if (this.#atStart && text !== "") {
      this.#atStart = false;
      if (text.charCodeAt(0) === 0xfeff) text = text.slice(1);
    }
    const pending = this.#pending + text;
    let start = 0;
    for (let end = pending.indexOf("\n", this.#searched); end !== -1; end = pending.indexOf("\n", start)) {
      const last = end > start && pending.charCodeAt(end - 1) === 13 ? end - 1 : end;
      this.#line(pending, start, last);
      start = end + 1;
    }
    this.#pending = start === 0 ? pending : pending.slice(start);
    this.#searched = this.#pending.length;
    if (this.#pending.length + (this.#data?.length ?? 0) > MAX_EVENT_BYTES) throw new ResponseTooLong("an event", MAX_EVENT_BYTES);
  }

  #line(text: string, start: number, end: number): void {
    if (start === end) {
      if (this.#data !== null) this.#onEvent({ event: this.#event, data: this.#data });
      this.#data = null;
      this.#event = "";
    } else if (text.startsWith("data:", start)) {
      const value = text.slice(text.charCodeAt(start + 5) === 32 ? start + 6 : start + 5, end);
      this.#data = this.#data === null ? value : `${this.#data}\n${value}`;
      if (this.#data.length > MAX_EVENT_BYTES) throw new ResponseTooLong("an event", MAX_EVENT_BYTES);
    } else if (text.startsWith("event:", start)) {
      this.#event = text.slice(start + 6, end).trim();
    }
  }
}
