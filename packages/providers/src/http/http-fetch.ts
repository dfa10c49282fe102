/** The part of a request that the providers use. */
export interface HttpRequestInit {
  method: "POST";
  headers: Record<string, string>;
  body: string;
  /** Closes the connection, before or while the body is read. */
  signal: AbortSignal;
}

/** The part of a response that the providers use; the platform's `Response` is one. */
export interface HttpResponse {
  status: number;
  /** Names in lower case. */
  headers: Iterable<[string, string]>;
  /** Decoded: without content encoding. */
  body: AsyncIterable<Uint8Array> | null;
}

/** The one seam to the network; the platform's `fetch` fits. */
export type HttpFetch = (url: string, init: HttpRequestInit) => Promise<HttpResponse>;
