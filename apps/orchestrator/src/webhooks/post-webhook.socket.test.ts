import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type PostOptions, postWebhook } from "./post-webhook.ts";
import { createPublicLookup, type Resolve } from "./public-lookup.ts";

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function receive(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/hook?a=b`;
}

/** A resolver that knows one answer. */
function resolveTo(...addresses: string[]): Resolve & { mock: { calls: unknown[][] } } {
  return vi.fn<Resolve>((_name, _options, callback) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    ),
  );
}

function post(url: string, options: Partial<PostOptions> = {}) {
  return postWebhook({
    url,
    headers: { "webhook-id": "msg_1" },
    body: '{"a":"ü"}',
    allowPrivate: true,
    timeoutMs: 5000,
    resolve: resolveTo(),
    ...options,
  });
}

describe("a webhook's request", () => {
  it("posts the body as it was signed, and gives the status", async () => {
    let heard: Promise<[IncomingMessage, string]> | null = null;
    const url = await receive((request, response) => {
      heard = text(request).then((body) => [request, body]);
      response.writeHead(202).end("thanks");
    });
    expect(await post(url)).toEqual({ status: 202 });
    const [request, body] = (await (heard as unknown as Promise<[IncomingMessage, string]>)) ?? [];
    expect(request).toMatchObject({
      method: "POST",
      url: "/hook?a=b",
      headers: { "content-type": "application/json", "content-length": "10", "webhook-id": "msg_1", "user-agent": "composite-llm" },
    });
    expect(body).toBe('{"a":"ü"}');
  });

  it("follows no redirect", async () => {
    const requests: (string | undefined)[] = [];
    const url = await receive((request, response) => {
      requests.push(request.url);
      response.writeHead(307, { location: "/elsewhere" }).end();
    });
    expect(await post(url)).toEqual({ status: 307 });
    expect(requests).toEqual(["/hook?a=b"]);
  });

  it("gives up a server that says nothing, and does not wait for one that never ends", async () => {
    expect(await post(await receive(() => undefined), { timeoutMs: 50 })).toEqual({ failed: "no answer within 50 ms" });
    const endless = await receive((_request, response) => void response.writeHead(200).write("x"));
    expect(await post(endless, { timeoutMs: 300 })).toEqual({ status: 200 });
  });

  it("says why there is no answer", async () => {
    expect(await post("http://127.0.0.1:1/")).toEqual({ failed: expect.stringContaining("ECONNREFUSED") as string });
  });

  it("goes nowhere else than to public addresses unless that is allowed", async () => {
    const received = vi.fn<RequestListener>();
    const url = new URL(await receive(received));
    const only = { allowPrivate: false };
    expect(await post(`https://127.0.0.1:${url.port}/`, only)).toEqual({ refused: "the address is not a public address" });
    expect(await post(`http://example.org:${url.port}/`, only)).toEqual({ refused: "the address must begin with https://" });
    for (const addresses of [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["::ffff:127.0.0.1"], ["169.254.169.254"], ["fd00::1"]]) {
      const resolve = resolveTo(...addresses);
      expect(await post(`https://example.org:${url.port}/`, { ...only, resolve }), addresses.join()).toEqual({
        refused: "example.org resolves to an address that is not public",
      });
      expect(resolve.mock.calls[0]?.[0]).toBe("example.org");
    }
    expect(received).not.toHaveBeenCalled();
  });

  it("fails, to be tried again, when the name is not known", async () => {
    const resolve: Resolve = (_name, _options, callback) => callback(new Error("ENOTFOUND"), []);
    expect(await post("https://example.org/", { allowPrivate: false, resolve })).toEqual({ failed: "ENOTFOUND" });
  });
});

describe("the lookup of a public name", () => {
  it("gives the very addresses that were looked at, in the form that was asked for", () => {
    const callback = vi.fn();
    const lookup = createPublicLookup(resolveTo("8.8.8.8", "2606:4700::1"));
    lookup("example.org", { all: true }, callback);
    lookup("example.org", {}, callback);
    expect(callback.mock.calls).toEqual([
      [
        null,
        [
          { address: "8.8.8.8", family: 4 },
          { address: "2606:4700::1", family: 6 },
        ],
      ],
      [null, "8.8.8.8", 4],
    ]);
  });
});
