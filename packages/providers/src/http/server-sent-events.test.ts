import { array, assert, constantFrom, integer, property, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_EVENT_BYTES, ResponseTooLong } from "./body-limits.ts";
import { type ServerSentEvent, ServerSentEventParser } from "./server-sent-events.ts";

function parse(chunks: Uint8Array[]): ServerSentEvent[] {
  const events: ServerSentEvent[] = [];
  const parser = new ServerSentEventParser((event) => events.push(event));
  for (const chunk of chunks) parser.push(chunk);
  return events;
}

describe("the parser of server-sent events", () => {
  it("reads names and data, with and without the space, and joins lines of data", () => {
    expect(parse([Buffer.from("event: ping\ndata:1\n\ndata: a\ndata: b\n\n")])).toEqual([
      { event: "ping", data: "1" },
      { event: "", data: "a\nb" },
    ]);
  });

  it("skips comments, ids, events without data, a byte order mark and an event that is cut off", () => {
    expect(parse([Buffer.from("\uFEFF: ping\n\nid: 1\nretry: 5\n\nevent: x\n\ndata: a\n\ndata: cut")])).toEqual([{ event: "", data: "a" }]);
  });

  it("gives the same events however the bytes are split, also inside a character", () => {
    const text = string({ unit: "grapheme", maxLength: 20 }).map((value) => value.replaceAll(/[\r\n]/g, "") || "x");
    assert(
      property(
        array(text, { minLength: 1, maxLength: 5 }),
        constantFrom("\n", "\r\n"),
        array(integer({ min: 1, max: 7 }), { minLength: 1 }),
        (texts, end, sizes) => {
          const bytes = Buffer.from(texts.map((data) => `: ping${end}data: ${data}${end}${end}`).join(""));
          const chunks: Uint8Array[] = [];
          for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
            const size = sizes[turn % sizes.length] ?? 1;
            chunks.push(bytes.subarray(at, at + size));
            at += size;
          }
          expect(parse(chunks)).toEqual(texts.map((data) => ({ event: "", data })));
        },
      ),
    );
  });

  it("gives up an event that is too long, in one line or in many", () => {
    const half = Buffer.from(`data: ${"x".repeat(MAX_EVENT_BYTES / 2)}`);
    expect(() => parse([half, half, half])).toThrow(ResponseTooLong);
    const line = Buffer.from(`data: ${"x".repeat(1_000_000)}\n`);
    expect(() => parse([line, line, line, line, line])).toThrow(ResponseTooLong);
  });

  it("gives up a stream that never ends", () => {
    const event = Buffer.from(`data: ${"x".repeat(1_000_000)}\n\n`);
    expect(() => parse(Array.from({ length: 40 }, () => event))).toThrow(ResponseTooLong);
  });
});
