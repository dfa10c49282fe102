import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createHttpFetch } from "./create-http-fetch.ts";
import { readText } from "./read-text.ts";

const http = createHttpFetch();
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function listen(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ url: string; server: Server; connections: () => number }> {
  let connections = 0;
  const server = createServer(answer).on("connection", () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/answer?v=1`, server, connections: () => connections };
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

function send(url: string, signal = new AbortController().signal, body = "{}") {
  return http.fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body, signal });
}

async function textOf(url: string): Promise<string> {
  const { body } = await send(url);
  return readText(body ?? nothing());
}

describe("the HTTP client", () => {
  it("sends method, path, query, headers and body, and gives status and headers", async () => {
    const { url } = await listen((request, response) => {
      response.writeHead(429, { "X-Limit": "5", "content-type": "text/plain" });
      request.pipe(response);
    });
    const response = await send(url, undefined, "ünïcode");
    expect(response.status).toBe(429);
    expect(Object.fromEntries(response.headers)).toMatchObject({ "x-limit": "5", "content-type": "text/plain" });
    expect(await readText(response.body ?? nothing())).toBe("ünïcode");
  });

  it("uses connections again", async () => {
    const { url, connections } = await listen((_request, response) => response.end("ok"));
    for (let request = 0; request < 20; request += 1) expect(await textOf(url)).toBe("ok");
    // One is still being given back when the next request already leaves.
    expect(connections()).toBeLessThanOrEqual(2);
  });

  it("opens a connection for every request under way", async () => {
    const waiting: ServerResponse[] = [];
    const { url, connections } = await listen((_request, response) => {
      waiting.push(response);
      if (waiting.length === 50) for (const held of waiting) held.end("ok");
    });
    const texts = await Promise.all(Array.from({ length: 50 }, () => textOf(url)));
    expect(texts).toEqual(Array.from({ length: 50 }, () => "ok"));
    expect(connections()).toBe(50);
  });

  it("rejects at once when it is aborted before an answer, and closes the connection", async () => {
    const closed = vi.fn<() => void>();
    const { url } = await listen((request) => {
      request.socket.once("close", closed);
    });
    const abort = new AbortController();
    const sending = send(url, abort.signal);
    abort.abort(new Error("not wanted"));
    await expect(sending).rejects.toThrow("not wanted");
    const sentLater = new AbortController();
    const reached = vi.fn<() => void>();
    const other = await listen((request) => {
      reached();
      request.socket.once("close", closed);
    });
    const waitingForHeaders = send(other.url, sentLater.signal);
    await vi.waitFor(() => expect(reached).toHaveBeenCalled());
    sentLater.abort();
    await expect(waitingForHeaders).rejects.toThrow(/abort/i);
    await vi.waitFor(() => expect(closed).toHaveBeenCalled());
  });

  it("rejects at once when it is aborted while the connection is still being made", async () => {
    // An address that nobody answers for.
    const abort = new AbortController();
    const sending = send("http://10.255.255.1:81/", abort.signal);
    abort.abort();
    await expect(sending).rejects.toThrow(/abort/i);
  });

  it("fails the body when it is aborted while it is read", async () => {
    const { url } = await listen((_request, response) => {
      response.writeHead(200);
      response.write("first");
    });
    const abort = new AbortController();
    const { body } = await send(url, abort.signal);
    const reader = (body ?? nothing())[Symbol.asyncIterator]();
    expect(String((await reader.next()).value)).toBe("first");
    const next = reader.next();
    abort.abort();
    await expect(next).rejects.toThrow(/abort/i);
  });

  it("reports a refused connection", async () => {
    await expect(send("http://127.0.0.1:1/")).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });
});
