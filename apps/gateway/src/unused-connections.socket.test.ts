import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { expect, it } from "vitest";
import { trackUnusedConnections } from "./unused-connections.ts";

it("closes a connection on which nothing was asked, and leaves one that is being answered", async () => {
  const { promise: answerNow, resolve: letAnswer } = Promise.withResolvers<void>();
  const { promise: isAsked, resolve: asked } = Promise.withResolvers<void>();
  const server = createServer((_request, response) => {
    asked();
    void answerNow.then(() => response.end("done"));
  });
  const unused = trackUnusedConnections(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  const connected = once(server, "connection");
  const silent = connect(port, "127.0.0.1");
  await connected;
  const answering = fetch(`http://127.0.0.1:${port}/`);
  await isAsked;

  unused.close();
  await once(silent, "close");
  letAnswer();
  expect(await (await answering).text()).toBe("done");
  server.closeAllConnections();
  server.close();
});
