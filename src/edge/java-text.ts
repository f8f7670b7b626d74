// Text that goes into Java source: literals, comments, names.

/**
 * A string literal. Java reads `\uXXXX` before anything else, in comments too, and an escape for a line feed would end
 * the literal: what is not printable ASCII is written in octal, and a backslash always as two, where no reader takes the
 * second for the start of an escape (https://docs.oracle.com/javase/specs/jls/se17/html/jls-3.html#jls-3.3).
 */
export function javaString(text: string): string {
  const escaped = text.replace(/[^ !#-[\]-~]/g, (char) => {
    const code = char.charCodeAt(0);
    if (char === '"' || char === "\\") return `\\${char}`;
    return code > 0xff
      ? `\\u${code.toString(16).padStart(4, "0")}`
      : `\\${code.toString(8).padStart(3, "0")}`;
  });
  return `"${escaped}"`;
}

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;
const RESERVED = new Set(
  `abstract assert boolean break byte case catch char class const continue default do double else enum extends false
  final finally float for goto if implements import instanceof int interface long native new null package private
  protected public return short static strictfp super switch synchronized this throw throws transient true try void
  volatile while _ var record yield sealed permits`.split(/\s+/),
);

function isIdentifier(text: string): boolean {
  return IDENTIFIER.test(text) && !RESERVED.has(text);
}

/**
 * What names the class: checked, since they stand in the source as they are.
 *
 * @throws {TypeError} for what is no name in Java, and for the names in `taken`, which the class itself uses.
 */
export function javaNames(
  target: string,
  packageName: unknown,
  className: unknown,
  taken: readonly string[],
): { readonly packageName: string; readonly className: string } {
  if (typeof packageName !== "string" || !packageName.split(".").every(isIdentifier)) {
    throw new TypeError(
      `${target}(): options.package: ${JSON.stringify(packageName)} is no package; write a name such as "com.example.web"`,
    );
  }
  if (typeof className !== "string" || !isIdentifier(className)) {
    throw new TypeError(
      `${target}(): options.className: ${JSON.stringify(className)} is no class name; write a name such as "CorsPolicyFilter"`,
    );
  }
  if (taken.includes(className)) {
    throw new TypeError(
      `${target}(): options.className: ${JSON.stringify(className)} is a name that the class itself uses; write another, such as "CorsPolicyFilter"`,
    );
  }
  return { packageName, className };
}
