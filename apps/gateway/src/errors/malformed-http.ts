import type { Socket } from "node:net";
import { ApiError } from "@composite-llm/core";

/** Answers bytes that are not HTTP, or came too slowly, and closes the connection. */
export function answerMalformedHttp(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const { body } = new ApiError("invalid_request", "The request is not valid HTTP/1.1.");
  const text = JSON.stringify({ error: body });
  socket.end(
    `HTTP/1.1 400 Bad Request\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n${text}`,
  );
}
