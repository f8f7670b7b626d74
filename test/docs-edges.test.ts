// docs/edges.md: every configuration in it is what its commands print, and every note what they say.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { EdgeNote } from "../src/edge/index.ts";
import { folderWith, runIn } from "./support/cli.ts";
import { blocks, readDocument } from "./support/markdown.ts";

const PATH = "docs/edges.md";
const PAGE = readDocument(PATH);

const LANGUAGES: Readonly<Record<string, string>> = { conf: "nginx", yaml: "yaml", java: "java" };

/** `npx boring-cors export nginx cors.policy.mjs ...`: the command of each target, as the page has it. */
const COMMANDS = blocks(PAGE, "sh").flatMap((text) =>
  text
    .split("\n")
    .filter((line) => line.startsWith("npx boring-cors export "))
    .map((line) =>
      line
        .replace(/ --out \S+/, "")
        .split(" ")
        .slice(2),
    ),
);

test("has what the commands print", async () => {
  const folder = folderWith({ "cors.policy.mjs": blocks(PAGE, "js")[0] ?? "" });
  let expected = PAGE;
  for (const argv of COMMANDS) {
    const { out, code } = await runIn(folder, [...argv, "--json"]);
    expect(code).toBe(0);
    const { target, files, notes } = JSON.parse(out);
    expected = filled(expected, `${target} notes`, noteList(notes));
    for (const [name, text] of Object.entries<string>(files)) {
      const language = LANGUAGES[name.split(".").at(-1) ?? ""] ?? "";
      expected = filled(expected, `${target} ${name}`, `\`\`\`${language}\n${text}\`\`\``);
    }
  }
  const marked = [...PAGE.matchAll(/^<!-- (\S+) (\S+) -->$/gm)].map(([, target]) => target);
  expect([...new Set(marked)].sort()).toEqual(COMMANDS.map(([, target]) => target).sort());
  if (process.env.UPDATE_DOCS !== undefined) writeFileSync(join(import.meta.dirname, "..", PATH), expected);
  else expect(PAGE).toBe(expected);
});

/** What stands between a mark and its end; a page need not show every file. */
function filled(page: string, mark: string, text: string): string {
  const between = new RegExp(`(<!-- ${mark.replaceAll(".", "\\.")} -->\n)[\\s\\S]*?(<!-- end -->\n)`);
  return page.replace(between, (_, begin, end) => `${begin}\n${text}\n\n${end}`);
}

function noteList(notes: readonly EdgeNote[]): string {
  return notes
    .map(({ severity, code, route, option, message, instead }) => {
      const where = route === "" ? "everything" : `\`${route}\`${option === "" ? "" : ` \`${option}\``}`;
      return `- **${severity}** ${where} [\`${code}\`]: ${message}${instead === "" ? "" : `; ${instead}`}.`;
    })
    .join("\n");
}
