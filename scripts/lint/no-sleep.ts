import type { LintRule, SyntaxNode } from "./node.ts";

function calls(node: SyntaxNode | undefined, name: string): boolean {
  return node?.type === "CallExpression" && node.callee?.name === name;
}

/** Whether the body of a promise's executor is nothing but one `setTimeout`. */
function onlyWaits(executor: SyntaxNode | undefined): boolean {
  const body = executor?.body;
  if (body === undefined || Array.isArray(body)) return false;
  if (body.type !== "BlockStatement") return calls(body, "setTimeout");
  const statements = Array.isArray(body.body) ? body.body : [];
  const [only] = statements;
  if (statements.length !== 1 || only?.type !== "ExpressionStatement" || typeof only.expression !== "object") return false;
  return calls(only.expression, "setTimeout");
}

/** A test that sleeps is slow when it passes and wrong when the machine is slow: it waits on a condition. */
export const noSleep: LintRule = {
  create: (context) => ({
    AwaitExpression(node) {
      const awaited = node.argument ?? undefined;
      if (awaited?.type === "NewExpression" && awaited.callee?.name === "Promise" && onlyWaits(awaited.arguments?.[0])) {
        context.report({ node, message: "a sleep in a test: wait on a condition, for example with vi.waitFor" });
      }
    },
  }),
};
