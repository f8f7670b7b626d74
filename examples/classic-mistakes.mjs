// Ten classic mistakes, each with what boring-cors says instead of starting.
import cors from "boring-cors";

delete process.env.ALLOWED_ORIGINS; // As on the machine where somebody forgot to set it.

// Each is tried exactly as it stands here. In most services they start, and fail later: in a browser, or in silence.
const MISTAKES = [
  ["A trailing slash: browsers send none, nothing matches", () => cors({ origin: ["https://example.com/"] })],
  ["No scheme: http and https are different origins", () => cors({ origin: ["app.example.com"] })],
  ["A list in one string", () => cors({ origin: "https://app.example.com,https://admin.example.com" })],
  ["An unset environment variable", () => cors({ origin: process.env.ALLOWED_ORIGINS })],
  ["Every website, with cookies", () => cors({ origin: "*", credentials: true })],
  ["A RegExp without ^: evilexample.com matches", () => cors({ origin: /example\.com$/, credentials: true })],
  ["Hosts that anyone can register", () => cors({ origin: "https://*.vercel.app", credentials: true })],
  ['"null", to make a local file work', () => cors({ origin: ["null"] })],
  ["A misspelt option, which would do nothing", () => cors({ origin: "*", allowHeaders: ["Authorization"] })],
  ["A string for a boolean", () => cors({ origin: ["https://app.example.com"], credentials: "true" })],
];

const INDENT = "            ";

for (const [index, [title, attempt]] of MISTAKES.entries()) {
  console.log(`${String(index + 1).padStart(2)}. ${title}
    written ${String(attempt).replace("() => ", "")}
    says    ${wrap(saidOf(attempt))}\n`);
}

/** The line of the problem, without the head and the foot of the message. The same is in `error.issues`, as data. */
function saidOf(attempt) {
  try {
    attempt();
  } catch (error) {
    return error.message.split("\n")[1].trim();
  }
  process.exitCode = 1;
  return "nothing: it started";
}

/** Lines of 90 characters, broken at spaces, each below the first. */
function wrap(text) {
  return text
    .match(/.{1,90}(?:\s|$)/g)
    .map((line) => line.trimEnd())
    .join(`\n${INDENT}`);
}
