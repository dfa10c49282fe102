import { type LintRule, memberName } from "./node.ts";

const AMBIENT: ReadonlySet<string> = new Set(["Date.now", "Math.random", "performance.now"]);

/** Pure code gets time and chance handed in: the machine's own clock and dice would make a replay decide differently. */
export const noAmbientTime: LintRule = {
  create: (context) => ({
    MemberExpression(node) {
      const name = memberName(node);
      if (name !== null && AMBIENT.has(name)) context.report({ node, message: `${name} in pure code: take a Clock or a Random instead` });
    },
    NewExpression(node) {
      if (node.callee?.name === "Date" && node.arguments?.length === 0) {
        context.report({ node, message: "new Date() in pure code: take a Clock instead" });
      }
    },
    CallExpression(node) {
      if (node.callee?.type === "Identifier" && node.callee.name === "Date") {
        context.report({ node, message: "Date() in pure code: take a Clock instead" });
      }
    },
  }),
};
