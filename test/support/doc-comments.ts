// The doc comments of every public name and of its members, read from the sources as an editor reads them.
import { join } from "node:path";
import ts from "typescript";

export const ROOT = join(import.meta.dirname, "../..");

export const COMPILER_OPTIONS: ts.CompilerOptions = {
  ...ts.convertCompilerOptionsFromJson(
    ts.readConfigFile(join(ROOT, "tsconfig.json"), ts.sys.readFile).config.compilerOptions,
    ROOT,
  ).options,
  noUnusedLocals: false,
  noUnusedParameters: false,
};

export interface DocComment {
  /** `definePolicy`, `RuleOptions.maxAge`. */
  readonly name: string;
  readonly isExport: boolean;
  /** Everything before the first tag. */
  readonly text: string;
  /** Tag -> the text of each that is there; `{CorsConfigError}` is part of it. */
  readonly tags: Readonly<Record<string, readonly string[]>>;
}

/** The entries beside the middleware. */
export const OTHER_ENTRIES = ["src/testing/index.ts", "src/testing/matchers.ts", "src/edge/index.ts"];

/** In the order of the exports. An overload counts through the one of them that has a comment. */
export function docComments(entry = "src/index.ts"): DocComment[] {
  const index = join(ROOT, entry);
  const program = ts.createProgram([index], COMPILER_OPTIONS);
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(index) as ts.SourceFile);
  const found = new Map<string, DocComment>();
  for (const exported of checker.getExportsOfModule(module as ts.Symbol)) {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    for (const declaration of symbol.declarations ?? []) {
      // The namespace `cors` only re-exports.
      if (ts.isModuleDeclaration(declaration)) continue;
      const note = (name: string, node: ts.Node, isExport: boolean) => {
        const comment = read(name, node, isExport);
        if (!found.has(name) || comment.text !== "") found.set(name, comment);
      };
      note(symbol.name, commented(declaration), true);
      for (const member of membersOf(declaration)) {
        if (ts.isCallSignatureDeclaration(member)) continue;
        const name = ts.isConstructorDeclaration(member) ? "constructor" : member.name?.getText();
        note(`${symbol.name}.${name}`, member, false);
      }
    }
  }
  return [...found.values()];
}

/** The comment of a constant stands at its statement. */
function commented(node: ts.Node): ts.Node {
  return ts.isVariableDeclaration(node) ? node.parent.parent : node;
}

function membersOf(node: ts.Node): (ts.TypeElement | ts.ClassElement)[] {
  if (ts.isInterfaceDeclaration(node) || ts.isClassDeclaration(node)) return [...node.members];
  if (!ts.isTypeAliasDeclaration(node)) return [];
  const parts: readonly ts.TypeNode[] = ts.isIntersectionTypeNode(node.type) ? node.type.types : [node.type];
  return parts.flatMap((part) => (ts.isTypeLiteralNode(part) ? [...part.members] : []));
}

function read(name: string, node: ts.Node, isExport: boolean): DocComment {
  const comment = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc).at(-1);
  const tags: Record<string, string[]> = {};
  for (const tag of comment?.tags ?? []) {
    // As it is written: the parser takes links and type expressions apart.
    const lines = tag
      .getText()
      .replace(/^@\w+ ?/, "")
      .split("\n");
    const text = lines.map((line) => line.replace(/^ *\* ?/, "")).join("\n");
    tags[tag.tagName.text] = [...(tags[tag.tagName.text] ?? []), text.trim()];
  }
  return { name, isExport, text: ts.getTextOfJSDocComment(comment?.comment) ?? "", tags };
}
