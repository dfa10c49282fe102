/** A node of the syntax tree as the linter hands it over (ESTree); only what our rules look at. */
export interface SyntaxNode {
  type: string;
  callee?: SyntaxNode;
  object?: SyntaxNode;
  property?: SyntaxNode;
  argument?: SyntaxNode | null;
  arguments?: SyntaxNode[];
  body?: SyntaxNode | SyntaxNode[];
  expression?: SyntaxNode | boolean;
  name?: string;
}

export interface RuleContext {
  report(problem: { message: string; node: SyntaxNode }): void;
}

export interface LintRule {
  create(context: RuleContext): Record<string, (node: SyntaxNode) => void>;
}

/** `object.property` of a member expression by name, null for anything else. */
export function memberName(node: SyntaxNode | undefined): string | null {
  if (node?.type !== "MemberExpression" || node.object?.type !== "Identifier" || node.property?.type !== "Identifier") return null;
  return `${node.object.name ?? ""}.${node.property.name ?? ""}`;
}
