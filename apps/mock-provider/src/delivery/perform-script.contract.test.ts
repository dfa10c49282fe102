import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { systemClock } from "@composite-llm/core";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createPacedClock } from "../pace/paced-clock.ts";
import type { Action } from "./action.ts";
import { createTally, performScript } from "./perform-script.ts";

const MEGABYTE = 1024 * 1024;
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A client that reads nothing yet, and the other end of its connection. */
async function connectPaused() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const socket = connect(port, "127.0.0.1");
  closers.push(() => {
    socket.destroy();
    server.close();
    server.closeAllConnections();
  });
  socket.pause();
  socket.write("GET / HTTP/1.1\r\nhost: test\r\n\r\n");
  const [, response] = (await once(server, "request")) as [unknown, ServerResponse];
  return { socket, response };
}

function* endless(): Generator<Action> {
  yield { kind: "head", status: 200, headers: {} };
  for (let sent = 0; sent < 100; sent += 1) yield { kind: "send", text: "x".repeat(MEGABYTE), tokens: 1 };
  yield { kind: "end" };
}

describe("performScript", () => {
  it("waits for a slow reader instead of piling up what it cannot send", async () => {
    const { socket, response } = await connectPaused();
    const tally = createTally();
    const done = performScript(endless(), response, tally, createPacedClock(systemClock));
    await vi.waitFor(() => expect(response.writableNeedDrain).toBe(true));
    expect(response.writableLength).toBeLessThan(2 * MEGABYTE);
    expect(tally.bytesSent).toBeLessThan(50 * MEGABYTE);
    socket.resume();
    await done;
    expect(tally).toMatchObject({ bytesSent: 100 * MEGABYTE, outputTokens: 100, status: 200 });
  });

  it("stops where the caller leaves", async () => {
    const { socket, response } = await connectPaused();
    const tally = createTally();
    const done = performScript(endless(), response, tally, createPacedClock(systemClock));
    await vi.waitFor(() => expect(response.writableNeedDrain).toBe(true));
    socket.destroy();
    await done;
    expect(tally.outputTokens).toBeLessThan(100);
  });
});
