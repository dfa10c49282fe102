import { Agent } from "undici";
import { ExchangeHandler } from "./exchange-handler.ts";
import type { HttpFetch, HttpRequestInit, HttpResponse } from "./http-fetch.ts";

export interface HttpFetchOptions {
  /** How long a connection may take to be made. */
  connectTimeoutMs?: number;
  /** How long an unused connection is kept. */
  keepAliveMs?: number;
}

export interface HttpClient {
  fetch: HttpFetch;
  /** Lets running requests end, then closes every connection. */
  close(): Promise<void>;
}

interface Address {
  origin: string;
  path: string;
}

/**
 * The network for providers: kept-alive connections, as many as there are requests under way, one request at a time on each
 * (a long answer never holds up another). It has no time-outs but that of connecting: the providers' own apply. It does not
 * follow redirects, and asks for no content encoding.
 */
export function createHttpFetch({ connectTimeoutMs = 10_000, keepAliveMs = 30_000 }: HttpFetchOptions = {}): HttpClient {
  const agent = new Agent({
    connections: null,
    pipelining: 1,
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: keepAliveMs,
    connect: { timeout: connectTimeoutMs },
  });
  const addresses = new Map<string, Address>();

  function addressOf(url: string): Address {
    let address = addresses.get(url);
    if (address === undefined) {
      const { origin, pathname, search } = new URL(url);
      address = { origin, path: `${pathname}${search}` };
      // Few in practice: one for each connection.
      addresses.set(url, address);
    }
    return address;
  }

  function fetch(url: string, { method, headers, body, signal }: HttpRequestInit): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const { origin, path } = addressOf(url);
      agent.dispatch({ origin, path, method, headers, body }, new ExchangeHandler(signal, resolve, reject));
    });
  }

  return { fetch, close: () => agent.close() };
}
