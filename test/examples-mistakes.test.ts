// The classic mistakes: each is refused with the code and the advice that stand here.
import { once } from "node:events";
import { expect, test } from "vitest";
import { spawnExample } from "./support/example.ts";

const MISTAKES: readonly [code: string, written: string, advice: string][] = [
  ["ORIGIN_PATH", '"https://example.com/"', 'remove the trailing slash: "https://example.com"'],
  ["ORIGIN_SCHEME", '"app.example.com"', 'write it: "https://app.example.com"'],
  [
    "ORIGIN_LIST",
    '"https://app.example.com,https://admin.example.com"',
    'write an array: ["https://app.example.com","https://admin.example.com"]',
  ],
  ["ORIGIN_REQUIRED", "origin: process.env.ALLOWED_ORIGINS", "read them with originsFromEnv(name)"],
  ["CREDENTIALS_WILDCARD", 'origin: "*", credentials: true', "list the origins"],
  ["REGEXP_ANCHOR", "/example\\.com$/", "write /^https:\\/\\/(.+\\.)?example\\.com$/"],
  ["CREDENTIALS_PUBLIC_SUFFIX", '"https://*.vercel.app"', "write a domain of your own"],
  ["ORIGIN_OPAQUE", '["null"]', "give the page an origin of its own"],
  ["UNKNOWN_OPTION", "allowHeaders", 'did you mean "allowedHeaders"?'],
  ["OPTION_TYPE", 'credentials: "true"', "write true"],
];

test("classic-mistakes: each is refused, and told what to write", async () => {
  const example = spawnExample("classic-mistakes", { ALLOWED_ORIGINS: "https://app.example.com" });
  const [code] = await once(example.child, "close");
  expect(code).toBe(0);
  // Wrapped for people; one mistake to a paragraph.
  const said = example.output().trim().split("\n\n");
  expect(said).toHaveLength(MISTAKES.length);
  for (const [index, [expected, written, advice]] of MISTAKES.entries()) {
    const text = said[index]?.trim().replace(/\s+/g, " ") ?? "";
    expect(text).toMatch(new RegExp(`^${index + 1}\\. .* written cors\\(.*\\) says .* \\[${expected}\\]$`));
    expect(text.split(" says ")[0]).toContain(written);
    expect(text.split(" says ")[1]).toContain(advice);
  }
});
