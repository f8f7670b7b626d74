// Java: path -> rule, with the fail-closed reading of src/policy/routes.ts.

/** The path of a request target. */
export const PATH_OF = String.raw`
    /** The raw path, as it was sent. */
    private static String pathOf(String target) {
        String path = target.split("[?#]", 2)[0];
        if (path.startsWith("/") || path.equals("*")) return path;
        String rest = path.replaceFirst("^[A-Za-z][A-Za-z0-9+.-]*://[^/\\\\]*", "");
        return rest.isEmpty() ? "/" : rest;
    }
`;

/** The class `Routes`; the two expressions make the rules of ambiguous paths. */
export function routesClass(ambiguous: string, ambiguousAndBlocked: string): string {
  return `
    /** Path to rule: the longest key on segment boundaries; a path that two readers could read differently fails closed. */
    private static final class Routes {
        /** What readers of a path could disagree about is granted to nobody. */
        private static final Rule AMBIGUOUS = ${ambiguous};
        private static final Rule AMBIGUOUS_AND_BLOCKED = ${ambiguousAndBlocked};${BODY}`;
}

const BODY = String.raw`
        private static final String SPACES =
                "\t\n\013\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff";
        private static final int MOST_DECODINGS = 8;

        private final Map<String, Rule> raw = new HashMap<>();
        private final Map<String, Rule> folded = new HashMap<>();
        private boolean anyBlocks;

        Routes(Rule... rules) {
            for (Rule rule : rules) {
                raw.put(rule.key, rule);
                folded.put(fold(rule.key), rule);
                anyBlocks |= rule.blocksAmbiguous;
            }
        }

        /** null: no key covers the path. */
        Rule select(String path) {
            if (path.equals("*")) return null;
            Rule root = raw.get("/");
            if (root != null && raw.size() == 1) return root;
            Rule selected = find(raw, path);
            String reading = mostGenerousReading(path);
            if (reading == null) return anyBlocks ? AMBIGUOUS_AND_BLOCKED : AMBIGUOUS;
            // Who decodes first and then looks for the query (or for the end of a C string) reads less.
            for (String read : new String[] {reading, upToAny(reading, "?#\0")}) {
                Rule other = find(folded, read);
                if (other != selected) return ambiguous(selected, other);
            }
            return selected;
        }

        private static Rule ambiguous(Rule one, Rule other) {
            boolean blocks = (one != null && one.blocksAmbiguous) || (other != null && other.blocksAmbiguous);
            return blocks ? AMBIGUOUS_AND_BLOCKED : AMBIGUOUS;
        }

        private static Rule find(Map<String, Rule> rules, String path) {
            if (!path.startsWith("/")) return null;
            Rule found = rules.get("/");
            int end = 0;
            while (end < path.length()) {
                int next = path.indexOf('/', end + 1);
                end = next < 0 ? path.length() : next;
                Rule longer = rules.get(path.substring(0, end));
                if (longer != null) found = longer;
            }
            return found;
        }

        /**
         * The path as the most generous reader would take it: percent-decoded until nothing is left to decode, a
         * backslash as a slash, parameters dropped from each segment, slashes merged, case folded. null: no reading can
         * be trusted.
         */
        private static String mostGenerousReading(String path) {
            if (path.length() > 1 && isSlash(path.charAt(0)) && isSlash(path.charAt(1))) return null;
            if (upToAny(path, SPACES).length() < path.length() || hasDotSegment(path)) return null;
            List<String> segments = new ArrayList<>();
            for (String segment : path.split("/", -1)) {
                String decoded = decodeFully(segment);
                if (decoded == null) return null;
                String kept = upToAny(decoded, ";");
                // Who drops parameters before decoding sees one segment here, who decodes first sees two.
                String dropped = decoded.substring(kept.length());
                if (upToAny(dropped, "/\\").length() < dropped.length()) return null;
                segments.add(kept.replace('\\', '/'));
            }
            String merged = String.join("/", segments).replaceAll("/{2,}", "/");
            return hasDotSegment(merged) ? null : fold(merged);
        }

        private static boolean isSlash(char character) {
            return character == '/' || character == '\\';
        }

        private static boolean hasDotSegment(String path) {
            for (String segment : path.split("/", -1)) {
                if (segment.equals(".") || segment.equals("..")) return true;
            }
            return false;
        }

        /** The text before the first of these characters. */
        private static String upToAny(String text, String characters) {
            for (int index = 0; index < text.length(); index++) {
                if (characters.indexOf(text.charAt(index)) >= 0) return text.substring(0, index);
            }
            return text;
        }

        private static String decodeFully(String segment) {
            String decoded = segment;
            for (int round = 0; decoded.indexOf('%') >= 0; round++) {
                if (round == MOST_DECODINGS) return null;
                decoded = decode(decoded);
                if (decoded == null) return null;
            }
            return decoded;
        }

        /** One round of percent-decoding; null for a broken escape, and for bytes that are no UTF-8. */
        private static String decode(String text) {
            StringBuilder decoded = new StringBuilder();
            int index = 0;
            while (index < text.length()) {
                if (text.charAt(index) != '%') {
                    decoded.append(text.charAt(index++));
                    continue;
                }
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                while (index < text.length() && text.charAt(index) == '%') {
                    int high = index + 2 < text.length() ? hex(text.charAt(index + 1)) : -1;
                    int low = index + 2 < text.length() ? hex(text.charAt(index + 2)) : -1;
                    if (high < 0 || low < 0) return null;
                    bytes.write(high * 16 + low);
                    index += 3;
                }
                try {
                    // A new decoder reports what is malformed, which new String(...) would repair.
                    decoded.append(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.toByteArray())));
                } catch (CharacterCodingException malformed) {
                    return null;
                }
            }
            return decoded.toString();
        }

        /** Character.digit would take digits of every script. */
        private static int hex(char character) {
            return character < 128 ? Character.digit(character, 16) : -1;
        }

        /** Both ways, because the Kelvin sign has a lower-case twin in ASCII and the long s an upper-case one. */
        private static String fold(String text) {
            return text.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
        }
    }
`;
