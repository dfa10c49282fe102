import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openTcpProxy, type TcpProxy } from "./tcp-proxy.ts";

let server: Server;
let proxy: TcpProxy;
let client: Socket;
let received = "";
let echoed = "";

beforeEach(async () => {
  received = echoed = "";
  server = createServer((socket) =>
    socket
      .on("error", () => undefined)
      .on("data", (chunk) => {
        received += chunk.toString();
        socket.write(chunk);
      }),
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  proxy = await openTcpProxy(typeof address === "object" && address !== null ? address.port : 0);
  client = connect(Number(new URL(proxy.url).port), "127.0.0.1");
  client.on("error", () => undefined).on("data", (chunk) => (echoed += chunk.toString()));
  await once(client, "connect");
});
afterEach(async () => {
  client.destroy();
  await proxy.close();
  server.close();
});

describe("the proxy", () => {
  it("lets nothing through while it is parted, and all of it afterwards", async () => {
    client.write("one ");
    await vi.waitFor(() => expect(echoed).toBe("one "));
    proxy.partition();
    client.write("two ");
    const late = connect(Number(new URL(proxy.url).port), "127.0.0.1");
    await once(late, "connect");
    late.write("three ");
    await new Promise((resolve) => setImmediate(resolve));
    expect(received).toBe("one ");
    proxy.heal();
    await vi.waitFor(() => expect(received.split(" ").toSorted()).toEqual(["", "one", "three", "two"]));
    late.destroy();
  });

  it("holds a connection before the command with a text", async () => {
    const held = proxy.holdBefore("needle");
    client.write("*1\r\n$1\r\na\r\n*1\r\n$6\r\nneedle\r\n");
    await held;
    await vi.waitFor(() => expect(received).toBe("*1\r\n$1\r\na\r\n"));
    client.write("more");
    const closed = new Promise((resolve) => client.once("close", resolve));
    proxy.release();
    await closed;
    expect(received).toBe("*1\r\n$1\r\na\r\n");
  });
});
