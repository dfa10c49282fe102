/** The part of a CPU profile of V8 that is read here. */
export interface CpuProfile {
  nodes: { id: number; callFrame: { functionName: string; url: string }; children?: number[] }[];
  samples: number[];
  timeDeltas: number[];
}

interface Frame {
  name: string;
  us: number;
  children: Map<string, Frame>;
}

const WIDTH = 1200;
const ROW = 17;
/** Narrower frames are left out: they cannot be read. */
const NARROWEST = 1.5;
const IDLE = new Set(["(idle)", "(program)", "(root)"]);

function nameOf(url: string, functionName: string): string {
  const file = url.replace(/^.*node_modules\/(?:\.pnpm\/[^/]+\/node_modules\/)?/, "").replace(/^file:\/\/.*\/(apps|packages)\//, "$1/");
  return file === "" ? functionName || "(anonymous)" : `${functionName || "(anonymous)"} ${file}`;
}

/** Deeper frames are narrow and stretch the picture. */
const DEEPEST = 26;

/** Folds a profile into a tree by time; what the process waited, and the loading of its program, is left out. */
function fold({ nodes, samples, timeDeltas }: CpuProfile): Frame {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parentOf = new Map(nodes.flatMap(({ id, children }) => (children ?? []).map((child) => [child, id] as const)));
  const root: Frame = { name: "all", us: 0, children: new Map() };
  for (const [index, sample] of samples.entries()) {
    const path: string[] = [];
    for (let id: number | undefined = sample; id !== undefined; id = parentOf.get(id)) {
      const frame = byId.get(id)?.callFrame;
      if (frame !== undefined) path.push(nameOf(frame.url, frame.functionName));
    }
    if (IDLE.has(path[0] ?? "") || path.some((name) => name.includes(" node:internal/modules/"))) continue;
    const us = Math.max(0, timeDeltas[index] ?? 0);
    let into = root;
    into.us += us;
    for (const name of path.toReversed().slice(1)) {
      const next: Frame = into.children.get(name) ?? { name, us: 0, children: new Map() };
      into.children.set(name, next);
      next.us += us;
      into = next;
    }
  }
  return root;
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** Colours by what the code belongs to, so that the shares can be seen from afar. */
function colourOf(name: string): string {
  if (name.includes("(garbage collector)")) return "#b0b0b0";
  if (/ (apps|packages)\//.test(name)) return "#6fa8dc";
  if (/ (bullmq|ioredis|msgpackr|redis-)/.test(name)) return "#e69138";
  if (/ node:/.test(name) || !name.includes(" ")) return "#f6d27a";
  return "#93c47d";
}

/** Draws a CPU profile: wide frames took long, what stands on a frame was called by it. */
export function drawFlameGraph(profile: CpuProfile, title: string): string {
  const root = fold(profile);
  const shapes: string[] = [];
  let deepest = 0;
  const draw = (frame: Frame, x: number, depth: number): void => {
    const width = (frame.us / root.us) * WIDTH;
    if (width < NARROWEST || depth > DEEPEST) return;
    deepest = Math.max(deepest, depth);
    const share = ((frame.us / root.us) * 100).toFixed(1);
    const label = width > 40 ? escapeXml(frame.name.slice(0, Math.floor(width / 6.2))) : "";
    const y = 40 + depth * ROW;
    shapes.push(
      `<g><title>${escapeXml(frame.name)} ${share} %</title><rect x="${x.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${ROW - 1}" fill="${colourOf(frame.name)}"/>` +
        (label === "" ? "</g>" : `<text x="${(x + 3).toFixed(1)}" y="${y + 12}">${label}</text></g>`),
    );
    let left = x;
    for (const child of [...frame.children.values()].toSorted((one, other) => other.us - one.us)) {
      draw(child, left, depth + 1);
      left += (child.us / root.us) * WIDTH;
    }
  };
  draw(root, 0, 0);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${60 + (deepest + 1) * ROW}" font-family="monospace" font-size="10">
<rect width="100%" height="100%" fill="#fff"/>
<text x="6" y="16" font-size="13">${escapeXml(title)}</text>
<text x="6" y="31" fill="#555">blue: ours · orange: BullMQ and ioredis · yellow: Node · green: other libraries · grey: garbage collection</text>
${shapes.join("\n")}
</svg>
`;
}
