import { ResponseTooLong } from "../http/body-limits.ts";
import { ServerSentEventParser } from "../http/server-sent-events.ts";
import { type StreamReader, StreamError } from "./vendor-wire.ts";

/** How long the end of a response may take after its last event before the connection is given up. */
const DRAIN_MS = 1000;

/** Thrown for data that is not what the vendor's format says. */
export class UnreadableAnswer extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UnreadableAnswer";
  }
}

/**
 * Reads a stream to its end, or to the event that says that nothing more is to come.
 *
 * @throws StreamError, ResponseTooLong, UnreadableAnswer; anything else is the connection's
 */
export async function readStream(body: AsyncIterable<Uint8Array>, reader: StreamReader): Promise<void> {
  const chunks = body[Symbol.asyncIterator]();
  let isOver = false;
  const parser = new ServerSentEventParser((event) => {
    if (!isOver) isOver = reader.onEvent(event);
  });
  let isClosed = false;
  try {
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
      parse(parser, next.value);
      if (isOver) {
        void drain(chunks);
        break;
      }
    }
    isClosed = true;
  } finally {
    if (!isClosed) close(chunks);
  }
}

function parse(parser: ServerSentEventParser, chunk: Uint8Array): void {
  try {
    parser.push(chunk);
  } catch (error) {
    if (error instanceof StreamError || error instanceof ResponseTooLong || error instanceof CallerFault) throw error;
    throw new UnreadableAnswer(`an event of the stream could not be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Carries what a caller's own callback threw past everything that explains provider faults. */
export class CallerFault extends Error {
  override readonly cause: unknown;

  constructor(cause: unknown) {
    super("the caller's callback threw");
    this.cause = cause;
  }
}

/** Reads what is left, which is nothing but the end, so that the connection can be used again. */
async function drain(chunks: AsyncIterator<Uint8Array>): Promise<void> {
  const timer = setTimeout(() => close(chunks), DRAIN_MS);
  timer.unref();
  try {
    while ((await chunks.next()).done !== true);
  } catch {
    // The answer is complete; how its connection ends does not matter.
  } finally {
    clearTimeout(timer);
  }
}

function close(chunks: AsyncIterator<Uint8Array>): void {
  chunks.return?.().then(undefined, () => undefined);
}
