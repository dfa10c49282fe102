import type { ServerResponse } from "node:http";

export function sendJson(response: ServerResponse, status: number, json: string): void {
  response.writeHead(status, { "content-type": "application/json", "content-length": String(Buffer.byteLength(json)) });
  response.end(json);
}
