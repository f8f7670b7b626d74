// How results look: an aligned table for people, progress where somebody watches.
const COLUMNS = ["", "contender", "", "ratio", "min..max", "to", "wanted", ""];
const RIGHT = new Set([2, 3, 6]);

export function table({ title, rows }) {
  const cells = [COLUMNS, ...rows.map(cellsOf)];
  const widths = COLUMNS.map((_, column) => Math.max(...cells.map((line) => line[column].length)));
  const lines = cells.map((line) =>
    line
      .map((cell, column) =>
        RIGHT.has(column) ? cell.padStart(widths[column]) : cell.padEnd(widths[column]),
      )
      .join("  ")
      .trimEnd(),
  );
  return `${title}\n${lines.map((line) => `  ${line}`).join("\n")}\n`;
}

function cellsOf({ label, contender, value, unit, ratio, min, max, base, wanted, atLeast }) {
  const goal = wanted ?? atLeast;
  const measured = ratio ?? value;
  const met =
    goal === undefined ? "" : (wanted === undefined ? measured >= goal : measured <= goal) ? "ok" : "MISSED";
  return [
    label,
    contender,
    `${value.toLocaleString("en", { maximumFractionDigits: value < 100 ? 1 : 0 })} ${unit}`,
    ratio === undefined ? "" : ratio.toFixed(2),
    min === undefined ? "" : `${min.toFixed(2)}..${max.toFixed(2)}`,
    ratio === undefined ? "" : base,
    goal === undefined ? "" : `${wanted === undefined ? ">=" : "<="} ${goal}`,
    met,
  ];
}

/** Says what is going on, on one line that is overwritten; silent where nobody watches. */
export function progressLine(stream = process.stderr) {
  if (!stream.isTTY) return () => {};
  return (text) => stream.write(`\r\u001b[K${text}`);
}
