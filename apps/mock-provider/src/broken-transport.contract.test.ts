import { connect, type Socket } from "node:net";
import { createGunzip } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { LedgerRecord } from "./ledger/ledger-record.ts";
import { type MockProvider, startMockProvider } from "./start-mock-provider.ts";

let mock: MockProvider;
const sockets: Socket[] = [];
beforeAll(async () => {
  mock = await startMockProvider();
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await mock.close();
});

interface Wiretap {
  socket: Socket;
  /** Resolves when the mock has taken the request. */
  started(): Promise<void>;
  /** What the ledger says of it, once it has ended. */
  record(): LedgerRecord | undefined;
  /** Bytes as they came, one entry per read. */
  reads: Buffer[];
  text(): string;
  ended: Promise<"end" | "reset">;
}

let requests = 0;

/** A request by hand, so that everything on the wire can be seen. */
function send(program: string, isStream = true, to = mock): Wiretap {
  const { port } = new URL(to.url);
  requests += 1;
  const run = `run-${requests}`;
  const body = JSON.stringify({ model: `gpt-4o-mock-tokens-12-${program}`, stream: isStream, messages: [{ role: "user", content: "Hi" }] });
  const socket = connect({ port: Number(port), host: "127.0.0.1", allowHalfOpen: true });
  sockets.push(socket);
  const reads: Buffer[] = [];
  socket.on("data", (chunk) => reads.push(chunk));
  const ended = new Promise<"end" | "reset">((resolve) => {
    socket.on("end", () => resolve("end"));
    socket.on("error", () => resolve("reset"));
  });
  socket.write(
    `POST /openai/v1/chat/completions HTTP/1.1\r\nhost: mock\r\nauthorization: Bearer any\r\nx-composite-run: ${run}\r\nconnection: close\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  return {
    socket,
    started: () => vi.waitFor(async () => expect(await (await fetch(`${to.url}/ledger?run=${run}`)).text()).toContain("started")),
    record: () => to.requests().find((record) => record.run === run),
    reads,
    text: () => Buffer.concat(reads).toString(),
    ended,
  };
}

/** Body of a chunked response. */
function unchunk(raw: Buffer): Buffer {
  const parts: Buffer[] = [];
  let at = raw.indexOf("\r\n\r\n") + 4;
  for (;;) {
    const end = raw.indexOf("\r\n", at);
    const size = Number.parseInt(raw.subarray(at, end).toString(), 16);
    if (!(size > 0)) return Buffer.concat(parts);
    parts.push(raw.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}

const chunksOf = (text: string): number => text.split('"delta":{"content":"').length - 1;
const isWhole = (text: string): boolean => text.endsWith("0\r\n\r\n");

describe("a broken stream", () => {
  it("is cut after the asked chunks, in a proper response", async () => {
    const tap = send("stream-cut-4");
    expect(await tap.ended).toBe("end");
    expect(chunksOf(tap.text())).toBe(4);
    expect(isWhole(tap.text())).toBe(true);
    expect(tap.text()).not.toMatch(/\[DONE\]|"finish_reason":"/);
    await vi.waitFor(() =>
      expect(tap.record()).toMatchObject({
        outcome: "error",
        status: 200,
        billed: { output: 4 },
        finishedMs: expect.any(Number),
      }),
    );
  });

  it("is reset after the asked chunks", async () => {
    const tap = send("stream-rst-2");
    expect(await tap.ended).toBe("reset");
    expect(chunksOf(tap.text())).toBe(2);
  });

  it("is closed on one side in the middle of the body", async () => {
    const tap = send("stream-half-close-2");
    expect(await tap.ended).toBe("end");
    expect(chunksOf(tap.text())).toBe(2);
    expect(isWhole(tap.text())).toBe(false);
    tap.socket.end();
    await vi.waitFor(() => expect(tap.record()).toMatchObject({ outcome: "error", billed: { output: 2 } }));
  });

  it("falls silent and is noted as aborted when the caller leaves", async () => {
    const tap = send("stream-hang-3");
    await vi.waitFor(() => expect(chunksOf(tap.text())).toBe(3));
    expect(tap.record()).toBeUndefined();
    tap.socket.destroy();
    await vi.waitFor(() => expect(tap.record()).toBeDefined());
    expect(tap.record()).toMatchObject({ outcome: "aborted", finishedMs: null, status: 200, billed: { output: 3 } });
  });

  it("never answers at all", async () => {
    const tap = send("no-headers");
    await tap.started();
    tap.socket.destroy();
    await vi.waitFor(() => expect(tap.record()).toMatchObject({ outcome: "aborted", status: null, bytesSent: 0, billed: { output: 0 } }));
    expect(tap.record()?.billed.input).toBeGreaterThan(0);
    expect(tap.text()).toBe("");
  });

  it("sends nothing but comments for ever", async () => {
    const tap = send("stream-pings-1");
    await vi.waitFor(() => expect(tap.text().split(": ping\n\n").length).toBeGreaterThan(3));
    expect(chunksOf(tap.text())).toBe(1);
    tap.socket.destroy();
    await vi.waitFor(() => expect(tap.record()).toMatchObject({ outcome: "aborted", billed: { output: 1 } }));
  });

  it("has one event that is no JSON and goes on", async () => {
    const tap = send("stream-garbage-2");
    await tap.ended;
    const data = unchunk(Buffer.concat(tap.reads))
      .toString()
      .split("\n\n")
      .filter((line) => line.startsWith("data: {"));
    expect(data.filter((line) => !line.endsWith("}"))).toHaveLength(1);
    expect(tap.text()).toContain("[DONE]");
  });

  it("tells an error after a status of 200", async () => {
    const tap = send("stream-error-1");
    await tap.ended;
    expect(tap.text()).toMatch(/^HTTP\/1\.1 200 /);
    expect(tap.text()).toContain('data: {"error":{"message":"The server had an error');
    expect(tap.text()).not.toContain("[DONE]");
  });

  it("ends without its mark", async () => {
    const tap = send("stream-no-end");
    await tap.ended;
    expect(tap.text()).toContain('"finish_reason":"stop"');
    expect(tap.text()).not.toContain("[DONE]");
  });

  it("splits characters between writes, and the text is whole", async () => {
    const tap = send("stream-split");
    await tap.ended;
    expect(tap.reads.some((read) => read.toString().includes("\ufffd"))).toBe(true);
    expect(unchunk(Buffer.concat(tap.reads)).toString()).not.toContain("\ufffd");
  });

  it("ends its lines with CR LF", async () => {
    const tap = send("stream-crlf");
    await tap.ended;
    const body = unchunk(Buffer.concat(tap.reads)).toString();
    expect(body).toContain("}\r\n\r\n");
    expect(body.replaceAll("\r\n", "")).not.toContain("\n");
  });

  it("has a line of five megabytes", async () => {
    const tap = send("stream-big");
    await tap.ended;
    const lines = unchunk(Buffer.concat(tap.reads)).toString().split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeGreaterThan(5 * 1024 * 1024);
    expect(lines).toContain("data: [DONE]");
  });

  it("drips byte by byte", async () => {
    const tap = send("stream-drip-1");
    await vi.waitFor(() => expect(tap.text()).toContain("\r\n\r\n1\r\nd\r\n1\r\na\r\n"));
    tap.socket.destroy();
    await vi.waitFor(() => expect(tap.record()?.outcome).toBe("aborted"));
  });

  it("expands a thousandfold", async () => {
    const tap = send("gzip-bomb-20");
    await tap.ended;
    const raw = Buffer.concat(tap.reads);
    expect(raw.length).toBeLessThan(60_000);
    const gunzip = createGunzip();
    gunzip.end(unchunk(raw));
    let size = 0;
    let end = "";
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      size += chunk.length;
      end = (end + chunk.toString()).slice(-20);
    }
    expect(size).toBeGreaterThan(20 * 1024 * 1024);
    expect(end).toContain("data: [DONE]");
  });

  it("waits and paces as told", async () => {
    const startMs = performance.now();
    const tap = send("latency-60-ttft-400-tps-100");
    await vi.waitFor(() => expect(tap.text()).toContain("\r\n\r\n"));
    expect(performance.now() - startMs).toBeGreaterThan(55);
    expect(chunksOf(tap.text())).toBe(0);
    await tap.ended;
    // 60 ms to the headers, 400 to the first token and 11 gaps of 10 ms.
    expect(performance.now() - startMs).toBeGreaterThan(560);
    expect(tap.reads.length).toBeGreaterThan(5);
  });
});

describe("a broken answer without a stream", () => {
  it.each([
    ["stream-cut", "end", true],
    ["stream-half-close", "end", false],
    ["stream-rst", "reset", false],
  ])("breaks in the middle of its JSON for %s", async (program, ending, whole) => {
    const tap = send(program, false);
    expect(await tap.ended).toBe(ending);
    expect(tap.text()).toContain('{"id":"chatcmpl-');
    expect(tap.text()).not.toContain('"usage"');
    expect(isWhole(tap.text())).toBe(whole);
    tap.socket.destroy();
  });

  it("sends white space for ever", async () => {
    const tap = send("stream-pings", false);
    await vi.waitFor(() => expect(tap.text()).toMatch(/\r\n\r\n(1\r\n \r\n){3}/));
    tap.socket.destroy();
    await vi.waitFor(() => expect(tap.record()?.outcome).toBe("aborted"));
  });

  it("bills what came into being before the caller left", async () => {
    let nowMs = 0;
    const clock = { now: () => nowMs, monotonicMs: () => nowMs };
    const timed = await startMockProvider({ clock });
    // The first of twelve tokens after 10 s, the last after 21: nobody waits for them here.
    const tap = send("ttft-10000-tps-1", false, timed);
    await tap.started();
    nowMs = 15_500;
    tap.socket.destroy();
    await vi.waitFor(() => expect(tap.record()).toMatchObject({ outcome: "aborted", status: null, billed: { output: 6 } }));
    await timed.close();
  });

  it.each([
    ["stream-garbage", /<not json>$/],
    ["stream-error", /"type":"server_error"/],
    ["html-error-502", /content-type: text\/html[^]*<h1>502<\/h1>/],
    ["stream-comments", /\r\n\r\n\n\n\{"id"/],
  ])("answers %s with a body of its own", async (program, expected) => {
    const tap = send(program, false);
    await tap.ended;
    expect(tap.text()).toMatch(expected);
  });
});
