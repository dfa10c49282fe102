/** A call as the response's `composite` tells of it. */
interface PictureCall {
  step: string;
  role: string;
  provider: string;
  model: string;
  status: string;
  queue_wait_ms: number;
  latency_ms: number;
  usage: { total_tokens: number };
}

export interface PictureRun {
  model: string;
  latencyMs: number;
  stages: { name: string; latency_ms: number; calls: PictureCall[] }[];
  criticalPath: string[];
}

const WIDTH = 960;
const LABELS = 250;
const ROW = 26;
const BAND = ["#eef4ff", "#f6f0ff", "#effaf2"];
const BAR = ["#4f7fd9", "#8a5fd0", "#2f9e62"];

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** Draws a run as bands of stages with one bar a call, the critical path outlined. Widths are true to time. */
export function drawRun(run: PictureRun): string {
  const scale = (WIDTH - LABELS - 180) / run.latencyMs;
  const parts: string[] = [];
  let y = 62;
  let startMs = 0;
  for (const [index, stage] of run.stages.entries()) {
    const height = stage.calls.length * ROW + 30;
    parts.push(`<rect x="0" y="${y}" width="${WIDTH}" height="${height}" fill="${BAND[index % BAND.length]}"/>`);
    parts.push(`<text x="14" y="${y + 19}" font-weight="600">${escapeXml(stage.name)}</text>`);
    parts.push(`<text x="${WIDTH - 14}" y="${y + 19}" text-anchor="end" fill="#555">${stage.latency_ms} ms</text>`);
    for (const [row, call] of stage.calls.entries()) {
      const top = y + 26 + row * ROW;
      const x = LABELS + (startMs + call.queue_wait_ms) * scale;
      const width = Math.max(3, call.latency_ms * scale);
      const isCritical = run.criticalPath.includes(call.step);
      const stroke = isCritical ? ' stroke="#d9482b" stroke-width="2.5"' : "";
      parts.push(`<text x="28" y="${top + 14}">${escapeXml(`${call.role} · ${call.model.replace(/-mock-.*$/, "")}`)}</text>`);
      parts.push(
        `<rect x="${x.toFixed(1)}" y="${top}" width="${width.toFixed(1)}" height="18" rx="3" fill="${BAR[index % BAR.length]}"${stroke}/>`,
      );
      const note = `${call.latency_ms} ms · ${call.usage.total_tokens} tokens`;
      parts.push(`<text x="${(x + width + 8).toFixed(1)}" y="${top + 14}" fill="#555">${note}</text>`);
    }
    y += height;
    startMs += stage.latency_ms;
  }
  const calls = run.stages.reduce((sum, { calls: all }) => sum + all.length, 0);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y + 34}" font-family="system-ui, sans-serif" font-size="13" fill="#222">
<title>One request to ${escapeXml(run.model)}: ${calls} calls in ${run.stages.length} stages</title>
<rect width="${WIDTH}" height="${y + 34}" fill="#fff"/>
<text x="14" y="26" font-size="16" font-weight="600">one request: model "${escapeXml(run.model)}"</text>
<text x="14" y="47" fill="#555">${calls} calls · ${run.latencyMs} ms · one answer</text>
${parts.join("\n")}
<rect x="14" y="${y + 10}" width="18" height="12" rx="3" fill="none" stroke="#d9482b" stroke-width="2.5"/>
<text x="40" y="${y + 21}" fill="#555">critical path: the calls that everyone waited for</text>
</svg>
`;
}
