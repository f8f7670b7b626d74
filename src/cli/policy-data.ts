// JSON and YAML, with the line and column of what is wrong.

/** What a text says, or where it says nothing. */
export type Located =
  | { readonly value: unknown }
  | { readonly kind: string; readonly line: number; readonly column: number; readonly reason: string };

export async function parseJson(text: string): Promise<Located> {
  try {
    const value: unknown = JSON.parse(text);
    return (await duplicateName(text)) ?? { value };
  } catch {
    // Engines differ in whether and how they say where.
    const at = jsonEnd(text);
    const before = text.slice(0, at).split("\n");
    const column = (before.at(-1) ?? "").length + 1;
    const reason = at >= text.length ? "the text ends too early" : `unexpected ${JSON.stringify(text[at])}`;
    return { kind: "JSON", line: before.length, column, reason };
  }
}

const TOKENS =
  /[ \t\r\n]*(?:([{}[\],:])|("(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|(?:true|false|null)(?!\w))/y;

/** Where a text that is no JSON stops being one: https://www.rfc-editor.org/rfc/rfc8259#section-2, without recursion. */
function jsonEnd(text: string): number {
  const open: ("{" | "[")[] = [];
  // What may come next; "first" is a value or the end of an empty array.
  let expects: "value" | "first" | "name" | "firstName" | "colon" | "next" | "end" = "value";
  let end = 0;
  for (;;) {
    TOKENS.lastIndex = end;
    const match = TOKENS.exec(text);
    const start = end + (/^[ \t\r\n]*/.exec(text.slice(end))?.[0].length ?? 0);
    if (match === null) return start;
    const [, mark, string] = match;
    const closes = mark === "}" || mark === "]";
    if (closes) {
      const fits = mark === "}" ? open.at(-1) === "{" : open.at(-1) === "[";
      if (!fits || !(expects === "next" || expects === (mark === "}" ? "firstName" : "first"))) return start;
      open.pop();
      expects = open.length === 0 ? "end" : "next";
    } else if (mark === "," && expects === "next") {
      expects = open.at(-1) === "{" ? "name" : "value";
    } else if (mark === ":" && expects === "colon") {
      expects = "value";
    } else if (string !== undefined && (expects === "name" || expects === "firstName")) {
      expects = "colon";
    } else if ((expects === "value" || expects === "first") && mark !== "," && mark !== ":") {
      if (mark === "{" || mark === "[") {
        open.push(mark);
        expects = mark === "{" ? "firstName" : "first";
      } else expects = open.length === 0 ? "end" : "next";
    } else return start;
    end = TOKENS.lastIndex;
  }
}

/** Of two equal names JSON.parse takes the last without a word. YAML, of which JSON is a part, allows none. */
async function duplicateName(text: string): Promise<Located | undefined> {
  const result = await parseYaml(text);
  return "reason" in result && /duplicate/.test(result.reason)
    ? { ...result, kind: "JSON of unique names" }
    : undefined;
}

/** js-yaml reads the safe part of YAML: no functions, no types of the language. */
export function parseYaml(text: string): Promise<Located> {
  return located(({ load }) => load(text));
}

/** Every document of a stream, as Kubernetes takes them; JSON is YAML, too. */
export function parseYamlDocuments(text: string): Promise<Located> {
  return located(({ loadAll }) => loadAll(text));
}

async function located(read: (yaml: typeof import("js-yaml")) => unknown): Promise<Located> {
  const yaml = await import("js-yaml");
  try {
    return { value: read(yaml) };
  } catch (error) {
    if (!(error instanceof yaml.YAMLException)) throw error;
    const { reason, mark } = error;
    return { kind: "YAML", line: (mark?.line ?? 0) + 1, column: (mark?.column ?? 0) + 1, reason };
  }
}
