/** Bytes of one server-sent event, bytes of a whole answer. Whatever is longer is no answer but a fault or an attack. */
export const MAX_EVENT_BYTES = 4 * 1024 * 1024;
export const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

/** Thrown while reading a response that is longer than a limit. */
export class ResponseTooLong extends Error {
  constructor(what: string, limitBytes: number) {
    super(`${what} is longer than ${limitBytes / 1024 / 1024} MiB`);
    this.name = "ResponseTooLong";
  }
}
